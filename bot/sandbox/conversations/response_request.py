"""Whether a request for a response is valid: every parameter, refused in the API's own words.

Rules: openai 3.52, response_create_params.py; refusals as others have met them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from bot.sandbox.conversations.content import PER_ENTRY, Entry, as_known, read_input
from bot.sandbox.conversations.main_models import ALL_EFFORTS, MAIN_MODELS, WINDOW, MainModel
from bot.sandbox.conversations.tokens import TOOL
from bot.sandbox.conversations.tool import NAME, Tool, read_tool
from bot.sandbox.images.refusals import Refusal, invalid, no_model, not_among
from bot.sandbox.images.tokens import text_tokens

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from bot.sandbox.conversations.memory import Memory, Response

KINDS: dict[str, tuple[str, type | tuple[type, ...]]] = {
    **dict.fromkeys(
        (
            "model", "instructions", "previous_response_id", "truncation", "safety_identifier", "prompt_cache_key",
            "service_tier", "user",
        ),
        ("a string", str),
    ),
    **dict.fromkeys(("stream", "store", "background", "parallel_tool_calls"), ("a boolean", bool)),
    **dict.fromkeys(("max_output_tokens", "max_tool_calls"), ("an integer", int)),
    **dict.fromkeys(
        ("reasoning", "metadata", "text", "stream_options", "prompt_cache_options", "moderation", "image"),
        ("an object", dict),
    ),
    **dict.fromkeys(("tools", "include"), ("an array", list)),
    "input": ("a string or an array", (str, list)),
    "tool_choice": ("a string or an object", (str, dict)),
}  # fmt: skip
LEAST = {"max_output_tokens": 16, "max_tool_calls": 1}
LONGEST_IDENTIFIER = 128  # characters
CHOICES = ("none", "auto", "required")
TRUNCATIONS = ("auto", "disabled")


@dataclass(frozen=True, slots=True)
class ResponseRequest:
    """A valid request with every default filled in.

    Attributes:
        id: of the request, also sent as ``x-request-id``.
        new: what came with it.
        context: all that the main model reads, oldest first: what was said before, and what came.
        must_paint: the tool has to be called.
        most_output: tokens that the main model may write; None bounds nothing.
    """

    id: str
    fields: Mapping[str, Any]
    model: MainModel
    previous: Response | None
    new: tuple[Entry, ...]
    context: tuple[Entry, ...]
    tool: Tool | None
    must_paint: bool
    effort: str
    most_output: int | None
    stream: bool
    store: bool
    background: bool

    @property
    def words(self) -> str:
        """What was said last."""
        return last_words(self.new)

    @property
    def pictures(self) -> tuple[Entry, ...]:
        """Every picture in the context, the newest first."""
        return tuple(entry for entry in reversed(self.context) if entry.picture is not None)

    @property
    def tokens(self) -> int:
        """What the main model reads before it does anything."""
        about = text_tokens(self.fields.get("instructions", "")) + PER_ENTRY
        return about + (TOOL if self.tool else 0) + sum(entry.tokens for entry in self.context)


def last_words(entries: tuple[Entry, ...]) -> str:
    """What a person said last among them; empty if nobody did."""
    return next((entry.text for entry in reversed(entries) if entry.role == "user" and entry.text), "")


def read_model(fields: Mapping[str, Any], today: date) -> MainModel:
    """Check the names and types of all fields, and find the model.

    Raises:
        Refusal: the first fault found.
    """
    _check_kinds(fields)
    if "model" not in fields:
        raise invalid("Missing required parameter: 'model'.", "model", "missing_required_parameter")
    model = MAIN_MODELS.get(fields["model"])
    if model is None:
        message = f"The requested model '{fields['model']}' does not exist."
        raise Refusal(400, message, param="model", code="model_not_found")
    if model.retired(today):
        raise no_model(model.id, retired=True)
    return model


def _check_kinds(fields: Mapping[str, Any]) -> None:
    for name, value in fields.items():
        if name in {"temperature", "top_p", "top_logprobs"}:
            message = f"Unsupported parameter: '{name}' is not supported with this model."
            raise invalid(message, name, "unsupported_parameter")
        if name not in KINDS:
            raise invalid(f"Unknown parameter: '{name}'.", name, "unknown_parameter")
        expected, kinds = KINDS[name]
        if not isinstance(value, kinds) or (kinds is int and isinstance(value, bool)):
            given = type(value).__name__
            raise invalid(f"Invalid type for '{name}': expected {expected}, but got {given}.", name, "invalid_type")
    for name, least in LEAST.items():
        if fields.get(name, least) < least:
            message = (
                f"Invalid '{name}': integer below minimum value. Expected a value >= {least}, but got {fields[name]}."
            )
            raise invalid(message, name, "integer_below_min_value")


def read_response_request(
    request_id: str, fields: Mapping[str, Any], model: MainModel, memory: Memory, today: date, previews: tuple[str, ...]
) -> ResponseRequest:
    """Check what the fields say. Decodes every picture: run it off the event loop.

    Args:
        request_id: of the request.
        fields: as `read_model` has looked at them.
        model: that it found.
        memory: the responses that are kept.
        today: decides which models are retired.
        previews: the formats in preview that this project has access to.

    Raises:
        Refusal: the first fault found.
    """
    stream, store = fields.get("stream", False), fields.get("store", True)
    background = fields.get("background", False)
    if background and not store:
        raise invalid("Background mode requires 'store' to be true.", "background")
    effort = _effort(fields, model)
    tool = read_tool(fields.get("tools", []), today, previews, stream=stream)
    _check_company(tool, model, effort)
    must_paint = _choice(fields.get("tool_choice", "auto"), tool)
    if fields.get("truncation", "disabled") not in TRUNCATIONS:
        raise not_among(fields["truncation"], TRUNCATIONS, "truncation")
    if len(fields.get("safety_identifier", "")) > LONGEST_IDENTIFIER:
        message = f"Invalid 'safety_identifier': string too long. Expected at most {LONGEST_IDENTIFIER} characters."
        raise invalid(message, "safety_identifier", "string_above_max_length")
    name = fields.get("previous_response_id")
    previous = None if name is None else memory.previous(name)
    new = read_input(fields.get("input"), memory.pictures())
    before = () if previous is None else as_known(previous.context)
    asked = ResponseRequest(
        id=request_id,
        fields=fields,
        model=model,
        previous=previous,
        new=new,
        context=(*before, *new),
        tool=tool if fields.get("tool_choice") != "none" else None,
        must_paint=must_paint,
        effort=effort,
        most_output=fields.get("max_output_tokens"),
        stream=stream,
        store=store,
        background=background,
    )
    _check_context(asked)
    return asked


def _effort(fields: Mapping[str, Any], model: MainModel) -> str:
    effort = cast("dict[str, Any]", fields.get("reasoning", {})).get("effort") or "medium"
    if effort not in ALL_EFFORTS:
        raise not_among(effort, ALL_EFFORTS, "reasoning.effort")
    if effort not in model.efforts:
        listed = ", ".join(f"'{each}'" for each in model.efforts)
        message = f"Unsupported value: '{effort}' is not supported with the '{model.id}' model. Supported: {listed}."
        raise invalid(message, "reasoning.effort", "unsupported_value")
    return str(effort)


def _check_company(tool: Tool | None, model: MainModel, effort: str) -> None:
    if tool is None:
        return
    if not model.paints:
        raise invalid(f"Tool '{NAME}' is not supported with {model.id}.", "tools", "unsupported_value")
    if effort == "minimal":
        message = "The following tools cannot be used with reasoning.effort 'minimal': image_gen."
        raise invalid(message, "tools")


def _choice(choice: object, tool: Tool | None) -> bool:
    """Whether the tool has to be called."""
    if isinstance(choice, dict):
        kind = cast("dict[str, Any]", choice).get("type")
        if tool is None or kind != NAME:
            raise invalid(f"Tool choice '{kind}' not found in 'tools' parameter.", "tool_choice")
        return True
    if choice not in CHOICES:
        raise not_among(choice, CHOICES, "tool_choice")
    if choice == "required" and tool is None:
        raise invalid("Tool choice 'required' must be specified with 'tools' parameter.", "tool_choice")
    return choice == "required"


def _check_context(asked: ResponseRequest) -> None:
    if not asked.new:
        raise invalid("Invalid 'input': empty array. Expected at least one item.", "input", "empty_array")
    if asked.tokens > WINDOW:
        message = "Your input exceeds the context window of this model. Please adjust your input and try again."
        raise invalid(message, "input", "context_length_exceeded")
    tool = asked.tool
    if tool is None or asked.pictures:
        return
    if tool.action == "edit":
        raise invalid("Action 'edit' requires an image in the context.", "tools[0].action")
    if tool.mask is not None:
        raise invalid("'input_image_mask' requires an image in the context.", "tools[0].input_image_mask")
