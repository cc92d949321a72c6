"""Conversations: opened, spoken in by several, branched, gone on with after a restart, ended with what they cost."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING, Any

import discord
import pytest

from bot.errors import DatabaseError, NoConversationsError, PromptBlockedError
from bot.services.conversations import LONGEST_SILENCE
from bot.services.policy import Lead
from bot.services.requests import Change
from cogs.converse.opening import MAY_NOT, ONLY_IN_CHANNELS, PRIVATE
from cogs.converse.turns import MOST_WAITING, Line
from tests.cogs.house import shows_pictures
from tests.cogs.replying import HAT, labels
from tests.examples import drawn_upon, png

if TYPE_CHECKING:
    from simcord import MemberActor

    from bot.services.conversations import Conversation
    from tests.cogs.house import House
    from tests.conftest import OpenHouse

READS = {"ATELIER_MESSAGE_CONTENT": True}


async def begin(house: House, prompt: str = "a red fox") -> Any:  # noqa: ANN401 - SimCord's thread
    """Mia opens a conversation by the command."""
    await house.mia.slash(house.channel, "converse", prompt=prompt)
    await house.env.settle()
    return house.channel.threads[-1]


async def say(house: House, thread: Any, words: str = "", by: MemberActor | None = None, **more: Any) -> Any:  # noqa: ANN401 - SimCord's
    """Somebody says something there, Mia unless told otherwise."""
    told = await (by or house.mia).send(thread, words, **more)
    await house.env.settle()
    return told


def told(house: House, thread: Any) -> list[discord.Message]:  # noqa: ANN401 - SimCord's thread
    """What the bot says in the thread, oldest first."""
    return [each for each in thread.history(viewer=house.lead) if each.author.id == house.bot.bot_id]


def text_of(result: Any) -> str:  # noqa: ANN401 - SimCord's
    """What an interaction was answered."""
    return str(result.response.content)


def pictures(house: House, thread: Any) -> list[discord.Message]:  # noqa: ANN401 - SimCord's thread
    return [each for each in told(house, thread) if shows_pictures(each)]


async def test_a_command_opens_a_thread_and_makes_its_first_picture_there(opened: OpenHouse) -> None:
    async with opened(**READS) as house:
        thread = await begin(house, "a red *fox*")
        (request,) = house.painter.asked
        greeting, result = told(house, thread)
        first = house.channel.history(viewer=house.ben)[0]

    assert first.content == f"💬 <@{house.mia.id}> begins a conversation:\n> a red \\*fox\\*"
    assert greeting.content.startswith("🧵 Say what to do next: each message here is the next instruction")
    assert "A turn costs $0.0" in greeting.content
    assert labels(greeting) == ["End"]
    assert request.talk is not None
    assert (request.talk.main_model, request.talk.key, request.talk.previous) == ("gpt-6-luna", str(thread.id), None)
    assert result.content.startswith(f"**#1** for <@{house.mia.id}>")


async def test_each_message_goes_on_from_the_turn_before_and_is_paid_by_who_speaks(opened: OpenHouse) -> None:
    async with opened(**READS) as house:
        thread = await begin(house)
        await say(house, thread, "make it snowy")
        await say(house, thread, "and at night", by=house.ben)
        second, third = house.painter.asked[1:]
        shown = pictures(house, thread)

    assert second.talk is not None
    assert third.talk is not None
    assert (second.talk.previous, second.talk.kept_inputs, second.talk.context_tokens) == ("resp_1", 1, 3_100)
    assert (third.talk.previous, third.parent, third.change) == ("resp_2", 2, Change.EDIT)
    assert second.talk.said == ("a red fox",)
    assert shown[-1].content.startswith(f"**#3** for <@{house.ben.id}>")


async def test_words_back_are_shown_as_words_and_the_next_turn_goes_on_from_them(opened: OpenHouse) -> None:
    async with opened(**READS) as house:
        thread = await begin(house)
        house.painter.words.append("Which *side*?")
        await say(house, thread, "move it")
        (words,) = [each for each in told(house, thread) if "Which" in each.content]
        await say(house, thread, "to the left")
        last = house.painter.asked[-1]

    assert words.content == (
        f"Which \\*side\\*?\n-# No picture was made for <@{house.mia.id}>; these words cost <$0.001."
    )
    assert last.talk is not None
    assert (last.talk.previous, last.parent, last.prompt) == ("resp_2", 1, "to the left")


async def test_a_reply_to_an_earlier_picture_branches_off_there(opened: OpenHouse) -> None:
    async with opened(**READS) as house:
        thread = await begin(house)
        await say(house, thread, "make it snowy")
        await say(house, thread, "make it blue", reply_to=pictures(house, thread)[0])
        branch = house.painter.asked[-1]

    assert branch.talk is not None
    assert (branch.talk.previous, branch.parent, branch.talk.said) == ("resp_1", 1, ("a red fox",))
    assert len(house.painter.asked) == 3


async def test_pictures_come_along_and_a_drawing_is_an_edit_after_which_it_begins_anew(opened: OpenHouse) -> None:
    async with opened(**READS) as house:
        house.painter.content = png(64, 64)
        thread = await begin(house)
        await say(house, thread, "put this hat on it", attachments=[HAT])
        await say(house, thread, "a boat here", attachments=[("drawn.png", drawn_upon(house.painter.content))])
        await say(house, thread, "make it blue")
        hat, drawn, anew = house.painter.asked[1:]

    assert hat.talk is not None
    assert (len(hat.references), hat.talk.kept_inputs) == (2, 1)
    assert (drawn.talk, drawn.markup is not None) == (None, True)
    assert anew.talk is not None
    assert (anew.talk.previous, anew.talk.kept_inputs, anew.parent) == (None, 0, 3)
    assert anew.talk.said == ("a red fox", "put this hat on it", "a boat here")


@pytest.mark.parametrize(
    ("language", "waits"),
    [
        ("auto", "⏳ Another turn of this conversation is being made. Yours comes after it."),
        ("de", "⏳ Eine andere Runde dieses Gesprächs läuft noch. Deine kommt danach."),
    ],
)
async def test_two_turns_at_once_are_made_one_after_the_other(opened: OpenHouse, language: str, waits: str) -> None:
    async with opened(**READS) as house:
        await house.lead.slash(house.channel, "studio language", language=language)
        thread = await begin(house)
        for member, words in ((house.mia, "make it snowy"), (house.ben, "and at night")):
            house.env.backend.create_message(thread.id, member.id, words)
        await house.env.settle()
        said = [each.json.get("content") for each in house.env.http_requests if each.json and "content" in each.json]
        second, third = house.painter.asked[1:]

    assert waits in said
    assert second.talk is not None
    assert third.talk is not None
    assert (second.talk.previous, third.talk.previous) == ("resp_1", "resp_2")


async def test_nothing_is_kept_of_a_conversation_while_nobody_speaks(opened: OpenHouse) -> None:
    async with opened(**READS) as house:
        await say(house, await begin(house), "make it snowy")
        gc.collect()

        assert len(house.painter.asked) == 2
        assert not [each for each in gc.get_objects() if isinstance(each, Line)]


async def test_people_who_talk_with_each_other_are_left_alone(opened: OpenHouse) -> None:
    async with opened(**READS) as house:
        thread = await begin(house)
        await say(house, thread, f"<@{house.ben.id}> look at this")

    assert len(house.painter.asked) == 1


async def test_without_the_intent_a_mention_is_a_turn_and_other_words_are_not(opened: OpenHouse) -> None:
    async with opened() as house:
        thread = await begin(house)
        await say(house, thread, "make it snowy")
        await say(house, thread, f"<@{house.bot.bot_id}> make it blue")

    assert [request.prompt for request in house.painter.asked] == ["a red fox", "make it blue"]


async def test_a_failure_is_told_below_and_the_next_turn_goes_on(opened: OpenHouse) -> None:
    async with opened(**READS) as house:
        thread = await begin(house)
        house.painter.failures.append(PromptBlockedError("Blocked. Nothing was charged.", code="moderation_blocked"))
        await say(house, thread, "make it rude")
        (failed,) = [each for each in told(house, thread) if "Blocked" in each.content]
        await say(house, thread, "make it kind")
        last = house.painter.asked[-1]

    assert failed.content.startswith("❌ Blocked. Nothing was charged.")
    assert last.talk is not None
    assert last.talk.previous == "resp_1"


async def test_where_there_are_no_conversations_the_picture_is_changed_and_that_is_said(opened: OpenHouse) -> None:
    async with opened(**READS) as house:
        house.painter.failures.append(NoConversationsError("Not here.", code="http_404"))
        thread = await begin(house)
        await say(house, thread, "make it snowy")
        shown = pictures(house, thread)

    assert len(shown) == 2
    assert all("This endpoint has no conversations" in each.content for each in shown)


async def test_with_conversations_off_each_message_is_an_edit(opened: OpenHouse) -> None:
    async with opened(**READS, ATELIER_CONVERSATIONS="off") as house:
        thread = await begin(house)
        await say(house, thread, "make it snowy")

    assert [request.talk for request in house.painter.asked] == [None, None]
    assert house.painter.asked[-1].parent == 1


async def test_with_store_off_all_is_told_anew(opened: OpenHouse) -> None:
    async with opened(**READS, ATELIER_CONVERSATIONS_STORED=False) as house:
        thread = await begin(house)
        await say(house, thread, "make it snowy")
        last = house.painter.asked[-1]

    assert last.talk is not None
    assert (last.talk.previous, last.talk.said, last.talk.is_stored) == (None, ("a red fox",), False)


async def test_a_result_is_gone_on_with_in_a_thread_below_it(opened: OpenHouse) -> None:
    async with opened(**READS) as house:
        await house.imagine()
        await house.ben.select(house.posted[0], ["converse"])
        again = await house.mia.select(house.posted[0], ["converse"])
        (below,) = house.channel.threads
        await say(house, below, "make it snowy", by=house.ben)
        last = house.painter.asked[-1]

    assert str(below.name).startswith("#1 a red fox")
    assert told(house, below)[0].content.startswith("🧵 Say what to do next to #1:")
    assert text_of(again) == f"It goes on already, in <#{below.id}>."
    assert last.talk is not None
    assert (last.parent, last.talk.said, last.talk.previous) == (1, ("a red fox",), None)


async def test_beside_a_thread_that_stands_there_already_another_is_opened(opened: OpenHouse) -> None:
    async with opened(**READS) as house:
        await house.imagine()
        way = f"/channels/{house.channel.id}/messages/{house.posted[0].id}/threads"
        house.env.inject_error("POST", way, status=400, code=160004, message="A thread has already been created")
        await house.ben.select(house.posted[0], ["converse"])
        (beside,) = house.channel.threads

    assert told(house, beside)[0].content.startswith("🧵 Say what to do next to #1:")


@pytest.mark.parametrize("way", ["/channels/{channel}/threads", "/channels/{channel}/messages/{message}/threads"])
async def test_where_no_thread_can_be_opened_that_is_said(opened: OpenHouse, way: str) -> None:
    async with opened(**READS) as house:
        await house.imagine()
        place = {"channel": house.channel.id, "message": house.posted[0].id}
        house.env.inject_error("POST", way.format(**place), status=403, code=50013, message="Missing Permissions")
        if not way.startswith("/channels/{channel}/messages"):
            below = "/channels/{channel}/messages/{message}/threads".format(**place)
            house.env.inject_error("POST", below, status=400, code=160004, message="A thread exists")
        refused = await house.ben.select(house.posted[0], ["converse"])

    assert MAY_NOT in text_of(refused)


async def test_more_turns_than_a_few_do_not_wait_and_files_that_are_none_are_refused(opened: OpenHouse) -> None:
    async with opened(**READS) as house:
        thread = await begin(house)
        for number in range(MOST_WAITING + 2):
            house.env.backend.create_message(thread.id, house.mia.id, f"make it {number}")
        await house.env.settle()
        await say(house, thread, "and this", attachments=[("notes.zip", b"PK")])
        await say(house, thread, "like here", attachments=[("film.mp4", b"film")])
        refusals = [each.content for each in told(house, thread) if not shows_pictures(each)]

    assert any("wait already" in each for each in refusals)
    assert any("“notes.zip” is a text file" in each for each in refusals)
    assert any("1 of your files can be no picture" in each for each in refusals)
    assert len(house.painter.asked) <= MOST_WAITING + 2


@pytest.mark.parametrize(
    ("prompt", "images", "pause", "why"),
    [
        ("a red fox", 0, False, "allowance"),
        ("a red fox", 9, True, "has paused picture making here"),
        ("\u200b \u200b", 9, False, "Say in a few words what the picture shall show."),
    ],
)
async def test_for_a_first_turn_that_would_be_refused_no_thread_is_opened(
    prompt: str,
    images: int,
    pause: bool,  # noqa: FBT001 - a table's column
    why: str,
    opened: OpenHouse,
) -> None:
    async with opened(**READS, ATELIER_MEMBER_DAILY_IMAGES=images) as house:
        if pause:
            await house.lead.slash(house.channel, "studio pause")
        refused = await house.mia.slash(house.channel, "converse", prompt=prompt)
        there = house.channel.threads, house.channel.last_message

    assert why in text_of(refused)
    assert there == ([], None)
    assert house.painter.asked == []


async def test_a_first_turn_that_is_refused_once_its_thread_stands_is_told_and_the_thread_goes_on(
    opened: OpenHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A lead pauses in the moment between."""
    async with opened(**READS) as house:
        conversations, pausing = house.services.conversations, house.services.pausing
        begin_it, lead = conversations.begin, Lead(house.server.id, house.lead.id)

        async def begin_paused(*given: Any) -> Conversation:  # noqa: ANN401 - as it takes them
            await pausing.pause(lead, "")
            return await begin_it(*given)

        monkeypatch.setattr(conversations, "begin", begin_paused)
        refused = await house.mia.slash(house.channel, "converse", prompt="a red fox")
        await house.env.settle()
        (thread,) = house.channel.threads
        (greeting,) = told(house, thread)
        asked = len(house.painter.asked)
        await pausing.resume(lead)
        await say(house, thread, "a blue fox")
        begun = [request.prompt for request in house.painter.asked]

    assert "has paused picture making here" in text_of(refused)
    assert "Nothing was charged." in text_of(refused)
    assert greeting.content.startswith("🧵 Say what to do next")
    assert asked == 0
    assert begun == ["a blue fox"]


