"""Faults on demand: every way in which the real API was seen to fail, each a given number of times."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.sandbox.images.refusals import INVALID, Refusal, bad_key, blocked, no_model, too_many


class FaultKind(StrEnum):
    """What goes wrong. A status fault comes before any byte of a stream.

    Billed says whether the provider charges for it unless the fault says otherwise. Providers do not charge for a
    request that fails before generation; they do for a picture that was made and then withheld or lost on the way.

    Not billed, with a status:
        MODERATION_BLOCKED: 400 ``moderation_blocked``, stage ``input``.
        CONTENT_POLICY: 400 ``content_policy_violation``, the older wording.
        INVALID_VALUE: 400 ``invalid_value`` about ``size``.
        USER_ERROR: 400 of type ``image_generation_user_error`` without a code.
        BILLING_HARD_LIMIT: 400 ``billing_hard_limit_reached``.
        INVALID_KEY: 401.
        NOT_VERIFIED: 403 without a code.
        MODEL_NOT_FOUND: 404.
        INSUFFICIENT_QUOTA: 429 ``insufficient_quota``.
        RATE_LIMIT: 429 with Retry-After (`retry_after`, else 1 second).
        SERVER_ERROR: 500 ``server_error``; `status` makes it another one.
        BAD_GATEWAY: 502 with an HTML body; `status` makes it another one (520, 524).
        SLOW_DOWN: 503 overloaded; with Retry-After when `retry_after` is set.
        REDIRECT: 307 to the same address again, or to `location`; `status` makes it another one.
        CLOSE_BEFORE_HEADERS: the connection closes as soon as the request was read.
        ERROR_EVENT: stream only; after `after` previews an error event, nested as openai 3.52 expects it.
        FLAT_ERROR_EVENT: the same with code and message at the top, which openai 3.52 does not raise.

    Billed; the picture was made:
        GATEWAY_TIMEOUT: 504 with an HTML body: a proxy gave up waiting.
        OUTPUT_BLOCKED: ``moderation_blocked``, stage ``output``: an error event after the previews, or a 400.
        HANG_BEFORE_HEADERS: no byte for `seconds` (one hour), then the connection closes.
        CUT: after `after` previews the connection closes in the middle of an event, or of the JSON answer.
        END_WITHOUT_COMPLETED: stream only; it ends politely after `after` previews.
        NO_USAGE: the answer lacks ``usage``.
        INVALID_BASE64: the result is not base64.
        BROKEN_PICTURE: the result does not decode as a picture.
        WRONG_FORMAT: the file has another format than asked for and said.

        ENDLESS: the answer never ends: stream, JSON or, with `status`, words of an error.
        GZIP_BOMB: the same in gzip, a gigabyte of it.

    Billed, and a client that knows the wire gets its picture:
        PLAIN_JSON: stream only; the answer is JSON.
        DATA_ADDRESS: before the base64 stands ``data:image/png;base64,``.
        LINK: instead of base64 comes ``url``: an address here, or `location`.
        BARE_FILE: the answer is the file itself.
        ODD_TYPE: the answer is labelled ``text/plain``.
        OTHER_SIZE: the picture is of 1254x1254 pixels, whatever was asked for.
        ODD_USAGE: ``usage`` is whatever the fault's `usage` is.
        UNKNOWN_EVENTS: stream only; comments, keepalive and unknown events in between.
        EARLY_FINAL: stream only; the result comes after `after` previews, the others never.
        SLOW_DRIP: the answer's last part trickles in over `seconds` (5).
        SILENCE: not a byte for `seconds` (one hour) after `after` previews, then it goes on.

    Only in conversations. Not billed:
        FORGOTTEN: 400 ``previous_response_not_found``, of a response that should be kept.
        ERROR_BODY: 200 with an error in its body, of a rate limit.
        RESPONSE_FAILED: after `after` previews ``response.failed``.
        STUCK: a background response stays ``queued``.

    Only in conversations, and billed for what was made:
        CALL_FAILED: the tool's safety check says no; the main model tells so, and the response completes.
        CONTENT_FILTER: ``response.incomplete`` before any picture.
        ONLY_CLAIMED: the main model says that the picture is there, and never called the tool.
        SECOND_CALL: the tool is called twice.
        NO_TOOL_USAGE: ``tool_usage`` is missing.
        ZERO_TOOL_USAGE: it is all zeros.
        EMPTY_OUTPUT: the last event lists no output.
        STILL_GENERATING: the picture's item says that it is not done, and has it.
    """

    MODERATION_BLOCKED = "moderation_blocked"
    CONTENT_POLICY = "content_policy"
    INVALID_VALUE = "invalid_value"
    USER_ERROR = "user_error"
    BILLING_HARD_LIMIT = "billing_hard_limit"
    INVALID_KEY = "invalid_key"
    NOT_VERIFIED = "not_verified"
    MODEL_NOT_FOUND = "model_not_found"
    INSUFFICIENT_QUOTA = "insufficient_quota"
    RATE_LIMIT = "rate_limit"
    SERVER_ERROR = "server_error"
    BAD_GATEWAY = "bad_gateway"
    SLOW_DOWN = "slow_down"
    GATEWAY_TIMEOUT = "gateway_timeout"
    CLOSE_BEFORE_HEADERS = "close_before_headers"
    HANG_BEFORE_HEADERS = "hang_before_headers"
    OUTPUT_BLOCKED = "output_blocked"
    CUT = "cut"
    END_WITHOUT_COMPLETED = "end_without_completed"
    PLAIN_JSON = "plain_json"
    ERROR_EVENT = "error_event"
    FLAT_ERROR_EVENT = "flat_error_event"
    UNKNOWN_EVENTS = "unknown_events"
    EARLY_FINAL = "early_final"
    NO_USAGE = "no_usage"
    INVALID_BASE64 = "invalid_base64"
    BROKEN_PICTURE = "broken_picture"
    WRONG_FORMAT = "wrong_format"
    REDIRECT = "redirect"
    ENDLESS = "endless"
    GZIP_BOMB = "gzip_bomb"
    DATA_ADDRESS = "data_address"
    LINK = "link"
    BARE_FILE = "bare_file"
    ODD_TYPE = "odd_type"
    OTHER_SIZE = "other_size"
    ODD_USAGE = "odd_usage"
    SLOW_DRIP = "slow_drip"
    SILENCE = "silence"
    FORGOTTEN = "forgotten"
    ERROR_BODY = "error_body"
    RESPONSE_FAILED = "response_failed"
    STUCK = "stuck"
    CALL_FAILED = "call_failed"
    CONTENT_FILTER = "content_filter"
    ONLY_CLAIMED = "only_claimed"
    SECOND_CALL = "second_call"
    NO_TOOL_USAGE = "no_tool_usage"
    ZERO_TOOL_USAGE = "zero_tool_usage"
    EMPTY_OUTPUT = "empty_output"
    STILL_GENERATING = "still_generating"


FREE = frozenset(
    {
        FaultKind.MODERATION_BLOCKED, FaultKind.CONTENT_POLICY, FaultKind.INVALID_VALUE, FaultKind.USER_ERROR,
        FaultKind.BILLING_HARD_LIMIT, FaultKind.INVALID_KEY, FaultKind.NOT_VERIFIED, FaultKind.MODEL_NOT_FOUND,
        FaultKind.INSUFFICIENT_QUOTA, FaultKind.RATE_LIMIT, FaultKind.SERVER_ERROR, FaultKind.BAD_GATEWAY,
        FaultKind.SLOW_DOWN, FaultKind.CLOSE_BEFORE_HEADERS, FaultKind.ERROR_EVENT, FaultKind.FLAT_ERROR_EVENT,
        FaultKind.REDIRECT, FaultKind.FORGOTTEN, FaultKind.ERROR_BODY, FaultKind.RESPONSE_FAILED, FaultKind.STUCK,
    }
)  # fmt: skip
ONLY_IN_CONVERSATIONS = frozenset(
    {
        FaultKind.FORGOTTEN, FaultKind.ERROR_BODY, FaultKind.RESPONSE_FAILED, FaultKind.STUCK, FaultKind.CALL_FAILED,
        FaultKind.CONTENT_FILTER, FaultKind.ONLY_CLAIMED, FaultKind.SECOND_CALL, FaultKind.NO_TOOL_USAGE,
        FaultKind.ZERO_TOOL_USAGE, FaultKind.EMPTY_OUTPUT, FaultKind.STILL_GENERATING,
    }
)  # fmt: skip
NEVER_IN_CONVERSATIONS = frozenset(
    {
        FaultKind.ENDLESS, FaultKind.GZIP_BOMB, FaultKind.DATA_ADDRESS, FaultKind.LINK, FaultKind.BARE_FILE,
        FaultKind.ODD_TYPE, FaultKind.ODD_USAGE, FaultKind.SLOW_DRIP, FaultKind.EARLY_FINAL,
    }
)  # fmt: skip
STREAM_ONLY = frozenset(
    {
        FaultKind.END_WITHOUT_COMPLETED, FaultKind.PLAIN_JSON, FaultKind.ERROR_EVENT, FaultKind.FLAT_ERROR_EVENT,
        FaultKind.UNKNOWN_EVENTS, FaultKind.EARLY_FINAL,
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing to go wrong. `FaultKind` says what each kind does and whether it is billed.

    Attributes:
        times: how many calls it hits.
        match: only calls whose prompt contains this; None hits any.
        after: previews that are sent before it happens, where that applies.
        seconds: how long it lasts, where that applies; None takes the kind's own. Not touched by ``pace``.
        retry_after: value of the Retry-After header, in seconds, where that applies.
        status: another HTTP status, where that applies.
        location: another address, where that applies.
        usage: what is reported instead of the tokens, where that applies; anything that JSON can hold.
        billed: overrides the kind's default.
    """

    kind: FaultKind
    times: int = 1
    match: str | None = None
    after: int = 0
    seconds: float | None = None
    retry_after: float | None = None
    status: int | None = None
    location: str | None = None
    usage: object = None
    billed: bool | None = None

    @property
    def charged(self) -> bool:
        """Whether the bill shows the call at its price."""
        return self.billed if self.billed is not None else self.kind not in FREE


