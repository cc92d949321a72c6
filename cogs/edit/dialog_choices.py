"""What a dialog offers: sizes, qualities and counts that the member may use, each with its price."""

from __future__ import annotations

import mimetypes
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.language import joined, phrase, plural
from bot.presentation.choices import price, quality_choices, size_choices, size_text
from bot.services.requests import MOST_PICTURES, format_price

if TYPE_CHECKING:
    from collections.abc import Sequence

    import discord

    from bot.presentation.choices import Asked
    from bot.services.catalog import Model
    from bot.services.ledger import Picture
    from bot.services.policy import Permit
    from bot.services.requests import ImageRequest

STILL = phrase("Of an animation, only the first picture is used.")
MOVING = frozenset({"image/gif", "image/apng"})  # a WebP or PNG file may move too, which only its bytes tell
SAME_SIZE = "same"  # stands for the size of the picture, or what comes nearest to it

Choices = list[tuple[str, str]]  # what people read, and the value behind it


def foretold(pictures: Sequence[discord.Attachment], files: Sequence[discord.Attachment] = ()) -> str:
    """What is left out of a change, or sent along with it, as far as Discord tells it before the files are looked at.

    Args:
        pictures: of which the first is changed.
        files: that are added to them.
    """
    said: list[str] = []
    if len(pictures) > 1:
        said.append(
            plural(
                "The first picture is changed; the other is sent along as reference.",
                "The first picture is changed; the other {count} are sent along as references.",
                len(pictures) - 1,
            )
        )
    if any(_may_move(each) for each in (*pictures, *files)):
        said.append(STILL)
    return joined(" ", said) if said else ""


def foretold_of(picture: Picture, files: Sequence[discord.Attachment] = ()) -> str:
    """The same of a change of a picture of ours."""
    return STILL if picture.image.media_type in MOVING else foretold((), files)


def _may_move(attachment: discord.Attachment) -> bool:
    said = (attachment.content_type or mimetypes.guess_type(attachment.filename)[0] or "").partition(";")[0]
    return said in MOVING


@dataclass(frozen=True, slots=True)
class Offer:
    """What may be chosen.

    Attributes:
        request: what it will be if nothing is chosen.
        model: of the request.
        permit: the member's.
        asked: what has its price beside the choices, for one picture.
        same: what the size of the request is to the picture, to begin the first choice with.
    """

    request: ImageRequest
    model: Model
    permit: Permit
    asked: Asked
    same: str = phrase("Same size")

    @property
    def sizes(self) -> Choices:
        """First that of the picture, then those worth offering."""
        own = self.request.size
        offered = size_choices(self.model, self.request.quality, self.asked)
        others = [(label, size) for label, size in offered if size != own and self.permit.allows_size(size)]
        return [
            (joined(": ", [self.same, joined(" · ", [size_text(own), self._price(self.asked)])]), SAME_SIZE),
            *others,
        ]

    @property
    def qualities(self) -> Choices:
        """From the cheapest."""
        offered = quality_choices(self.model, self.request.size, self.asked)
        return [(label, quality) for label, quality in offered if self.permit.allows_quality(quality)]

    @property
    def counts(self) -> Choices:
        """From one picture on."""
        numbers = range(1, min(MOST_PICTURES, self.permit.most_count or MOST_PICTURES) + 1)
        return [
            (
                joined(
                    " · ",
                    [
                        plural("{count} picture", "{count} pictures", number),
                        self._price(replace(self.asked, count=number)),
                    ],
                ),
                str(number),
            )
            for number in numbers
        ]

    @property
    def file_price(self) -> str:
        """What each file that is added costs for each picture, at most."""
        more = replace(self.asked, inputs=(*self.asked.inputs, None))
        return format_price(self._nano(more) - self._nano(self.asked))

    def _price(self, asked: Asked) -> str:
        return format_price(self._nano(asked))

    def _nano(self, asked: Asked) -> int:
        return price(self.model, self.request.size, self.request.quality, asked)