async def test_it_goes_on_after_a_restart(opened: OpenHouse) -> None:
    async with opened(**READS) as house:
        thread = await begin(house)
        await house.restart()
        await say(house, thread, "make it snowy")
        last = house.painter.asked[-1]

    assert last.talk is not None
    assert last.talk.previous == "resp_1"


async def test_it_ends_by_its_button_with_a_note_of_what_it_cost(opened: OpenHouse) -> None:
    async with opened(**READS) as house:
        thread = await begin(house)
        house.painter.words.append("Which one?")
        await say(house, thread, "move it")
        greeting = told(house, thread)[0]
        refused = await house.ben.click(greeting, label="End")
        await house.mia.click(greeting, label="End")
        note = told(house, thread)[-1].content
        await say(house, thread, "make it blue")

    assert "Only who opened this conversation" in text_of(refused)
    assert (
        note == "🏁 This conversation has ended: 2 turns, 1 picture, $0.013. Reply to a picture to change it further."
    )
    assert len(house.painter.asked) == 2


async def test_a_silent_conversation_ends_by_itself(opened: OpenHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened(**READS) as house:
        thread = await begin(house)
        conversations: Any = house.services.conversations
        now = conversations.clock() + LONGEST_SILENCE + 10
        monkeypatch.setattr(conversations, "clock", lambda: now)
        cog: Any = house.bot.get_cog("Endings")
        await cog.look()
        await house.env.settle()
        note = told(house, thread)[-1].content

        assert note.startswith("🏁 Nothing was said here for a day, so this conversation has ended: 1 turn, 1 picture,")
        assert conversations.of(thread.id) is None


async def test_a_thread_reads_the_servers_language_and_a_private_answer_its_members(
    opened: OpenHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(**READS) as house:
        await house.lead.slash(house.channel, "studio language", language="de")
        opening: Any = await house.mia.slash(house.channel, "converse", prompt="a red fox")
        await house.env.settle()
        first, thread = house.channel.history(viewer=house.ben)[0], house.channel.threads[-1]
        greeting = told(house, thread)[0]
        house.painter.words.append("Which one?")
        await say(house, thread, "move it")
        await say(house, thread, "like here", attachments=[("film.mp4", b"film")])
        refused = await house.ben.click(greeting, label="Beenden")
        conversations: Any = house.services.conversations
        now = conversations.clock() + LONGEST_SILENCE + 10
        monkeypatch.setattr(conversations, "clock", lambda: now)
        cog: Any = house.bot.get_cog("Endings")
        await cog.look()
        said = [each.content for each in told(house, thread)]
        costs = f"-# Für <@{house.mia.id}> wurde kein Bild erstellt; dieser Text hat <0,001\xa0$ gekostet."

    assert text_of(opening) == f"Your conversation is in <#{thread.id}>."
    assert first.content == f"💬 <@{house.mia.id}> beginnt ein Gespräch:\n> a red fox"
    assert greeting.content.startswith("🧵 Sag, was als Nächstes kommt: Jede Nachricht hier ist die nächste Anweisung")
    assert greeting.content.endswith("; es zahlt, wer spricht.")
    assert f"Which one?\n{costs}" in said
    assert any("1 deiner Dateien kann kein Bild sein." in each for each in said)
    assert "Only who opened this conversation" in text_of(refused)
    assert said[-1].startswith(
        "🏁 Hier wurde einen Tag lang nichts gesagt, deshalb ist dieses Gespräch beendet: 2 Runden, 1 Bild, 0,013\xa0$."
    )


async def test_an_end_that_is_pressed_again_says_that_it_has_ended(opened: OpenHouse) -> None:
    async with opened(**READS) as house:
        thread = await begin(house)
        greeting = told(house, thread)[0]
        conversations: Any = house.services.conversations
        await conversations.end(conversations.of(thread.id))
        refused = await house.mia.click(greeting, label="End")

    assert "This conversation has ended already. Reply to a picture to change it." in text_of(refused)


async def books_are_locked() -> None:
    raise DatabaseError("The books are locked.")


async def test_while_the_books_are_locked_no_silent_conversation_ends(
    opened: OpenHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(**READS) as house:
        thread = await begin(house)
        conversations: Any = house.services.conversations
        endings: Any = house.bot.get_cog("Endings")
        now = conversations.clock() + LONGEST_SILENCE + 10
        monkeypatch.setattr(conversations, "clock", lambda: now)
        with monkeypatch.context() as locked:
            locked.setattr(conversations, "silent", books_are_locked)
            await endings.look()
        before = conversations.of(thread.id)
        await endings.look()

        assert before is not None
        assert conversations.of(thread.id) is None


async def test_it_ends_too_where_nothing_can_be_said_any_more(opened: OpenHouse) -> None:
    async with opened(**READS) as house:
        thread = await begin(house)
        greeting = told(house, thread)[0]
        house.env.inject_error("POST", f"/channels/{thread.id}/messages", status=403, code=50083, message="Archived")
        await house.mia.click(greeting, label="End")

        assert house.services.conversations.of(thread.id) is None
        assert not any("🏁" in each.content for each in told(house, thread))


async def test_a_picture_that_comes_after_a_failed_beginning_is_what_is_changed(opened: OpenHouse) -> None:
    async with opened(**READS) as house:
        house.painter.failures.append(PromptBlockedError("Blocked. Nothing was charged.", code="moderation_blocked"))
        thread = await begin(house)
        await say(house, thread, "put a fox on it", attachments=[HAT])
        last = house.painter.asked[-1]

    assert (last.change, last.parent, len(last.references)) == (Change.EDIT, None, 1)
    assert last.talk is not None
    assert last.talk.previous is None


async def test_a_reply_to_words_of_the_bot_goes_on_from_the_newest_picture(opened: OpenHouse) -> None:
    async with opened(**READS) as house:
        thread = await begin(house)
        await say(house, thread, "make it snowy")
        await say(house, thread, "make it blue", reply_to=told(house, thread)[0])
        last = house.painter.asked[-1]

    assert last.parent == 2
    assert last.talk is not None
    assert last.talk.previous == "resp_2"


@pytest.mark.parametrize(
    "way",
    ["/channels/{channel}/messages", "/channels/{channel}/messages/{message}/threads", "/channels/{channel}/threads"],
)
@pytest.mark.usefixtures("impatient")
async def test_trouble_of_discords_own_is_not_taken_for_a_missing_permission(opened: OpenHouse, way: str) -> None:
    async with opened(**READS) as house:
        house.expected = (discord.HTTPException, discord.app_commands.CommandInvokeError)  # SimCord raises the former
        await house.imagine()
        place = {"channel": house.channel.id, "message": house.posted[0].id}
        if way.endswith("{channel}/threads"):
            below = "/channels/{channel}/messages/{message}/threads".format(**place)
            house.env.inject_error("POST", below, status=400, code=160004, message="A thread exists")
        house.env.inject_error("POST", way.format(**place), status=500, times=None)
        if way.endswith("messages"):
            answer: Any = await house.mia.slash(house.channel, "converse", prompt="a boat")
        else:
            answer = await house.ben.select(house.posted[0], ["converse"])
        await house.env.settle()
        raised = [getattr(each, "original", each) for each in house.env.errors]

    assert {each.status for each in raised if isinstance(each, discord.HTTPException)} <= {500}
    assert text_of(answer).startswith("❌ ")
    assert MAY_NOT not in text_of(answer)
    assert len(house.painter.asked) == 1


async def test_private_results_threads_and_missing_permissions_are_refused_kindly(opened: OpenHouse) -> None:
    async with opened(**READS) as house:
        private: Any = await house.mia.slash(house.channel, "imagine", prompt="a red fox", private=True)
        hidden = await house.mia.select(private.response, ["converse"])
        thread = await begin(house)
        inside = await house.mia.slash(thread, "converse", prompt="a boat")
        house.env.inject_error("POST", f"/channels/{house.channel.id}/messages", status=403, code=50013, message="no")
        barred = await house.mia.slash(house.channel, "converse", prompt="a boat")

    assert PRIVATE in text_of(hidden)
    assert ONLY_IN_CHANNELS in text_of(inside)
    assert MAY_NOT in text_of(barred)
