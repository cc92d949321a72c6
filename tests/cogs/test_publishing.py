"""Publish and Unpublish: what becomes everybody's, and what is private again; by its owner alone, once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord
import pytest

from bot.discord_ui.more_menu import OFFERED_NO_MORE, MoreSelect
from bot.errors import PromptBlockedError
from bot.services.policy import Lead
from cogs.gallery.publishing import PublishAllButton, PublishButton, UnpublishButton
from tests.cogs.gallery import GONE, embed_of, field, offer, offer_directly, order_of, said_privately
from tests.cogs.replying import labels, reply
from tests.cogs.replying import said as said_in_channel

if TYPE_CHECKING:
    from simcord import MemberActor, ResponseMessage

    from tests.cogs.house import House
    from tests.conftest import OpenHouse

OWNERS = "❌ Only the member who asked for this picture decides who sees it."


async def private(house: House, count: int = 1, **options: Any) -> ResponseMessage:  # noqa: ANN401 - the command's options
    """A private result of Mia's."""
    made = await house.imagine(private=True, count=count, **options)
    assert made.response is not None
    return made.response


async def asked(house: House, message: ResponseMessage | discord.Message, what: str = "publish") -> ResponseMessage:
    """The question behind ⋯."""
    answer = await house.mia.select(message, [what])
    assert answer.response is not None
    assert answer.response.ephemeral
    return answer.response


async def publish(house: House, message: ResponseMessage, label: str = "Publish #1") -> str:
    return said_privately(await house.mia.click(await asked(house, message), label=label))


async def unpublish(house: House, label: str = "Unpublish #1", place: int = -1) -> str:
    """By a public message, the newest unless it is said."""
    return said_privately(await house.mia.click(await asked(house, house.posted[place], "unpublish"), label=label))


async def found(house: House, who: MemberActor, words: str = "secret") -> list[str]:
    """The numbers of pictures that /show offers somebody."""
    return [each["value"] for each in await who.autocomplete(house.channel, "show", "id", words)]


def choices(message: Any) -> set[str]:  # noqa: ANN401 - SimCord's messages and discord.py's
    """What is behind ⋯."""
    rows = [getattr(row, "to_dict", lambda row=row: row)() for row in message.components]
    return {option["value"] for row in rows for item in row["components"] for option in item.get("options", ())}


async def test_a_published_picture_is_everybodys_with_credit_and_live_buttons(opened: OpenHouse) -> None:
    async with opened() as house:
        made = await private(house, prompt="a secret castle")
        question = await asked(house, made)
        said_before, before = question.content, await found(house, house.ben)

        told = said_privately(await house.mia.click(question, label="Publish #1"))
        (shown,) = house.posted
        await house.restart()
        details = await house.ben.select(shown, ["details"])
        await house.ben.click(shown, label="Again")

        assert said_before.startswith(f"Publish #1 in <#{house.channel.id}>? Everybody who can read there sees it")
        assert told == f"Published #1 in <#{house.channel.id}>."
        assert shown.content.startswith(f"**#1** for <@{house.mia.id}>\n> a secret castle\n")
        assert shown.content.endswith(f"-# Published by <@{house.mia.id}>.")
        assert [each.description for each in shown.attachments] == ["Generated picture #1: a secret castle"]
        assert (before, await found(house, house.ben)) == ([], ["2", "1"])
        assert embed_of(details).description == "a secret castle"
        assert "publish" in choices(made)
        assert "unpublish" in choices(shown)
        assert "publish" not in choices(shown)
        assert len(house.posted) == 2


async def test_replies_go_on_from_it(opened: OpenHouse) -> None:
    async with opened() as house:
        await publish(house, await private(house))
        await reply(house, house.posted[0], "make it snowy")

        assert house.painter.asked[-1].parent == 1
        assert not (await order_of(house, 2)).destination.private


async def test_both_are_in_the_audit(opened: OpenHouse) -> None:
    async with opened() as house:
        made = await private(house, 2)
        await publish(house, made, "All")
        await unpublish(house, "#2")

        entries = [each.decision for each in await house.services.audit.entries(house.server.id)]
        assert [(each.action, each.subject, each.before, each.after) for each in entries] == [
            ("picture unpublish", f"#2 of <@{house.mia.id}>", "public", "private"),
            ("picture publish", f"#1 and #2 of <@{house.mia.id}>", "private", f"public in <#{house.channel.id}>"),
        ]
        assert {each.actor_id for each in entries} == {house.mia.id}


