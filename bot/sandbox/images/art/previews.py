"""A picture on the way: the same picture, coarser the earlier it comes."""

# Pillow annotates with NumPy, which is not installed.
# pyright: reportUnknownMemberType=false

from __future__ import annotations

from typing import TYPE_CHECKING

from PIL import Image, ImageFilter

if TYPE_CHECKING:
    from collections.abc import Sequence

COARSEST: Sequence[float] = (0.05, 0.022, 0.009)  # of the shorter edge, for the three previews there can be


def sketch(image: Image.Image, index: int, count: int) -> Image.Image:
    """Preview `index` (0-based) of `count` of a finished picture, at its full size in pixels."""
    step = COARSEST[min(index + (3 - count) // 2, len(COARSEST) - 1)]
    block = max(2, round(min(image.size) * step))
    small = image.reduce(block)
    tiles = small.resize(image.size, Image.Resampling.NEAREST)
    soft = small.resize(image.size, Image.Resampling.BICUBIC)
    return Image.blend(soft, tiles.filter(ImageFilter.BoxBlur(block / 6)), 0.45)
