"""What the API answers when it says no: one exception with the official body."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

INVALID = "invalid_request_error"


class Refusal(Exception):  # noqa: N818 - it is an answer of the API, not a fault of ours
    """An HTTP answer other than 200.

    Attributes:
        status: HTTP status.
        error: the object under ``error`` in the body.
        headers: besides the usual ones.
        html: a body of its own instead of JSON, as a proxy in between would send.
    """

    def __init__(
        self,
        status: int,
        message: str,
        *,
        kind: str | None = INVALID,
        param: str | None = None,
        code: str | None = None,
        headers: Mapping[str, str] | None = None,
        html: str | None = None,
        details: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.error: dict[str, Any] = {"message": message, "type": kind, "param": param, "code": code, **(details or {})}
        self.headers = dict(headers or {})
        self.html = html


def invalid(message: str, param: str, code: str = "invalid_value") -> Refusal:
    """A parameter that cannot be used as it is."""
    return Refusal(400, message, param=param, code=code)


def not_among(value: object, allowed: Sequence[str], param: str) -> Refusal:
    """A value that is not one of the supported ones."""
    quoted = [f"'{item}'" for item in allowed]
    listed = quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])}, and {quoted[-1]}"
    return invalid(f"Invalid value: '{value}'. Supported values are: {listed}.", param)


def bad_key() -> Refusal:
    """The key is missing or wrong."""
    message = "Incorrect API key provided. You can find your API key at https://platform.openai.com/account/api-keys."
    return Refusal(401, message, code="invalid_api_key")


def no_model(model: str, *, retired: bool = False) -> Refusal:
    """The model does not exist, or exists no more."""
    why = (
        "has been deprecated, learn more here: https://platform.openai.com/docs/deprecations"
        if retired
        else "does not exist or you do not have access to it."
    )
    return Refusal(404, f"The model `{model}` {why}", code="model_not_found")


def blocked(request_id: str, stage: str, categories: Sequence[str] = ("violence",)) -> Refusal:
    """The safety system said no, to the request (stage ``input``) or to the picture (``output``)."""
    message = (
        "Your request was rejected by the safety system. If you believe this is an error, contact us at "
        f"help.openai.com and include the request ID {request_id}. safety_violations=[{','.join(categories)}]."
    )
    details = {"moderation_details": {"moderation_stage": stage, "categories": list(categories)}}
    return Refusal(400, message, kind="image_generation_user_error", code="moderation_blocked", details=details)


def too_many(
    model: str,
    kind: str,
    limit: int,
    used: int,
    requested: int,
    seconds: float,
    headers: Mapping[str, str] | None = None,
) -> Refusal:
    """A rate limit is reached; `seconds` until it is not."""
    wait = f"{seconds * 1000:.0f}ms" if seconds < 1 else f"{seconds:.3f}".rstrip("0").rstrip(".") + "s"
    message = (
        f"Rate limit reached for {model} in organization org-sandbox on {kind} per min: Limit {limit}, Used {used}, "
        f"Requested {requested}. Please try again in {wait}. Visit "
        "https://platform.openai.com/account/rate-limits to learn more."
    )
    waits = {"retry-after": str(max(1, -int(-seconds // 1))), "retry-after-ms": f"{seconds * 1000:.0f}"}
    return Refusal(429, message, kind=kind, code="rate_limit_exceeded", headers={**(headers or {}), **waits})
