"""How a failure is told."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import aiohttp
import discord
import pytest
from discord import app_commands
from structlog.testing import capture_logs
from typing_extensions import override

from bot.discord_ui.buttons import AtelierButton
from bot.discord_ui.interactions import MOST_UNTOLD, AtelierTree, Interaction, Untold, answer_failure
from bot.discord_ui.request_context import AnsweredBeforeError
from bot.errors import NotYoursError
from tests.delivery.errors import refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from simcord import InteractionResult

    from tests.cogs.house import House
    from tests.conftest import OpenHouse

REFERENCE = re.compile(
    r"❌ Something went wrong on my side. Please tell whoever runs me, with the reference ([0-9a-f]{8})\."
)


class TrapButton(AtelierButton, action="trap"):
    """Raises what a test has laid out, before or after a deferral."""

    label = "Trap"
    error: Exception
    deferred = False
    by_tree = False
    in_the_way: Callable[[Interaction], None] | None = None
    subjects: list[int] = []  # noqa: RUF012 - of one test, which begins by emptying it

    @override
    async def pressed(self, interaction: Interaction) -> None:
        self.subjects.append(self.subject)
        if self.deferred:
            await interaction.response.defer(ephemeral=True, thinking=True)
        if TrapButton.in_the_way is not None:
            TrapButton.in_the_way(interaction)
        if self.by_tree:
            tree: Any = interaction.client.tree
            await AtelierTree.on_error(tree, interaction, self.error)  # type: ignore[arg-type]  # whatever a test raises
        else:
            raise self.error


async def press(
    house: House,
    error: Exception,
    *,
    deferred: bool = False,
    by_tree: bool = False,
    in_the_way: Callable[[Interaction], None] | None = None,
) -> InteractionResult:
    TrapButton.error, TrapButton.deferred, TrapButton.by_tree = error, deferred, by_tree
    TrapButton.in_the_way = in_the_way
    TrapButton.subjects.clear()
    house.bot.add_dynamic_items(TrapButton)
    view = discord.ui.View(timeout=None)
    view.add_item(TrapButton(4821))
    await house.bot.get_partial_messageable(house.channel.id).send("a trap", view=view)
    message = house.channel.last_message
    assert message is not None
    return await house.mia.click(message, label="Trap")


def told(answer: InteractionResult) -> str:
    assert answer.response is not None
    assert answer.response.ephemeral
    return answer.response.content


@pytest.mark.parametrize("deferred", [False, True])
async def test_a_worded_failure_is_told_in_its_own_words(deferred: bool, opened: OpenHouse) -> None:  # noqa: FBT001 - a table's column
    async with opened() as house:
        answer = await press(house, NotYoursError("This is not yours."), deferred=deferred)

        assert told(answer) == "❌ This is not yours."


@pytest.mark.parametrize("deferred", [False, True])
async def test_any_other_failure_gets_a_reference_and_the_log_its_traceback(deferred: bool, opened: OpenHouse) -> None:  # noqa: FBT001 - a table's column
    error = ZeroDivisionError("a fault of ours")
    async with opened() as house:
        with capture_logs() as lines:
            answer = await press(house, error, deferred=deferred)

        spoken = REFERENCE.fullmatch(told(answer))
        assert spoken is not None
        (line,) = [each for each in lines if each["log_level"] == "error"]
        assert (line["reference"], line["exc_info"]) == (spoken[1], error)


async def test_two_failures_have_two_references(opened: OpenHouse) -> None:
    async with opened() as house:
        first = told(await press(house, ZeroDivisionError()))
        second = told(await press(house, ZeroDivisionError()))

        assert first != second


async def test_a_command_that_may_not_be_used_is_told(opened: OpenHouse) -> None:
    async with opened() as house:
        answer = await press(house, app_commands.MissingPermissions(["manage_guild"]), by_tree=True)

        assert told(answer) == "❌ You may not use this command here. Ask whoever runs this server."


async def test_what_a_command_raises_is_unwrapped(opened: OpenHouse) -> None:
    async with opened() as house:
        command: Any = house.bot.tree.get_command("imagine")
        wrapped = app_commands.CommandInvokeError(command, NotYoursError("This is not yours."))

        assert told(await press(house, wrapped, by_tree=True)) == "❌ This is not yours."


@pytest.mark.parametrize(("status", "code"), [(404, 10062), (404, 10015), (401, 50027)])
async def test_nobody_is_answered_when_the_interaction_is_gone(status: int, code: int, opened: OpenHouse) -> None:
    async with opened() as house:
        with capture_logs() as lines:
            answer = await press(house, refused(status, code))

        assert answer.response is None
        assert [line["event"] for line in lines] == ["too late to answer"]


@pytest.mark.parametrize(("status", "code"), [(404, 10003), (404, 10008), (403, 50001), (400, 50035)])
async def test_any_other_refusal_by_discord_is_told(status: int, code: int, opened: OpenHouse) -> None:
    async with opened() as house:
        assert REFERENCE.fullmatch(told(await press(house, refused(status, code))))


@pytest.mark.parametrize("deferred", [False, True])
@pytest.mark.parametrize(("status", "code"), [(403, 50083), (400, 50083), (404, 10062), (400, 50035)])
async def test_a_failure_that_discord_does_not_take_there_goes_by_direct_message(
    deferred: bool,  # noqa: FBT001 - a table's column
    status: int,
    code: int,
    opened: OpenHouse,
) -> None:
    async with opened() as house:
        path = ("PATCH", "/webhooks/*") if deferred else ("POST", "*/callback")
        house.env.inject_error(*path, status=status, code=code, times=9)
        await press(house, NotYoursError("This is not yours."), deferred=deferred)

        (told,) = house.mia.user.dm_channel.history()
        first, note = told.content.splitlines()
        assert first == "❌ This is not yours."
        assert note.startswith(f"-# You asked in <#{house.channel.id}>. The answer comes here, because ")


async def test_a_failure_that_discord_takes_nowhere_waits_for_the_next_command(opened: OpenHouse) -> None:
    async with opened() as house:
        for path in ("*/callback", "/users/@me/channels"):
            house.env.inject_error("POST", path, status=403, code=50007, times=9)
        with capture_logs() as lines:
            await press(house, NotYoursError("This is not yours."))

        assert "failure told at the next command" in [line["event"] for line in lines]
        assert house.bot.untold.take(house.mia.id) == ["❌ This is not yours."]


@pytest.mark.usefixtures("impatient")
async def test_a_failure_that_discord_cannot_take_now_waits_for_the_next_command(
    opened: OpenHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def drop(*_: object, **__: object) -> None:
        raise aiohttp.ServerDisconnectedError

    async with opened() as house:
        with capture_logs() as lines:
            await press(
                house,
                NotYoursError("This is not yours."),
                in_the_way=lambda interaction: monkeypatch.setattr(type(interaction.response), "send_message", drop),
            )

        assert "failure not told" in [line["event"] for line in lines]
        assert house.bot.untold.take(house.mia.id) == ["❌ This is not yours."]
        assert not house.bot.untold.has(house.mia.id)


async def test_a_button_finds_its_subject_in_its_id_alone(opened: OpenHouse) -> None:
    async with opened() as house:
        await press(house, NotYoursError("No."))

        assert TrapButton.subjects == [4821]


class Answered:
    """An interaction that was answered, though not by this object: a first answer is refused."""

    id = 1
    guild_id = None
    channel_id = 22

    locale = "en-US"

    def __init__(self, *problems: Exception, repeated: bool = False) -> None:
        self.response = self
        self.client = SimpleNamespace(repeats={1} if repeated else set[int]())
        self.shown: list[str] = []
        self._problems = list(problems)

    def is_done(self) -> bool:
        return False

    async def send_message(self, _text: str, *, ephemeral: bool, **_: object) -> None:
        assert ephemeral
        raise self._problems.pop(0) if self._problems else refused(400, 40060)

    async def edit_original_response(self, *, content: str, **_: object) -> None:
        self.shown.append(content)


DROPPED = aiohttp.ServerDisconnectedError()


async def test_a_failure_is_told_although_the_receipt_of_the_deferral_was_lost() -> None:
    interaction: Any = Answered()

    await answer_failure(interaction, DROPPED)

    assert interaction.shown[0].startswith("❌ I lost my connection to Discord")


@pytest.mark.usefixtures("impatient")
async def test_a_failure_whose_own_receipt_was_lost_is_told_once() -> None:
    interaction: Any = Answered(DROPPED)

    await answer_failure(interaction, NotYoursError("Not yours."))

    assert interaction.shown == ["❌ Not yours."]


@pytest.mark.parametrize(
    "error", [NotYoursError("Not yours."), ZeroDivisionError(), AnsweredBeforeError(), refused(400, 40060)]
)
async def test_nothing_is_said_of_what_somebody_else_has_answered(error: Exception) -> None:
    interaction: Any = Answered()

    await answer_failure(interaction, error)

    assert interaction.shown == []


def test_words_of_long_ago_are_forgotten() -> None:
    untold = Untold()
    for number in range(MOST_UNTOLD + 1):
        untold.keep(number, "No.")

    assert (untold.has(0), untold.has(1), untold.take(MOST_UNTOLD)) == (False, True, ["No."])
