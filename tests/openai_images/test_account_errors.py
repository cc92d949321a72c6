"""An account error is known by its code, its type, its status or its words; a rate limit by its bucket."""

from __future__ import annotations

import httpx2
import openai
import pytest

from bot.errors import (
    ImageFailure,
    OutcomeUnknownError,
    PromptBlockedError,
    ProviderAccountError,
    ProviderBusyError,
    RequestRejectedError,
)
from bot.openai_images.failures import from_body, from_status

ASKED = httpx2.Request("POST", "http://127.0.0.1/v1/images/generations")
QUOTA = "You exceeded your current quota, please check your plan and billing details."


def refused(status: int, body: object = None, **headers: str) -> ImageFailure:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    response = httpx2.Response(status, request=ASKED, headers=named)
    return from_status(openai.APIStatusError("refused", response=response, body=body))


@pytest.mark.parametrize("status", [400, 401, 402, 403, 429, 500, 503])
@pytest.mark.parametrize("field", ["code", "type"])
@pytest.mark.parametrize(
    "name",
    ["insufficient_quota", "billing_not_active", "usage_limit_reached", "account_deactivated", "invalid_api_key"],
)
def test_code_or_type_is_enough(status: int, field: str, name: str) -> None:
    failure = refused(status, {"code": None, "type": None, "message": "No.", field: name})

    assert (type(failure), failure.charged, failure.retry_after) == (ProviderAccountError, "no", None)
    assert failure.code == name


@pytest.mark.parametrize(
    ("status", "message", "kind", "reach"),
    [
        (401, "Anything", ProviderAccountError, "account"),
        (402, "Payment please", ProviderAccountError, "account"),
        (429, QUOTA, ProviderAccountError, "account"),
        (429, "Slow down", ProviderBusyError, None),
        (403, "Your organization must be verified to use the model `gpt-image-2`.", ProviderAccountError, "model"),
        (403, "You have insufficient permissions. Missing scopes: model.request", ProviderAccountError, "model"),
        (403, "Country, region, or territory not supported", ProviderAccountError, "account"),
        (403, "Forbidden", ProviderAccountError, "request"),
        (403, "Your input was flagged by moderation", PromptBlockedError, None),
        (400, "Anything", RequestRejectedError, None),
        (500, "Anything", OutcomeUnknownError, None),
    ],
)
def test_without_a_name_status_and_words_decide(
    status: int, message: str, kind: type[ImageFailure], reach: str | None
) -> None:
    failure = refused(status, {"code": None, "type": None, "message": message})

    assert type(failure) is kind
    assert getattr(failure, "reach", None) == reach


def test_a_quota_that_says_when_to_come_again_is_a_rate_limit() -> None:
    assert isinstance(refused(429, {"message": QUOTA}, retry_after="3"), ProviderBusyError)


def test_an_account_error_may_come_as_an_event() -> None:
    failure = from_body({"type": "insufficient_quota", "code": None, "message": QUOTA}, "req_1")

    assert isinstance(failure, ProviderAccountError)
    assert "no money left" in failure.sentence


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ("Incorrect API key provided: sk-proj-****abcd. See there.", "Incorrect API key provided: … See there."),
        ("Key sk-proj-Ab12Cd34Ef is wrong", "Key … is wrong"),
        ("for organization org-AbC123 and proj_77xyz", "for organization … and …"),
        ("ask ops@studio.example about it", "ask … about it"),
        ("bad token a1b2c3d4e5f6a7b8c9d0", "bad token …"),
        (
            "Please go to: https://platform.openai.com/settings/organization/general",
            "Please go to: https://platform.openai.com/settings/organization/general",
        ),
    ],
)
def test_the_providers_words_lose_their_secrets(message: str, words: str) -> None:
    failure = refused(401, {"message": message})

    assert isinstance(failure, ProviderAccountError)
    assert failure.words == words


def test_very_long_words_are_cut_before_they_are_searched() -> None:
    failure = refused(401, {"message": "a1" * 5_000_000})

    assert isinstance(failure, ProviderAccountError)
    assert len(failure.words) <= 500


@pytest.mark.parametrize(
    ("words", "limit", "per_minute", "seconds"),
    [
        (
            (
                "Rate limit reached for gpt-image-2 in organization org-x on input-images per min: Limit 5, Used 5, "
                "Requested 1. Please try again in 12s. Visit there."
            ),
            "input-images",
            5.0,
            12.0,
        ),
        (
            (
                "Rate limit reached for gpt-image-2 in organization org-x on images per min: Limit 250, Used 250, "
                "Requested 1. Please try again in 240ms."
            ),
            "images",
            250.0,
            0.24,
        ),
        (
            "Rate limit reached on tokens per min (TPM): Limit 100, Used 9. Please try again in 1m2.5s.",
            "tokens",
            100.0,
            62.5,
        ),
        ("Too many.", "input-images", None, 1.0),
    ],
)
def test_a_rate_limit_tells_its_bucket(words: str, limit: str, per_minute: float | None, seconds: float) -> None:
    failure = refused(429, {"message": words, "type": "input-images", "code": "rate_limit_exceeded"})

    assert isinstance(failure, ProviderBusyError)
    assert (failure.limit, failure.per_minute) == (limit, per_minute)
    assert failure.retry_after == pytest.approx(seconds)


def test_headers_tell_what_the_words_do_not() -> None:
    failure = refused(429, {"type": "images"}, x_ratelimit_limit_images="20", retry_after_ms="3000")

    assert isinstance(failure, ProviderBusyError)
    assert (failure.limit, failure.per_minute, failure.retry_after) == ("images", 20.0, 3.0)


def test_whole_seconds_do_not_lengthen_a_wait_of_milliseconds() -> None:
    assert refused(429, {"message": "Please try again in 240ms."}, retry_after="1").retry_after == 0.24
