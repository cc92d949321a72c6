"""What a request comes by: a member's message is answered below it, by the bot's own token from beginning to end."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import aiohttp
import discord
import pytest
from structlog.testing import capture_logs
from typing_extensions import override

from bot.delivery.replies import BEGUN
from bot.discord_ui import intake as room
from bot.discord_ui.request_context import Asker, ProgressSign, by_reply
from bot.errors import InputPictureError, LimitReachedError, ProviderAccountError, RequestRefused
from bot.inputs import Sources
from bot.services.ledger import Destination
from bot.services.policy import Requester
from tests.examples import REQUEST

if TYPE_CHECKING:
    from bot.discord_ui.request_context import RequestContext
    from bot.services.requests import ImageRequest
    from tests.cogs.house import House
    from tests.conftest import OpenHouse

WISH: ImageRequest = replace(REQUEST, prompt="an owl", partial_images=0)


async def message_of(house: House, by: Any = None, channel: Any = None) -> discord.Message:  # noqa: ANN401 - SimCord's
    """What the bot hears when somebody (Mia, in the channel) says something that it does not answer by itself.

    Without a channel of the server, it is said in direct messages.
    """
    heard: list[discord.Message] = []

    async def listen(message: discord.Message) -> None:
        heard.append(message)

    await house.bot.remove_cog("Listener")  # it would answer
    house.bot.add_listener(listen, "on_message")
    speaker = by or house.mia
    if channel is None:
        await speaker.send_dm("an owl")
    else:
        await speaker.send(channel, "an owl")
    await house.env.settle()
    house.bot.remove_listener(listen, "on_message")
    return heard[0]


async def take(
    house: House, context: RequestContext, request: ImageRequest = WISH, sources: Sources = room.NOTHING
) -> None:
    await house.bot.intake.take_by(context, request, sources)
    await house.env.settle()


def said(house: House) -> list[discord.Message]:
    """The bot's messages in the channel."""
    return [each for each in house.channel.history(viewer=house.ben) if each.author.id != house.mia.id]


def answers(house: House, *, private: bool) -> list[discord.Message]:
    """The bot's messages where Mia asked."""
    if not private:
        return said(house)
    return [each for each in house.mia.user.dm_channel.history() if each.author.id != house.mia.id]


def sent(house: House) -> list[dict[str, Any]]:
    """The bodies of all messages that the bot has sent to the channel."""
    path = f"/channels/{house.channel.id}/messages"
    return [each.json or {} for each in house.env.http_requests if each.method == "POST" and each.path == path]


# --- who and where


async def test_who_wrote_where_and_with_which_roles_counts(opened: OpenHouse) -> None:
    async with opened() as house:
        message = await message_of(house, house.moderator, house.channel)

        context = by_reply(message)

        role = house.server.roles["moderators"].id
        assert context.id == str(message.id)
        assert context.asker.requester == Requester(house.server.id, house.channel.id, house.moderator.id, (role,))
        assert context.asker.joined_at is not None
        assert context.destination == Destination(0, "", 0, None, private=False, reply_to=message.id, locale="en-US")


async def test_a_thread_belongs_to_its_channel(opened: OpenHouse) -> None:
    async with opened() as house:
        channel = house.bot.get_channel(house.channel.id)
        assert isinstance(channel, discord.TextChannel)
        made = await channel.create_thread(name="owls", type=discord.ChannelType.public_thread)
        (thread,) = house.channel.threads
        message = await message_of(house, channel=thread)

        requester = by_reply(message).asker.requester

        assert (requester.channel_id, requester.parent_id) == (made.id, house.channel.id)


async def test_in_direct_messages_there_is_no_server(opened: OpenHouse) -> None:
    async with opened() as house:
        message = await message_of(house)
        asker = Asker(Requester(house.server.id, house.channel.id, house.mia.id), 5)

        assert by_reply(message).asker == Asker(Requester(0, message.channel.id, house.mia.id), None)
        assert by_reply(message, asker).asker == asker
        assert by_reply(message).destination.private


# --- what people see


async def test_the_result_hangs_below_the_words_and_the_progress_goes(opened: OpenHouse) -> None:
    async with opened() as house:
        message = await message_of(house, channel=house.channel)

        await take(house, by_reply(message))

        (result,) = said(house)
        assert result.reference is not None
        assert result.reference.message_id == message.id
        assert [each.filename for each in result.attachments] == ["atelier-1.png"]
        assert result.content.startswith(f"**#1** for {house.mia.mention}")
        progress, answer = sent(house)
        assert progress["content"] == BEGUN
        assert [each["allowed_mentions"]["replied_user"] for each in (progress, answer)] == [False, False]
        assert progress["nonce"] != answer["nonce"]
        assert not any(each.path.startswith("/webhooks/") for each in house.env.http_requests)


