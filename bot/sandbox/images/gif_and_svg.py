"""GIF and SVG: the parameters that only they have, and what they do not go with, refused in the API's own words.

Rules: openai 3.52, image_generate_params.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from bot.sandbox.images.models import LONGEST_EDGE
from bot.sandbox.images.refusals import invalid, not_among
from bot.sandbox.images.tokens import AUTHORS, sheet_size

if TYPE_CHECKING:
    from bot.sandbox.images.models import Model

GIF_ONLY = ("frame_count", "frame_duration_ms")
SVG_FIELDS = ("svg", "svg[model]", "svg[reasoning][effort]")
EFFORTS = ("none", "minimal", "low", "medium", "high", "xhigh", "max")
FRAMES = (2, 16)
LONGEST_FRAME = 655_350  # milliseconds


@dataclass(frozen=True, slots=True)
class Extras:
    """What only a GIF or an SVG has.

    Attributes:
        frames: pictures of a GIF; 1 for anything else.
        frame_ms: how long each is shown, in milliseconds, in steps of ten.
        author: the text model that writes an SVG; None for anything else.
    """

    frames: int = 1
    frame_ms: int = 200
    author: str | None = None


def read_extras(fields: Any, model: Model, opened: tuple[str, ...], *, masked: bool) -> Extras:  # noqa: ANN401 - values of JSON
    """Check all that belongs to the previews.

    Args:
        fields: of the call; their types are not checked yet.
        model: who is to draw.
        opened: the formats in preview that this project has access to.
        masked: the call brings a mask.

    Raises:
        Refusal: the first fault found.
    """
    output_format = fields.get("output_format", "png")
    for name in (*GIF_ONLY, *SVG_FIELDS):
        needed = "gif" if name in GIF_ONLY else "svg"
        if name in fields and output_format != needed:
            raise invalid(f"'{name}' is only supported with output_format '{needed}'.", name)
    if output_format not in {"gif", "svg"}:
        return Extras()
    if output_format not in model.family.previews or output_format not in opened:
        message = f"Output format '{output_format}' requires access to a preview for model '{model.id}'."
        raise invalid(message, "output_format")
    _check_company(fields, output_format)
    if output_format == "svg":
        return Extras(author=_author(fields))
    if masked:
        raise invalid("'mask' is not supported with output_format 'gif'.", "mask", "unsupported_parameter")
    least, most = FRAMES
    frames = _number(fields, "frame_count", 9, least, most)
    duration = _number(fields, "frame_duration_ms", 200, 0, LONGEST_FRAME)
    return Extras(frames, round(duration / 10) * 10)


def check_sheet(extras: Extras, width: int, height: int) -> None:
    """See that all frames of this size, in pixels, fit on one sheet.

    Raises:
        Refusal: they do not.
    """
    sheet = sheet_size(extras.frames, width, height)
    if max(sheet) > LONGEST_EDGE and extras.frames > 1:
        message = (
            f"Invalid size '{width}x{height}'. The sheet of {extras.frames} frames is {sheet[0]}x{sheet[1]}; "
            f"its longest edge must be at most {LONGEST_EDGE} pixels."
        )
        raise invalid(message, "size")


def _check_company(fields: Any, output_format: str) -> None:  # noqa: ANN401 - values of JSON
    for name, allowed in (("stream", False), ("partial_images", 0), ("output_compression", None)):
        if name in fields and fields[name] != allowed:
            message = f"'{name}' is not supported with output_format '{output_format}'."
            raise invalid(message, name, "unsupported_parameter")
    if fields.get("background") == "transparent":
        message = f"Transparent background is not supported for {output_format.upper()} output format."
        raise invalid(message, "background")
    if output_format == "svg" and fields.get("n", 1) != 1:
        raise invalid("SVG output requires n=1.", "n")


def _number(fields: Any, name: str, usual: int, least: int, most: int) -> int:  # noqa: ANN401 - values of JSON
    value = fields.get(name, usual)
    if not isinstance(value, int) or isinstance(value, bool):
        given = type(value).__name__
        raise invalid(f"Invalid type for '{name}': expected an integer, but got {given}.", name, "invalid_type")
    if not least <= value <= most:
        bound, word = ("maximum", "max") if value > most else ("minimum", "min")
        message = f"Invalid '{name}': integer {'above' if value > most else 'below'} {bound} value. Got {value}."
        raise invalid(message, name, f"integer_{'above' if value > most else 'below'}_{word}_value")
    return value


def _author(fields: Any) -> str:  # noqa: ANN401 - values of JSON
    """The author model, of a JSON object or of a form's fields in brackets."""
    given: object = fields.get("svg", {})
    if not isinstance(given, dict):
        raise invalid("Invalid type for 'svg': expected an object.", "svg", "invalid_type")
    svg = cast("dict[str, Any]", given)
    model = fields.get("svg[model]", svg.get("model"))
    if model is None:
        raise invalid("Missing required parameter: 'svg.model'.", "svg.model", "missing_required_parameter")
    if model not in AUTHORS:
        raise not_among(model, tuple(AUTHORS), "svg.model")
    reasoning: Any = svg.get("reasoning")
    in_object = cast("dict[str, Any]", reasoning).get("effort") if isinstance(reasoning, dict) else reasoning
    effort = fields.get("svg[reasoning][effort]", in_object)
    if effort is not None and effort not in EFFORTS:
        raise not_among(effort, EFFORTS, "svg.reasoning.effort")
    return str(model)
