"""Buttons that remember nothing but what their ids say: found again, and about which of several pictures."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import discord
import pytest
from typing_extensions import override

from bot.discord_ui import questions
from bot.discord_ui.buttons import AtelierButton, PictureButton, asker_for, is_private
from bot.discord_ui.more_menu import MoreButton, MoreSelect
from bot.discord_ui.rows import view_of
from bot.pictures import ContactSheets
from bot.services.admission import Start
from cogs.increases.asking import AskButton

if TYPE_CHECKING:
    from simcord import InteractionResult, ResponseMessage

    from bot.discord_ui.interactions import Interaction
    from bot.services.ledger import Order, Picture
    from tests.cogs.house import House
    from tests.conftest import OpenHouse

GONE = "❌ This picture was deleted. Ask for a new one with /imagine."


class PlainButton(AtelierButton, action="plain"):
    label = "Plain"


class PokeButton(PictureButton, action="poke"):
    """Says what it was pressed for."""

    label = "Poke"

    @override
    async def act(self, interaction: Interaction, order: Order, picture: Picture) -> None:
        await poke(interaction, order, picture)


async def poke(interaction: Interaction, order: Order, picture: Picture) -> None:
    assert Start(order, picture).picture in order.pictures
    asker = await asker_for(interaction, order)
    private = "private" if is_private(interaction) else "public"
    await interaction.response.send_message(f"#{picture.number} {private} {asker.requester.server_id}")


async def pictures(house: House, count: int, *, private: bool = False) -> discord.Message | ResponseMessage:
    """The message with the result of a request of Mia's."""
    house.bot.add_dynamic_items(PokeButton)
    if house.bot.more.find("poke") is None:
        house.bot.more.add(1, "poke", "Poke", None, poke)
        house.bot.more.add(2, "poke-all", "Poke all", None, poke, whole=True)
        house.bot.buttons.add(1, lambda result: PokeButton(result.files[0][0].number))
    made = await house.imagine(count=count, private=private)
    message = made.response if private else house.posted[-1]
    assert message is not None
    return message


async def use(member: Any, message: Any, way: str) -> InteractionResult:  # noqa: ANN401 - SimCord's members and users
    """By the button, or by the choice behind ⋯."""
    if way == "button":
        answer: InteractionResult = await member.click(message, label="Poke")
    else:
        answer = await member.select(message, ["poke"])
    return answer


def said(answer: InteractionResult) -> str:
    assert answer.response is not None
    return answer.response.content


def offered(answer: InteractionResult) -> list[str]:
    """The labels of the buttons of an answer."""
    assert answer.response is not None
    assert answer.response.ephemeral
    rows: Any = answer.response.components
    return [button["label"] for row in rows for button in row["components"]]


def sheets(answer: InteractionResult) -> list[str | None]:
    """What the sheets that an answer shows say to a screen reader."""
    assert answer.response is not None
    return [each.description for each in answer.response.attachments]


WAYS = pytest.mark.parametrize("way", ["button", "select"])


# --- ids


@pytest.mark.parametrize(
    ("custom_id", "subject"),
    [
        ("plain:1", "1"),
        ("plain:18446744073709551615", "18446744073709551615"),
        ("plain:", None),
        ("plain:-1", None),
        ("plain:1x", None),
        ("plain:1:2", None),
        ("plain:1!", None),
        ("really-plain:1", None),
        ("plain:123456789012345678901", "123456789012345678901"),  # of any length: it is then not there
    ],
)
def test_only_a_whole_id_is_one(custom_id: str, subject: str | None) -> None:
    match = PlainButton.__discord_ui_compiled_template__.fullmatch(custom_id)

    assert (match and match["id"]) == subject


LASTING: tuple[Any, ...] = (PlainButton, PokeButton, MoreSelect, MoreButton, AskButton)


@pytest.mark.parametrize(
    ("custom_id", "owner"),
    [
        ("poke:1", PokeButton),
        ("poke:1!", PokeButton),
        ("poke:1!!", PokeButton),
        ("more:1", MoreSelect),
        ("more:zoom-1.5:1!", MoreButton),
        ("more:details:99999999999999999999!!", MoreButton),
        ("more:member:33:usd:month:5:1795000000", AskButton),
    ],
)
def test_each_id_means_one_thing(custom_id: str, owner: type) -> None:
    found = [each for each in LASTING if each.__discord_ui_compiled_template__.fullmatch(custom_id)]

    assert found == [owner]


# --- which picture


@WAYS
async def test_with_one_picture_nobody_is_asked_which(way: str, opened: OpenHouse) -> None:
    async with opened() as house:
        message = await pictures(house, 1)

        assert said(await use(house.ben, message, way)) == f"#1 public {house.server.id}"


@WAYS
async def test_with_several_it_is_asked_privately_and_the_chosen_one_is_meant(way: str, opened: OpenHouse) -> None:
    async with opened() as house:
        message = await pictures(house, 3)

        asked = await use(house.ben, message, way)
        chosen = await house.ben.click(asked.response, label="#2")  # type: ignore[arg-type]  # there is one

        assert said(asked) == "Poke: which picture?"
        assert sheets(asked) == ["Contact sheet of 3 pictures in rows of three: #1; #2; #3."]
        assert offered(asked) == ["#1 · 1st of 3", "#2 · 2nd of 3", "#3 · 3rd of 3"]
        assert said(chosen) == f"#2 public {house.server.id}"


