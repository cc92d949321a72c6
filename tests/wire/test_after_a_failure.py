"""What can be done under a failure: the same once more, or with other words, also after a restart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bot.sandbox.images import Fault, FaultKind
from tests.wire.house import labels

if TYPE_CHECKING:
    from bot.sandbox.discord import Member, Message
    from tests.wire.house import House

RETRY, REWORD = "Try again", "Change the words"


async def failed(house: House, mia: Member, kind: FaultKind, **options: Any) -> Message:  # noqa: ANN401 - options of the command
    """The answer to an /imagine that the image API refused."""
    house.images.faults.add(Fault(kind, options.get("count", 1)))
    invocation = await mia.slash("imagine", prompt="a *wild* fox", quality="low", **options)
    await house.refusal(invocation)
    assert invocation.response is not None
    return invocation.response


async def test_the_same_is_tried_again_at_the_price_on_the_button(house: House, mia: Member) -> None:
    told = await failed(house, mia, FaultKind.OUTPUT_BLOCKED)
    await house.restart_bot()
    offered = labels(told)

    message = await house.result(await mia.click(told, RETRY))

    assert offered[0].startswith("Try again · $0.0")
    assert offered[1] == REWORD
    assert r"> a \*wild\* fox" in told.content
    assert "A lead can settle what is held (/quota resolve). Trying again is charged anew." in told.content
    assert message.attachments
    assert [call.prompt for call in house.images.calls] == ["a *wild* fox"] * 2


async def test_other_words_are_asked_for_where_the_old_ones_stand(house: House, mia: Member) -> None:
    told = await failed(house, mia, FaultKind.MODERATION_BLOCKED, count=2)
    price = labels(told)[0].removeprefix("Try again · ")
    opening = await mia.click(told, REWORD)
    await house.until(lambda: opening.modal is not None)
    dialog: Any = opening.modal
    await house.restart_bot()

    message = await house.result(await mia.submit_modal(opening, {"prompt": "a tame fox"}))

    named, field = dialog["components"]
    assert named["content"] == "The safety check named: violence."
    assert field["component"]["value"] == "a *wild* fox"
    assert field["description"] == f"Price with the words so far: {price}"
    assert "price" not in told.content
    assert len(message.attachments) == 2
    assert {call.prompt for call in house.images.calls[-2:]} == {"a tame fox"}


async def test_what_only_one_member_sees_is_tried_again_by_them_alone(house: House, mia: Member) -> None:
    told = await failed(house, mia, FaultKind.MODERATION_BLOCKED, private=True)

    again = await mia.click(told, RETRY)
    await house.until(lambda: again.response and again.response.attachments)

    assert again.response is not None
    assert again.response.only_for is not None
    assert all(not message.attachments for message in house.discord.server.channel("studio").messages)


@pytest.mark.parametrize("custom_id", ["retry:99999999999999999999", "reword:1", "retry:0"])
async def test_a_failure_that_nobody_knows_any_more_says_so(house: House, mia: Member, custom_id: str) -> None:
    told = await failed(house, mia, FaultKind.MODERATION_BLOCKED)
    told.components[0]["components"][0]["custom_id"] = custom_id

    answer = await mia.click(told, RETRY)
    words = await house.refusal(answer)

    assert words == "❌ I do not know what was asked for here any more. Please ask anew."
    assert len(house.images.calls) == 1


async def test_a_failure_of_another_server_is_none_here(house: House, mia: Member) -> None:
    told = await failed(house, mia, FaultKind.MODERATION_BLOCKED)
    elsewhere = house.discord.add_server("Elsewhere")
    eve = elsewhere.add_member("Eve")
    house.images.faults.add(Fault(FaultKind.MODERATION_BLOCKED))
    own = await eve.slash("imagine", prompt="a hen")
    await house.refusal(own)
    assert own.response is not None
    own.response.components[0]["components"][0]["custom_id"] = told.components[0]["components"][0]["custom_id"]

    words = await house.refusal(await eve.click(own.response, RETRY))

    assert "a *wild* fox" not in words
    assert len(house.images.calls) == 2
