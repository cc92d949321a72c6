from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bot.services.calendar import Window
from bot.services.policy import Decision, LimitRule, Metric, Scope, ServerPolicy

from .house import House, open_house

if TYPE_CHECKING:
    from pathlib import Path


async def decide(house: House, maximum: int, log_channel_id: int | None) -> None:
    """The server has a budget of so many pictures, and a log channel or none."""
    budget = LimitRule(
        shared=True,
        scope=Scope.SERVER,
        scope_id=house.server.id,
        metric=Metric.IMAGES,
        window=Window.DAY,
        maximum=maximum,
    )

    def alter(before: ServerPolicy) -> tuple[ServerPolicy, Decision]:
        decision = Decision(house.moderator.id, 0, "quota set", "", "", str(log_channel_id))
        return replace(before, limits=(budget,), log_channel_id=log_channel_id), decision

    await house.services.policies.change(house.server.id, alter)


async def test_the_log_channel_is_told_once_when_a_budget_is_nearly_and_when_it_is_wholly_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_house(tmp_path, monkeypatch) as house:
        log = house.server.create_text_channel("log")
        await decide(house, 5, log.id)
        seen: list[int] = []
        for _ in range(6):
            await house.imagine()
            await house.env.settle()
            seen.append(len(log.history(viewer=house.ben)))

        messages = [message.content for message in log.history(viewer=house.ben)]

    assert seen == [0, 0, 0, 1, 2, 2]
    assert any(
        "80 % or more of this server's daily budget is used (4 pictures of 5 pictures)" in text for text in messages
    )
    assert any("is used up (5 pictures of 5 pictures)" in text for text in messages)


@pytest.mark.parametrize("comes_back", ["the bot", "a log channel"])
async def test_what_happened_without_a_log_channel_is_told_when_there_is_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, comes_back: str
) -> None:
    async with open_house(tmp_path, monkeypatch) as house:
        log = house.server.create_text_channel("log")
        await decide(house, 1, None)
        await house.imagine()
        if comes_back == "the bot":
            await decide(house, 1, log.id)
            await house.restart()
        else:
            await house.lead.slash(house.channel, "studio log", channel=log)
        await house.env.settle()

        messages = [message.content for message in log.history(viewer=house.ben)]

    assert len([text for text in messages if "is used up (1 picture of 1 picture)" in text]) == 1


async def test_a_log_channel_that_is_gone_keeps_nobody_from_their_picture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_house(tmp_path, monkeypatch) as house:
        await decide(house, 1, 12345)
        await house.imagine()
        await house.env.settle()

        posted = len(house.posted)

    assert posted == 1