class Faults:
    """The faults that are still to happen, first come first served."""

    def __init__(self) -> None:
        self._waiting: list[tuple[Fault, int]] = []

    def add(self, fault: Fault) -> None:
        """Let this go wrong with the next calls that match."""
        self._waiting.append((fault, fault.times))

    def remove(self, fault: Fault) -> None:
        """Let this not go wrong any more."""
        self._waiting = [(one, left) for one, left in self._waiting if one != fault]

    def clear(self) -> None:
        """Let nothing go wrong any more."""
        self._waiting.clear()

    @property
    def waiting(self) -> tuple[Fault, ...]:
        """The faults that have not hit all their calls yet."""
        return tuple(fault for fault, _ in self._waiting)

    def take(self, prompt: str, *, stream: bool, in_conversation: bool = False) -> Fault | None:
        """The fault that hits this call, if any; it is used up once more."""
        elsewhere = NEVER_IN_CONVERSATIONS if in_conversation else ONLY_IN_CONVERSATIONS
        passed = elsewhere if stream else elsewhere | STREAM_ONLY
        for place, (fault, left) in enumerate(self._waiting):
            if (fault.match is None or fault.match in prompt) and fault.kind not in passed:
                self._waiting[place : place + 1] = [(fault, left - 1)] if left > 1 else []
                return fault
        return None