async def test_with_a_file_that_is_gone_the_sheet_has_its_number_alone(opened: OpenHouse) -> None:
    async with opened() as house:
        message = await pictures(house, 2)
        for path in (house.directory / "images").rglob("*"):
            path.unlink() if path.is_file() else None

        asked = await use(house.ben, message, "button")

        assert sheets(asked) == ["Contact sheet of 2 pictures in rows of two: #1; #2."]
        assert said(asked) == "Poke: which picture?"


@pytest.mark.parametrize("problem", [MemoryError(), None], ids=["failed", "too slow"])
async def test_without_a_sheet_it_is_asked_all_the_same(
    problem: Exception | None, opened: OpenHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def draw(*_: object) -> bytes:
        if problem is not None:
            raise problem
        await asyncio.Event().wait()
        return b""

    async with opened() as house:
        message = await pictures(house, 2)
        monkeypatch.setattr(ContactSheets, "draw", draw)
        monkeypatch.setattr(questions, "DRAWN_WITHIN", 0)

        asked = await use(house.ben, message, "button")
        chosen = await house.ben.click(asked.response, label="#2")  # type: ignore[arg-type]  # there is one

        assert sheets(asked) == []
        assert said(chosen) == f"#2 public {house.server.id}"


@WAYS
async def test_the_choice_can_be_made_after_a_restart(way: str, opened: OpenHouse) -> None:
    async with opened() as house:
        message = await pictures(house, 2)
        asked = await use(house.ben, message, way)
        await house.restart()
        house.bot.add_dynamic_items(PokeButton)
        house.bot.more.add(1, "poke", "Poke", None, poke)

        chosen = await house.ben.click(asked.response, label="#2")  # type: ignore[arg-type]  # there is one

        assert said(chosen) == f"#2 public {house.server.id}"


@WAYS
async def test_the_choice_under_a_private_result_makes_private_ones(way: str, opened: OpenHouse) -> None:
    async with opened() as house:
        message = await pictures(house, 2, private=True)

        asked = await use(house.mia, message, way)
        chosen = await house.mia.click(asked.response, label="#1")  # type: ignore[arg-type]  # there is one

        assert said(chosen) == f"#1 private {house.server.id}"


@WAYS
async def test_a_private_result_of_one_makes_private_ones(way: str, opened: OpenHouse) -> None:
    async with opened() as house:
        message = await pictures(house, 1, private=True)

        assert said(await use(house.mia, message, way)) == f"#1 private {house.server.id}"


@WAYS
async def test_what_was_deleted_is_not_offered(way: str, opened: OpenHouse) -> None:
    async with opened() as house:
        message = await pictures(house, 3)
        await house.services.requests.delete_picture(1, 1)

        asked = await use(house.ben, message, way)
        await house.services.requests.delete_picture(2, 1)
        gone = await house.ben.click(asked.response, label="#2")  # type: ignore[arg-type]  # there is one
        last = await use(house.ben, message, way)

        assert offered(asked) == ["#2 · 1st of 2", "#3 · 2nd of 2"]
        assert said(gone) == GONE
        assert said(last) == f"#3 public {house.server.id}"


@WAYS
async def test_the_result_of_deleted_pictures_says_so(way: str, opened: OpenHouse) -> None:
    async with opened() as house:
        message = await pictures(house, 2)
        await house.services.requests.delete_pictures(str(await request_of(house, 1)), 1)

        assert said(await use(house.ben, message, way)) == GONE


async def request_of(house: House, number: int) -> str:
    found = await house.services.requests.of_picture(number, house.server.id)
    assert found is not None
    return found.id


async def test_what_is_about_the_whole_result_asks_nothing(opened: OpenHouse) -> None:
    async with opened() as house:
        message = await pictures(house, 2)

        assert said(await house.ben.select(message, ["poke-all"])) == f"#1 public {house.server.id}"


async def test_in_direct_messages_it_is_private_and_counts_where_it_was_asked_for(opened: OpenHouse) -> None:
    async with opened() as house:
        await pictures(house, 1, private=True)
        channel = await house.bot.create_dm(discord.Object(house.mia.id))
        await channel.send("your result", view=view_of([PokeButton(1)]))
        message = house.mia.user.dm_channel.last_message
        assert message is not None

        assert said(await house.mia.user.click(message, label="Poke")) == f"#1 private {house.server.id}"


# --- ⋯


async def test_choosing_nothing_changes_nothing(opened: OpenHouse) -> None:
    async with opened() as house:
        message = await pictures(house, 1)

        await house.ben.select(message, [])

        assert house.callbacks[-1] == 6  # deferred, without a sign of it
        assert len(house.channel.history()) == 1


async def test_what_is_not_offered_any_more_is_said(opened: OpenHouse) -> None:
    async with opened() as house:
        message = await pictures(house, 2)
        asked = await house.ben.select(message, ["poke"])
        await house.restart()

        by_select = await house.ben.select(message, ["poke"])
        by_button = await house.ben.click(asked.response, label="#1")  # type: ignore[arg-type]  # there is one

        assert said(by_select) == said(by_button)
        assert said(by_select).startswith("❌ I do not offer this any more.")
