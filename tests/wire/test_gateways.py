"""What stands between the bot and the image API answers in its own ways; the picture and the money are right."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bot.sandbox.images import Fault, FaultKind

if TYPE_CHECKING:
    from bot.sandbox.discord import Member
    from tests.wire.house import House

PLAIN = {
    "total_tokens": 450,
    "input_tokens": 10,
    "output_tokens": 440,
    "input_tokens_details": {"text_tokens": 10, "image_tokens": 0},
}


@pytest.mark.parametrize(
    "usage",
    [
        {
            "total_tokens": 0,
            "input_tokens": 0,
            "output_tokens": 0,
            "input_tokens_details": {"text_tokens": 0, "image_tokens": 0},
        },
        {**PLAIN, "output_tokens": 1, "total_tokens": 11},
        {**PLAIN, "output_tokens": True},
        {**PLAIN, "output_tokens": 440.0},
        {**PLAIN, "output_tokens": "440"},
        {**PLAIN, "output_tokens": 10**9, "total_tokens": 10**9 + 10},
        {**PLAIN, "total_tokens": 3},
        {},
        [],
        None,
        "many",
    ],
)
async def test_usage_that_cannot_be_is_charged_at_the_hold(
    house: House,
    mia: Member,
    usage: Any,  # noqa: ANN401 - whatever may come
) -> None:
    house.images.faults.add(Fault(FaultKind.ODD_USAGE, usage=usage))

    await house.imagine(mia, size="1024x1024", quality="medium")

    (job,) = house.jobs()
    assert (job.state, job.actual_nano) == ("settled", job.hold_nano)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("location", [None, "http://localhost:9/v1"])
async def test_a_redirect_is_not_followed_with_a_paid_call(
    house: House, mia: Member, status: int, location: str | None
) -> None:
    house.images.faults.add(Fault(FaultKind.REDIRECT, times=30, status=status, location=location))

    words = await house.refusal(await mia.slash("imagine", prompt="a fox"))

    assert "whoever runs me" in words
    assert len(house.images.calls) == 1
    assert house.states() == ["unknown" if status in {302, 303} else "released"]


async def test_a_link_into_our_own_network_is_not_followed(house: House, mia: Member) -> None:
    house.images.faults.add(Fault(FaultKind.LINK, location=f"{house.discord.api_url}/secret"))

    words = await house.refusal(await mia.slash("imagine", prompt="a fox"))

    assert "could not fetch it from there" in words
    assert house.states() == ["unknown"]
    assert not house.discord.traffic.search("secret", "GET")
