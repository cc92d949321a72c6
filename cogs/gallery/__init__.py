"""What can be done with a finished picture: look closer, delete it, fetch what came late or nowhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.language import phrase
from cogs.gallery.deletion import DeleteButton, DeleteOneButton, ReallyDeleteButton, ask_deletion
from cogs.gallery.details import DetailsButton, image_details, show_details
from cogs.gallery.late_results import LateResults, ShowButton
from cogs.gallery.original import show_original
from cogs.gallery.publishing import (
    PublishAllButton,
    PublishButton,
    UnpublishAllButton,
    UnpublishButton,
    ask_publication,
    ask_taking_back,
    can_be_published,
    can_be_taken_back,
)
from cogs.gallery.unfinished_changes import UnfinishedChanges

if TYPE_CHECKING:
    from bot.discord_ui.interactions import AtelierClient


TO_ALL = phrase("Shows it to everybody here; asks first")
TO_ONE = phrase("For its owner: only you see it then; asks first")


async def setup(bot: AtelierClient) -> None:
    """Add the choices behind ⋯ and the message menu; the buttons of old messages go on working."""
    bot.add_dynamic_items(DetailsButton, DeleteButton, ReallyDeleteButton, DeleteOneButton, ShowButton)
    bot.more.add(900, "details", phrase("Details"), "🔍", show_details)
    bot.more.add(
        905,
        "original",
        phrase("Original file"),
        "💾",
        show_original,
        about=phrase("In parts where it is too large; free"),
    )
    bot.add_dynamic_items(PublishButton, PublishAllButton, UnpublishButton, UnpublishAllButton)
    bot.more.add(
        906, "publish", phrase("Publish"), "📢", ask_publication, whole=True, about=TO_ALL, offered=can_be_published
    )
    bot.more.add(
        907,
        "unpublish",
        phrase("Unpublish"),
        "🔒",
        ask_taking_back,
        whole=True,
        about=TO_ONE,
        offered=can_be_taken_back,
    )
    bot.more.add(910, "delete", phrase("Delete"), "🗑️", ask_deletion, whole=True)
    bot.buttons.set_late(ShowButton)
    bot.tree.add_command(image_details)
    await bot.add_cog(LateResults(bot))
    await bot.add_cog(UnfinishedChanges(bot))
