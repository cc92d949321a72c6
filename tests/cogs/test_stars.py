"""⭐ Star under results: what it says, what it counts, and where the favourites are found again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord
import pytest

from cogs.stars.buttons import StarButton, shown_alone
from tests.cogs.gallery import GONE, delete, offer, said_privately
from tests.cogs.replying import labels
from tests.cogs.test_history import look, numbers

if TYPE_CHECKING:
    from simcord import InteractionResult, MemberActor
    from simcord.results import ResponseMessage

    from tests.cogs.house import House
    from tests.conftest import OpenHouse

FAVOURITE = "#{} is one of your favourites now: /history finds it with the option “favourites”."
NO_FAVOURITE = "#{} is no favourite of yours any more."


def stars(message: discord.Message | ResponseMessage) -> list[str]:
    """What the star button of a message says."""
    return [label for label in labels(message) if label.startswith("Star")]


def told(answer: InteractionResult) -> str:
    """What was said to who pressed, beside the message."""
    (words,) = answer.followups
    assert words.ephemeral
    return words.content


async def star(house: House, who: MemberActor, place: int = 0) -> InteractionResult:
    return await who.click(house.posted[place], label=stars(house.posted[place])[0])


async def test_a_press_stars_the_picture_and_the_button_tells_how_many_have(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.imagine()
        before = stars(house.posted[0])

        first = await star(house, house.ben)
        one = stars(house.posted[0])
        await star(house, house.lead)
        await house.restart()
        two = stars(house.posted[0])
        back = await star(house, house.ben)

        assert [*before, *one, *two, *stars(house.posted[0])] == [
            "Star",
            "Star · 1 star",
            "Star · 2 stars",
            "Star · 1 star",
        ]
        assert FAVOURITE.format(1) in told(first)
        assert told(back) == NO_FAVOURITE.format(1)
        assert len(house.painter.asked) == 1


async def test_of_several_pictures_it_is_asked_which_and_more_than_one_can_be_starred(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.imagine(count=3)

        asked = await star(house, house.ben)
        assert asked.response is not None
        question = said_privately(asked)
        for which in ("#2", "#3", "#2"):
            await house.ben.click(asked.response, label=which)
        await house.env.settle()

        assert question.startswith("Star: which picture?")
        assert asked.response.content == NO_FAVOURITE.format(2)
        assert [each["label"].partition(" ")[0] for row in asked.response.components for each in row["components"]] == [
            "#1",
            "#2",
            "#3",
        ]
        assert stars(house.posted[0]) == ["Star · 1 star"]
        assert numbers(await look(house, house.ben, favourites=True)) == [3]


async def test_a_private_picture_is_a_favourite_of_its_member_alone(opened: OpenHouse) -> None:
    async with opened() as house:
        shown = await house.imagine(private=True)
        assert shown.response is not None

        answer = await house.mia.click(shown.response, label="Star")
        forged = await house.ben.click(await offer(house, StarButton(1)), label="Star")

        assert FAVOURITE.format(1) in told(answer)
        assert stars(shown.response) == ["Star · 1 star"]
        assert said_privately(forged) == GONE
        assert numbers(await look(house, house.mia, favourites=True)) == [1]


async def test_favourites_are_whoevers_pictures_and_combine_with_the_rest(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.imagine(prompt="a red fox")
        await house.ben.slash(house.channel, "imagine", prompt="a blue owl")
        await house.ben.slash(house.channel, "imagine", prompt="a green fox")
        nothing = await look(house, house.ben, favourites=True)
        for place in (0, 1):
            await star(house, house.ben, place)

        every = await look(house, house.ben, favourites=True)
        foxes = await look(house, house.ben, favourites=True, search="fox")
        of_mia = await look(house, house.ben, favourites=True, member=house.mia)
        own = await look(house, house.ben, favourites=True, scope="mine")
        of_others = await look(house, house.lead, favourites=True, scope="everybody's")

        assert [numbers(each) for each in (every, foxes, of_mia, own, of_others)] == [[2, 1], [1], [1], [2], []]
        assert said_privately(every).startswith("**Your favourites**\n**#2** a blue owl")
        assert f" · <@{house.mia.id}>" in said_privately(every)
        assert said_privately(of_mia).startswith(f"**Your favourites among those of <@{house.mia.id}>**")
        assert said_privately(own).startswith("**Your favourites among your pictures**")
        assert said_privately(nothing).endswith("Press ⭐ Star under a picture that you want to find here.")


async def test_a_picture_that_is_opened_or_shown_has_its_star_and_every_message_tells_the_number(
    opened: OpenHouse,
) -> None:
    async with opened() as house:
        await house.imagine(count=2)
        await house.ben.slash(house.channel, "show", id="2")
        page = await look(house, house.ben, scope="everybody's")
        assert page.response is not None
        one = await house.ben.select(page.response, ["2"])
        assert one.response is not None

        await house.ben.click(one.response, label="Star")
        await house.env.settle()
        first, shown = house.posted[:2]  # and what Ben alone sees

        assert stars(one.response) == stars(shown) == stars(first) == ["Star · 1 star"]
        assert (shown_alone(first), shown_alone(shown)) == (0, 2)
        await star(house, house.lead, 1)
        assert [stars(each) for each in house.posted[:2]] == [["Star · 2 stars"]] * 2
        assert len(house.posted[1].attachments) == 1


async def without_star(house: House, message: discord.Message) -> None:
    """As an earlier version has posted it."""
    view = discord.ui.View.from_message(message)
    for item in view.children:
        if str(getattr(item, "custom_id", "")).startswith("star:"):
            view.remove_item(item)
    view.stop()
    partial = house.bot.get_partial_messageable(house.channel.id).get_partial_message(message.id)
    await partial.edit(view=view)


async def test_a_result_of_before_is_starred_in_its_menu_and_has_the_button_from_then_on(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.imagine(count=2)
        await house.ben.slash(house.channel, "show", id="2")
        for message in house.posted:
            await without_star(house, message)
        before = [stars(each) for each in house.posted]

        asked = await house.ben.context_menu(house.channel, "Star image", house.posted[0])
        assert asked.response is not None
        await house.ben.click(asked.response, label="#1")
        answer = await house.ben.context_menu(house.channel, "Star image", house.posted[1])
        await house.env.settle()

        assert before == [[], []]
        assert FAVOURITE.format(2) in said_privately(answer)
        assert [stars(each) for each in house.posted] == [["Star · 2 stars"], ["Star · 1 star"]]


async def test_what_is_no_picture_of_mine_or_deleted_takes_no_star(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.imagine()
        old = house.posted[0]
        other = await offer(house, StarButton(1))
        await delete(house, house.mia)

        strange = await house.ben.context_menu(house.channel, "Star image", other)
        pressed = await house.ben.click(other, label="Star")

        assert "is not a picture of mine, so it can have no stars" in said_privately(strange)
        assert said_privately(pressed) == GONE
        assert old.id != other.id


async def test_of_a_result_whose_pictures_are_all_gone_the_menu_says_so(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.imagine()
        await house.services.requests.delete_pictures(str(await only_request(house)), 5)

        assert said_privately(await house.ben.context_menu(house.channel, "Star image", house.posted[0])) == GONE


async def only_request(house: House) -> str:
    order = await house.services.requests.of_picture(1, house.server.id)
    assert order is not None
    return order.id


async def test_pictures_of_other_servers_take_no_star(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.imagine()
        other = house.env.create_guild("Elsewhere")
        channel = other.create_text_channel("studio")
        mia = other.add_member(house.mia.user)
        await house.env.settle()
        await house.bot.get_partial_messageable(channel.id).send("x", view=view_with_star())
        forged = channel.last_message
        assert forged is not None

        assert said_privately(await mia.click(forged, label="Star")) == GONE


def view_with_star() -> discord.ui.View:
    view = discord.ui.View(timeout=None)
    view.add_item(StarButton(1))
    return view


@pytest.mark.parametrize("way", ["POST", "GET", "PATCH"])
async def test_a_vote_counts_whatever_discord_does_not_take(way: str, opened: OpenHouse) -> None:
    async with opened() as house:
        await house.imagine()
        await house.ben.slash(house.channel, "show", id="1")
        path = {"POST": "/webhooks/*/*", "GET": "/channels/*/messages/*", "PATCH": "/channels/*/messages/*"}[way]
        house.env.inject_error(way, path, status=403, code=50001, message="Missing Access")

        await star(house, house.ben)
        await house.env.settle()

        assert numbers(await look(house, house.ben, favourites=True)) == [1]


async def test_where_discord_refuses_to_change_the_message_it_is_said_beside(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.imagine()
        house.env.inject_error(
            "POST", "/interactions/*/*/callback", status=400, code=50035, message="Invalid Form Body"
        )

        answer = await star(house, house.ben)

        assert FAVOURITE.format(1) in said_privately(answer)


async def test_a_message_whose_buttons_were_refused_stays_as_it_is(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.imagine()
        partial = house.bot.get_partial_messageable(house.channel.id).get_partial_message(house.posted[0].id)
        await partial.edit(view=None)

        await house.ben.context_menu(house.channel, "Star image", house.posted[0])
        await house.env.settle()

        components: Any = house.posted[0].components
        assert components == []