def refusal_of(fault: Fault, model: str, request_id: str) -> Refusal | None:
    """The answer of a status fault; None for the faults that happen later or lower."""
    kind = fault.kind
    headers = {} if fault.retry_after is None else {"retry-after": f"{fault.retry_after:g}"}
    if kind is FaultKind.SERVER_ERROR:
        message = f"The server had an error while processing your request. Sorry about that! (request ID {request_id})"
        return Refusal(fault.status or 500, message, kind="server_error", code="server_error", headers=headers)
    if kind is FaultKind.SLOW_DOWN:
        message = "Slow Down: the engine is currently overloaded, please try again later."
        return Refusal(503, message, kind="server_error", code="slow_down", headers=headers)
    if kind in {FaultKind.BAD_GATEWAY, FaultKind.GATEWAY_TIMEOUT}:
        status = fault.status or (502 if kind is FaultKind.BAD_GATEWAY else 504)
        html = (
            f"<html>\r\n<head><title>{status}</title></head>\r\n<body><center><h1>{status}</h1></center></body></html>"
        )
        return Refusal(status, html, html=html, headers=headers)
    if kind is FaultKind.REDIRECT:
        headers["location"] = fault.location or ""  # relative to the address that was asked
        return Refusal(fault.status or 307, "Moved", html="<html>Moved</html>", headers=headers)
    if kind is FaultKind.RATE_LIMIT:
        wait = 1 if fault.retry_after is None else fault.retry_after
        refusal = too_many(model, "images", 5, 5, 1, wait)
        refusal.headers.update(headers)
        return refusal
    return _user_fault(kind, model, request_id)


def _user_fault(kind: FaultKind, model: str, request_id: str) -> Refusal | None:
    unverified = (
        f"Your organization must be verified to use the model `{model}`. Please go to: "
        "https://platform.openai.com/settings/organization/general and click on Verify Organization. If you just "
        "verified, it can take up to 15 minutes for access to propagate."
    )
    policy = (
        "Your request was rejected as a result of our safety system. Your prompt may contain text that is not allowed "
        "by our safety system."
    )
    quota = "You exceeded your current quota, please check your plan and billing details."
    value = "Invalid size '1000x1000'. Width and height must both be divisible by 16."
    generator = "The image could not be generated from this request. Please change it and try again."
    answers = {
        FaultKind.MODERATION_BLOCKED: blocked(request_id, "input"),
        FaultKind.CONTENT_POLICY: Refusal(400, policy, code="content_policy_violation"),
        FaultKind.INVALID_VALUE: Refusal(400, value, param="size", code="invalid_value"),
        FaultKind.USER_ERROR: Refusal(400, generator, kind="image_generation_user_error"),
        FaultKind.BILLING_HARD_LIMIT: Refusal(
            400, "Billing hard limit has been reached", kind=INVALID, code="billing_hard_limit_reached"
        ),
        FaultKind.INVALID_KEY: bad_key(),
        FaultKind.NOT_VERIFIED: Refusal(403, unverified),
        FaultKind.MODEL_NOT_FOUND: no_model(model),
        FaultKind.INSUFFICIENT_QUOTA: Refusal(429, quota, kind="insufficient_quota", code="insufficient_quota"),
    }
    return answers.get(kind)
