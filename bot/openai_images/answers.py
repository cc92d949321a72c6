"""Pictures and tokens out of what the image API answered, of which nothing is taken on trust."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import structlog

from bot.errors import OutcomeUnknownError, not_known
from bot.language import phrase
from bot.openai_images.event_stream import messages
from bot.openai_images.failures import from_body
from bot.openai_images.picture_texts import PictureText
from bot.services.catalog import AuthorTokens, Usage
from bot.services.jobs import FinishedImage, PartialImage

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable

    from bot.openai_images.event_stream import Message

LONGEST_QUOTE = 100  # characters of what was not understood, for the log

_log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True)
class AnswerReader:
    """Takes the pictures out of one answer.

    Attributes:
        fetch: the bytes behind an address that came instead of a picture; see `bot.openai_images.links`.
        request_id: the provider's id of the request.
    """

    fetch: Callable[[str], Awaitable[bytes]]
    request_id: str | None

    async def pictures(self, pieces: AsyncIterator[bytes]) -> AsyncGenerator[PartialImage | FinishedImage]:
        """The previews and the picture; nothing if it ended without one. What follows the picture is not read.

        Raises:
            ImageFailure: an error came, or a picture that is damaged or cannot be had.
            ValueError: it is no answer of an image API.
        """
        async for message in messages(pieces):
            if isinstance(message, bytes):
                yield FinishedImage(message, None, self.request_id)
                return
            image = await self._image(message)
            if image is not None:
                yield image
            if isinstance(image, FinishedImage):
                return
            del message, image  # or a preview would be kept until the picture has come

    async def _image(self, message: Message) -> PartialImage | FinishedImage | None:
        """The picture in a message; None if there is none."""
        fields = message.fields
        kind = str(fields.get("type", ""))
        if kind.endswith(".partial_image"):
            content = decoded(message.text(fields, "b64_json"))
            # A spoilt preview is left out: the result that is paid for comes after it.
            return PartialImage(_number(fields.get("partial_image_index")), content) if content else None
        holder = _holder(fields)
        if holder is None and (error := fields.get("error") or (fields if kind == "error" else None)):
            raise from_body(cast("object", error), self.request_id)
        if message.is_whole or kind.endswith(".completed") or (holder is not None and not kind):
            content = await self._content(message, holder or {})
            return FinishedImage(content, usage_of(fields), self.request_id, _author_of(fields))
        return None

    async def _content(self, message: Message, holder: dict[str, Any]) -> bytes:
        text = message.text(holder, "b64_json") or message.text(holder, "url")
        if isinstance(text, str) and text.startswith(("https://", "http://")):
            return await self.fetch(text)
        content = decoded(text)
        if content is None:
            spoilt = not_known(phrase("the image API sent a damaged picture, or none"))
            raise OutcomeUnknownError(spoilt, code="damaged", request_id=self.request_id)
        return content


def _holder(fields: dict[str, Any]) -> dict[str, Any] | None:
    """The object that holds a picture: the message itself, as in an event, or the first of its ``data``."""
    pictures = fields.get("data")
    listed = cast("list[object]", pictures) if isinstance(pictures, list) else [pictures]
    for each in (fields, *listed[:1]):
        holder = cast("dict[str, Any]", each) if isinstance(each, dict) else {}
        if holder.get("b64_json") or holder.get("url"):
            return holder
    return None


def decoded(text: str | PictureText | None) -> bytes | None:
    """The file that a picture's text stands for; None if there is none, or it is no base64."""
    if isinstance(text, str):
        text = PictureText(text.encode())
    return None if text is None else text.content()


def usage_of(answer: dict[str, Any]) -> Usage | None:
    """The tokens of an answer or of a completed event; None unless they are all there, whole, and add up."""
    reported = answer.get("usage")
    try:
        usage = _usage(cast("dict[str, Any]", reported))
    except (KeyError, TypeError, ValueError, AttributeError):
        _log.warning("usage not understood", usage=repr(reported)[:LONGEST_QUOTE])
        return None
    return usage


def _usage(reported: dict[str, Any]) -> Usage:
    details: dict[str, Any] = reported["input_tokens_details"]
    extra: dict[str, Any] = reported.get("output_tokens_details") or {}
    written = extra.get("text_tokens")
    text_output, output = 0 if written is None else token_count(written), token_count(reported["output_tokens"])
    usage = Usage(
        text_input=token_count(details["text_tokens"]),
        image_input=token_count(details["image_tokens"]),
        image_output=output - text_output,
        text_output=text_output,
    )
    given = usage.text_input + usage.image_input
    sums = {"input_tokens": given, "total_tokens": given + output}
    if any(name in reported and token_count(reported[name]) != tokens for name, tokens in sums.items()):
        raise ValueError("the tokens do not add up")
    if extra.get("image_tokens") is not None and token_count(extra["image_tokens"]) != usage.image_output:
        raise ValueError("the tokens of the output do not add up")
    return usage


def _author_of(answer: dict[str, Any]) -> AuthorTokens | None:
    """The tokens of an svg's author.

    Thoughts are output, as everywhere at this provider. Should they not be counted in `output_tokens`, the total tells.
    """
    reported = answer.get("svg_usage")
    if reported is None:
        return None
    try:
        read, written = token_count(reported["input_tokens"]), token_count(reported["output_tokens"])
        return AuthorTokens(read, max(written, token_count(reported["total_tokens"]) - read))
    except (KeyError, TypeError, ValueError):
        _log.warning("usage of the svg's author not understood", usage=repr(reported)[:LONGEST_QUOTE])
        return None


def token_count(value: object) -> int:
    """A count of tokens: a whole number, and nothing that only converts to one. Raises TypeError."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError("a count of tokens is no whole number")
    return value


def _number(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else 0
