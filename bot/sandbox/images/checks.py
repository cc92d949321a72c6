"""Whether a call is valid: every parameter, per model, refused in the API's own words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import floor
from typing import TYPE_CHECKING, Any

from bot.sandbox.images.gif_and_svg import GIF_ONLY, SVG_FIELDS, Extras, check_sheet, read_extras
from bot.sandbox.images.inputs import Inputs, read_inputs
from bot.sandbox.images.models import MODELS, Model, size_fault
from bot.sandbox.images.refusals import invalid, no_model, not_among

if TYPE_CHECKING:
    from datetime import date

    from bot.sandbox.images.received import Call

LONGEST_PROMPT = 32_000  # characters; API reference
AUTO_PIXELS = 1254 * 1254  # what `auto` was seen to draw

TEXTS = (
    "prompt", "model", "background", "complexity", "moderation", "output_format", "quality", "size",
    "safety_identifier", "user",
)  # fmt: skip
RANGES = {"n": (1, 10), "output_compression": (0, 100), "partial_images": (0, 3)}
CHOICES = {
    "background": ("transparent", "opaque", "auto"),
    "complexity": ("low", "medium", "high"),
    "moderation": ("low", "auto"),
    "output_format": ("png", "webp", "jpeg", "gif", "svg"),
}
EDIT_ONLY = ("input_fidelity",)


@dataclass(frozen=True, slots=True)
class CheckedCall:
    """A valid call with every default filled in.

    Attributes:
        width: pixels of the result, also where ``auto`` was asked.
        height: the same.
        quality: never ``auto``: what the model chose instead.
        partial_images: previews to stream; 0 when the call does not stream.
    """

    call: Call
    model: Model
    prompt: str
    width: int
    height: int
    quality: str
    background: str
    output_format: str
    compression: int
    n: int
    stream: bool
    partial_images: int
    fidelity: str | None
    extras: Extras
    safety_identifier: str | None
    inputs: Inputs

    @property
    def size(self) -> str:
        """``WIDTHxHEIGHT``."""
        return f"{self.width}x{self.height}"


def check(call: Call, today: date, previews: tuple[str, ...] = ()) -> CheckedCall:
    """Turn a call into an order. Decodes every input picture: run it off the event loop.

    Args:
        call: as it came.
        today: decides which models are retired.
        previews: the formats in preview that this project has access to.

    Raises:
        Refusal: the first fault found.
    """
    fields = call.fields
    _check_names_and_types(call)
    _check_prompt(fields.get("prompt"))
    model = _model(fields.get("model"), today)
    _check_values(fields, model)
    extras = read_extras(fields, model, previews, masked=bool(call.named("mask")))
    inputs = read_inputs(call, model)
    quality = fields.get("quality", "auto")
    if quality == "auto":
        quality = "max" if model.id == "gpt-image-2.6-flare" else "high"
    width, height = _size(fields.get("size", "auto"), model, inputs)
    check_sheet(extras, width, height)
    stream = fields.get("stream", False)
    return CheckedCall(
        call=call,
        model=model,
        prompt=fields["prompt"],
        width=width,
        height=height,
        quality=quality,
        background=fields.get("background", "auto"),
        output_format=fields.get("output_format", "png"),
        compression=fields.get("output_compression", 100),
        n=fields.get("n", 1),
        stream=stream,
        partial_images=fields.get("partial_images", 0) if stream else 0,
        fidelity=fields.get("input_fidelity"),
        extras=extras,
        safety_identifier=fields.get("safety_identifier") or fields.get("user") or None,
        inputs=inputs,
    )


def _check_names_and_types(call: Call) -> None:
    texts = TEXTS if call.endpoint == "generations" else (*TEXTS, *EDIT_ONLY)
    for name, value in call.fields.items():
        if name in (*GIF_ONLY, *SVG_FIELDS):
            continue  # see extras
        if name in texts:
            expected, fits = "a string", isinstance(value, str)
        elif name in RANGES:
            expected, fits = "an integer", isinstance(value, int) and not isinstance(value, bool)
        elif name == "stream":
            expected, fits = "a boolean", isinstance(value, bool)
        else:
            raise invalid(f"Unknown parameter: '{name}'.", name, "unknown_parameter")
        if not fits:
            given = type(value).__name__
            raise invalid(f"Invalid type for '{name}': expected {expected}, but got {given}.", name, "invalid_type")


def _check_prompt(prompt: str | None) -> None:
    if prompt is None:
        raise invalid("Missing required parameter: 'prompt'.", "prompt", "missing_required_parameter")
    if not prompt:
        raise invalid("Invalid 'prompt': empty string. Expected a longer one.", "prompt", "empty_string")
    if len(prompt) > LONGEST_PROMPT:
        message = (
            f"Invalid 'prompt': string too long. Expected a string with maximum length {LONGEST_PROMPT}, "
            f"but got a string with length {len(prompt)} instead."
        )
        raise invalid(message, "prompt", "string_above_max_length")


def _model(name: str | None, today: date) -> Model:
    if name is None:
        raise invalid("Missing required parameter: 'model'.", "model", "missing_required_parameter")
    model = MODELS.get(name)
    if model is None or model.retired(today):
        raise no_model(name, retired=model is not None)
    return model


def _check_values(fields: Any, model: Model) -> None:  # noqa: ANN401 - values of JSON, types checked before
    family = model.family
    for name, (least, most) in RANGES.items():
        value = fields.get(name, least)
        if value > most:
            message = f"Invalid '{name}': integer above maximum value. Expected a value <= {most}, but got {value}."
            raise invalid(message, name, "integer_above_max_value")
        if value < least:
            message = f"Invalid '{name}': integer below minimum value. Expected a value >= {least}, but got {value}."
            raise invalid(message, name, "integer_below_min_value")
    choices = {**CHOICES, "quality": (*family.qualities, "auto"), "input_fidelity": ("high", "low")}
    for name, allowed in choices.items():
        if name in fields and fields[name] not in allowed:
            raise not_among(fields[name], allowed, name)
    if "complexity" in fields and not family.complexity:
        raise _unsupported(model, "complexity")
    if "input_fidelity" in fields and fields["input_fidelity"] not in family.fidelities:
        raise _unsupported(model, "input_fidelity")
    _check_combinations(fields)


def _check_combinations(fields: Any) -> None:  # noqa: ANN401 - values of JSON, types checked before
    output_format = fields.get("output_format", "png")
    if fields.get("background") == "transparent" and output_format == "jpeg":
        raise invalid("Transparent background is not supported for JPEG output format.", "background")
    if output_format == "png" and fields.get("output_compression", 100) != RANGES["output_compression"][1]:
        message = "Compression less than 100 is not supported for PNG output format."
        raise invalid(message, "output_compression")
    if fields.get("stream") and fields.get("n", 1) > 1:
        raise invalid("Streaming is only supported with n=1.", "n")


def _unsupported(model: Model, param: str) -> Exception:
    return invalid(f"The model '{model.id}' does not support the '{param}' parameter.", param, "unsupported_parameter")


def _size(size: str, model: Model, inputs: Inputs) -> tuple[int, int]:
    if size == "auto":
        return _automatic(model, inputs)
    match = re.fullmatch(r"([0-9]{1,5})x([0-9]{1,5})", size)
    if match is None:
        raise invalid(f"Invalid size '{size}'. Expected WIDTHxHEIGHT or 'auto'.", "size")
    width, height = int(match[1]), int(match[2])
    if fault := size_fault(model.family, width, height):
        raise invalid(f"Invalid size '{size}'. {fault}", "size")
    return width, height


def _automatic(model: Model, inputs: Inputs) -> tuple[int, int]:
    """``auto`` as it was measured: about 1254 x 1254 pixels, an edit in the shape of its first input."""
    if not model.family.free_size:
        return 1024, 1024
    ratio = 1.0
    if inputs.pictures:
        first = inputs.pictures[0]
        ratio = min(max(first.width / first.height, 1 / 3), 3.0)
    return floor((AUTO_PIXELS * ratio) ** 0.5 + 0.5), floor((AUTO_PIXELS / ratio) ** 0.5 + 0.5)
