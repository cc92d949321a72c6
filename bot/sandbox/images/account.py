"""The account behind the key: its troubles, switched on and off while the sandbox runs, and its limits per minute.

Those count by model, pictures made and pictures sent: a unit comes back every 60 seconds ÷ limit, and the words say so
("Please try again in 12s", "240ms").
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from bot.sandbox.images.refusals import INVALID, Refusal, too_many

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

SETTINGS = "https://platform.openai.com/settings/organization/general"
QUOTA = (
    "You exceeded your current quota, please check your plan and billing details. For more information on this error, "
    "read the docs: https://platform.openai.com/docs/guides/error-codes/api-errors."
)
IMAGES, INPUTS = "images", "input-images"
UNLIMITED = 250  # what the headers say then: the highest published tier


class Trouble(StrEnum):
    """Why the account is refused. Only those of the key itself are met by a free call too."""

    INSUFFICIENT_QUOTA = "insufficient_quota"
    BILLING_NOT_ACTIVE = "billing_not_active"
    HARD_LIMIT = "billing_hard_limit_reached"
    USAGE_LIMIT = "usage_limit_reached"
    DEACTIVATED = "account_deactivated"
    WRONG_KEY = "invalid_api_key"
    EXPIRED_KEY = "expired_api_key"
    REVOKED_KEY = "revoked_api_key"
    UNVERIFIED = "organization_not_verified"
    NO_MODEL_ACCESS = "model_not_found"
    NO_SCOPE = "missing_scope"
    COUNTRY = "unsupported_country_region_territory"


STATUS_AND_WORDS = {
    Trouble.INSUFFICIENT_QUOTA: (429, QUOTA),
    Trouble.BILLING_NOT_ACTIVE: (429, "Your account is not active, please check your billing details on our website."),
    Trouble.HARD_LIMIT: (400, "Billing hard limit has been reached"),
    Trouble.USAGE_LIMIT: (429, "The usage limit has been reached"),
    Trouble.DEACTIVATED: (
        401,
        (
            "The OpenAI account associated with this API key has been deactivated. If you are the administrator for "
            "this organization, please check your email (ops@studio.example) for more information."
        ),
    ),
    Trouble.WRONG_KEY: (
        401,
        (
            "Incorrect API key provided: sk-proj-****************abcd. You can find your API key at "
            "https://platform.openai.com/account/api-keys."
        ),
    ),
    Trouble.EXPIRED_KEY: (401, "Your API key sk-proj-Ab12********wxyz has expired."),
    Trouble.REVOKED_KEY: (401, "This API key has been revoked."),
    Trouble.UNVERIFIED: (
        403,
        (
            "Your organization must be verified to use the model `{model}`. Please go to: "
            f"{SETTINGS} and click on Verify Organization. If you just verified, it can take up to 15 minutes for "
            "access to propagate."
        ),
    ),
    Trouble.NO_MODEL_ACCESS: (403, "Project `proj_5aNdB0xProject` does not have access to model `{model}`"),
    Trouble.NO_SCOPE: (403, "You have insufficient permissions for this operation. Missing scopes: model.request."),
    Trouble.COUNTRY: (403, "Country, region, or territory not supported"),
}
KEY_TROUBLES = frozenset(
    {Trouble.DEACTIVATED, Trouble.WRONG_KEY, Trouble.EXPIRED_KEY, Trouble.REVOKED_KEY, Trouble.COUNTRY}
)


@dataclass
class Account:
    """What the provider thinks of the account; well unless something is set.

    Attributes:
        trouble: why it is refused, or None.
        by_type: the trouble is named by the error's type only; its code is null.
        seen_by_all: whether a free call is refused too; None where that follows from the trouble.
        model: only calls for this model are refused; None refuses all.
    """

    trouble: Trouble | None = None
    by_type: bool = False
    seen_by_all: bool | None = None
    model: str | None = None

    def check(self, model: str | None) -> None:
        """Let a call pass, a free one if it is for no model.

        Raises:
            Refusal: the account is in trouble.
        """
        trouble = self.trouble
        if trouble is None or (model is not None and self.model not in {None, model}):
            return
        is_seen = trouble in KEY_TROUBLES if self.seen_by_all is None else self.seen_by_all
        if model is None and not is_seen:
            return
        status, words = STATUS_AND_WORDS[trouble]
        name = trouble.value if self.by_type else None
        raise Refusal(
            status,
            words.format(model=model),
            kind=name or (trouble.value if status == 429 else INVALID),  # noqa: PLR2004 - as the real ones are typed
            code=None if self.by_type or trouble is Trouble.UNVERIFIED else trouble.value,
        )


@dataclass
class _Bucket:
    units: float
    at: float


@dataclass
class RateLimit:
    """Counts what was asked for. Refused calls do not count.

    Attributes:
        limits: units per `window` and model by kind, `IMAGES` and `INPUTS`; None is no limit.
        window: seconds in which as many units come back as the limit says; the words call it a minute.
    """

    limits: Mapping[str, int | None]
    window: float
    clock: Callable[[], float] = time.monotonic
    _buckets: dict[tuple[str, str], _Bucket] = field(default_factory=dict[tuple[str, str], _Bucket])

    def admit(self, model: str, pictures: int, inputs: int = 0) -> None:
        """Count these pictures, or an edit, which takes one unit more of its own kind.

        Raises:
            Refusal: 429, when one of the buckets does not hold so many.
        """
        asked = {IMAGES: pictures, INPUTS: min(inputs, 1)}
        for kind, units in asked.items():
            limit, bucket = self.limits.get(kind), self._bucket(model, kind)
            if limit is not None and units and bucket.units < units:
                seconds = (units - bucket.units) * self.window / limit
                used = limit - math.floor(bucket.units)
                raise too_many(model, kind, limit, used, units, seconds, self.headers(model))
        for kind, units in asked.items():
            self._bucket(model, kind).units -= units

    def headers(self, model: str) -> dict[str, str]:
        """The ``x-ratelimit-`` headers as they stand now."""
        headers = {
            "x-ratelimit-limit-requests": str(UNLIMITED),
            "x-ratelimit-remaining-requests": str(UNLIMITED - 1),
            "x-ratelimit-reset-requests": "240ms",
            "x-ratelimit-limit-tokens": "8000000",
            "x-ratelimit-remaining-tokens": "7999000",
            "x-ratelimit-reset-tokens": "7ms",
        }
        for kind in (IMAGES, INPUTS):
            limit = self.limits.get(kind)
            left = UNLIMITED if limit is None else self._bucket(model, kind).units
            missing = 0.0 if limit is None else (limit - left) * self.window / limit
            headers[f"x-ratelimit-limit-{kind}"] = str(limit or UNLIMITED)
            headers[f"x-ratelimit-remaining-{kind}"] = str(max(0, math.floor(left)))
            headers[f"x-ratelimit-reset-{kind}"] = f"{missing:.3f}s"
        return headers

    def _bucket(self, model: str, kind: str) -> _Bucket:
        now, limit = self.clock(), self.limits.get(kind) or math.inf
        bucket = self._buckets.setdefault((model, kind), _Bucket(limit, now))
        if math.isfinite(limit):
            bucket.units = min(limit, bucket.units + (now - bucket.at) * limit / self.window)
        bucket.at = now
        return bucket
