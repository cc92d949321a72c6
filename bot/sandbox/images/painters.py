"""Where the pictures are made: in threads, so that the server goes on answering meanwhile."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING, TypeVar

from bot.sandbox.images.art.animation import animated
from bot.sandbox.images.art.files import canned, encode
from bot.sandbox.images.art.painter import Commission, paint
from bot.sandbox.images.art.previews import sketch
from bot.sandbox.images.art.vector import drawing

if TYPE_CHECKING:
    from collections.abc import Callable

    from PIL import Image

    from bot.sandbox.images.checks import CheckedCall
    from bot.sandbox.images.options import ImageOptions

T = TypeVar("T")


@lru_cache(maxsize=8)
def _canned(size: tuple[int, int], output_format: str, length: int) -> bytes:
    return canned(size, output_format, length)


class Painting:
    """A picture in the making: its previews and its file."""

    def __init__(self, order: CheckedCall, image: Image.Image | None, canned_bytes: int) -> None:
        self._order = order
        self._image = image
        self._canned_bytes = canned_bytes

    def preview(self, index: int, count: int) -> bytes:
        """The file of preview `index` (0-based) of `count`."""
        if self._image is None:
            return self._canned(self._order.output_format)
        return encode(sketch(self._image, index, count), self._order.output_format, self._order.compression)

    def file(self, output_format: str) -> bytes:
        """The finished file, in this format."""
        order = self._order
        if self._image is None:
            return self._canned(output_format)
        if output_format == "gif":
            return animated(self._image, order.extras.frames, order.extras.frame_ms)
        if output_format == "svg":
            return drawing(self._image, order.prompt)
        return encode(self._image, output_format, order.compression)

    def _canned(self, output_format: str) -> bytes:
        return _canned((self._order.width, self._order.height), output_format, self._canned_bytes)


class PainterPool:
    """Paints orders in two threads of its own. Close it when done."""

    def __init__(self, options: ImageOptions) -> None:
        self._options = options
        self._threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="sandbox-easel")

    async def close(self) -> None:
        """Let the running pictures end, begin no others."""
        await asyncio.to_thread(self._threads.shutdown, wait=True, cancel_futures=True)

    async def run(self, work: Callable[[], T]) -> T:
        """Do something slow in one of the threads."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    async def paint(self, order: CheckedCall, number: int) -> Painting:
        """Paint one picture; `number` makes it different from other pictures of equal orders."""
        return await self.run(lambda: self._paint(order, number))

    def _paint(self, order: CheckedCall, number: int) -> Painting:
        length = self._options.canned_bytes
        if length is not None and order.output_format not in {"gif", "svg"}:
            return Painting(order, None, length)
        return Painting(order, paint(self._commission(order, number)), 0)

    def _commission(self, order: CheckedCall, number: int) -> Commission:
        chance = number if self._options.seed is None else self._options.seed
        digest = sha256(f"{chance}\0{order.size}\0{order.prompt}".encode())
        for picture in order.inputs.pictures:
            digest.update(picture.content)
        return Commission(
            prompt=order.prompt,
            width=order.width,
            height=order.height,
            quality=order.quality,
            transparent=order.background == "transparent",
            inputs=tuple(picture.content for picture in order.inputs.pictures),
            mask=order.inputs.mask,
            markup=order.inputs.markup,
            seed=int.from_bytes(digest.digest()[:8]),
        )
