"""Pictures of yes and no, as pixels of 255 and 0: made hard, grown, measured, and written as the image API's masks."""

from __future__ import annotations

from io import BytesIO

from PIL import Image, ImageChops, ImageFilter

from bot.pictures.encode import as_small_png

HALF = 128
_LARGEST_STEP = 100  # pixels; a blur of more would lose a single one between rounded numbers


def hard(image: Image.Image, least: int = HALF) -> Image.Image:
    """255 where a picture of one band has at least so much, else 0."""
    return image.point([255 * (value >= least) for value in range(256)])


def grown(stencil: Image.Image, by: int) -> Image.Image:
    """With everything marked that is at most so many pixels off, across or down, from what is marked."""
    while by > 0:
        step = min(by, _LARGEST_STEP)
        # By means of a blur, for Pillow's own filter of the largest keeps the interpreter's lock all the while.
        for radius in ((step, 0), (0, step)):
            stencil = hard(stencil.filter(ImageFilter.BoxBlur(radius)), 1)
        by -= step
    return stencil


def shrunk(stencil: Image.Image, by: int) -> Image.Image:
    """With nothing marked that is at most so many pixels off from what is not."""
    return ImageChops.invert(grown(ImageChops.invert(stencil), by))


def share_of(stencil: Image.Image) -> float:
    """How much is marked: 0 to 1."""
    counts = stencil.histogram()
    return counts[255] / sum(counts)


def mask_file(changeable: Image.Image) -> bytes:
    """A PNG as the image API takes masks: black, and transparent (alpha 0) where marked, opaque (255) elsewhere."""
    black = Image.new("L", changeable.size)
    return as_small_png(Image.merge("RGBA", (black, black, black, ImageChops.invert(changeable))))


def stencil_file(changeable: Image.Image) -> bytes:
    """A PNG of ours, of one bit a pixel: white where marked."""
    return as_small_png(changeable.convert("1", dither=Image.Dither.NONE))


def stencil_in(content: bytes) -> Image.Image:
    """What one of our own files marks, of `stencil_file` or `mask_file`: 255, else 0."""
    with Image.open(BytesIO(content), formats=("PNG",)) as image:
        if image.mode == "1":
            return image.convert("L")
        return ImageChops.invert(hard(image.convert("RGBA").getchannel("A")))