async def test_what_is_taken_back_is_its_owners_alone_again(opened: OpenHouse) -> None:
    async with opened() as house:
        made = await private(house, prompt="a secret castle")
        await publish(house, made)
        old = await offer(house, PublishButton(1), UnpublishButton(1))
        await house.ben.slash(house.channel, "show", id="1")
        await house.ben.click(house.posted[0], label="Vary")
        assert len(house.posted) == 3

        told = await unpublish(house, place=0)
        (left,) = house.posted
        details = await house.ben.select(left, ["details"])

        assert told == "Only you see #1 now."
        assert left.content.startswith(f"**#2** for <@{house.ben.id}>")
        assert await found(house, house.ben) == []
        assert "no picture #1 here" in said_privately(await house.ben.slash(house.channel, "show", id="1"))
        assert said_privately(await house.ben.click(old, label="Publish")) == GONE
        assert field(details, "Made from") == "#1, private"
        assert "Words before" not in [each.name for each in embed_of(details).fields]
        assert (await order_of(house, 2)).request.story == ()
        assert said_privately(await house.mia.slash(house.channel, "show", id="1")).startswith("**#1** for")


async def test_one_of_several_is_published_and_the_others_stay_private(opened: OpenHouse) -> None:
    async with opened() as house:
        made = await private(house, 3, prompt="a secret castle")
        question = await asked(house, made)
        sheet = [each.description for each in question.attachments]
        await house.mia.click(question, label="#2")
        (shown,) = house.posted

        varied = await house.ben.click(shown, label="Vary")
        details = await house.ben.select(shown, ["details"])
        other = await offer(house, PublishAllButton(3))

        assert sheet == ["Contact sheet of 3 pictures in rows of three: #1; #2; #3."]
        assert [each.filename for each in shown.attachments] == ["atelier-2.png"]
        assert await found(house, house.ben) == ["4", "2"]
        assert varied.response is None
        assert embed_of(details).title == "Details of #2"
        assert "#1" not in field(details, "Pictures")
        assert said_privately(await house.ben.click(other, label="All")) == OWNERS
        assert [each.published for each in (await order_of(house, 1)).pictures] == [False, True, False]


async def test_the_rest_follows_in_a_message_that_asks_which(opened: OpenHouse) -> None:
    async with opened() as house:
        made = await private(house, 3, prompt="a secret castle")
        await publish(house, made, "#2")
        question = await asked(house, made)
        said_before = question.content
        told = said_privately(await house.mia.click(question, label="All"))
        shown = house.posted[-1]

        asked_which = await house.ben.click(shown, label="Vary")
        left = await unpublish(house, "#3")

        assert said_before.startswith("Publish which picture in")
        assert told == f"Published #1, #3 in <#{house.channel.id}>."
        assert asked_which.response is not None
        assert "Vary: which picture?" in asked_which.response.content
        assert left == "Only you see #3 now."
        assert [[each.filename for each in message.attachments] for message in house.posted] == [
            ["atelier-2.png"],
            ["atelier-1.png"],
        ]
        assert house.posted[-1].content.startswith(f"**#1** for <@{house.mia.id}>")


@pytest.mark.parametrize("failed", [0, 1])
async def test_what_is_only_not_shown_is_not_offered_once_more_in_other_words(failed: int, opened: OpenHouse) -> None:
    async with opened() as house:
        house.painter.failures += [PromptBlockedError("Blocked.", code="moderation_blocked")] * failed
        made = await private(house, 3 + failed)
        await publish(house, made, "#1")
        await publish(house, made, "All")
        before = house.posted[-1]
        question = await house.ben.click(before, label="Star")
        await house.ben.click(question.response, label="#2")  # type: ignore[arg-type]  # there is one
        after = house.posted[-1]

        assert [each.filename for each in before.attachments] == ["atelier-2.png", "atelier-3.png"]
        assert "Star · 1 star" in labels(after)
        assert [("reword" in choices(each)) for each in (made, before, after)] == [bool(failed), False, False]


async def test_what_an_older_message_offers_once_more_in_other_words_was_not_made_for_who_presses(
    opened: OpenHouse,
) -> None:
    async with opened() as house:
        house.painter.failures.append(PromptBlockedError("Blocked.", code="moderation_blocked"))
        made = await private(house, 2)
        await publish(house, made)
        await house.imagine()
        option = discord.SelectOption(label="Change the words", value="reword")
        mine, whole = [await offer(house, MoreSelect(number, [option])) for number in (1, 2)]

        own = await house.mia.select(mine, ["reword"])
        refused = [await house.ben.select(mine, ["reword"]), await house.mia.select(whole, ["reword"])]

        assert own.modal is not None
        assert [said_privately(each) for each in refused] == [f"❌ {OFFERED_NO_MORE}"] * 2
        assert [each.modal for each in refused] == [None, None]


