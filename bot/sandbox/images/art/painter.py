"""From a commission to a picture: the scene, and the inputs that it starts from."""

# Pillow annotates with NumPy, which is not installed.
# pyright: reportUnknownMemberType=false

from __future__ import annotations

from dataclasses import dataclass, replace

from PIL import Image

from bot.sandbox.images.art.canvas import Canvas
from bot.sandbox.images.art.edits import alter, drawn_box, inset, into_mask, upright
from bot.sandbox.images.art.palette import palette_of
from bot.sandbox.images.art.scenes import draw_scene
from bot.sandbox.images.art.subjects import Stage, draw_subject
from bot.sandbox.images.art.textures import dice, with_grain, with_style, with_vignette
from bot.sandbox.images.art.words import Theme, read_prompt

DETAIL = {"low": 0, "medium": 1, "high": 2, "xhigh": 3, "max": 4}
LONG_EDGES = {"low": 720, "medium": 1024, "high": 1152, "xhigh": 1280, "max": 1408}


@dataclass(frozen=True, slots=True)
class Commission:
    """What to paint.

    Attributes:
        width: pixels.
        height: pixels.
        inputs: files; the first is what an edit starts from, the others are shown as framed insets.
        mask: PNG file; only where it is transparent the first input changes.
        markup: PNG file with strokes over the first input: where something is to change. They are not painted.
        seed: equal commissions with equal seeds give equal pictures.
    """

    prompt: str
    width: int
    height: int
    quality: str
    transparent: bool = False
    inputs: tuple[bytes, ...] = ()
    mask: bytes | None = None
    markup: bytes | None = None
    seed: int = 0


def paint(commission: Commission) -> Image.Image:
    """An RGB picture of the size asked for; RGBA when its background is to be transparent."""
    size = (commission.width, commission.height)
    theme = read_prompt(commission.prompt, dice(commission.seed))
    if not commission.inputs:
        return _alone(commission, theme) if commission.transparent else _scene(commission, theme, size)
    base = upright(commission.inputs[0])
    if commission.mask is not None:
        picture = into_mask(
            base,
            commission.mask,
            size,
            scene=lambda part: _with_insets(_scene(commission, theme, part), commission),
        )
        return picture if commission.transparent else picture.convert("RGB")
    where = None if commission.markup is None else drawn_box(commission.markup, size)
    picture = alter(base, size, theme, commission.seed, transparent=commission.transparent, where=where)
    return _with_insets(picture, commission)


def _with_insets(picture: Image.Image, commission: Commission) -> Image.Image:
    for place, reference in enumerate(commission.inputs[1:]):
        inset(picture, upright(reference), place)
    return picture


def _scene(commission: Commission, theme: Theme, size: tuple[int, int]) -> Image.Image:
    """The whole scene, drawn at a moderate size and scaled."""
    scale = LONG_EDGES[commission.quality] / max(size)
    drawn = (max(16, round(size[0] * scale)), max(16, round(size[1] * scale)))
    canvas = Canvas(Image.new("RGB", drawn))
    draw_scene(Stage(canvas, theme, palette_of(theme), dice(commission.seed + 1), DETAIL[commission.quality]))
    image = with_style(canvas.image, theme.style)
    image = image if theme.style else with_vignette(image, 0.32)
    image = image.resize(size, Image.Resampling.LANCZOS) if drawn != size else image
    return with_grain(image, 0.05 + 0.012 * DETAIL[commission.quality])


def _alone(commission: Commission, theme: Theme) -> Image.Image:
    """The subject on a clear background; a bouquet when the prompt names none."""
    canvas = Canvas(Image.new("RGBA", (commission.width, commission.height), (0, 0, 0, 0)))
    day = replace(theme, time="day")
    stage = Stage(canvas, day, palette_of(day), dice(commission.seed + 1), DETAIL[commission.quality])
    named = theme.subjects[:2] or (("flowers", None),)
    for place, (name, colour) in enumerate(named):
        x = canvas.width * (place + 0.5) / len(named)
        draw_subject(stage, name, colour, x, canvas.height * 0.86, canvas.unit * 0.74 / len(named))
    return canvas.image
