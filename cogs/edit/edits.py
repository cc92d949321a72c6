"""From a change that somebody has chosen to the studio: the one way of buttons, menus, dialogs and ⋯."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.discord_ui.buttons import asker_for, makes_privately, offer_of
from bot.discord_ui.options import shape_of
from bot.discord_ui.request_context import requester_of
from bot.inputs import Sources
from bot.services.admission import Start
from bot.services.requests import Change, Wishes

if TYPE_CHECKING:
    from collections.abc import Sequence

    import discord

    from bot.discord_ui.interactions import Interaction
    from bot.discord_ui.request_context import Asker
    from bot.services.ledger import Order, Picture
    from bot.services.requests import ImageRequest

AS_BEFORE = Wishes(count=1)


async def change_ours(
    interaction: Interaction,
    change: Change,
    order: Order,
    picture: Picture,
    wishes: Wishes = AS_BEFORE,
    files: Sequence[discord.Attachment] = (),
    *,
    unsaid: bool = False,
) -> None:
    """Ask for a change of a picture of ours, at the expense of whoever acts.

    Args:
        interaction: not answered yet; under a private result the new one is private too.
        change: not `NEW`.
        order: the request behind the picture.
        picture: not deleted.
        wishes: what was chosen.
        files: references, a mask, or the picture drawn upon: they are sorted by what they show.
        unsaid: the words stood in the dialog already; beside markup they say nothing.

    Raises:
        UserFacingError: nothing was reserved.
    """
    asker = await asker_for(interaction, order)
    client = interaction.client
    request = await client.services.drafting.draft(asker.requester, change, wishes, Start(order, picture))
    sources = Sources(order, picture, attachments=tuple(files), sorts=bool(files), unsaid=unsaid)
    await _take(interaction, request, sources, asker)


async def draw_from_ours(
    interaction: Interaction,
    order: Order,
    picture: Picture,
    wishes: Wishes,
    files: Sequence[discord.Attachment] = (),
) -> None:
    """Ask for a new picture with one of ours, and perhaps more files, as references. Args and errors as above."""
    asker = await asker_for(interaction, order)
    client = interaction.client
    start = Start(shape=(picture.image.width, picture.image.height))
    request = await client.services.drafting.draft(asker.requester, Change.NEW, wishes, start)
    sources = Sources(order, picture, attachments=tuple(files))
    await _take(interaction, request, sources, asker)


async def others_price(interaction: Interaction, change: Change, pictures: Sequence[discord.Attachment]) -> int:
    """What `change_others` without wishes holds at most, in nano-dollars.

    Raises:
        UserFacingError: it would be refused.
    """
    drafting = interaction.client.services.drafting
    start = Start(shape=shape_of(pictures[0]))
    request = await drafting.draft(requester_of(interaction), change, AS_BEFORE, start)
    return drafting.most(request, [shape_of(picture) for picture in pictures])


async def change_others(
    interaction: Interaction,
    change: Change,
    pictures: Sequence[discord.Attachment],
    wishes: Wishes = AS_BEFORE,
    files: Sequence[discord.Attachment] = (),
) -> None:
    """Ask for a change of the first of somebody's pictures; the rest of them, and the files, are sent along.

    Only with `files` is one of them taken for a mask or markup. The errors are those of `change_ours`.
    """
    client = interaction.client
    start = Start(shape=shape_of(pictures[0]))
    request = await client.services.drafting.draft(requester_of(interaction), change, wishes, start)
    sources = Sources(attachments=(*pictures, *files), sorts=bool(files), follows=wishes.size is None)
    await _take(interaction, request, sources)


async def _take(interaction: Interaction, request: ImageRequest, sources: Sources, asker: Asker | None = None) -> None:
    private, offer = await makes_privately(interaction, asker), offer_of(interaction)
    await interaction.client.intake.take(interaction, request, sources, private=private, asker=asker, offer=offer)
