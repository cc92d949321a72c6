from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from bot.sandbox.images import ONLY_IN_CONVERSATIONS, Fault, FaultKind, ImageOptions

if TYPE_CHECKING:
    from tests.wire.house import House, OpenHouse


@dataclass(frozen=True)
class Case:
    """What one fault must lead to: the charge's state, how many calls, and words that the member reads."""

    kind: FaultKind
    state: str
    words: str
    calls: int = 1
    times: int = 1
    after: int = 1
    seconds: float | None = 0.1


NOT_CHARGED = "Nothing was charged"
NOT_KNOWN = "not known yet"
FAILURES = [
    Case(FaultKind.MODERATION_BLOCKED, "released", "safety check blocked this (before drawing"),
    Case(FaultKind.CONTENT_POLICY, "released", "safety check blocked"),
    Case(FaultKind.INVALID_VALUE, "released", "refused this request: Invalid size"),
    Case(FaultKind.USER_ERROR, "released", "Please change it and try again"),
    Case(FaultKind.BILLING_HARD_LIMIT, "released", "no money left"),
    Case(FaultKind.INVALID_KEY, "released", "tell whoever runs me"),
    Case(FaultKind.NOT_VERIFIED, "released", "tell whoever runs me"),
    Case(FaultKind.MODEL_NOT_FOUND, "released", "Choose another model"),
    Case(FaultKind.INSUFFICIENT_QUOTA, "released", "no money left"),
    Case(FaultKind.RATE_LIMIT, "released", "takes no more pictures of ours for now. Try again in about 15 minutes"),
    Case(FaultKind.SERVER_ERROR, "unknown", "internal error"),
    Case(FaultKind.BAD_GATEWAY, "unknown", "internal error"),
    Case(FaultKind.SLOW_DOWN, "unknown", "internal error"),
    Case(FaultKind.GATEWAY_TIMEOUT, "unknown", "internal error"),
    Case(FaultKind.CLOSE_BEFORE_HEADERS, "unknown", "connection"),
    Case(FaultKind.HANG_BEFORE_HEADERS, "unknown", "connection"),
    Case(FaultKind.OUTPUT_BLOCKED, "unknown", "safety check blocked this (after drawing"),
    Case(FaultKind.CUT, "unknown", "No picture came"),
    Case(FaultKind.END_WITHOUT_COMPLETED, "unknown", "cut off"),
    Case(FaultKind.REDIRECT, "released", "sent me to another address"),
    Case(FaultKind.GZIP_BOMB, "unknown", "garbled"),
    Case(FaultKind.ENDLESS, "unknown", "garbled"),
    Case(FaultKind.ERROR_EVENT, "unknown", "stopped with an error"),
    Case(FaultKind.FLAT_ERROR_EVENT, "unknown", "stopped with an error"),
    Case(FaultKind.INVALID_BASE64, "unknown", "damaged"),
    Case(FaultKind.BROKEN_PICTURE, "unknown", "no picture"),
]
SURVIVED = [
    FaultKind.PLAIN_JSON,
    FaultKind.DATA_ADDRESS,
    FaultKind.LINK,
    FaultKind.BARE_FILE,
    FaultKind.ODD_TYPE,
    FaultKind.OTHER_SIZE,
    FaultKind.ODD_USAGE,
    FaultKind.UNKNOWN_EVENTS,
    FaultKind.EARLY_FINAL,
    FaultKind.NO_USAGE,
    FaultKind.WRONG_FORMAT,
    FaultKind.SLOW_DRIP,
    FaultKind.SILENCE,
]


def check_money(house: House) -> None:
    """What the provider charges is never more than what the budget counts."""
    ledger = house.ledger()
    assert house.images.bill.nano <= ledger.sums.settled_nano + ledger.sums.unknown_nano
    assert ledger.sums.held_nano == 0


def test_every_fault_of_the_image_api_is_listed() -> None:
    assert {case.kind for case in FAILURES} | set(SURVIVED) == set(FaultKind) - ONLY_IN_CONVERSATIONS


@pytest.mark.parametrize("case", FAILURES, ids=lambda case: case.kind)
async def test_a_failure_is_told_and_booked(house: House, case: Case) -> None:
    mia = house.discord.server.add_member("Mia")
    retry_after = 900 if case.kind is FaultKind.RATE_LIMIT else None
    house.images.faults.add(
        Fault(case.kind, case.times, after=case.after, seconds=case.seconds, retry_after=retry_after)
    )

    invocation = await mia.slash("imagine", prompt="a fox")
    words = await house.refusal(invocation)
    await house.images.idle()

    assert words.startswith("❌ ")
    assert case.words in words
    assert (NOT_KNOWN if case.state == "unknown" else NOT_CHARGED) in words
    assert house.states() == [case.state]
    assert len(house.images.calls) == case.calls
    check_money(house)
    assert invocation.response is not None
    assert invocation.response.attachments == ()
    assert house.sends() == []


