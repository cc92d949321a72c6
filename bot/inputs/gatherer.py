"""Gathers the input pictures of a request: from our store, and from Discord before the links die."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from bot.errors import PictureGoneError, RequestRefused
from bot.inputs.downloads import download
from bot.inputs.first_input import base_for, extended, find_first, kept, prepared
from bot.inputs.held_files import a_basket
from bot.inputs.originals import Originals
from bot.inputs.overlays import Overlays
from bot.inputs.sources import check_declared
from bot.language import phrase
from bot.presentation.downloads import files_text
from bot.services.catalog import SVG
from bot.services.requests import DRAWN, check_inputs, fitting_size
from bot.services.turns import FairShare

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence

    import discord

    from bot.inputs.held_files import HeldFiles
    from bot.inputs.sources import Sources
    from bot.services.catalog import Catalog, Model
    from bot.services.gallery import FileHolds
    from bot.services.ledger import Requests
    from bot.services.requests import ImageRequest, StoredImage
    from bot.services.turns import Member

SAME_SHAPE = 0.02  # by how much the aspect of the first input may differ from what was guessed
NOTHING_DRAWN = phrase("I see nothing drawn on the picture. Say in a few words what to change.")


@dataclass(frozen=True, slots=True)
class Gathered:
    """A request with its files.

    Attributes:
        request: with input pictures, mask and markup, and of the size that follows from them.
        notes: sentences for the member about what became of their files.
    """

    request: ImageRequest
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Kept:
    """Pictures that are kept for later.

    Attributes:
        files: in their order.
        notes: as of `Gathered`.
    """

    files: tuple[StoredImage, ...]
    notes: tuple[str, ...] = ()


class Gatherer:
    """Gathers what requests start from."""

    def __init__(self, client: discord.Client, catalog: Catalog, requests: Requests, file_holds: FileHolds) -> None:
        self._catalog = catalog
        self._file_holds = file_holds
        self._originals = Originals(client, requests)
        self._bytes = FairShare()

    @asynccontextmanager
    async def gather(
        self, request: ImageRequest, sources: Sources, member: Member, say: Callable[[str], Awaitable[None]]
    ) -> AsyncGenerator[Gathered]:
        """Download, prepare and keep what a request starts from, until the database knows that it needs them.

        A request that has its files already, as *Again* has, goes on with them, and one that needs none as it is.
        Meanwhile nobody deletes a file that it starts from; when this is left, what no request and no picture needs is
        forgotten.

        Args:
            request: as it was drafted.
            sources: as `check_declared` let them pass.
            member: whose turns it uses, for the bytes and for the threads.
            say: told in words how far it is, where that takes a while.

        Raises:
            UserFacingError: something cannot be used or is gone.
        """
        if not sources.count and not request.kept_files:
            yield Gathered(request)
            return
        async with a_basket(self._file_holds, member) as basket:
            if sources.count:
                yield await self._collect(request, sources, basket, say)
            else:
                yield await self._look_after(request, basket)

    @asynccontextmanager
    async def keep(self, sources: Sources, kept: Sequence[StoredImage], member: Member) -> AsyncGenerator[Kept]:
        """Prepare and keep pictures that later requests will start from, until the database knows that it needs them.

        Args:
            sources: a picture of ours, or attachments, or both.
            kept: pictures that the store has; they come first.
            member: whose turns it uses.

        Raises:
            UserFacingError: something cannot be used or is gone.
        """
        check_declared(sources, self._catalog.model(self._catalog.default_id), kept)
        async with a_basket(self._file_holds, member) as basket:
            await self._hold(kept, basket)
            files = [*kept]
            if sources.count:
                async with self._bytes.taken(sources.bytes_at_once, member):
                    first = await find_first(sources, self._originals, basket)
                    files += [first.image, *await _others(sources, None, basket)]
            yield Kept(tuple(files), tuple(basket.notes))

    async def _hold(self, files: Sequence[StoredImage], basket: HeldFiles) -> None:
        """See that files that the store has are still there, and stay."""
        for file in files:
            async with self._bytes.taken(file.byte_size, basket.member):
                if await basket.hold(file.digest) is None:
                    raise PictureGoneError(
                        phrase(
                            "A picture that this was made from is lost. Ask anew, and attach it once more. "
                            "Nothing was charged."
                        )
                    )

    async def _look_after(self, request: ImageRequest, basket: HeldFiles) -> Gathered:
        """A request that has its files already."""
        await self._hold(request.kept_files, basket)
        check_inputs(self._catalog.model(request.model), request)
        return Gathered(request)

    async def _collect(
        self, request: ImageRequest, sources: Sources, basket: HeldFiles, say: Callable[[str], Awaitable[None]]
    ) -> Gathered:
        """Everything that the sources name; one file after the other, so that few are in memory at once.

        References that the request has already, as those of a preset, come after them.
        """
        model = self._catalog.model(request.model)
        await self._hold(request.references, basket)
        need, tell = sources.bytes_at_once, partial(_tell_place, say)
        async with self._bytes.taken(need, basket.member, tell=tell):
            first = await find_first(sources, self._originals, basket)
            if request.change.extends:
                first, mask = await extended(request, first, basket)
                request = replace(request, mask=mask)
            elif sources.follows:
                request = replace(request, size=_size_after(model, request, first.image))
            overlays = Overlays(first, basket, markup=model.markup)
            others = await _others(sources, overlays, basket)
            if sources.mask is not None:
                await overlays.take(await download(sources.mask), sources.mask.filename)
            if request.prompt == DRAWN or (sources.unsaid and overlays.drawn and model.markup):
                request = _by_markup(request, model, overlays)
            request = overlays.on(request.with_references([first.image, *others, *request.references]))
            check_inputs(model, request)
            if request.mask is not None and request.exact and request.output_format != SVG:
                base = await base_for(first, request.mask, overlays.fine, basket)
                request = replace(request, base=base)
        return Gathered(request, tuple(basket.notes))


async def _tell_place(say: Callable[[str], Awaitable[None]], place: int) -> None:
    await say(files_text(place))


def _by_markup(request: ImageRequest, model: Model, overlays: Overlays) -> ImageRequest:
    """A request without words, which the model is to read from the markup.

    Raises:
        RequestRefused: there is none, or the model would see only where it is.
    """
    if not overlays.drawn:
        raise RequestRefused(NOTHING_DRAWN)
    if not model.markup:
        raise RequestRefused(
            phrase("{model} sees where you drew, not what. Say in a few words what to change there.", model=model.title)
        )
    return replace(request, prompt="")


async def _others(sources: Sources, overlays: Overlays | None, basket: HeldFiles) -> list[StoredImage]:
    """The attachments after the first input, without what turns out to be a mask or markup, where they are sorted."""
    references: list[StoredImage] = []
    for attachment in sources.attachments[0 if sources.picture else 1 :]:
        content, name = await download(attachment), attachment.filename
        if overlays is None or not sources.sorts:
            references.append((await prepared(content, name, basket)).image)
        elif (ready := await overlays.sort(content, name)) is not None:
            references.append(await kept(ready, basket))
    return references


def _size_after(model: Model, request: ImageRequest, image: StoredImage) -> str:
    """The size of the guess, unless the picture turned out to be of another shape; then no larger in all."""
    shape = image.width / image.height * request.height / request.width
    if abs(shape - 1) <= SAME_SHAPE:
        return request.size
    return fitting_size(model, image.width, image.height, request.width * request.height)