async def test_words_of_a_private_picture_do_not_come_along_with_what_was_made_of_it(opened: OpenHouse) -> None:
    async with opened() as house:
        made = await private(house, prompt="a secret castle")
        varied = await house.mia.click(made, label="Vary")
        assert varied.response is not None
        own = await house.mia.select(varied.response, ["details"])
        question = await asked(house, varied.response)
        await house.mia.click(question, label="Publish #2")

        details = await house.ben.select(house.posted[0], ["details"])

        assert field(own, "Made from") == "#1, private"
        assert field(own, "Words before") == "a secret castle"
        assert field(details, "Made from") == "#1, private"
        assert "castle" not in str(embed_of(details).to_dict())
        assert await found(house, house.ben, "castle") == []
        assert [each.description for each in house.posted[0].attachments] == ["Generated picture #2: varied"]


async def test_all_are_taken_back(opened: OpenHouse) -> None:
    async with opened() as house:
        made = await private(house, 2)
        await publish(house, made, "All")

        told = await unpublish(house, "All")

        assert told == "Only you see #1, #2 now."
        assert house.posted == []


async def test_a_reply_of_somebody_else_is_about_what_is_published(opened: OpenHouse) -> None:
    async with opened() as house:
        made = await private(house, 2)
        await publish(house, made, "All")
        await unpublish(house, "#1")
        await reply(house, house.posted[0], "make it snowy", by=house.ben)
        (question,) = said_in_channel(house)
        await house.ben.click(question, label="Change it")

        assert house.painter.asked[-1].parent == 2


@pytest.mark.parametrize("who", ["ben", "moderator", "lead"])
async def test_nobody_else_decides_not_even_leads(who: str, opened: OpenHouse) -> None:
    async with opened() as house:
        made = await private(house)
        await publish(house, made)
        old = await offer(house, PublishButton(1), UnpublishButton(1))
        stranger: MemberActor = getattr(house, who)

        answers = [
            await stranger.select(house.posted[0], ["unpublish"]),
            await stranger.click(old, label="Unpublish"),
            await stranger.click(old, label="Publish"),
        ]

        assert [said_privately(each) for each in answers] == [OWNERS] * 3
        assert len(house.posted) == 1


async def test_a_moderator_deletes_what_is_published_and_nothing_else(opened: OpenHouse) -> None:
    async with opened() as house:
        made = await private(house, 3)
        await publish(house, made, "#1")
        await publish(house, made, "#3")
        asked_which = await house.moderator.select(house.posted[0], ["delete"])
        assert asked_which.response is not None

        answer = await house.moderator.click(asked_which.response, label="All")

        assert said_privately(answer) == "Deleted."
        assert house.posted == []
        assert [each.number for each in (await order_of(house, 2)).pictures] == [2]


async def test_a_second_press_publishes_nothing_more(opened: OpenHouse) -> None:
    async with opened() as house:
        made = await private(house)
        old = await offer(house, PublishButton(1), UnpublishButton(1))
        question = await asked(house, made)
        await house.mia.click(question, label="Publish #1")

        again = await house.mia.click(old, label="Publish")
        once_more = await house.mia.select(made, ["publish"])

        assert again.response is not None
        assert again.response.content == "#1 is public already. ⋯ Unpublish takes it back."
        assert said_privately(once_more).startswith("#1 is public. Unpublish #1? Then only you see it again.")
        assert len(house.posted) == 1