@pytest.mark.parametrize("kind", SURVIVED)
async def test_a_picture_survives_what_a_client_should_survive(house: House, kind: FaultKind) -> None:
    mia = house.discord.server.add_member("Mia")
    house.images.faults.add(Fault(kind, after=1, seconds=0.1))

    message = await house.imagine(mia)
    await house.images.idle()

    assert len(message.attachments) == 1
    assert house.states() == ["settled"]
    assert len(house.images.calls) == 1
    check_money(house)


async def test_a_file_of_another_format_gets_the_name_of_what_it_is(house: House) -> None:
    mia = house.discord.server.add_member("Mia")
    house.images.faults.add(Fault(FaultKind.WRONG_FORMAT))

    message = await house.imagine(mia, format="png")

    (file,) = message.attachments
    assert file.content.startswith(b"\xff\xd8")
    assert file.filename == "atelier-1.jpg"
    assert file.content_type == "image/jpeg"


async def test_a_result_without_usage_is_charged_at_its_hold(house: House) -> None:
    mia = house.discord.server.add_member("Mia")
    house.images.faults.add(Fault(FaultKind.NO_USAGE))

    await house.imagine(mia)

    (job,) = house.jobs()
    assert job.actual_nano == job.hold_nano


@pytest.mark.parametrize("kind", [FaultKind.RATE_LIMIT, FaultKind.SLOW_DOWN])
async def test_what_certainly_did_not_start_is_asked_for_again(house: House, kind: FaultKind) -> None:
    mia = house.discord.server.add_member("Mia")
    house.images.faults.add(Fault(kind, times=2, retry_after=0.01))

    await house.imagine(mia)

    assert len(house.images.calls) == 3
    assert house.states() == ["settled"]
    assert house.ledger().sums.settled_nano == house.images.bill.nano


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # a server closed as somebody comes
async def test_an_api_that_cannot_be_reached_costs_nothing(
    open_house: OpenHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.services.jobs.job_runner.REFRESH", 0.1)
    house = await open_house()
    await house.start_with(house.settings().model_copy(update={"job_timeout": 4}))
    mia = house.discord.server.add_member("Mia")

    async with house.images.unreachable():
        words = await house.refusal(await mia.slash("imagine", prompt="a fox"))

    assert "The image API cannot be reached, and after a minute I have given this up" in words
    assert NOT_CHARGED in words
    assert house.images.calls == []
    assert house.states() == ["released"]


async def test_an_api_that_is_cut_off_in_mid_job_leaves_the_price_held(house: House) -> None:
    mia = house.discord.server.add_member("Mia")
    house.gate.clear()

    invocation = await mia.slash("imagine", prompt="a fox")
    await house.in_mid_job()
    async with house.images.unreachable():
        words = await house.refusal(invocation)

    assert NOT_KNOWN in words
    assert house.states() == ["unknown"]
    check_money(house)


@pytest.mark.parametrize("kind", [FaultKind.HANG_BEFORE_HEADERS, FaultKind.SILENCE])
async def test_a_job_that_takes_too_long_is_given_up_and_its_price_held(open_house: OpenHouse, kind: FaultKind) -> None:
    house = await open_house()
    await house.start_with(house.settings().model_copy(update={"job_timeout": 1}))
    mia = house.discord.server.add_member("Mia")
    house.images.faults.add(Fault(kind, after=1))

    words = await house.refusal(await mia.slash("imagine", prompt="a fox"))
    await house.images.idle()

    assert "a second" in words or "timeout" in words or "connection" in words
    assert NOT_KNOWN in words
    assert house.states() == ["unknown"]
    check_money(house)


async def test_previews_of_a_picture_that_was_withheld_are_taken_away(open_house: OpenHouse) -> None:
    house = await open_house(images=ImageOptions(pace=0.4, canned_bytes=1))
    await house.start_bot()
    mia = house.discord.server.add_member("Mia")

    invocation = await mia.slash("imagine", prompt="forbidden-output", quality="low")
    words = await house.refusal(invocation)

    assert any(version.attachments for version in invocation.history)
    assert invocation.response is not None
    assert invocation.response.attachments == ()
    assert "after drawing" in words


async def test_a_failure_of_one_member_does_not_stop_another(house: House) -> None:
    mia, bob = house.discord.server.add_member("Mia"), house.discord.server.add_member("Bob")
    house.images.faults.add(Fault(FaultKind.SERVER_ERROR, match="Mia's"))

    hers = await mia.slash("imagine", prompt="Mia's fox")
    his = await bob.slash("imagine", prompt="Bob's fox")
    await house.ended(hers, his)

    assert house.posted(hers) is None
    assert house.posted(his) is not None
    check_money(house)


@pytest.mark.parametrize("kind", [FaultKind.CUT, FaultKind.MODERATION_BLOCKED])
async def test_a_private_failure_stays_private(house: House, kind: FaultKind) -> None:
    mia = house.discord.server.add_member("Mia")
    house.images.faults.add(Fault(kind, after=1))

    invocation = await mia.slash("imagine", prompt="a fox", private=True)
    await house.refusal(invocation)

    assert invocation.ephemeral
    assert house.discord.server.channel("studio").messages == []
