"""What a failure of the image API means: for the member, and for the ledger.

`charged` is ``no`` only where it is certain that nothing was billed; everything unlisted is unknown. The rules and
their sources: design, section 5.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, cast

import httpx2
import structlog

from bot.errors import (
    FREE,
    HELD,
    ConversationForgottenError,
    ImageFailure,
    NoConversationsError,
    OutcomeUnknownError,
    PromptBlockedError,
    ProviderAccountError,
    ProviderBusyError,
    ProviderUnreachableError,
    RequestRejectedError,
    not_known,
)
from bot.language import joined, phrase
from bot.openai_images.http_hooks import refused_on_the_way
from bot.openai_images.rate_limit_headers import MOST_PER_MINUTE, seconds_in

if TYPE_CHECKING:
    import openai

LONGEST_REASON = 200  # characters of the provider's words that members read
LONGEST_OWN_WORDS = 500  # the same for whoever runs the bot: an address to click stands at the end
LONGEST_WORDS = 2_000  # characters of the provider's words that are looked at
LONGEST_CODE = 60

_MARKUP = re.compile(r"[^\w .,;'%()-]")
_WAIT = re.compile(
    r"try again (?:in|after) ((?:[0-9]{1,5}(?:\.[0-9]{1,6})? ?(?:ms|[hms])[a-z]* ?){1,4})", re.IGNORECASE
)
_LIMIT = re.compile(r" on ([a-z -]{1,40}?) per (?:min|minute)\b[^:]{0,20}: ?limit:? ?([0-9]{1,9})", re.IGNORECASE)
_SECRETS = re.compile(
    r"\b(?:sk|sess|org|proj|user|key|pk)[-_][\w*.-]{3,}|\S*\*{2,}\S*|[\w.+-]+@[\w-]+\.[\w.]+|\beyJ[\w.-]+|"
    r"\b(?=\w{0,40}[0-9])(?=\w{0,40}[A-Za-z])\w{16,}"
)

_log = structlog.stdlib.get_logger(__name__)

BLOCKED = frozenset({"moderation_blocked", "content_policy_violation", "image_content_policy_violation"})
NO_MONEY = frozenset(
    {
        "insufficient_quota", "billing_hard_limit_reached", "project_spend_limit_exceeded", "billing_not_active",
        "usage_limit_reached", "billing_error", "payment_required", "insufficient_credits", "insufficient_balance",
        "insufficient_funds", "credit_balance_too_low", "budget_exceeded",
    }
)  # fmt: skip
NO_ACCESS = frozenset(
    {
        "invalid_api_key", "incorrect_api_key", "expired_api_key", "api_key_expired", "revoked_api_key",
        "authentication_error", "invalid_authentication", "account_deactivated", "organization_deactivated",
        "access_terminated", "permission_denied", "permission_error", "invalid_organization", "mismatched_organization",
        "invalid_project", "project_archived", "ip_not_authorized", "unsupported_country_region_territory",
        "missing_scope", "organization_not_verified", "unverified_organization",
    }
)  # fmt: skip
# Where neither code nor type says it: gateways keep only the words.
_MONEY_WORDS = re.compile(
    r"plan and billing|billing details|billing hard limit|not active|credit balance|spend limit|usage limit|"
    r"insufficient (?:quota|balance|credit|fund)",
    re.IGNORECASE,
)
_ACCESS_WORDS = re.compile(
    r"api key|verif|permission|access|scope|country|region|organi[sz]ation|project|deactivat|member", re.IGNORECASE
)
_FLAGGED_WORDS = re.compile(r"flagged|moderation|safety|content polic", re.IGNORECASE)
# Refused before anything was made. 408, 409 and 499 are not among them: a gateway may say so after the call was sent.
CERTAINLY_FREE = frozenset({400, 401, 402, 403, 404, 405, 407, 413, 415, 422, 429})
ACCOUNT_STATUSES = frozenset({401, 402, 403, 429})
# What was asked for has been looked at: the account was taken.
LOOKED_AT = frozenset({400, 422})
# The resource is elsewhere, and nothing was done here; 302 and 303 may also be the answer to what was done (RFC 9110).
MOVED = frozenset({301, 307, 308})
NO_SUCH_ADDRESS = frozenset({404, 405, 501})
FORGOTTEN = "previous_response_not_found"
_NO_TOOL_WORDS = re.compile(r"tool\b.{0,40}\bnot supported|image_generation\W{0,3} is not", re.IGNORECASE)
NO_MONEY_LEFT = phrase(
    "The account that pays for pictures has no money left, or its spend limit is reached. Please tell whoever runs me. "
    "Nothing was charged."
)
ACCOUNT_REFUSED = phrase(
    "The account that pays for pictures was refused by the image API (key, verification or permission). Please tell "
    "whoever runs me. Nothing was charged."
)
USER_ERRORS = frozenset({"invalid_request_error", "image_generation_user_error"})

SAVE_ANEW = phrase("Save the picture anew as PNG or JPEG, and attach that.")
ELSEWHERE = phrase(
    "the image API sent me to another address, where I do not follow. Please tell whoever runs me",
)
# What to do about a request that was refused: by what was wrong with it, else by how.
BY_PARAMETER = {
    "mask": phrase("Make the mask once more, or go without it."),
    "markup": phrase("Draw upon the picture once more, or say it in words."),
    "output_format": phrase("Choose another format, or ask whoever runs me."),
    "frame_count": phrase("Choose another number of frames."),
}
BY_CODE = {
    "image_file_too_large": phrase("Send a smaller picture."),
    "invalid_image_file": SAVE_ANEW,
    "unsupported_file_mimetype": SAVE_ANEW,
    "unsupported_parameter": phrase("Leave that option out, or choose another model."),
}


def from_status(error: openai.APIStatusError) -> ImageFailure:
    """A failure that came before the stream, with a status code."""
    status, request_id = error.status_code, error.request_id
    if status < HTTPStatus.BAD_REQUEST:
        return _redirected(error, f"http_{status}")
    refusal = _Refusal.of(error.body, error.message, f"http_{status}")
    retry_after = _retry_after(error.response.headers, refusal.message)
    if (account := _account_of(refusal, status, request_id, is_rated=retry_after is not None)) is not None:
        return account
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return _busy(refusal, error.response.headers, retry_after, request_id)
    if status == HTTPStatus.SERVICE_UNAVAILABLE and retry_after is not None:
        return ProviderBusyError(
            phrase("The image API is overloaded. Try again in a few minutes. Nothing was charged."),
            code=refusal.code,
            retry_after=retry_after,
            request_id=request_id,
        )
    if status in CERTAINLY_FREE:
        return _refused(refusal, status, request_id)
    failure = OutcomeUnknownError(
        not_known(phrase("the image API had an internal error")), code=refusal.code, request_id=request_id
    )
    failure.outage = status >= HTTPStatus.INTERNAL_SERVER_ERROR
    return failure


def from_turn_status(error: openai.APIStatusError) -> ImageFailure:
    """The same of a turn of a conversation."""
    status, request_id = error.status_code, error.request_id
    refusal = _Refusal.of(error.body, error.message, f"http_{status}")
    if refusal.code == FORGOTTEN:
        return ConversationForgottenError(
            phrase(
                "The image API does not remember this conversation any more. Nothing was charged; say it once more."
            ),
            code=refusal.code,
            request_id=request_id,
        )
    is_unknown_address = status in NO_SUCH_ADDRESS and "model_not_found" not in refusal.names
    if is_unknown_address or (status == HTTPStatus.BAD_REQUEST and _NO_TOOL_WORDS.search(refusal.message)):
        return NoConversationsError(
            phrase(
                "Pictures cannot be made in a conversation here. Nothing was charged; change the last picture instead."
            ),
            code=refusal.code,
            request_id=request_id,
        )
    return from_status(error)


def busy_in_body(error: object, headers: httpx2.Headers, request_id: str | None) -> ProviderBusyError | None:
    """A rate limit that came with a status of success, as some gateways send it; None if it is anything else."""
    refusal = _Refusal.of(error, "", "error")
    if refusal.code != "rate_limit_exceeded":
        return None
    return _busy(refusal, headers, _retry_after(headers, refusal.message), request_id)


def _refused(refusal: _Refusal, status: int, request_id: str | None) -> ImageFailure:
    if status == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:
        return _barred("407 Proxy Authentication Required")
    if status == HTTPStatus.NOT_FOUND and refusal.code not in BLOCKED:
        return RequestRejectedError(
            phrase("The image API does not offer this model to us. Choose another model. Nothing was charged."),
            code=refusal.code,
            request_id=request_id,
        )
    failure = from_body(refusal.fields, request_id, fallback=refusal.code)
    if status in LOOKED_AT and not isinstance(failure, ProviderAccountError):
        failure.accepted = True
    return failure


def _busy(
    refusal: _Refusal, headers: httpx2.Headers, retry_after: float | None, request_id: str | None
) -> ProviderBusyError:
    """A rate limit. It is a bucket from which one unit comes back at a time."""
    found = _LIMIT.search(refusal.message)
    kind = found[1].strip().lower() if found else str(refusal.fields.get("type") or "")
    per_minute = found[2] if found else headers.get(f"x-ratelimit-limit-{kind}", "") if kind.isascii() else ""
    return ProviderBusyError(
        phrase("The image API is busy. Try again in a minute. Nothing was charged."),
        code=refusal.code,
        retry_after=1.0 if retry_after is None else retry_after,
        request_id=request_id,
        limit=kind or "requests",
        per_minute=float(per_minute) if per_minute.isdigit() and 0 < int(per_minute) < MOST_PER_MINUTE else None,
    )


@dataclass(frozen=True, slots=True)
class _Refusal:
    """What an error says of itself. Its words are cut before anything searches them."""

    fields: dict[str, Any]
    code: str
    names: frozenset[str]
    message: str

    @classmethod
    def of(cls, body: object, message: object, fallback: str) -> _Refusal:
        fields = cast("dict[str, Any]", body) if isinstance(body, dict) else {}
        names = [str(fields.get(name) or "")[:LONGEST_CODE].lower() for name in ("code", "type")]
        words = str(fields.get("message") or message or "")[:LONGEST_WORDS]
        code = next((name for name in names if name), fallback)
        return cls({**fields, "message": words} if fields else {}, code, frozenset(names), words)


def _account_of(
    refusal: _Refusal, status: int | None, request_id: str | None, *, is_rated: bool = False
) -> ProviderAccountError | None:
    """The account's failure, if it is one: by code or type, else by status, else by words."""
    known = refusal.names & (NO_MONEY | NO_ACCESS)
    if not known and (refusal.names & BLOCKED or status not in ACCOUNT_STATUSES):
        return None
    no_money = bool(refusal.names & NO_MONEY) or status == HTTPStatus.PAYMENT_REQUIRED
    reach = "account"
    if not known and status == HTTPStatus.TOO_MANY_REQUESTS:
        no_money = not is_rated and _MONEY_WORDS.search(refusal.message) is not None
        if not no_money:
            return None
    elif status == HTTPStatus.FORBIDDEN and not no_money:
        if not known and _FLAGGED_WORDS.search(refusal.message):
            return None
        is_of_model = "`" in refusal.message or "model" in refusal.message.lower()
        is_lasting = known or _ACCESS_WORDS.search(refusal.message)
        reach = "request" if not is_lasting else "model" if is_of_model else "account"
    return _account(next(iter(known), refusal.code), request_id, refusal.message, no_money=no_money, reach=reach)


