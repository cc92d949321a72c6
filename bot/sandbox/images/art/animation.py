"""A painted picture as an animation: the view sways, and a firefly goes round."""

# Pillow annotates with NumPy, which is not installed.
# pyright: reportUnknownMemberType=false

from __future__ import annotations

import io
from math import cos, pi, sin

from PIL import Image, ImageDraw

from bot.sandbox.images.art.files import SOFTWARE

SWAY = 0.03  # of the edge


def animated(image: Image.Image, frames: int, frame_ms: int) -> bytes:
    """A GIF that runs for ever, of the picture's size in pixels. No two frames are equal."""
    first, *others = [_frame(image.convert("RGB"), index / frames) for index in range(frames)]
    palette = first.quantize(128, dither=Image.Dither.NONE)
    out = io.BytesIO()
    palette.save(
        out,
        "GIF",
        save_all=True,
        append_images=[other.quantize(palette=palette, dither=Image.Dither.NONE) for other in others],
        duration=frame_ms,
        loop=0,
        comment=SOFTWARE.encode(),
    )
    return out.getvalue()


def _frame(image: Image.Image, turn: float) -> Image.Image:
    """The picture at a moment, 0 to 1, of its round."""
    width, height = image.size
    across, down = SWAY * (1 + sin(2 * pi * turn)), SWAY * (1 + cos(2 * pi * turn))
    view = (width * across / 2, height * down / 2, width * (1 - SWAY + across / 2), height * (1 - SWAY + down / 2))
    frame = image.resize(image.size, Image.Resampling.BILINEAR, box=view)
    x, y = width * (0.5 + 0.34 * cos(2 * pi * turn)), height * (0.45 + 0.3 * sin(2 * pi * turn))
    radius = max(3.0, min(image.size) * 0.022)
    ImageDraw.Draw(frame).circle(
        (x, y), radius, fill=(255, 236, 130), outline=(120, 84, 10), width=max(1, round(radius / 4))
    )
    return frame
