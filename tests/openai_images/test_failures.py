"""What is certainly free is said to be; everything else keeps its hold."""

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
    ProviderUnreachableError,
    RequestRejectedError,
)
from bot.openai_images.failures import LONGEST_REASON, from_body, from_connection, from_status

ASKED = httpx2.Request("POST", "http://127.0.0.1/v1/images/generations")


def refused(status: int, body: object = None, **headers: str) -> ImageFailure:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    response = httpx2.Response(status, request=ASKED, headers={"x-request-id": "req_1", **named})
    return from_status(openai.APIStatusError("refused", response=response, body=body))


@pytest.mark.parametrize(
    ("status", "kind", "charged"),
    [
        (400, RequestRejectedError, "no"),
        (401, ProviderAccountError, "no"),
        (402, ProviderAccountError, "no"),
        (403, ProviderAccountError, "no"),
        (404, RequestRejectedError, "no"),
        (408, OutcomeUnknownError, "unknown"),
        (409, OutcomeUnknownError, "unknown"),
        (413, RequestRejectedError, "no"),
        (422, RequestRejectedError, "no"),
        (429, ProviderBusyError, "no"),
        (499, OutcomeUnknownError, "unknown"),
        (500, OutcomeUnknownError, "unknown"),
        (502, OutcomeUnknownError, "unknown"),
        (503, OutcomeUnknownError, "unknown"),
        (504, OutcomeUnknownError, "unknown"),
        (524, OutcomeUnknownError, "unknown"),
    ],
)
def test_a_status_alone_decides_who_pays(status: int, kind: type[ImageFailure], charged: str) -> None:
    failure = refused(status, "<html>")

    assert (type(failure), failure.charged) == (kind, charged)
    assert (failure.code, failure.request_id) == (f"http_{status}", "req_1")


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry_after": "7"}, 7.0),
        ({"retry_after": "0"}, 0.0),
        ({"retry_after": "7", "retry_after_ms": "1500"}, 1.5),
        ({"retry_after": "7", "retry_after_ms": "soon"}, 7.0),
        ({"retry_after": "Fri, 20 Nov 2026 12:00:00 GMT"}, 1.0),
        ({"retry_after": "-5"}, 1.0),
        ({"retry_after": "inf"}, 1.0),
        ({"retry_after": "nan"}, 1.0),
        ({}, 1.0),
    ],
)
def test_the_wait_is_read_in_the_forms_that_we_know(headers: dict[str, str], seconds: float) -> None:
    assert refused(429, **headers).retry_after == seconds


def test_an_overload_with_a_wait_was_not_started() -> None:
    failure = refused(503, retry_after="20")

    assert (type(failure), failure.retry_after) == (ProviderBusyError, 20.0)


@pytest.mark.parametrize("code", ["insufficient_quota", "billing_hard_limit_reached", "project_spend_limit_exceeded"])
@pytest.mark.parametrize("status", [400, 403, 429])
def test_no_money_is_the_operators_business_and_not_tried_again(status: int, code: str) -> None:
    failure = refused(status, {"code": code, "type": "invalid_request_error"})

    assert (type(failure), failure.code, failure.retry_after) == (ProviderAccountError, code, None)
    assert "no money left" in failure.sentence


@pytest.mark.parametrize(
    ("details", "stage", "named"),
    [
        ({"moderation_stage": "input", "categories": ["violence", "*sexual*"]}, " (before drawing)", "violence sexual"),
        ({"moderation_stage": "unknown", "categories": []}, "", ""),
        ({"categories": "violence"}, "", ""),
        ({"categories": [str(number) for number in range(9)]}, "", "0 1 2 3 4"),
        ({"categories": ["x" * 100]}, "", "x" * 40),
        ("nonsense", "", ""),
        (None, "", ""),
    ],
)
def test_a_block_tells_everybody_its_stage_and_keeps_what_it_named_apart(
    details: object, stage: str, named: str
) -> None:
    failure = refused(400, {"code": "moderation_blocked", "moderation_details": details})

    assert isinstance(failure, PromptBlockedError)
    assert failure.named == tuple(named.split())
    assert failure.sentence.startswith(f"The image API's safety check blocked this{stage}. Reword it")


@pytest.mark.parametrize(
    ("stage", "streaming", "charged"),
    [
        ("input", False, "no"),
        ("input", True, "no"),
        ("unknown", False, "no"),
        ("unknown", True, "unknown"),
        ("output", False, "unknown"),
        ("output", True, "unknown"),
    ],
)
def test_a_block_is_free_only_before_drawing(
    stage: str,
    streaming: bool,  # noqa: FBT001 - a column of the table
    charged: str,
) -> None:
    body = {"code": "moderation_blocked", "moderation_details": {"moderation_stage": stage}}

    failure = from_body(body, "req_1") if streaming else refused(400, body)

    assert failure.charged == charged
    assert ("Nothing was charged." in failure.sentence) == (charged == "no")


