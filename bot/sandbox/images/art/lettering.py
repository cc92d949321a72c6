"""Words that a prompt puts in quotation marks, lettered on the picture."""

# Pillow annotates with NumPy, which is not installed.
# pyright: reportUnknownMemberType=false

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from PIL import ImageDraw, ImageFont

if TYPE_CHECKING:
    from PIL import Image

MOST_LINES = 3
SIZES = (0.13, 0.055, 0.045)  # of the width: the first line is the headline
TOP, GAP, WIDEST = 0.05, 0.35, 0.88  # of the height, of a line, of the width
_QUOTED = re.compile(r"[\"“„](?=\S)([^\"“”„]{1,60})(?<=\S)[\"”]")


def quoted_words(prompt: str) -> list[str]:
    """What stands in quotation marks, in its order, as far as it can be lettered."""
    found = (" ".join(words.split()) for words in _QUOTED.findall(prompt[:4000]))
    return [words for words in found if words][:MOST_LINES]


def letter(image: Image.Image, lines: list[str]) -> None:
    """Write lines below each other at the top of an RGB picture: light, with a dark rim."""
    draw, y = ImageDraw.Draw(image), image.height * TOP
    for place, words in enumerate(lines):
        size = image.width * SIZES[place]
        across = ImageFont.load_default(size).getlength(words)
        size = max(8.0, min(size, size * image.width * WIDEST / max(across, 1)))
        font = ImageFont.load_default(size)
        rim = max(1, round(size * 0.06))
        draw.text(
            (image.width / 2, y), words, fill=(255, 252, 240), font=font, anchor="ma",
            stroke_width=rim, stroke_fill=(28, 30, 44),
        )  # fmt: skip
        y += size * (1 + GAP)
