"""What a failure of the image API means: for the member, and for the ledger.

`charged` is ``no`` only where it is certain that nothing was billed; everything unlisted is unknown. The rules and
their sources: design, section 5.
"""

from __future__ import annotations

import re
from contextlib import suppress
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, cast

import httpx2
import structlog

from bot.errors import (
    ImageFailure,
    OutcomeUnknownError,
    PromptBlockedError,
    ProviderAccountError,
    ProviderBusyError,
    ProviderUnreachableError,
    RequestRejectedError,
)

if TYPE_CHECKING:
    import openai

HELD = "Whether it is billed is not known yet, so its price stays held."
LONGEST_REASON = 200  # characters of the provider's words that are passed on

_MARKUP = re.compile(r"[^\w .,;'%()-]")
_WAIT = re.compile(r"try again (?:in|after) ([0-9]{1,5}(?:\.[0-9]{1,3})?) ?s", re.IGNORECASE)

_log = structlog.stdlib.get_logger(__name__)

BLOCKED = frozenset({"moderation_blocked", "content_policy_violation"})
NO_MONEY = frozenset({"insufficient_quota", "billing_hard_limit_reached", "project_spend_limit_exceeded"})
# Refused before anything was made. 408, 409 and 499 are not among them: a gateway may say so after the call was sent.
CERTAINLY_FREE = frozenset({400, 401, 402, 403, 404, 405, 413, 415, 422, 429})
# The resource is elsewhere, and nothing was done here; 302 and 303 may also be the answer to what was done (RFC 9110).
MOVED = frozenset({301, 307, 308})
USER_ERRORS = frozenset({"invalid_request_error", "image_generation_user_error"})

# What to do about a request that was refused: by what was wrong with it, else by how.
BY_PARAMETER = {
    "mask": "Make the mask once more, or go without it.",
    "markup": "Draw upon the picture once more, or say it in words.",
    "output_format": "Choose another format, or ask whoever runs me.",
    "frame_count": "Choose another number of frames.",
}
BY_CODE = {
    "image_file_too_large": "Send a smaller picture.",
    "invalid_image_file": "Save the picture anew as PNG or JPEG, and attach that.",
    "unsupported_file_mimetype": "Save the picture anew as PNG or JPEG, and attach that.",
    "unsupported_parameter": "Leave that option out, or choose another model.",
}


def from_status(error: openai.APIStatusError) -> ImageFailure:
    """A failure that came before the stream, with a status code."""
    status, request_id = error.status_code, error.request_id
    code = error.code or f"http_{status}"
    retry_after = _retry_after(error.response.headers, error.message)
    is_limited = status == HTTPStatus.TOO_MANY_REQUESTS and code not in NO_MONEY
    if is_limited or (status == HTTPStatus.SERVICE_UNAVAILABLE and retry_after is not None):
        busy = "busy. Try again in a minute." if is_limited else "overloaded. Try again in a few minutes."
        return ProviderBusyError(
            f"The image API is {busy} Nothing was charged.",
            code=code,
            retry_after=1.0 if retry_after is None else retry_after,
            request_id=request_id,
        )
    if status < HTTPStatus.BAD_REQUEST:
        return _redirected(error, code)
    if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        return _account(code, request_id)
    if status == HTTPStatus.NOT_FOUND:
        return RequestRejectedError(
            "The image API does not offer this model to us. Choose another model. Nothing was charged.",
            code=code,
            request_id=request_id,
        )
    if status in CERTAINLY_FREE:
        return from_body(error.body, request_id, fallback=code)
    return OutcomeUnknownError(not_known("the image API had an internal error"), code=code, request_id=request_id)


def _redirected(error: openai.APIStatusError, code: str) -> ImageFailure:
    """A paid call is not repeated elsewhere: prompt, pictures and key go to the address that was set, and once."""
    elsewhere = error.response.headers.get("location", "")[:LONGEST_REASON]
    with suppress(httpx2.InvalidURL):
        elsewhere = httpx2.URL(elsewhere).host or elsewhere
    _log.error("the image API redirects; is OPENAI_BASE_URL right?", status=error.status_code, to=elsewhere)
    reason = "the image API sent me to another address, where I do not follow. Please tell whoever runs me"
    if error.status_code in MOVED:
        return RequestRejectedError(
            f"No picture came: {reason}. Nothing was charged.", code=code, request_id=error.request_id
        )
    return OutcomeUnknownError(not_known(reason), code=code, request_id=error.request_id)


