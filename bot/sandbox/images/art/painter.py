"""From a commission to a picture: a scene from the words, or an edit of the inputs."""

# Pillow annotates with NumPy, which is not installed.
# pyright: reportUnknownMemberType=false

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageFilter, ImageOps

from bot.sandbox.images.art.canvas import Canvas, gradient
from bot.sandbox.images.art.figures import icon_set, sprite_sheet, sticker
from bot.sandbox.images.art.lettering import letter, quoted_words
from bot.sandbox.images.art.plans import floor_plan
from bot.sandbox.images.art.scenes import draw_scene
from bot.sandbox.images.art.sky import draw_stars, draw_weather
from bot.sandbox.images.art.subjects import Stage, draw_subject
from bot.sandbox.images.art.textures import dice, with_grain, with_style, with_vignette
from bot.sandbox.images.art.theme import palette_of, read_prompt

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.sandbox.images.art.canvas import Box
    from bot.sandbox.images.art.theme import Theme

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
        return _from_words(commission, theme, size)
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


def _from_words(commission: Commission, theme: Theme, size: tuple[int, int]) -> Image.Image:
    """What the words ask to be laid out, or else a scene; lettered with what they quote."""
    words, seed = commission.prompt.lower(), commission.seed
    if "floor plan" in words or "floorplan" in words:
        return floor_plan(commission.prompt, size, seed)
    figures = _figures(words, theme, size, seed)
    if figures is None and commission.transparent:
        return _alone(commission, theme)
    if figures is not None:
        return figures if commission.transparent else _on_ground(figures)
    scene = _scene(commission, theme, size)
    letter(scene, quoted_words(commission.prompt))
    return scene


def _figures(words: str, theme: Theme, size: tuple[int, int], seed: int) -> Image.Image | None:
    """Figures without a scene, RGBA; None where none are asked for."""
    if "sprite sheet" in words or "spritesheet" in words:
        return sprite_sheet(theme, size, seed, words)
    if "icons" in words:
        return icon_set(theme, size, seed)
    return sticker(theme, size, seed) if "sticker" in words else None


def _on_ground(figures: Image.Image) -> Image.Image:
    ground = gradient(figures.size, ((226, 230, 234), (204, 210, 216)))
    ground.paste(figures, mask=figures.getchannel("A"))
    return ground


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


def upright(content: bytes) -> Image.Image:
    """An input file as RGBA, turned as its EXIF orientation says."""
    with Image.open(io.BytesIO(content)) as image:
        return ImageOps.exif_transpose(image).convert("RGBA")


def alter(
    base: Image.Image, size: tuple[int, int], theme: Theme, seed: int, *, transparent: bool, where: Box | None = None
) -> Image.Image:
    """The first input fitted to `size` and changed as the prompt says: light, weather, style, new subjects.

    The first new subject stands `where` somebody drew, if they did; without a subject there is more light there.

    RGB; RGBA when `transparent`, and then clear where the input was, or outside a soft oval if it was clear nowhere.
    """
    fitted = ImageOps.fit(base, size, Image.Resampling.LANCZOS)
    palette, chance = palette_of(theme), dice(seed)
    picture = Image.new("RGB", size, palette.haze)
    picture.paste(fitted.convert("RGB"), mask=fitted.getchannel("A"))
    picture = _graded(picture, theme)
    canvas = Canvas(picture)
    if theme.time == "night" and "time" in theme.said:
        draw_stars(canvas, chance, size[1] * 0.4, 1)
    if where is not None and not theme.subjects:
        canvas.image.paste(_lit(canvas.image, where))
    stage = Stage(canvas, theme, palette, chance, 1)
    for place, (name, colour) in enumerate(theme.subjects[:3]):
        x = size[0] * (0.68 - 0.3 * place)
        y = size[1] * (0.42 if name == "balloon" else 0.88)
        tall = canvas.unit * 0.34
        if where is not None and not place:
            x, y, tall = (where[0] + where[2]) / 2, where[3] - (where[3] - where[1]) * 0.1, (where[3] - where[1]) * 0.8
        draw_subject(stage, name, colour, x, y, tall)
    draw_weather(canvas, theme, palette, chance, 1)
    picture = with_vignette(with_style(canvas.image, theme.style), 0.25)
    if transparent:
        picture.putalpha(_clear_parts(fitted))
    return picture


def _graded(picture: Image.Image, theme: Theme) -> Image.Image:
    """Other light: the palette of the hour over the whole picture, and a colour that was named."""
    palette = palette_of(theme)
    strength = 0.62 if "time" in theme.said else 0.3
    light = gradient(picture.size, palette.sky)
    graded = Image.blend(picture, ImageChops.soft_light(picture, light), strength + 0.2)
    if theme.time == "night" and "time" in theme.said:
        graded = ImageChops.multiply(graded, Image.new("RGB", picture.size, (92, 112, 168)))
    if "snow" in theme.weathers:
        white = Image.new("RGB", picture.size, (236, 242, 250))
        heights = gradient(picture.size, ((20, 20, 20), (60, 60, 60), (150, 150, 150))).convert("L")
        graded = Image.composite(white, graded, heights)
    if theme.colours and not theme.subjects:
        tint = Image.new("RGB", picture.size, theme.colours[0])
        graded = Image.blend(graded, ImageChops.overlay(graded, tint), 0.6)
    return ImageEnhance.Color(graded).enhance(1.12)


