"""Talk below pictures costs nothing and is asked about with a button; and leads choose when replies change pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.services.policy import Lead, ReplyMode
from bot.services.requests import format_price
from bot.services.requests.pricing import estimate
from cogs.edit.pick_picture import OFFER_STAYS, offer_text
from cogs.edit.reply_notices import SWITCHED_OFF
from tests.cogs.replying import HAT, agree, answer, hear, labels, picture, reply, said, switch_off
from tests.examples import MODEL

if TYPE_CHECKING:
    from tests.cogs.house import House
    from tests.conftest import OpenHouse


def most(house: House) -> str:
    """What was made last may cost at most: no button may have said less."""
    return format_price(estimate(MODEL, house.painter.asked[-1]).nano)


@pytest.mark.parametrize(
    "remark",
    ["https://tenor.com/view/fox-gif-123", "😂 🔥", "<a:party:123456789012345678>", "!?", "+1", "10/10"],
)
async def test_who_reacts_to_a_picture_without_words_is_not_even_asked(remark: str, opened: OpenHouse) -> None:
    async with opened() as house:
        await reply(house, await picture(house), remark)

        assert len(house.painter.asked) == 1
        assert said(house) == []


@pytest.mark.parametrize(
    "talk",
    [
        "lovely!",
        "Thank  you",
        "Wow, thanks! 😍",
        "haha 2",
        "SCHO\u0308N",
        "#1 lovely",
        "why is the sky green?",
        "can you make it blue",
        "<@{ben}> what do you think",
        "<@{ben}> put a hat on it",
        "@everyone look",
        "<@{bot}> beautiful",
        "<@{bot}> 🎄",
    ],
)
async def test_talk_below_ones_own_picture_is_asked_about_and_costs_nothing(talk: str, opened: OpenHouse) -> None:
    async with opened() as house:
        words = talk.format(ben=house.ben.id, bot=house.bot.bot_id)
        written = await reply(house, await picture(house), words)
        asked = answer(house, written)
        (told,) = said(house)
        made = len(house.painter.asked)
        await agree(house)

        assert asked == offer_text("#1")
        assert labels(told) == [f"Change it · {most(house)}"]
        assert made == 1
        assert house.painter.asked[-1].parent == 1
        assert said(house) == []


@pytest.mark.parametrize("words", ["like this", "genau so, danke", "perfect", "こんな感じ", "#1 beautiful!"])
async def test_whoever_attaches_a_picture_means_a_wish(words: str, opened: OpenHouse) -> None:
    async with opened() as house:
        await reply(house, await picture(house), words, [HAT])

        assert said(house) == []
        assert house.painter.asked[-1].parent == 1
        assert house.painter.inputs[-1][-1].content == HAT[1]


@pytest.mark.parametrize("words", ["like this?", "what do you think", "<@{ben}> like this", "🔥"])
async def test_a_question_or_a_word_to_others_is_talk_also_with_a_picture(words: str, opened: OpenHouse) -> None:
    async with opened() as house:
        await reply(house, await picture(house), words.format(ben=house.ben.id), [HAT])

        assert len(house.painter.asked) == 1
        assert [told.content for told in said(house)] == [offer_text("#1")]


async def test_what_is_asked_goes_away_by_itself(opened: OpenHouse) -> None:
    async with opened() as house:
        await reply(house, await picture(house), "thanks!")
        before = len(said(house))
        await house.env.advance_time(OFFER_STAYS + 1)

        assert (before, len(said(house)), len(house.painter.asked)) == (1, 0, 1)


@pytest.mark.parametrize("words", ["make it snowy", "<@{bot}> make it snowy", "{nick} make it snowy"])
async def test_words_below_another_members_picture_are_asked_about(words: str, opened: OpenHouse) -> None:
    async with opened() as house:
        names = {"bot": house.bot.bot_id, "nick": f"<@!{house.bot.bot_id}>"}
        await reply(house, await picture(house), words.format(**names), by=house.ben)
        refused = await house.mia.click(said(house)[-1], label="Change it")
        made = len(house.painter.asked)
        await agree(house, house.ben)

        assert refused.response is not None
        assert refused.response.content.startswith("❌ Only the member who wrote the reply above can choose.")
        assert made == 1
        assert house.posted[-1].content.startswith(f"**#2** for <@{house.ben.id}>")


async def test_talk_about_several_pictures_is_asked_about_with_each_of_them(opened: OpenHouse) -> None:
    async with opened() as house:
        await reply(house, await picture(house, count=2), "love it")
        (told,) = said(house)
        await house.mia.click(told, label=labels(told)[1])

        assert told.content == offer_text("one of these")
        assert [each.description for each in told.attachments] == [
            "Contact sheet of 2 pictures in rows of two: #1; #2."
        ]
        assert labels(told) == [f"#1 · 1st of 2 · {most(house)}", f"#2 · 2nd of 2 · {most(house)}"]
        assert house.painter.asked[-1].parent == 2


async def test_talk_about_a_picture_that_was_deleted_is_left_alone(opened: OpenHouse) -> None:
    async with opened() as house:
        first = await picture(house)
        order = await house.services.requests.of_picture(1, house.server.id)
        assert order is not None
        await house.services.requests.delete_pictures(order.id, 1)
        await reply(house, first, "lovely")

        assert said(house) == []


async def test_what_is_asked_is_not_asked_again_once_it_was_answered(opened: OpenHouse) -> None:
    async with opened() as house:
        written = await reply(house, await picture(house), "lovely")
        await agree(house)
        await hear(house, written)

        assert said(house) == []


@pytest.mark.parametrize(
    ("mode", "words", "asked", "made"),
    [
        (ReplyMode.AT_ONCE, "make it snowy", 0, 2),
        (ReplyMode.ASK, "make it snowy", 1, 1),
        (ReplyMode.ASK, "<@{bot}> make it snowy", 1, 1),
        (ReplyMode.MENTIONED, "make it snowy", 0, 1),
        (ReplyMode.MENTIONED, "thanks", 0, 1),
        (ReplyMode.MENTIONED, "<@{bot}> make it snowy", 0, 2),
        (ReplyMode.MENTIONED, "<@{bot}> thanks", 1, 1),
        (ReplyMode.NEVER, "make it snowy", 0, 1),
        (ReplyMode.NEVER, "<@{bot}> make it snowy", 1, 1),
    ],
)
async def test_leads_choose_when_replies_change_pictures(
    mode: ReplyMode, words: str, asked: int, made: int, opened: OpenHouse
) -> None:
    async with opened() as house:
        await house.services.server_settings.set_replies(Lead(house.server.id, house.lead.id), mode)
        await reply(house, await picture(house), words.format(bot=house.bot.bot_id))

        assert (len(said(house)), len(house.painter.asked)) == (asked, made)


async def test_a_question_that_stands_when_replies_are_switched_off_changes_nothing(opened: OpenHouse) -> None:
    async with opened() as house:
        await reply(house, await picture(house), "lovely")
        await switch_off(house)
        pressed = await house.mia.click(said(house)[-1], label="Change it")

        assert pressed.response is not None
        assert pressed.response.content == f"❌ {SWITCHED_OFF}"