@pytest.mark.parametrize("body", [None, "text", [], {}, {"type": "server_error"}, {"code": 7}])
def test_an_error_in_mid_stream_that_says_nothing_we_know_is_of_unknown_outcome(body: object) -> None:
    failure = from_body(body, "req_1")

    assert (type(failure), failure.charged, failure.request_id) == (OutcomeUnknownError, "unknown", "req_1")
    assert isinstance(failure.code, str)


def test_the_providers_reason_is_passed_on_in_one_short_line() -> None:
    failure = refused(400, {"message": "Invalid\n\n size." + " x" * 500, "type": "invalid_request_error"})

    assert failure.sentence.startswith("The image API refused this request: Invalid size. x x")
    assert "\n" not in failure.sentence
    assert len(failure.sentence) < LONGEST_REASON + 80


@pytest.mark.parametrize(
    ("cause", "sent", "kind", "code"),
    [
        (httpx2.ConnectError("refused"), False, ProviderUnreachableError, "unreachable"),
        (httpx2.ConnectTimeout("slow"), False, ProviderUnreachableError, "unreachable"),
        (httpx2.PoolTimeout("busy"), False, ProviderUnreachableError, "unreachable"),
        (httpx2.ReadError("reset"), False, OutcomeUnknownError, "connection_lost"),
        (httpx2.WriteError("reset"), False, OutcomeUnknownError, "connection_lost"),
        (httpx2.RemoteProtocolError("cut"), False, OutcomeUnknownError, "connection_lost"),
        (httpx2.ConnectError("odd"), True, OutcomeUnknownError, "connection_lost"),
        (None, False, OutcomeUnknownError, "connection_lost"),
    ],
)
def test_only_a_connection_that_never_came_about_is_free(
    cause: Exception | None,
    sent: bool,  # noqa: FBT001 - a column of the table
    kind: type[ImageFailure],
    code: str,
) -> None:
    failure = from_connection(cause, None, sent=sent)

    assert (type(failure), failure.code) == (kind, code)


def test_a_silence_is_a_timeout_of_unknown_outcome() -> None:
    failure = from_connection(httpx2.ReadTimeout("silence"), "req_1", sent=True)

    assert (type(failure), failure.code, failure.request_id) == (OutcomeUnknownError, "timeout", "req_1")


def test_the_wait_is_read_from_the_words_where_no_header_tells_it() -> None:
    words = "Rate limit reached for images per minute. Please try again after 51.84 seconds."

    failure = from_status(openai.APIStatusError(words, response=httpx2.Response(429, request=ASKED), body=None))

    assert failure.retry_after == 51.84


def test_the_providers_words_can_neither_link_nor_mention() -> None:
    words = "see [here](https://evil.example) @everyone <@1> `now`"

    sentence = refused(400, {"message": words, "type": "invalid_request_error"}).sentence

    assert sentence.startswith("The image API refused this request: see here(httpsevil.example) everyone 1 now")


@pytest.mark.parametrize(
    ("fields", "advice"),
    [
        ({"param": "mask", "code": "invalid_image_file"}, "Make the mask once more, or go without it. "),
        ({"param": "mask", "code": "image_file_too_large"}, "Make the mask once more, or go without it. "),
        ({"param": "markup", "code": "unsupported_parameter"}, "Draw upon the picture once more, or say it in words. "),
        ({"param": "output_format", "code": "invalid_value"}, "Choose another format, or ask whoever runs me. "),
        ({"param": "frame_count", "code": "invalid_value"}, "Choose another number of frames. "),
        ({"param": "image", "code": "image_file_too_large"}, "Send a smaller picture. "),
        (
            {"param": "image", "code": "invalid_image_file"},
            "Save the picture anew as PNG or JPEG, and attach that. ",
        ),
        (
            {"param": "complexity", "code": "unsupported_parameter"},
            "Leave that option out, or choose another model. ",
        ),
        ({"param": "user", "code": "invalid_value"}, ""),
    ],
)
def test_a_refusal_says_what_to_do_where_it_is_known(fields: dict[str, str], advice: str) -> None:
    failure = refused(400, {"type": "invalid_request_error", "message": "It does not fit.", **fields})

    assert isinstance(failure, RequestRejectedError)
    assert failure.charged == "no"
    assert failure.sentence == f"The image API refused this request: It does not fit. {advice}Nothing was charged."


@pytest.mark.parametrize(
    ("failure", "accepted"),
    [
        (refused(400), True),
        (refused(422, {"type": "invalid_request_error", "message": "Invalid size."}), True),
        (refused(400, {"code": "moderation_blocked"}), True),
        (refused(403, {"message": "Your request was flagged."}), True),
        (from_body({"code": "moderation_blocked"}, None), True),
        (from_body({"type": "server_error"}, None), True),  # in mid-stream
        (from_body({"type": "image_generation_user_error", "message": "No."}, None), True),
        (refused(400, {"code": "billing_hard_limit_reached"}), False),
        (from_body({"code": "insufficient_quota"}, None), False),
        (refused(404), False),
        (refused(413), False),
        (refused(429), False),
        (refused(500), False),
    ],
)
def test_whether_the_account_was_taken_shows_in_what_was_refused(failure: ImageFailure, *, accepted: bool) -> None:
    assert failure.accepted == accepted
