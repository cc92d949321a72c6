"""What stands between the bot and the image API answers in its own ways; the picture and the money are right."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from bot.errors import ConfigurationError
from bot.sandbox.images import Fault, FaultKind
from bot.sandbox.images.models import MODELS

if TYPE_CHECKING:
    from bot.sandbox.discord import Member
    from tests.wire.house import House, OpenHouse

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


async def test_a_deployments_own_name_is_sent_and_the_models_price_is_charged(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(MODELS, "studio/fox-9", replace(MODELS["gpt-image-2.5-flare"], id="studio/fox-9"))
    await house.restart_bot(ATELIER_MODEL_NAMES="gpt-image-2.5-flare=studio/fox-9")
    mia = house.discord.server.add_member("Mia")

    message = await house.imagine(mia, "a fox", size="1024x1024", quality="medium")
    await house.imagine(mia, "a fox", model="gpt-image-2")

    assert [call.fields["model"] for call in house.images.calls] == ["studio/fox-9", "gpt-image-2"]
    assert "studio" not in message.content
    assert house.ledger().sums.settled_nano == house.images.bill.nano


async def test_a_name_for_a_model_that_is_none_stops_the_start(open_house: OpenHouse) -> None:
    house = await open_house()

    with pytest.raises(ConfigurationError, match="ATELIER_MODEL_NAMES"):
        await house.start_bot(ATELIER_MODEL_NAMES="gpt-imagine=x")
