"""Where the pictures are made: in threads, so that the server goes on answering meanwhile."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING, TypeVar

from bot.sandbox.images.art.files import animated, canned, encode, sketch, svg
from bot.sandbox.images.art.painter import Commission, paint

if TYPE_CHECKING:
    from collections.abc import Callable

    from PIL import Image

    from bot.sandbox.images.checks import CheckedCall
    from bot.sandbox.images.options import ImageOptions

T = TypeVar("T")

_painted = lru_cache(maxsize=4)(paint)


def _paint_again(commission: Commission) -> Image.Image:
    """Equal commissions, as equal calls are with a seed, are painted once.

    Each gets a copy: Pillow notes on a picture how it is being saved, and two threads may save equal ones differently.
    """
    return _painted(commission).copy()


class Painting:
    """A picture in the making: its previews and its file. Without an image it is a canned one."""

    def __init__(self, checked: CheckedCall, number: int, image: Image.Image | None, canned_bytes: int) -> None:
        self._checked = checked
        self._number = number
        self._image = image
        self._canned_bytes = canned_bytes

    def preview(self, index: int, count: int) -> bytes:
        """The file of preview `index` (0-based) of `count`."""
        if self._image is None:
            return self._canned(self._checked.output_format)
        return encode(sketch(self._image, index, count), self._checked.output_format, self._checked.compression)

    def file(self, output_format: str) -> bytes:
        """The finished file, in this format."""
        checked = self._checked
        if self._image is None:
            return self._canned(output_format)
        if output_format == "gif":
            return animated(self._image, checked.extras.frames, checked.extras.frame_ms)
        if output_format == "svg":
            return svg(self._image, checked.prompt)
        return encode(self._image, output_format, checked.compression)

    def _canned(self, output_format: str) -> bytes:
        return canned((self._checked.width, self._checked.height), output_format, self._canned_bytes, self._number)


class PainterPool:
    """Paints in two threads of its own. Close it when done."""

    def __init__(self, options: ImageOptions) -> None:
        self._options = options
        self._threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="sandbox-painter")

    async def close(self) -> None:
        """Let the running pictures end, begin no others."""
        await asyncio.to_thread(self._threads.shutdown, wait=True, cancel_futures=True)

    async def run(self, work: Callable[[], T]) -> T:
        """Do something slow in one of the threads."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    async def paint(self, checked: CheckedCall, number: int) -> Painting:
        """Paint one picture; `number` makes it different from other pictures of equal calls."""
        return await self.run(lambda: self._paint(checked, number))

    def _paint(self, checked: CheckedCall, number: int) -> Painting:
        chance = number if self._options.seed is None else self._options.seed
        length = self._options.canned_bytes
        if length is not None and checked.output_format not in {"gif", "svg"}:
            return Painting(checked, chance, None, length)
        make = paint if self._options.seed is None else _paint_again
        return Painting(checked, chance, make(self._commission(checked, chance)), 0)

    def _commission(self, checked: CheckedCall, chance: int) -> Commission:
        digest = sha256(f"{chance}\0{checked.size}\0{checked.prompt}".encode())
        for picture in checked.inputs.pictures:
            digest.update(picture.content)
        return Commission(
            prompt=checked.prompt,
            width=checked.width,
            height=checked.height,
            quality=checked.quality,
            transparent=checked.background == "transparent",
            inputs=tuple(picture.content for picture in checked.inputs.pictures),
            mask=checked.inputs.mask,
            markup=checked.inputs.markup,
            seed=int.from_bytes(digest.digest()[:8]),
        )
