"""What a question shows that asks which of several pictures is meant: they are small, and each has its number on it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import structlog

from bot.delivery.posting import Upload
from bot.delivery.replies import SHEET_NAME
from bot.language import phrase
from bot.pictures import Tile
from bot.presentation.story import sheet_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.services.ledger import Order, Picture
    from bot.wiring import Services

DRAWN_WITHIN = 1.5  # seconds; Discord waits 3 for the first answer
ORDINALS = (phrase("1st"), phrase("2nd"), phrase("3rd"), phrase("4th"))  # as many pictures as a result has at most

_log = structlog.stdlib.get_logger(__name__)


async def sheet_of(services: Services, pictures: Sequence[Picture]) -> Sequence[Upload]:
    """The contact sheet; nothing of one picture alone, or where it cannot be drawn in time: the question is asked."""
    if len(pictures) == 1:
        return ()
    tiles = [Tile(f"#{each.number}", each.image.digest, each.image.media_type) for each in pictures]
    try:
        async with asyncio.timeout(DRAWN_WITHIN):
            content = await services.contact_sheets.draw(tiles, services.blobs.get)
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
