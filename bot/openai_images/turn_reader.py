"""A turn's pictures, words and tokens out of a response, whole or in events, of which nothing is taken on trust."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

import structlog

from bot.errors import OutcomeUnknownError, not_known
from bot.language import phrase
from bot.openai_images.answers import LONGEST_QUOTE, decoded, token_count, usage_of
from bot.openai_images.failures import BLOCKED, blocked_words, busy_in_body, from_body, named_in
from bot.services.catalog import MainTokens, ToolTokens
from bot.services.jobs import Begun, Drawn, PartialImage, Reply

if TYPE_CHECKING:
    from collections.abc import Mapping

    import httpx2

    from bot.openai_images.event_stream import Message

ENDS = frozenset({"completed", "incomplete", "failed", "cancelled"})

_log = structlog.stdlib.get_logger(__name__)


@dataclass
class TurnReader:
    """Takes in what comes of one response.

    Pictures are found in the items that are done, for the last event may repeat them or list nothing; an item counts
    as done by what it holds, for its own word on that is not always true.

    Attributes:
        headers: of the answer.
        request_id: the provider's id of the request.
        response_id: the provider's id of the response, once it is known.
        status: of the response, as far as it was told.
    """

    headers: httpx2.Headers
    request_id: str | None
    response_id: str | None = None
    status: str = ""
    _drawn: dict[str, Drawn | None] = field(default_factory=dict[str, "Drawn | None"])  # None is damaged
    _said: dict[str, str] = field(default_factory=dict[str, str])
    _refusal: str | None = None
    _is_declined: bool = False
    _named: tuple[str, ...] = ()
    _body: dict[str, Any] = field(default_factory=dict[str, Any])

    @property
    def is_over(self) -> bool:
        """Whether it has come to an end."""
        return self.status in ENDS

    def take(self, message: Message) -> Begun | PartialImage | None:
        """What is to be passed on of an event, or of a response that came whole.

        Raises:
            ImageFailure: it is an error.
        """
        fields = message.fields
        kind = str(fields.get("type", "")).removeprefix("response.")
        body = fields if message.is_whole and "status" in fields else _object(fields.get("response"))
        if not body and (error := fields.get("error") or (fields if kind == "error" else None)):
            busy = busy_in_body(error, self.headers, self.request_id) if message.is_whole else None
            raise busy or from_body(cast("object", error), self.request_id)
        if kind.endswith(".partial_image"):
            content = decoded(message.text(fields, "partial_image_b64"))
            return PartialImage(_number(fields.get("partial_image_index")), content) if content else None
        if kind == "output_item.done":
            self._item(message, _object(fields.get("item")))
        elif kind == "output_text.done" and isinstance(text := fields.get("text"), str):
            self._said.setdefault(str(fields.get("item_id")), text)
        return self._take_body(message, body, kind) if body else None

    def reply(self) -> Reply:
        """What came, once it is over.

        Raises:
            ImageFailure: it failed, or its picture is damaged.
        """
        if self.status in {"failed", "cancelled"}:
            error = self._body.get("error")
            if self.status == "failed" and isinstance(error, dict):
                raise from_body(cast("object", error), self.request_id)
            raise OutcomeUnknownError(
                not_known(phrase("the image API did not finish this")), code=self.status, request_id=self.request_id
            )
        pictures = tuple(drawn for drawn in self._drawn.values() if drawn is not None)
        if self._drawn and not pictures:
            spoilt = not_known(phrase("the image API sent a damaged picture, or none"))
            raise OutcomeUnknownError(spoilt, code="damaged", request_id=self.request_id)
        reason = _object(self._body.get("incomplete_details")).get("reason")
        refusal = blocked_words({}) if reason == "content_filter" else self._refusal
        return Reply(
            response_id=self.response_id,
            words="\n".join(words for words in self._said.values() if words.strip()),
            pictures=pictures,
            main=_main_tokens(self._body),
            tool=_tool_tokens(self._body),
            refusal=None if pictures else refusal,
            is_cut=self.status == "incomplete",
            is_declined=self._is_declined,
            named=() if pictures else self._named,
            request_id=self.request_id,
        )

    def _take_body(self, message: Message, body: dict[str, Any], kind: str) -> Begun | None:
        known, self.response_id = self.response_id, self.response_id or _text(body.get("id"))
        self.status = str(body.get("status") or (kind if kind in ENDS else self.status))
        if self.is_over:
            self._body = body
            output = body.get("output")
            for item in cast("list[object]", output) if isinstance(output, list) else []:
                self._item(message, _object(item))
        return Begun(self.response_id) if self.response_id and known is None else None

    def _item(self, message: Message, item: dict[str, Any]) -> None:
        """An item of the output that is done, or that the end repeats."""
        name = str(item.get("id"))
        if item.get("type") == "message":
            content = item.get("content")
            parts = [_object(part) for part in cast("list[object]", content)] if isinstance(content, list) else []
            self._said[name] = "".join(_text(part.get("text") or part.get("refusal")) or "" for part in parts)
            self._is_declined |= any(part.get("type") == "refusal" for part in parts)
        elif item.get("type") == "image_generation_call" and self._drawn.get(name) is None:
            text = message.text(item, "result")
            if text is not None:
                content = decoded(text)
                prompt, action = _text(item.get("revised_prompt")), _text(item.get("action"))
                self._drawn[name] = Drawn(content, prompt or "", action or "") if content else None
            elif item.get("status") == "failed":
                error = _object(item.get("error"))
                self._refusal, self._named = _refusal_of(error), named_in(_object(error.get("moderation_details")))


def _refusal_of(error: dict[str, Any]) -> str:
    if error.get("code") in BLOCKED or error.get("type") in BLOCKED:
        return blocked_words(_object(error.get("moderation_details")))
    return phrase("The image API could not make this picture. Say it in other words, or try again.")


def _main_tokens(body: dict[str, Any]) -> MainTokens | None:
    reported = body.get("usage")
    if reported is None:
        return None
    try:
        details: Mapping[str, Any] = reported.get("input_tokens_details") or {}
        return MainTokens(
            token_count(reported["input_tokens"]),
            token_count(reported["output_tokens"]),
            token_count(details.get("cached_tokens") or 0),
            token_count(details.get("cache_write_tokens") or 0),
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        _log.warning("usage of the main model not understood", usage=repr(reported)[:LONGEST_QUOTE])
        return None


def _tool_tokens(body: dict[str, Any]) -> ToolTokens | None:
    """The image model's; what the cache gave counts only where it is said of which kind it is."""
    reported = _object(_object(body.get("tool_usage")).get("image_gen"))
    usage = usage_of({"usage": reported}) if reported else None
    if usage is None:
        return None
    cached = _object(reported.get("cached_tokens_details"))
    try:
        return ToolTokens(
            usage,
            token_count(cached.get("cached_text_tokens") or 0),
            token_count(cached.get("cached_image_tokens") or 0),
        )
    except (TypeError, ValueError):
        _log.warning("cached tokens not understood", usage=repr(cached)[:LONGEST_QUOTE])
        return ToolTokens(usage)


def _object(value: object) -> dict[str, Any]:
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _number(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else 0