def from_body(body: object, request_id: str | None, fallback: str | None = None) -> ImageFailure:
    """An error object: from a refused request, or an event in mid-stream (then `fallback` is None)."""
    fields = cast("dict[str, Any]", body) if isinstance(body, dict) else {}
    code = str(fields.get("code") or fields.get("type") or fallback or "error")
    if code in BLOCKED:
        return _blocked(fields.get("moderation_details"), code, request_id, streaming=fallback is None)
    if code in NO_MONEY:
        return _account(code, request_id)
    if fallback is not None or fields.get("type") in USER_ERRORS:
        return _rejected(fields, code, request_id)
    return OutcomeUnknownError(not_known("the image API stopped with an error"), code=code, request_id=request_id)


def from_connection(cause: BaseException | None, request_id: str | None, *, sent: bool) -> ImageFailure:
    """No answer, for this cause. Certain only when the connection never came about."""
    not_started = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)
    if not sent and isinstance(cause, not_started):
        return ProviderUnreachableError(
            "I cannot reach the image API. Try again in a few minutes. Nothing was charged.",
            code="unreachable",
            retry_after=1.0,
        )
    code = "timeout" if isinstance(cause, httpx2.TimeoutException) else "connection_lost"
    lost = not_known("the connection to the image API was lost")
    return OutcomeUnknownError(lost, code=code, request_id=request_id)


def _rejected(fields: dict[str, Any], code: str, request_id: str | None) -> RequestRejectedError:
    """The provider's reason, and what to do where its words do not say that."""
    reason = _harmless(str(fields.get("message") or "it gave no reason."), LONGEST_REASON)
    advice = BY_PARAMETER.get(str(fields.get("param"))) or BY_CODE.get(code)
    facts = [f"The image API refused this request: {reason}", *([advice] if advice else []), "Nothing was charged."]
    return RequestRejectedError(" ".join(facts), code=code, request_id=request_id)


def _account(code: str, request_id: str | None) -> ProviderAccountError:
    reason = (
        "has no money left, or its spend limit is reached"
        if code in NO_MONEY
        else "was refused by the image API (key, verification or permission)"
    )
    return ProviderAccountError(
        f"The account that pays for pictures {reason}. Please tell whoever runs me. Nothing was charged.",
        code=code,
        request_id=request_id,
    )


def _blocked(details: object, code: str, request_id: str | None, *, streaming: bool) -> PromptBlockedError:
    """A block before drawing is certainly free. Of one after it no page of the provider says whether it is billed."""
    fields = cast("dict[str, Any]", details) if isinstance(details, dict) else {}
    stages = {"input": "before drawing", "output": "after drawing"}
    stage = str(fields.get("moderation_stage"))
    facts = [stages[stage]] if stage in stages else []
    categories = fields.get("categories")
    if isinstance(categories, list):
        facts += [_harmless(str(category), 40) for category in cast("list[object]", categories)[:5]]
    noted = f" ({', '.join(facts)})" if facts else ""
    is_free = stage == "input" or not (streaming or stage == "output")
    charge = "Nothing was charged." if is_free else HELD
    error = PromptBlockedError(
        f"The image API's safety check blocked this{noted}. Reword it and try again. {charge}",
        code=code,
        request_id=request_id,
    )
    error.charged = "no" if is_free else "unknown"
    return error


def not_known(reason: str) -> str:
    """The sentence for an outcome that nobody knows."""
    return f"No picture came: {reason}. {HELD}"


def _harmless(text: str, most: int) -> str:
    """The provider's words without signs that could format, link or mention in Discord."""
    return " ".join(_MARKUP.sub("", text).split())[:most]


def _retry_after(headers: httpx2.Headers, message: str) -> float | None:
    """Seconds that the provider asks us to wait, if it says so in a form that we know."""
    found = _WAIT.search(message)
    if found and "retry-after" not in headers and "retry-after-ms" not in headers:
        return float(found[1])
    for name, unit in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        with suppress(ValueError):
            seconds = float(headers.get(name, "")) * unit
            if 0 <= seconds < float("inf"):
                return seconds
    return None