def _redirected(error: openai.APIStatusError, code: str) -> ImageFailure:
    """A paid call is not repeated elsewhere: prompt, pictures and key go to the address that was set, and once."""
    elsewhere = error.response.headers.get("location", "")[:LONGEST_REASON]
    with suppress(httpx2.InvalidURL):
        elsewhere = httpx2.URL(elsewhere).host or elsewhere
    _log.error("the image API redirects; is OPENAI_BASE_URL right?", status=error.status_code, to=elsewhere)
    if error.status_code in MOVED:
        return RequestRejectedError(
            phrase("No picture came: {reason}. {held}", reason=ELSEWHERE, held=FREE),
            code=code,
            request_id=error.request_id,
        )
    return OutcomeUnknownError(not_known(ELSEWHERE), code=code, request_id=error.request_id)


def from_body(body: object, request_id: str | None, fallback: str | None = None) -> ImageFailure:
    """An error object: from a refused request, or an event in mid-stream (then `fallback` is None)."""
    refusal = _Refusal.of(body, "", fallback or "error")
    fields, code = refusal.fields, refusal.code
    flagged = fallback == f"http_{HTTPStatus.FORBIDDEN}" or code == str(int(HTTPStatus.FORBIDDEN))
    if refusal.names & BLOCKED or (flagged and _FLAGGED_WORDS.search(refusal.message)):
        return _blocked(fields.get("moderation_details"), code, request_id, streaming=fallback is None)
    if (account := _account_of(refusal, None, request_id)) is not None:
        return account
    failure: ImageFailure
    if fallback is not None or fields.get("type") in USER_ERRORS:
        failure = _rejected(fields, code, request_id)
    else:
        stopped = not_known(phrase("the image API stopped with an error"))
        failure = OutcomeUnknownError(stopped, code=code, request_id=request_id)
    failure.accepted = fallback is None  # a stream had begun
    return failure


