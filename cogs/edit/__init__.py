"""Change a picture: /edit, the dialog, the message menus, the buttons and ⋯ under results, replies."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord

from bot.discord_ui.options import PricedOptions
from cogs.edit.buttons import VARY_OTHERS, AgainButton, EditButton, FinishButton, VaryButton, offer_changes
from cogs.edit.calls import Calls
from cogs.edit.commands import Edit
from cogs.edit.dialog import EditDialog
from cogs.edit.dialog_submit import Submissions
from cogs.edit.listener import Listener
from cogs.edit.menus import Menus
from cogs.edit.open_messages import OpenMessages
from cogs.edit.pick_picture import PickButton
from cogs.edit.replies import Replies
from cogs.edit.reply_notices import Passing

if TYPE_CHECKING:
    from bot.discord_ui.interactions import AtelierClient


async def setup(bot: AtelierClient) -> None:
    """Add the command, the menus, the buttons and their dialog, and listen to replies."""
    services = bot.services
    bot.add_dynamic_items(EditButton, AgainButton, VaryButton, FinishButton, PickButton)
    bot.buttons.add(10, EditButton.of)
    bot.buttons.add(20, AgainButton.priced(services.drafting))
    bot.buttons.add(30, VaryButton.priced(services.drafting))
    bot.buttons.add(40, FinishButton.priced(services.drafting))
    offer_changes(bot.more, services.drafting)
    messages = OpenMessages()
    submissions = Submissions(messages)
    bot.routes.add(EditDialog.template, submissions.take)
    bot.routes.add(VARY_OTHERS, submissions.vary, discord.InteractionType.component)
    priced = PricedOptions(services.drafting, edits=True)
    await bot.add_cog(Edit(bot.intake, services.drafting, priced))
    await bot.add_cog(Menus(bot, messages))
    passing = Passing(bot, services.state)
    replies = Replies(bot, services.requests, services.policies, passing)
    await bot.add_cog(Listener(bot, services.policies, passing, replies, Calls(bot, passing)))
