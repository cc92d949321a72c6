"""Prompt help: /enhance and /describe, and what can be made of the words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord

from cogs.edit.open_messages import OpenMessages
from cogs.prompts.describe import NOT_KEPT, OTHERS, Describe, DescribeButton, Describing, offer_describing
from cogs.prompts.enhance import Enhance, EnhanceDialog, offer_enhancing, take_enhancing
from cogs.prompts.words import (
    EditWordsButton,
    LeaveButton,
    NewWordsButton,
    OldWordsButton,
    WordsDialog,
    make_edited,
    offered,
)

if TYPE_CHECKING:
    from bot.discord_ui.interactions import AtelierClient


async def setup(bot: AtelierClient) -> None:
    """Add the commands, the menu, what stands behind ⋯, and the buttons under the words."""
    services = bot.services
    bot.add_dynamic_items(DescribeButton, NewWordsButton, OldWordsButton, EditWordsButton, LeaveButton)
    bot.buttons.set_words(offered(services.drafting))
    bot.routes.add(EnhanceDialog.template, take_enhancing)
    bot.routes.add(WordsDialog.template, make_edited)
    describing = Describing(OpenMessages(NOT_KEPT))
    bot.routes.add(OTHERS, describing.take, discord.InteractionType.component)
    if services.conversations.main is not None:
        offer_enhancing(bot.more)
        offer_describing(bot.more, services)
    await bot.add_cog(Enhance())
    await bot.add_cog(Describe(bot, describing))