async def test_the_result_of_a_direct_message_stands_there_though_a_server_pays(opened: OpenHouse) -> None:
    async with opened() as house:
        message = await message_of(house)
        payer = Asker(Requester(house.server.id, house.channel.id, house.mia.id), 5)

        await take(house, by_reply(message, payer))

        (result,) = answers(house, private=True)
        assert [each.filename for each in result.attachments] == ["atelier-1.png"]
        assert result.reference is not None
        assert result.reference.message_id == message.id
        assert said(house) == []
        kept = await house.services.requests.of_message(result.id)
        assert kept is not None
        assert kept.requester == payer.requester


async def test_why_there_is_no_result_stands_where_the_progress_was(opened: OpenHouse) -> None:
    async with opened() as house:
        house.painter.failures.append(ProviderAccountError("Not today.", code="test"))
        message = await message_of(house, channel=house.channel)

        await take(house, by_reply(message))

        (answer,) = said(house)
        assert answer.content == "❌ Not today.\n> an owl"
        assert answer.reference is not None
        assert answer.reference.message_id == message.id


@pytest.mark.parametrize("private", [True, False])
async def test_a_failure_is_told_anew_when_the_progress_is_gone(private: bool, opened: OpenHouse) -> None:  # noqa: FBT001 - a table's column
    async with opened() as house:
        house.painter.failures.append(ProviderAccountError("Not today.", code="test"))
        message = await message_of(house, channel=None if private else house.channel)
        house.env.inject_error("PATCH", "/channels/*", status=404, code=10008, times=None)

        await take(house, by_reply(message))

        assert "❌ Not today." in [each.content.split("\n")[0] for each in answers(house, private=private)]


async def test_words_that_were_deleted_meanwhile_are_answered_all_the_same(opened: OpenHouse) -> None:
    async with opened() as house:
        message = await message_of(house, channel=house.channel)
        await house.moderator.delete(message)

        await take(house, by_reply(message))

        (result,) = said(house)
        assert [each.filename for each in result.attachments] == ["atelier-1.png"]
        assert [each["message_reference"]["fail_if_not_exists"] for each in sent(house)] == [False, False]


async def test_where_the_bot_may_not_reply_it_sends(opened: OpenHouse) -> None:
    async with opened() as house:
        message = await message_of(house, channel=house.channel)
        house.env.inject_error("POST", f"/channels/{house.channel.id}/messages", status=400, code=160002)

        await take(house, by_reply(message))

        assert [each["content"] for each in sent(house)][:2] == [BEGUN, BEGUN]
        assert "message_reference" not in sent(house)[1]
        assert len(house.posted) == 1


async def test_a_message_that_discord_refuses_is_no_acknowledgement(opened: OpenHouse) -> None:
    async with opened() as house:
        message = await message_of(house, channel=house.channel)
        house.env.inject_error("POST", f"/channels/{house.channel.id}/messages", status=403, code=50013, times=None)

        with pytest.raises(RequestRefused, match="because I may not post it in <#"):
            await take(house, by_reply(message))

        assert house.painter.asked == []
        assert await house.services.requests.undelivered() == []


# --- over a restart


async def asked_before_a_restart(
    house: House, monkeypatch: pytest.MonkeyPatch, *, private: bool = False, told: bool = True
) -> discord.Message:
    """A message whose request was accepted, with its progress shown, by a process that ended then.

    `told`: it had written down where progress is shown.
    """
    message = await message_of(house, channel=None if private else house.channel)

    def leave(*_: object) -> None:
        """It ends before it begins."""

    monkeypatch.setattr(house.services.studio.job_runner, "enqueue", leave)
    payer = Asker(Requester(house.server.id, house.channel.id, house.mia.id), 5)
    if not told:

        async def forget(request_id: str, destination: Destination) -> None:
            """The process ends first."""

        monkeypatch.setattr(house.services.requests, "acknowledged", forget)
    await take(house, by_reply(message, payer))
    return message


