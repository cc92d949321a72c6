"""Pictures and tokens out of what the image API answered, of which nothing is taken on trust."""

from __future__ import annotations

import asyncio
import binascii
import json
from typing import Any, cast

import structlog

from bot.errors import OutcomeUnknownError
from bot.openai_images.failures import not_known
from bot.services.images import FinishedImage
from bot.services.pricing import AuthorTokens, Usage

LARGEST_ANSWER = 48_000_000  # bytes: a file of 36 MB, more than three times what Discord takes
DECODE_STEP = 1 << 20  # base64 characters decoded at a time; the interpreter's lock is free in between

_log = structlog.stdlib.get_logger(__name__)


async def finished_of(body: bytes, request_id: str | None) -> FinishedImage:
    """The picture of an answer that came whole.

    It is read on another thread, but in one step that holds the interpreter's lock, since the library for JSON knows no
    other: 1 to 3 ms a megabyte, during which the event loop stands still. Answers that come whole are gif and svg,
    mostly of a few megabytes; more than `LARGEST_ANSWER` is not read at all.

    Raises:
        ValueError: it is no JSON, or too large.
        OutcomeUnknownError: there is no picture in it, or a damaged one.
    """
    if len(body) > LARGEST_ANSWER:
        raise ValueError("the answer is too large to be read")
    answer: Any = await asyncio.to_thread(json.loads, body)
    fields = _fields(answer)
    pictures = fields.get("data")
    first = _fields(cast("list[object]", pictures)[0]) if isinstance(pictures, list) and pictures else {}
    content = await picture_of(first.get("b64_json"), request_id)
    return FinishedImage(content, usage_of(fields), request_id, _author_of(fields))


async def picture_of(text: object, request_id: str | None) -> bytes:
    """The bytes of a result.

    Raises:
        OutcomeUnknownError: it is no base64, or nothing at all.
    """
    content = await decoded(text) if isinstance(text, str) else None
    if not content:
        spoilt = not_known("the image API sent a damaged picture, or none")
        raise OutcomeUnknownError(spoilt, code="damaged", request_id=request_id)
    return content


async def decoded(text: str) -> bytes | None:
    """Base64 to bytes, off the event loop and in steps, since one long step holds the interpreter's lock."""

    def decode() -> bytes:
        return b"".join(
            binascii.a2b_base64(text[start : start + DECODE_STEP], strict_mode=False)
            for start in range(0, len(text), DECODE_STEP)
        )

    try:
        return await asyncio.to_thread(decode)
    except ValueError:  # binascii.Error is one
        return None


def usage_of(answer: dict[str, Any]) -> Usage | None:
    """The tokens of an answer or of a completed event; None unless they are all there and make sense."""
    reported: dict[str, Any] = answer.get("usage") or {}
    try:
        details: dict[str, Any] = reported["input_tokens_details"]
        extra: dict[str, Any] = reported.get("output_tokens_details") or {}
        text_output = int(extra.get("text_tokens") or 0)
        return Usage(
            text_input=int(details["text_tokens"]),
            image_input=int(details["image_tokens"]),
            image_output=int(reported["output_tokens"]) - text_output,
            text_output=text_output,
        )
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):  # the last: int(inf)
        _log.warning("usage not understood", usage=reported)
        return None


def _author_of(answer: dict[str, Any]) -> AuthorTokens | None:
    """The tokens of an svg's author.

    Thoughts are output, as everywhere at this provider. Should they not be counted in `output_tokens`, the total tells.
    """
    reported = answer.get("svg_usage")
    if reported is None:
        return None
    try:
        read, written = int(reported["input_tokens"]), int(reported["output_tokens"])
        return AuthorTokens(read, max(written, int(reported["total_tokens"]) - read))
    except (KeyError, TypeError, ValueError, OverflowError):
        _log.warning("usage of the svg's author not understood", usage=reported)
        return None


def _fields(value: object) -> dict[str, Any]:
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}