def _lit(picture: Image.Image, where: Box) -> Image.Image:
    """The picture with a soft warm light in that place."""
    shape = Image.new("L", picture.size, 0)
    ImageDraw.Draw(shape).ellipse(where, fill=170)
    shape = shape.filter(ImageFilter.GaussianBlur(max(2, (where[2] - where[0]) / 8)))
    return Image.composite(Image.new("RGB", picture.size, (255, 236, 190)), picture, shape)


def _clear_parts(fitted: Image.Image) -> Image.Image:
    alpha = fitted.getchannel("A")
    if alpha.getextrema()[0]:
        oval = ImageOps.invert(Image.radial_gradient("L")).resize(fitted.size, Image.Resampling.BILINEAR)
        alpha = oval.point([min(255, max(0, (value - 125) * 12)) for value in range(256)])
    return alpha


def inset(picture: Image.Image, reference: Image.Image, place: int) -> None:
    """Hang a reference into the upper right corner, in a white frame; `place` counts from 0."""
    unit = min(picture.size)
    edge, border = round(unit * 0.17), max(2, round(unit * 0.008))
    photo = ImageOps.fit(reference, (edge, edge), Image.Resampling.LANCZOS)
    framed = Image.new("RGBA", (edge + 2 * border, edge + 2 * border), (252, 250, 246, 255))
    framed.alpha_composite(photo, (border, border))
    framed = framed.rotate((-3, 2.5, -1.5, 4)[place % 4], Image.Resampling.BICUBIC, expand=True)
    step = round(edge * 1.22)
    columns = max(1, (picture.width - border) // step)
    left = picture.width - step * (place % columns + 1)
    top = border * 3 + step * (place // columns)
    shadow = framed.getchannel("A").filter(ImageFilter.GaussianBlur(border)).point([value // 2 for value in range(256)])
    dark = Image.new("RGB", framed.size, (10, 10, 20))
    picture.paste(dark, (left + border, top + border * 2), shadow)
    picture.paste(framed.convert("RGB"), (left, top), framed.getchannel("A"))


def drawn_box(markup: bytes, size: tuple[int, int]) -> Box | None:
    """The rectangle around everything that was drawn, on a picture of this size; None if nothing was."""
    return ImageOps.fit(upright(markup), size, Image.Resampling.NEAREST).getchannel("A").getbbox()


def into_mask(
    base: Image.Image, mask: bytes, size: tuple[int, int], *,
    scene: Callable[[tuple[int, int]], Image.Image],
) -> Image.Image:  # fmt: skip
    """The first input, RGBA, with something new where the mask is fully transparent; nothing else changes.

    `scene` paints a picture of a given size, within the hole. A hole around a rectangle extends that rectangle instead.
    """
    fitted = ImageOps.fit(base, size, Image.Resampling.LANCZOS) if base.size != size else base
    clear = ImageOps.fit(upright(mask), size, Image.Resampling.NEAREST).getchannel("A").point([255] + [0] * 255)
    hole = clear.getbbox()
    if hole is None:
        return fitted
    kept = ImageOps.invert(clear).getbbox()
    if kept is not None and _is_margin(kept, hole):
        fresh = _mirrored(fitted, kept)
    else:
        fresh = Image.new("RGB", size)
        fresh.paste(scene((hole[2] - hole[0], hole[3] - hole[1])), hole[:2])
    return Image.composite(fresh.convert("RGBA"), fitted, clear)


def _is_margin(kept: Box, hole: Box) -> bool:
    """Whether what is kept is a rectangle with new space around or beside it, as for a wider view."""
    return any((kept[side] - hole[side]) * (1 if side < 2 else -1) > 0 for side in range(4))  # noqa: PLR2004 - left and top, then right and bottom


def _mirrored(picture: Image.Image, kept: Box) -> Image.Image:
    """The kept rectangle continued in every direction by its own mirror images, softened with distance."""
    tile = picture.crop(kept)
    width, height = tile.size
    flipped = (tile, ImageOps.mirror(tile), ImageOps.flip(tile), ImageOps.flip(ImageOps.mirror(tile)))
    sheet = Image.new("RGB", picture.size)
    for row in range(-(-kept[1] // height) * -1, -(-(picture.height - kept[1]) // height)):
        for column in range(-(-kept[0] // width) * -1, -(-(picture.width - kept[0]) // width)):
            piece = flipped[(column % 2) + 2 * (row % 2)]
            sheet.paste(piece.convert("RGB"), (kept[0] + column * width, kept[1] + row * height))
    soft = sheet.filter(ImageFilter.GaussianBlur(min(picture.size) * 0.05))
    near = Image.new("L", picture.size, 0)
    reach = round(min(picture.size) * 0.05)
    near.paste(255, (kept[0] - reach, kept[1] - reach, kept[2] + reach, kept[3] + reach))
    near = near.filter(ImageFilter.GaussianBlur(reach / 2))
    return Image.composite(sheet, soft, near)