@pytest.mark.parametrize("told", [True, False])
@pytest.mark.parametrize("private", [True, False])
async def test_a_restart_loses_neither_the_words_nor_the_progress(
    private: bool,  # noqa: FBT001 - a table's column
    told: bool,  # noqa: FBT001 - a table's column
    opened: OpenHouse,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with opened() as house:
        message = await asked_before_a_restart(house, monkeypatch, private=private, told=told)
        before = [each.content for each in answers(house, private=private)]

        await house.restart()
        await house.env.settle()

        assert before == [BEGUN]
        (result,) = answers(house, private=private)
        assert [each.filename for each in result.attachments] == ["atelier-1.png"]
        assert result.reference is not None
        assert result.reference.message_id == message.id


async def test_progress_that_may_not_be_looked_for_stays_and_the_result_comes(
    opened: OpenHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened() as house:
        await asked_before_a_restart(house, monkeypatch, told=False)
        house.env.inject_error("GET", f"/channels/{house.channel.id}/messages", status=403, code=50001, times=None)

        await house.restart()
        await house.env.settle()

        assert len(house.posted) == 1
        assert next(each.content for each in said(house)) == BEGUN


# --- what is refused


async def test_what_is_refused_at_once_is_left_to_the_caller_and_nothing_is_shown(opened: OpenHouse) -> None:
    async with opened(ATELIER_MONTHLY_BUDGET=1_000) as house:
        message = await message_of(house, channel=house.channel)

        with pytest.raises(LimitReachedError):
            await take(house, by_reply(message))

        assert said(house) == []
        assert sent(house) == []


class Slow(discord.Attachment):
    """A file that comes long after an interaction would have been answered, and is none."""

    def __init__(self) -> None:
        self.filename, self.size, self.content_type = "bad.png", 9, "image/png"
        self.width = self.height = None

    @override
    async def read(self, *, use_cached: bool = False) -> bytes:
        await asyncio.sleep(20 * room.GRACE)
        return b"no file"


async def test_nothing_is_shown_below_a_reply_that_the_database_does_not_know_yet(
    opened: OpenHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "GRACE", 0.01)
    async with opened() as house:
        message = await message_of(house, channel=house.channel)

        with pytest.raises(InputPictureError):
            await take(house, by_reply(message), sources=Sources(attachments=(Slow(),)))

        assert sent(house) == []


async def test_progress_that_was_shown_is_taken_away_where_nothing_comes_of_it(
    opened: OpenHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object) -> None:
        raise RequestRefused("no")

    async with opened() as house:
        message = await message_of(house, channel=house.channel)
        monkeypatch.setattr(house.services.requests, "acknowledged", fail)

        with pytest.raises(RequestRefused):
            await take(house, by_reply(message))

        assert [each["content"] for each in sent(house)] == [BEGUN]
        assert said(house) == []


# --- the sign itself


async def test_whoever_comes_first_shows_it_and_all_learn_it(opened: OpenHouse) -> None:
    async with opened() as house:
        sign = ProgressSign(await message_of(house, channel=house.channel))

        learnt = await asyncio.gather(*(sign.give() for _ in range(3)))

        assert len(sent(house)) == 1
        assert learnt == [said(house)[0].id] * 3


async def test_what_was_withdrawn_is_not_shown_again(opened: OpenHouse) -> None:
    async with opened() as house:
        sign = ProgressSign(await message_of(house, channel=house.channel))
        await sign.withdraw()

        assert await sign.give() is None
        assert sent(house) == []


@pytest.mark.usefixtures("impatient")
async def test_a_connection_that_drops_while_it_is_shown_is_made_good(
    opened: OpenHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened() as house:
        message = await message_of(house, channel=house.channel)
        problems: list[Exception] = [aiohttp.ServerDisconnectedError()]
        send = message.channel.send

        async def drop(_: object, *args: Any, **words: Any) -> discord.Message:  # noqa: ANN401 - as discord.py's
            if problems:
                raise problems.pop()
            return await send(*args, **words)

        monkeypatch.setattr(type(message.channel), "send", drop)

        assert await ProgressSign(message).give() is not None
        assert len(said(house)) == 1


async def test_a_sign_that_cannot_be_taken_down_stays(opened: OpenHouse) -> None:
    async with opened() as house:
        sign = ProgressSign(await message_of(house, channel=house.channel))
        await sign.give()
        house.env.inject_error("DELETE", "/channels/*", status=403, code=50013)

        with capture_logs() as lines:
            await sign.withdraw()

        assert [line["event"] for line in lines] == ["message not removed"]
        assert len(said(house)) == 1


async def test_it_has_its_button_from_the_beginning_unless_that_is_refused(opened: OpenHouse) -> None:
    async with opened() as house:
        message = await message_of(house, channel=house.channel)
        make = partial(house.bot.buttons.of_progress, str(message.id))
        await ProgressSign(message, make).give()
        with_button = sent(house)[-1]

        house.env.inject_error("POST", "/channels/*", status=400, code=50035, times=2)
        await ProgressSign(message, make).give()

        assert with_button["components"][0]["components"][0]["custom_id"] == f"cancel:{message.id}"
        assert not sent(house)[-1].get("components")


async def test_what_is_no_matter_of_its_button_is_refused_as_before(opened: OpenHouse) -> None:
    async with opened() as house:
        message = await message_of(house, channel=house.channel)
        house.env.inject_error("POST", "/channels/*", status=403, code=50013)

        with pytest.raises(RequestRefused):
            await ProgressSign(message, partial(house.bot.buttons.of_progress, str(message.id))).give()