def from_connection(cause: BaseException | None, request_id: str | None, *, sent: bool) -> ImageFailure:
    """No answer, for this cause, or a part of it, if that was `sent`. Certain only where no connection came about."""
    not_started = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)
    if refused_on_the_way(cause):
        return _barred(str(cause) or type(cause).__name__)
    if not sent and isinstance(cause, not_started):
        return _unreachable()
    code = "timeout" if isinstance(cause, httpx2.TimeoutException) else "connection_lost"
    reason = phrase("the connection to the image API was lost")
    lost = OutcomeUnknownError(not_known(reason), code=code, request_id=request_id)
    lost.outage = not sent
    return lost


def _barred(reason: str) -> ImageFailure:
    """A proxy on the way said no, or nothing: only whoever runs the bot can mend it, so they read why."""
    _log.error("the proxy does not let me through to the image API: see HTTPS_PROXY and NO_PROXY", reason=reason)
    return _unreachable()


def _unreachable() -> ImageFailure:
    return ProviderUnreachableError(
        phrase("I cannot reach the image API. Try again in a few minutes. Nothing was charged."),
        code="unreachable",
        retry_after=1.0,
    )


def _rejected(fields: dict[str, Any], code: str, request_id: str | None) -> RequestRejectedError:
    """The provider's reason, and what to do where its words do not say that."""
    said = _harmless(str(fields.get("message") or ""), LONGEST_REASON)
    refused = phrase("The image API refused this request: {reason}", reason=said or phrase("it gave no reason."))
    advice = BY_PARAMETER.get(str(fields.get("param"))) or BY_CODE.get(code)
    facts = [refused, *([advice] if advice else []), FREE]
    return RequestRejectedError(joined(" ", facts), code=code, request_id=request_id)


