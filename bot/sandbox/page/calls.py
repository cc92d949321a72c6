"""What the API was asked, as the page shows it behind the scenes."""

from __future__ import annotations

import base64
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from bot.sandbox.discord.wire.json_values import is_list, is_object

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bot.sandbox.discord.wire.json_values import Json
    from bot.sandbox.images import BillLine, Call, ReceivedFile, SandboxImages
    from bot.sandbox.page.files import Files

LATEST_CALLS = 40
TURN = "responses"
ADDRESS = "data:"  # begins a picture within the fields


class Sent(NamedTuple):
    """A picture of a call."""

    field: str
    name: str
    media_type: str
    size: int  # bytes
    read: Callable[[], bytes]


class CallLog:
    """The API's calls as JSON: the fields as they were sent, and the files as pictures."""

    def __init__(self, images: SandboxImages, files: Files) -> None:
        self._images = images
        self._files = files
        self._told: set[str] = set()

    def listed(self) -> list[Json]:
        """The latest calls, newest first."""
        outcomes = {line.call_id: line for line in self._images.bill.lines}
        shown: list[Json] = []
        told: set[str] = set()
        for call in self._images.asked[: -LATEST_CALLS - 1 : -1]:
            sent = list(_sent(call))
            told.update(_number(call, place) for place in range(len(sent)))
            shown.append(_fields(call) | {"files": self._pictures(call, sent)} | _outcome(outcomes.get(call.id)))
        for number in self._told - told:
            self._files.forget(number)
        self._told = told
        return shown

    def _pictures(self, call: Call, sent: list[Sent]) -> list[Json]:
        return [
            {
                "field": file.field,
                "name": file.name,
                "media_type": file.media_type,
                "bytes": file.size,
                "url": self._files.tell(_number(call, place), file.name or file.field, file.read, file.media_type),
            }
            for place, file in enumerate(sent)
        ]


def _number(call: Call, place: int) -> str:
    """What names a call's file among all that the page serves."""
    return f"{call.id}/{place}"


def _fields(call: Call) -> Json:
    if call.endpoint != TURN:
        return {"id": call.id, "endpoint": f"POST /v1/images/{call.endpoint}", "fields": dict(call.fields)}
    fields = {name: _without_pictures(value) for name, value in call.fields.items()}
    words = list(_words(call.fields.get("input")))
    return {"id": call.id, "endpoint": "POST /v1/responses", "fields": {"prompt": words[-1] if words else ""} | fields}


def _outcome(line: BillLine | None) -> Json:
    return {
        "outcome": line.outcome if line else "running",
        "code": line.code if line else None,
        "size": line.size if line else "",
        "previews": line.partials if line else 0,
        "cost_nano": line.cost_nano if line else None,
    }


def _sent(call: Call) -> Iterator[Sent]:
    for file in call.files:
        yield Sent(file.field, file.name, file.media_type, len(file.content), partial(_content, file))
    if call.endpoint == TURN:
        yield from _addressed(call.fields, "image")


def _content(file: ReceivedFile) -> bytes:
    return file.content


def _addressed(value: object, field: str) -> Iterator[Sent]:
    """The pictures within the fields of a response's request."""
    if is_object(value):
        for key, inner in value.items():
            yield from _addressed(inner, "mask" if key.endswith("mask") else field)
    elif is_list(value):
        for inner in value:
            yield from _addressed(inner, field)
    elif isinstance(value, str) and value.startswith(ADDRESS):
        head, _, payload = value.partition(",")
        media_type = head.removeprefix(ADDRESS).removesuffix(";base64")
        yield Sent(field, "", media_type, len(payload) * 3 // 4, partial(base64.b64decode, payload))


def _without_pictures(value: object) -> object:
    """The same; a picture is only named."""
    if is_object(value):
        return {key: _without_pictures(inner) for key, inner in value.items()}
    if is_list(value):
        return [_without_pictures(inner) for inner in value]
    return "(a picture)" if isinstance(value, str) and value.startswith(ADDRESS) else value


def _words(value: object) -> Iterator[str]:
    """What people said, in its order."""
    if isinstance(value, str):
        yield value
    elif is_list(value):
        for inner in value:
            if is_object(inner):
                yield from _words(inner.get("content", inner.get("text")))
