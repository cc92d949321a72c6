"""The ``image_generation`` tool: its parameters, refused as the image API refuses them, and what it is then asked.

Rules: openai 3.52, tool_param.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from bot.sandbox.images.checks import CheckedCall, check
from bot.sandbox.images.received import Call, ReceivedFile, from_address
from bot.sandbox.images.refusals import Refusal, invalid, not_among

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from bot.sandbox.conversations.content import Entry
    from bot.sandbox.images.models import Model

NAME = "image_generation"
USUAL_MODEL = "gpt-image-2.6-sunburst"
ACTIONS = ("auto", "generate", "edit")
MOST_INPUTS = 16
OWN = ("type", "action", "input_image_mask", "input_fidelity")
FIELDS = (
    *OWN, "background", "complexity", "frame_count", "frame_duration_ms", "model", "moderation", "output_compression",
    "output_format", "partial_images", "quality", "size", "svg",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tool:
    """The tool as a request sets it up.

    Attributes:
        fields: those that the image API knows too.
        usual: a call for a picture without inputs, which says that they are valid.
    """

    given: dict[str, Any]
    fields: dict[str, Any]
    usual: CheckedCall
    action: str
    mask: ReceivedFile | None
    today: date
    previews: tuple[str, ...]

    @property
    def model(self) -> Model:
        """Who draws."""
        return self.usual.model

    def asked(self, request_id: str, prompt: str, pictures: Sequence[Entry], action: str) -> CheckedCall:
        """The call of the tool for one picture; decodes its inputs. The first of them is what is edited.

        Raises:
            Refusal: the mask does not fit the first picture, say.
        """
        files = [entry.file() for entry in pictures[:MOST_INPUTS]] if action == "edit" else []
        fields = dict(self.fields, prompt=prompt)
        if files:
            files += [] if self.mask is None else [self.mask]
            if (fidelity := self.given.get("input_fidelity")) is not None:
                fields["input_fidelity"] = fidelity
        call = Call(request_id, "edits" if files else "generations", {}, fields, tuple(files))
        return check(call, self.today, self.previews)


def read_tool(tools: object, today: date, previews: tuple[str, ...], *, stream: bool) -> Tool | None:
    """The tool among a request's ``tools``, if it is there. It is the only one that the sandbox has.

    Raises:
        Refusal: the first fault found.
    """
    if not isinstance(tools, list):
        raise invalid("Invalid type for 'tools': expected an array.", "tools", "invalid_type")
    found: Tool | None = None
    for place, item in enumerate(cast("list[object]", tools)):
        param = f"tools[{place}]"
        given = cast("dict[str, Any]", item) if isinstance(item, dict) else {}
        if given.get("type") != NAME:
            raise not_among(given.get("type"), (NAME,), f"{param}.type")
        if found is not None:
            raise invalid(f"Duplicate tool: '{NAME}'.", param)
        try:
            found = _tool(given, today, previews, stream=stream)
        except Refusal as refusal:
            name = refusal.error["param"]
            refusal.error["param"] = param if name is None else f"{param}.{name}"
            raise
    return found


def _tool(given: dict[str, Any], today: date, previews: tuple[str, ...], *, stream: bool) -> Tool:
    for name in given:
        if name not in FIELDS:
            raise invalid(f"Unknown parameter: '{name}'.", name, "unknown_parameter")
    fields: dict[str, Any] = {"model": USUAL_MODEL}
    fields |= {name: value for name, value in given.items() if name not in OWN and value is not None}
    fields["stream"] = stream and fields.get("output_format") not in {"gif", "svg"}
    usual = check(Call("", "generations", {}, dict(fields, prompt="-"), ()), today, previews)
    action = given.get("action", "auto")
    if action not in ACTIONS:
        raise not_among(action, ACTIONS, "action")
    fidelity = given.get("input_fidelity")
    if fidelity is not None and fidelity not in usual.model.family.fidelities:
        message = f"The model '{usual.model.id}' does not support the 'input_fidelity' parameter."
        raise invalid(message, "input_fidelity", "unsupported_parameter")
    return Tool(given, fields, usual, action, _mask(given.get("input_image_mask")), today, previews)


def _mask(given: object) -> ReceivedFile | None:
    if given is None:
        return None
    address = cast("dict[str, object]", given).get("image_url") if isinstance(given, dict) else None
    return from_address("mask", "input_image_mask.image_url", address)
