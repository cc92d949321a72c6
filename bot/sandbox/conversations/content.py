"""What a conversation holds: words and pictures, one after the other, read from a request's ``input``."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

from bot.sandbox.conversations.tokens import seen_tokens
from bot.sandbox.images.inputs import InputPicture, upright
from bot.sandbox.images.received import ReceivedFile, from_address
from bot.sandbox.images.refusals import Refusal, invalid, not_among
from bot.sandbox.images.tokens import text_tokens

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

MOST_PICTURES = 1500  # of a request; guide "Images and vision"
PER_ENTRY = 4  # tokens that mark whose turn it is
ROLES = ("user", "assistant", "system", "developer")
DETAILS = ("low", "high", "auto", "original")
MEDIA_TYPES = ("image/jpeg", "image/png", "image/webp", "image/gif")


@dataclass(frozen=True, slots=True)
class Entry:
    """Words, or a picture.

    Attributes:
        made_by: the id of the tool call that made the picture; None for one that was sent.
        is_new: it came with this request.
    """

    role: str
    text: str = ""
    picture: InputPicture | None = None
    media_type: str = "image/png"
    detail: str = "high"
    made_by: str | None = None
    is_new: bool = True

    @property
    def tokens(self) -> int:
        """What the main model reads of it."""
        if self.picture is None:
            return PER_ENTRY + text_tokens(self.text)
        return PER_ENTRY + seen_tokens(self.picture.width, self.picture.height, self.detail)

    @property
    def seen(self) -> InputPicture:
        """The picture. Not of words."""
        return cast("InputPicture", self.picture)

    def file(self) -> ReceivedFile:
        """The picture as the image model is sent it. Raises AttributeError for words."""
        return ReceivedFile("image", "", self.media_type, self.seen.content)


def as_known(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """The same, for a request that goes on from them."""
    return tuple(replace(entry, is_new=False) for entry in entries)


def read_input(given: object, known: Mapping[str, Entry]) -> tuple[Entry, ...]:
    """The entries of a request's ``input``; decodes every picture.

    Args:
        given: as it came.
        known: pictures of kept responses, by the id of the call that made them.

    Raises:
        Refusal: the first fault found.
    """
    if isinstance(given, str):
        return (Entry("user", given),)
    if not isinstance(given, list):
        raise invalid("Missing required parameter: 'input'.", "input", "missing_required_parameter")
    entries: list[Entry] = []
    thought = False  # the item before was reasoning
    for place, item in enumerate(cast("list[object]", given)):
        param = f"input[{place}]"
        fields = _object(item, param)
        kind = fields.get("type", "message")
        if kind == "message":
            entries.extend(_message(fields, param))
        elif kind == "image_generation_call":
            entries.append(_made(fields, param, known, thought=thought))
        elif kind != "reasoning":
            raise not_among(kind, ("message", "image_generation_call", "reasoning"), f"{param}.type")
        thought = kind == "reasoning"
    if sum(entry.picture is not None for entry in entries) > MOST_PICTURES:
        raise invalid(f"Too many images. At most {MOST_PICTURES} are allowed.", "input", "array_above_max_length")
    return tuple(entries)


def _object(item: object, param: str) -> dict[str, Any]:
    if not isinstance(item, dict):
        raise invalid(f"Invalid type for '{param}': expected an object.", param, "invalid_type")
    return cast("dict[str, Any]", item)


def _message(fields: dict[str, Any], param: str) -> Iterator[Entry]:
    role, content = fields.get("role"), fields.get("content")
    if role not in ROLES:
        raise not_among(role, ROLES, f"{param}.role")
    if isinstance(content, str):
        yield Entry(role, content)
        return
    if not isinstance(content, list):
        raise invalid(
            f"Missing required parameter: '{param}.content'.", f"{param}.content", "missing_required_parameter"
        )
    allowed = ("output_text", "refusal") if role == "assistant" else ("input_text", "input_image")
    for place, part in enumerate(cast("list[object]", content)):
        inside = f"{param}.content[{place}]"
        each = _object(part, inside)
        kind = each.get("type")
        if kind not in allowed:
            raise not_among(kind, allowed, f"{inside}.type")
        if kind == "input_image":
            yield _picture(role, each, inside)
            continue
        name = "refusal" if kind == "refusal" else "text"
        if not isinstance(each.get(name), str):
            param_of = f"{inside}.{name}"
            raise invalid(f"Missing required parameter: '{param_of}'.", param_of, "missing_required_parameter")
        yield Entry(role, each[name])


def _picture(role: str, fields: dict[str, Any], param: str) -> Entry:
    detail = fields.get("detail", "auto")
    if detail not in DETAILS:
        raise not_among(detail, DETAILS, f"{param}.detail")
    if fields.get("file_id") is not None:
        raise Refusal(404, f"No such File object: {fields['file_id']}", param=f"{param}.file_id")
    file = from_address("image", f"{param}.image_url", fields.get("image_url"))
    return Entry(role, picture=_decoded(file, param), media_type=file.media_type, detail=detail)


def _decoded(file: ReceivedFile, param: str) -> InputPicture:
    if file.media_type not in MEDIA_TYPES:
        message = (
            "You uploaded an unsupported image. Please make sure your image has of one the following formats: "
            "['png', 'jpeg', 'gif', 'webp']."
        )
        raise invalid(message, param, "unsupported_image_media_type")
    try:
        image = upright(file.content)
    except OSError as error:
        message = "The image data you provided does not represent a valid image. Please check your input and try again."
        raise invalid(message, param, "image_parse_error") from error
    return InputPicture(file.content, *image.size)


def _made(fields: dict[str, Any], param: str, known: Mapping[str, Entry], *, thought: bool) -> Entry:
    """A picture that the tool made: by its id while that is kept, else with all of it and the thoughts before."""
    name = fields.get("id")
    if not isinstance(name, str):
        raise invalid(f"Missing required parameter: '{param}.id'.", f"{param}.id", "missing_required_parameter")
    if isinstance(result := fields.get("result"), str):
        if not thought:
            message = (
                f"Item '{name}' of type 'image_generation_call' was provided without its required 'reasoning' item."
            )
            raise invalid(message, "input")
        file = from_address("image", f"{param}.result", f"data:image/png;base64,{result}")
        return Entry("assistant", picture=_decoded(file, param), made_by=name)
    if name not in known:
        message = (
            f"Item with id '{name}' not found. Items are not persisted when `store` is set to false. Try again with "
            "`store` set to true, or remove this item from your input."
        )
        raise Refusal(404, message, param="input")
    return replace(known[name], is_new=True)
