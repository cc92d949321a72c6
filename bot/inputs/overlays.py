"""What says where the first input may change: a mask, or that same picture drawn upon."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.errors import InputPictureError
from bot.inputs.held_files import PNG
from bot.language import phrase
from bot.pictures import (
    Meaning,
    Prepared,
    fit_mask,
    mask_of_markup,
    meaning_of,
    overlay_of,
    shown_name,
    sort_attached,
)

if TYPE_CHECKING:
    from bot.inputs.first_input import FirstInput
    from bot.inputs.held_files import HeldFiles
    from bot.pictures import FittedMask
    from bot.services.requests import ImageRequest, StoredImage


class Overlays:
    """At most one mask or markup of a first input.

    Args:
        first: what it belongs to.
        basket: where it is kept; gets a sentence on what was understood.
        markup: whether the model takes markup as such; if not, the region that is drawn upon becomes a mask.

    Attributes:
        drawn: whether it is markup.
        fine: the mask for the picture's own size, where that is another.
    """

    def __init__(self, first: FirstInput, basket: HeldFiles, *, markup: bool) -> None:
        self._first = first
        self._basket = basket
        self._takes_markup = markup
        self.drawn = False
        self.fine = b""
        self._name: str | None = None
        self._mask: StoredImage | None = None
        self._markup: StoredImage | None = None

    def on(self, request: ImageRequest) -> ImageRequest:
        """The request with it; a mask that the request has stays, unless there is one here."""
        return replace(request, mask=self._mask or request.mask, markup=self._markup or request.markup)

    async def sort(self, content: bytes, name: str) -> Prepared | None:
        """Take the file if it is a mask or markup; else it is a picture of its own, which comes as it will be sent.

        Raises:
            InputPictureError: it cannot be read, or there is one already.
        """
        sorted_as = await sort_attached(content, name, self._first.own, self._basket.member)
        if isinstance(sorted_as, Prepared):
            return sorted_as
        if sorted_as is Meaning.MARKUP:
            await self._take_markup(content, name)
        else:
            await self._take_mask(content, name)
        return None

    async def take(self, content: bytes, name: str) -> None:
        """Take a file that was given as the mask; it may be the picture drawn upon all the same.

        Raises:
            InputPictureError: it cannot be read, or there is one already.
        """
        meaning = await meaning_of(content, name, self._first.own, self._basket.member)
        if meaning is Meaning.MARKUP:
            await self._take_markup(content, name)
        else:
            await self._take_mask(content, name)

    async def _take_mask(self, content: bytes, name: str) -> None:
        self._claim(name)
        image = self._first.image
        fitted = await fit_mask(content, name, image.width, image.height, self._first.size, self._basket.member)
        self._mask = await self._kept(fitted)
        self._basket.notes.append(
            phrase(
                "{name} is taken as a mask: {share} of the picture may change.",
                name=shown_name(name),
                share=percent(fitted.share),
            )
        )

    async def _take_markup(self, content: bytes, name: str) -> None:
        self._claim(name)
        self.drawn = True
        told, picture = shown_name(name), self._first.label
        if self._takes_markup:
            overlay = await overlay_of(content, name, self._first.content, self._basket.member)
            self._markup = await self._basket.keep(overlay.content, PNG, overlay.width, overlay.height)
            self._basket.notes.append(phrase("{name} is taken as a drawing on {picture}.", name=told, picture=picture))
        else:
            drawn = await mask_of_markup(content, name, self._first.content, self._first.size, self._basket.member)
            self._mask = await self._kept(drawn)
            self._basket.notes.append(
                phrase(
                    "{name} is taken as a drawing on {picture}: what you marked may change, {share} of it.",
                    name=told,
                    picture=picture,
                    share=percent(drawn.share),
                )
            )

    async def _kept(self, mask: FittedMask) -> StoredImage:
        self.fine = mask.fine
        return await self._basket.keep(mask.content, PNG, mask.width, mask.height)

    def _claim(self, name: str) -> None:
        if self._name is not None:
            raise InputPictureError(
                phrase(
                    "{first} and {second} both say where the picture may change. Send one of them.",
                    first=self._name,
                    second=shown_name(name),
                )
            )
        self._name = shown_name(name)


def percent(share: float) -> str:
    """A share above 0 and below 1, as people read it: never nothing, and never all."""
    if share < 0.01:  # noqa: PLR2004 - one of a hundred
        return phrase("less than 1 %")
    return phrase("{share} %", share=min(round(share * 100), 99))