def _account(code: str, request_id: str | None, words: str, *, no_money: bool, reach: str) -> ProviderAccountError:
    return ProviderAccountError(
        NO_MONEY_LEFT if no_money else ACCOUNT_REFUSED,
        code=code,
        request_id=request_id,
        words=_SECRETS.sub("…", words)[:LONGEST_OWN_WORDS].strip(),
        reach=reach,
    )


def _blocked(details: object, code: str, request_id: str | None, *, streaming: bool) -> PromptBlockedError:
    """A block before drawing is certainly free. Of one after it no page of the provider says whether it is billed."""
    fields = cast("dict[str, Any]", details) if isinstance(details, dict) else {}
    stage = str(fields.get("moderation_stage"))
    is_free = stage == "input" or not (streaming or stage == "output")
    told = joined(" ", [blocked_words(fields), FREE if is_free else HELD])
    error = PromptBlockedError(told, code=code, request_id=request_id)
    error.charged, error.accepted, error.named = "no" if is_free else "unknown", True, named_in(fields)
    return error


def blocked_words(details: dict[str, Any]) -> str:
    """That the safety check said no, and when, by its ``moderation_details``; and what to do. Everybody may read it."""
    stages = {"input": phrase("before drawing"), "output": phrase("after drawing")}
    stage = str(details.get("moderation_stage"))
    if stage not in stages:
        return phrase("The image API's safety check blocked this. Reword it and try again.")
    return phrase("The image API's safety check blocked this ({facts}). Reword it and try again.", facts=stages[stage])


def named_in(details: dict[str, Any]) -> tuple[str, ...]:
    """To what the safety check said no, by its ``moderation_details``: for who asked alone."""
    categories = details.get("categories")
    if not isinstance(categories, list):
        return ()
    return tuple(_harmless(str(category), 40) for category in cast("list[object]", categories)[:5])


def _harmless(text: str, most: int) -> str:
    """The provider's words without signs that could format, link or mention in Discord."""
    return " ".join(_MARKUP.sub("", text).split())[:most]


def _retry_after(headers: httpx2.Headers, message: str) -> float | None:
    """Seconds that the provider asks us to wait, if it says so in a form that we know; its finest one counts."""
    found = _WAIT.search(message)
    worded = seconds_in(found[1]) if found else None
    for name, unit in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        with suppress(ValueError):
            seconds = float(headers.get(name, "")) * unit
            if 0 <= seconds < float("inf"):
                # Retry-After knows whole seconds only: "try again in 240ms" comes with 1.
                return worded if worded is not None and unit == 1.0 and 0 <= seconds - worded < 1 else seconds
    return worded
