"""The first input, which is changed: a picture of ours by its original bytes, or the first that a member brought."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.errors import InputPictureError
from bot.inputs.downloads import download
from bot.inputs.held_files import PNG
from bot.inputs.originals import is_file
from bot.language import phrase
from bot.pictures import as_input, base_of, extend, prepare, shown_name
from bot.services.catalog import INPUT_MEDIA_TYPES
from bot.services.jobs import UnreadablePictureError
from bot.services.requests import Base, check_layout, layout_for

if TYPE_CHECKING:
    from bot.inputs.held_files import HeldFiles
    from bot.inputs.originals import Originals
    from bot.inputs.sources import Sources
    from bot.pictures import Prepared
    from bot.services.ledger import Order, Picture
    from bot.services.requests import ImageRequest, StoredImage

COPIED = phrase("the copy that Discord shows instead of the original")
LOST = {
    "image/gif": phrase("a still picture instead of an animation"),
    "image/svg+xml": phrase("pixels instead of a vector drawing"),
}


@dataclass(frozen=True, slots=True)
class FirstInput:
    """The picture that is changed.

    Attributes:
        image: as it is sent.
        content: its bytes.
        label: what sentences call it: its number, or its file's name.
        own: its file as it came, where another is sent.
        size: its own width and height in pixels, as it is seen.
        stored: its own file in the store, of a picture of ours.
        base: what results are laid into, where that is known already.
        losses: what it has and no result can, beside what its own file tells; each half a sentence.
    """

    image: StoredImage
    content: bytes
    label: str
    own: bytes
    size: tuple[int, int]
    stored: StoredImage | None = None
    base: Base | None = None
    losses: tuple[str, ...] = ()


async def find_first(sources: Sources, originals: Originals, basket: HeldFiles) -> FirstInput:
    """The picture of ours, or else the first attachment, of which there must be one.

    Raises:
        PictureGoneError: it was deleted, or is lost.
        InputPictureError: it cannot be had, or cannot be used.
    """
    if sources.order is not None and sources.picture is not None:
        return await _ours(sources.order, sources.picture, originals, basket)
    attachment = sources.attachments[0]
    content = await download(attachment)
    return await prepared(content, attachment.filename, basket)


async def kept(ready: Prepared, basket: HeldFiles, number: int | None = None) -> StoredImage:
    """A prepared file is kept as it will be sent; the basket gets a sentence where it has lost something."""
    if ready.note:
        basket.notes.append(ready.note)
    return await basket.keep(ready.content, ready.media_type, ready.width, ready.height, number)


async def prepared(content: bytes, name: str, basket: HeldFiles, number: int | None = None) -> FirstInput:
    """A member's file, checked and kept.

    Raises:
        InputPictureError: it cannot be used.
    """
    ready = await prepare(content, name, basket.member)
    image = await kept(ready, basket, number)
    label = shown_name(name) if number is None else f"#{number}"
    return FirstInput(image, ready.content, label, content, ready.source_size)


async def extended(request: ImageRequest, first: FirstInput, basket: HeldFiles) -> tuple[FirstInput, StoredImage]:
    """The picture on the canvas that the change asks for, as large as the request's result, and the canvas's mask.

    Raises:
        RequestRefused: it has the shape already that is asked for.
    """
    layout = layout_for(request.change, *first.size, request.size)
    check_layout(request.change, layout, first.label)
    canvas = await extend(first.own, layout.width, layout.height, layout.crop, layout.box, basket.member)
    size = canvas.width, canvas.height
    laid = await basket.keep(canvas.content, PNG, *size, first.image.number)
    mask = await basket.keep(canvas.mask, PNG, *size)
    picture = await basket.keep(canvas.base, PNG, *size)
    fine = await basket.keep(canvas.base_mask, PNG, *size)
    base = Base(picture, fine, first.size, layout.laid(first.size), (*first.losses, *canvas.losses))
    return replace(first, image=laid, content=canvas.content, base=base), mask


async def base_for(first: FirstInput, mask: StoredImage, fine: bytes, basket: HeldFiles) -> Base:
    """What a result with a mask is laid into: the picture itself, as the member or we have it.

    Args:
        first: the picture.
        mask: of what is sent.
        fine: the same for the picture's own size, where that is another: see `bot.pictures.FittedMask`.
        basket: keeps it.
    """
    if first.base is not None and not fine:
        return first.base
    own = await base_of(first.own, basket.member)
    picture = first.stored
    if first.own is first.content:
        picture = first.image
    if picture is None:
        picture = await basket.keep(own.content, own.media_type, own.width, own.height)
    if fine:
        mask = await basket.keep(fine, PNG, *first.size)
    return Base(picture, mask, first.size, first.size, (*first.losses, *own.losses))


async def _ours(order: Order, picture: Picture, originals: Originals, basket: HeldFiles) -> FirstInput:
    """The original, unchanged; what shows no still picture, or is only left as a copy in Discord, by its pixels."""
    image, label = replace(picture.image, number=picture.number), f"#{picture.number}"
    content, is_stored = await originals.find(order, picture, basket)
    if not is_stored and not await is_file(content, image.digest):
        basket.notes.append(
            phrase("The original of {name} is lost: I started from the copy that Discord shows.", name=label)
        )
        return replace(await prepared(content, label, basket, picture.number), losses=(COPIED,))
    if not is_stored:
        await basket.keep(content, image.media_type, image.width, image.height)
    if image.media_type in INPUT_MEDIA_TYPES:
        if not picture.composed:
            return FirstInput(image, content, label, content, (image.width, image.height))
        return replace(await prepared(content, label, basket, picture.number), stored=image)
    try:
        still = await as_input(content, image.media_type, basket.member)
    except UnreadablePictureError as fault:
        told = phrase("{name} {fault}, so it cannot be changed.", name=label, fault=fault.what)
        raise InputPictureError(told) from fault
    if image.media_type == "image/gif":
        basket.notes.append(phrase("{name} is an animation: I started from its first picture.", name=label))
    else:
        basket.notes.append(phrase("{name} is a vector drawing: I started from how it looks.", name=label))
    return replace(await prepared(still, label, basket, picture.number), losses=(LOST[image.media_type],))
