"""Private questions before something is made: whether at that price, or which of several pictures is meant.

The pictures are shown small, each with its number on it.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from typing import TYPE_CHECKING, Any

import structlog

from bot.delivery.languages import language_of_reader
from bot.delivery.replies import SHEET_NAME
from bot.delivery.uploads import Upload
from bot.discord_retries import PROBLEMS
from bot.language import phrase
from bot.pictures import Tile
from bot.presentation.picture_descriptions import sheet_text

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    import discord

    from bot.services.ledger import Order, Picture
    from bot.wiring import Services

DEARER = phrase(
    "It costs more by now than the button said, so nothing was made or charged. Press once more for the new price."
)
DRAWN_WITHIN = 1.5  # seconds; Discord waits 3 for the first answer
ORDINALS = (phrase("1st"), phrase("2nd"), phrase("3rd"), phrase("4th"))  # as many pictures as a result has at most
LARGEST_READ = 8_000_000  # bytes of a file that is fetched for its small picture alone
MOST_KEPT = 500  # questions; Discord does not say if one is dismissed

_log = structlog.stdlib.get_logger(__name__)


class Questions:
    """Remembers, in memory, what was asked: a private message is edited by the interaction that made it.

    After a restart a question stays as it is; that it is paid once, `Intake.take` sees to.
    """

    def __init__(self) -> None:
        self._asked: OrderedDict[int, discord.Interaction[Any]] = OrderedDict()

    def keep(self, message_id: int, asking: discord.Interaction[Any]) -> None:
        """Remember by which interaction a question was asked."""
        self._asked[message_id] = asking
        if len(self._asked) > MOST_KEPT:
            self._asked.popitem(last=False)

    async def close(self, interaction: discord.Interaction[Any], text: str) -> None:
        """Once something is made by a press below a question: it says just this, and has no buttons any more."""
        asking = self._asked.pop(0 if interaction.message is None else interaction.message.id, None)
        if asking is None:
            return
        try:
            await asking.edit_original_response(
                content=language_of_reader(asking).translate(text), attachments=[], view=None
            )
        except PROBLEMS as problem:
            _log.info("question not closed", interaction=interaction.id, reason=repr(problem))


async def sheet_of(services: Services, pictures: Sequence[Picture]) -> Sequence[Upload]:
    """The contact sheet; nothing of one picture alone, or where it cannot be drawn in time: the question is asked."""
    if len(pictures) == 1:
        return ()
    tiles = [Tile(f"#{each.number}", each.image.digest, each.image.media_type) for each in pictures]
    return await _drawn(services, tiles, services.blobs.get)


async def sheet_of_files(services: Services, files: Sequence[discord.Attachment]) -> Sequence[Upload]:
    """The same of other people's pictures, in their order: 1, 2, 3."""
    if len(files) == 1:
        return ()
    kept = {str(file.id): file for file in files}

    async def read(name: str) -> bytes | None:
        return await kept[name].read() if kept[name].size <= LARGEST_READ else None

    tiles = [
        Tile(f"{place}", name, (file.content_type or "image/png").partition(";")[0])
        for place, (name, file) in enumerate(kept.items(), start=1)
    ]
    return await _drawn(services, tiles, read)


async def _drawn(
    services: Services, tiles: Sequence[Tile], read: Callable[[str], Awaitable[bytes | None]]
) -> Sequence[Upload]:
    try:
        async with asyncio.timeout(DRAWN_WITHIN):
            content = await services.contact_sheets.draw(tiles, read)
    except Exception as problem:  # noqa: BLE001 - whatever it was, the question says by numbers which are meant
        _log.warning("asked without a contact sheet", pictures=len(tiles), reason=repr(problem))
        return ()
    return [Upload(SHEET_NAME, content, sheet_text([tile.label for tile in tiles]))]


def label_of(order: Order, picture: Picture) -> str:
    """How a question names one of a result's pictures, also for those who only hear it: ``#4822 · 2nd of 4``."""
    shown = order.pictures
    place = next((place for place, each in enumerate(shown, 1) if each.number == picture.number), 0)
    number = f"#{picture.number}"
    if not 0 < place <= len(ORDINALS):
        return number
    return phrase("{number} · {place} of {count}", number=number, place=ORDINALS[place - 1], count=len(shown))