async def test_what_was_made_for_everybody_cannot_be_taken_back(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.imagine()
        old = await offer(house, UnpublishButton(1))

        answer = await house.mia.click(old, label="Unpublish")

        assert answer.response is not None
        assert "#1 was made for everybody from the beginning" in answer.response.content
        assert choices(house.posted[0]) & {"publish", "unpublish"} == set()


async def test_what_was_deleted_is_not_published(opened: OpenHouse) -> None:
    async with opened() as house:
        made = await private(house, 2)
        question = await asked(house, made)
        await house.services.requests.delete_picture(1, 1)

        gone = await house.mia.click(question, label="#1")
        rest = await house.mia.click(question, label="All")

        assert said_privately(gone) == GONE
        assert rest.response is not None
        assert rest.response.content == f"Published #2 in <#{house.channel.id}>."


async def test_where_the_bot_may_not_post_it_stays_private(opened: OpenHouse) -> None:
    async with opened() as house:
        made = await private(house, prompt="a secret castle")
        house.env.inject_error("POST", "/channels/*/messages", status=403, code=50013, message="Missing Permissions")

        told = await publish(house, made)
        await publish(house, made)

        assert "I cannot publish #1, because I may not post it in" in told
        assert told.endswith("Nothing has changed.")
        assert len(house.posted) == 1


async def test_a_lost_original_is_said(opened: OpenHouse) -> None:
    async with opened() as house:
        made = await private(house)
        for path in (house.directory / "images").rglob("*"):
            path.unlink() if path.is_file() else None

        assert "I have lost the original of #1" in await publish(house, made)
        assert not (await order_of(house, 1)).pictures[0].published


@pytest.mark.parametrize("rule", ["pause", "block", "channels"])
async def test_the_leads_rules_are_against_it(rule: str, opened: OpenHouse) -> None:
    async with opened() as house:
        made = await private(house)
        lead, services = Lead(house.server.id, house.lead.id), house.services
        lounge = house.server.create_text_channel("lounge")
        if rule == "pause":
            await services.pausing.pause(lead, "")
        elif rule == "block":
            await services.server_settings.block(lead, house.mia.id, house.bot.bot_id, "")
        else:
            await services.rules.add_channel(lead, lounge.id)

        answer = said_privately(await house.mia.select(made, ["publish"]))

        reasons = {
            "pause": f"<@{house.lead.id}> has paused me on this server, so I publish nothing.",
            "block": f"A lead has blocked you from showing pictures here. Ask <@{house.lead.id}>.",
            "channels": f"Pictures are made in <#{lounge.id}> here. Publish it there.",
        }
        assert answer.startswith(f"❌ {reasons[rule]}")


async def test_who_may_not_write_there_does_not_publish_there(opened: OpenHouse) -> None:
    async with opened() as house:
        made = await private(house)
        channel = house.bot.get_channel(house.channel.id)
        assert isinstance(channel, discord.TextChannel)
        await channel.set_permissions(channel.guild.me, send_messages=True)
        await channel.set_permissions(channel.guild.default_role, send_messages=False)
        await house.env.settle()

        answer = said_privately(await house.mia.select(made, ["publish"]))

        assert answer == (
            f"❌ You may not write in <#{channel.id}>, so you cannot publish there. Choose a channel where you may."
        )


async def test_what_was_made_for_adults_is_published_among_adults(opened: OpenHouse) -> None:
    async with opened() as house:
        await private(house)
        lounge = house.server.create_text_channel("lounge")
        studio = house.bot.get_channel(house.channel.id)
        assert isinstance(studio, discord.TextChannel)
        studio.nsfw = True  # as SimCord cannot say it
        there = await house.mia.slash(lounge, "show", id="1")
        assert there.response is not None

        answer = said_privately(await house.mia.select(there.response, ["publish"]))

        assert answer == "❌ #1 was made in an age-restricted channel. Publish it in one."


async def test_it_is_found_where_it_was_published(opened: OpenHouse) -> None:
    async with opened() as house:
        await private(house, prompt="a secret castle")
        lounge = house.server.create_text_channel("lounge")
        there = await house.mia.slash(lounge, "show", id="1")
        assert there.response is not None
        question = await house.mia.select(there.response, ["publish"])
        assert question.response is not None
        await house.mia.click(question.response, label="Publish #1")

        shown = [each.filename for message in lounge.history(viewer=house.ben) for each in message.attachments]
        in_lounge = await house.ben.slash(lounge, "history", scope="everybody's", channel=lounge)
        in_studio = await house.ben.slash(lounge, "history", scope="everybody's", channel=house.channel)

        assert "**#1** a secret castle" in said_privately(in_lounge)
        assert "Nothing was found" in said_privately(in_studio)
        assert shown == ["atelier-1.png"]


async def test_in_direct_messages_nobody_could_see_it(opened: OpenHouse) -> None:
    async with opened() as house:
        await private(house)
        message = await offer_directly(house, house.mia, PublishButton(1))

        answer = await house.mia.user.click(message, label="Publish")

        assert answer.response is not None
        assert "On the server, /show brings #1 up for you" in answer.response.content


async def test_a_message_that_cannot_be_removed_is_told_and_goes_after_a_restart(opened: OpenHouse) -> None:
    async with opened() as house:
        made = await private(house)
        await publish(house, made)
        (shown,) = house.posted
        house.env.inject_error("DELETE", "/channels/*/messages/*", status=403, code=50001, message="Missing Access")

        told = await unpublish(house)
        stood = len(house.posted)
        await house.restart()
        await house.env.settle()

        link = f"https://discord.com/channels/{house.server.id}/{house.channel.id}/{shown.id}"
        assert told.startswith(f"Only you see #1 now. I could not take it out of {link}: I try again later")
        assert stood == 1
        assert house.posted == []


async def test_the_pictures_that_it_starts_from_are_said_to_stay_unseen(opened: OpenHouse) -> None:
    async with opened() as house:
        made = await private(house, image1=("red.png", house.painter.content))

        question = await asked(house, made)

        assert question.content.endswith("The pictures that it starts from are not shown.")


async def test_stars_of_what_is_published_count_what_everybody_sees(opened: OpenHouse) -> None:
    async with opened() as house:
        made = await private(house, 3)
        await house.mia.click(made, label="Star")
        await publish(house, made, "#2")
        await publish(house, made, "#3")
        await house.ben.click(house.posted[0], label="Star")
        await house.env.settle()

        assert "Star · 1 star" in labels(house.posted[0])
