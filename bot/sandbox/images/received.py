"""What arrived: a call's fields and files as they came over the wire, JSON or multipart."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from aiohttp import BodyPartReader

from bot.sandbox.images.refusals import Refusal, invalid

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiohttp import web

LARGEST_FILE = 50 * 1024 * 1024  # bytes; image guide
FILE_FIELDS = ("image", "image[]", "mask", "markup")
INTEGERS = ("n", "output_compression", "partial_images", "frame_count", "frame_duration_ms")


@dataclass(frozen=True, slots=True)
class ReceivedFile:
    """One uploaded file. `field` is the form field's name without brackets."""

    field: str
    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Call:
    """One request for pictures, or for a response of a conversation, as it came.

    Attributes:
        id: our request id, also sent as ``x-request-id``.
        endpoint: ``generations``, ``edits`` or ``responses``.
        headers: names in lower case; the key is left out.
        fields: form or JSON fields; in a form, numbers and truth values are converted.
        files: in the order of the form; those of a response stay in its fields.
    """

    id: str
    endpoint: str
    headers: Mapping[str, str]
    fields: Mapping[str, Any]
    files: tuple[ReceivedFile, ...]

    @property
    def prompt(self) -> str:
        """The prompt as sent; empty when there is none."""
        prompt = self.fields.get("prompt")
        return prompt if isinstance(prompt, str) else ""

    def named(self, field: str) -> tuple[ReceivedFile, ...]:
        """The files of one field."""
        return tuple(file for file in self.files if file.field == field)


async def receive(request: web.Request, request_id: str, endpoint: str) -> Call:
    """Read a request whole.

    Raises:
        Refusal: neither JSON nor a form, or a file too large.
    """
    if request.content_type == "multipart/form-data":
        try:
            fields, files = await _read_form(request)
        except ValueError as error:
            raise Refusal(400, "Could not parse multipart form.") from error
    elif request.content_type == "application/json":
        fields, files = await _read_json(request, endpoint)
    else:
        sent = request.headers.get("content-type", "")
        raise Refusal(
            400,
            f"Unsupported content type: '{sent}'. This API method only accepts 'application/json' requests, but you "
            f"specified the header 'Content-Type: {sent}'. Please try again with a supported content type.",
            code="unsupported_content_type",
        )
    return Call(request_id, endpoint, headers_of(request), fields, tuple(files))


def headers_of(request: web.Request) -> dict[str, str]:
    """As they came, but for the key; names in lower case."""
    return {name.lower(): value for name, value in request.headers.items() if name.lower() != "authorization"}


async def read_object(request: web.Request) -> dict[str, Any]:
    """The JSON object of a request's body, without what is null.

    Raises:
        Refusal: it is none.
    """
    body: object
    try:
        body = json.loads(await request.read())
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise Refusal(
            400,
            "We could not parse the JSON body of your request. (HINT: This likely means you aren't using your HTTP "
            "library correctly. The OpenAI API expects a JSON payload, but what was sent was not valid JSON.)",
        )
    given = cast("dict[str, Any]", body)
    return {name: value for name, value in given.items() if value is not None}


async def _read_json(request: web.Request, endpoint: str) -> tuple[dict[str, Any], list[ReceivedFile]]:
    fields = await read_object(request)
    files: list[ReceivedFile] = []
    if endpoint == "edits":
        images: object = fields.pop("images", [])
        if not isinstance(images, list):
            raise invalid("Invalid type for 'images': expected an array of objects.", "images", "invalid_type")
        listed = enumerate(cast("list[object]", images))
        files = [_from_reference("image", f"images[{index}]", item) for index, item in listed]
        for name in ("mask", "markup"):
            if name in fields:
                files.append(_from_reference(name, name, fields.pop(name)))
    return fields, files


def _from_reference(field: str, param: str, item: object) -> ReceivedFile:
    """A file out of ``{"image_url": "data:..."}``."""
    url = cast("dict[str, object]", item).get("image_url") if isinstance(item, dict) else None
    return from_address(field, f"{param}.image_url", url)


def from_address(field: str, param: str, url: object) -> ReceivedFile:
    """A file out of ``data:...``. Other addresses are not fetched: nothing leaves this machine.

    Raises:
        Refusal: it is no such address, or the file is too large.
    """
    if not isinstance(url, str):
        raise invalid(f"Missing required parameter: '{param}'.", param, "missing_required_parameter")
    head, comma, payload = url.partition(",")
    if not comma or not head.startswith("data:") or not head.endswith(";base64"):
        raise invalid(f"Invalid '{param}'. The sandbox reads data: URLs only.", param, "invalid_image_url")
    try:
        content = base64.b64decode(payload, validate=True)
    except binascii.Error as error:
        raise invalid(f"Invalid '{param}': not valid base64.", param, "invalid_image_url") from error
    media_type = head.removeprefix("data:").removesuffix(";base64")
    _check_size(field, content)
    return ReceivedFile(field, "", media_type, content)


async def _read_form(request: web.Request) -> tuple[dict[str, Any], list[ReceivedFile]]:
    fields: dict[str, Any] = {}
    files: list[ReceivedFile] = []
    single: set[str] = set()
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader):
            continue  # a form within the form: no client sends one
        name = part.name or ""
        if name in single:
            raise invalid(
                f"Duplicate parameter: '{name}'. You provided multiple values for this parameter, whereas only one is "
                f"allowed. If you are trying to provide a list of values, use the array syntax instead e.g. "
                f"'{name}[]=<value>'.",
                name,
                "duplicate_parameter",
            )
        if not name.endswith("[]"):
            single.add(name)
        if name in FILE_FIELDS:
            files.append(await _read_file(part, name.removesuffix("[]")))
        else:
            fields[name] = _converted(name, await part.text())
    return fields, files


async def _read_file(part: BodyPartReader, field: str) -> ReceivedFile:
    content = bytearray()
    while chunk := await part.read_chunk(256 * 1024):
        content += chunk
        _check_size(field, content)
    media_type = part.headers.get("Content-Type", "application/octet-stream")
    return ReceivedFile(field, part.filename or "", media_type, bytes(content))


def _check_size(field: str, content: bytes | bytearray) -> None:
    if len(content) > LARGEST_FILE:
        message = f"Invalid '{field}': the file is too large. The maximum size is 50MB."
        raise invalid(message, field, "image_file_too_large")


def _converted(name: str, text: str) -> object:
    """A form knows only text: numbers and truth values are what the API expects there."""
    if name in INTEGERS:
        try:
            return int(text)
        except ValueError:
            return text
    if name == "stream" and text in {"true", "false"}:
        return text == "true"
    return text
