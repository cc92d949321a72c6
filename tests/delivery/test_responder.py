"""Where a request is answered: by the interaction's token while it lives, then by the bot's own."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import discord
import pytest

from bot.delivery.ladder import OutOfReachError
from bot.delivery.responder import Responder
from bot.delivery.uploads import DEFAULT_LIMIT, Upload
from bot.errors import ProviderAccountError
from bot.services.jobs import Posted
from bot.services.ledger import Destination
from bot.services.policy import Requester
from tests.cogs.house import interaction_of
from tests.examples import REQUESTER, png

if TYPE_CHECKING:
    from tests.cogs.house import House
    from tests.conftest import OpenHouse

FILE = Upload("fox.png", png(), "a fox")


async def responder_in(house: House, *, private: bool = False, token_lives: bool = True) -> Responder:
    """The responder of a request whose response says that it failed; without a token that lives, with none."""
    house.painter.failures.append(ProviderAccountError("Not today.", code="test"))
    answer = await house.imagine(private=private)
    assert answer.response is not None
    assert house.bot.application_id is not None
    destination = Destination(
        application_id=house.bot.application_id,
        interaction_token=interaction_of(answer).token if token_lives else "",
        expires_at=int(time.time() + 900),
        message_id=answer.response.id,
        private=private,
    )
    return Responder(house.bot, requester_in(house), destination, "81")


def requester_in(house: House) -> Requester:
    return Requester(house.server.id, house.channel.id, house.mia.id)


def seen(house: House) -> list[tuple[str, list[str]]]:
    """What Mia sees in the channel: texts and files."""
    return [
        (message.content, [each.filename for each in message.attachments])
        for message in house.channel.history(viewer=house.mia)
    ]


def paths(house: House, method: str) -> list[str]:
    """Whom the bot asked last, in order: ``webhooks`` by the interaction's token, ``channels`` by its own."""
    return [each.path.split("/")[1] for each in house.env.http_requests if each.method == method]


@pytest.mark.parametrize("private", [False, True])
async def test_the_response_is_edited_by_the_interactions_token(private: bool, opened: OpenHouse) -> None:  # noqa: FBT001 - a table's column
    async with opened() as house:
        responder = await responder_in(house, private=private)

        await responder.edit("hello", [FILE])

        assert seen(house) == [("hello", ["fox.png"])]
        assert paths(house, "PATCH")[-1] == "webhooks"


async def test_the_next_edit_takes_the_files_away(opened: OpenHouse) -> None:
    async with opened() as house:
        responder = await responder_in(house)

        await responder.edit("hello", [FILE])
        await responder.edit("bye")

        assert seen(house) == [("bye", [])]


async def test_a_token_that_discord_has_refused_is_not_tried_again(opened: OpenHouse) -> None:
    async with opened() as house:
        responder = await responder_in(house)
        house.env.inject_error("PATCH", "/webhooks/*", status=401, code=50027)
        await responder.edit("hello")
        before = paths(house, "PATCH").count("webhooks")

        await responder.edit("bye")

        assert seen(house) == [("bye", [])]
        assert paths(house, "PATCH")[-1] == "channels"
        assert paths(house, "PATCH").count("webhooks") == before


@pytest.mark.parametrize("expires_in", [-3600, 59, 3600 * 24])
async def test_how_old_a_token_is_no_clock_of_ours_decides(expires_in: int, opened: OpenHouse) -> None:
    async with opened() as house:
        known = await responder_in(house, private=True)
        wrong = replace(known.destination, expires_at=int(time.time()) + expires_in)
        responder = Responder(house.bot, REQUESTER, wrong, "81")

        await responder.edit("hello")

        assert seen(house) == [("hello", [])]


@pytest.mark.parametrize(("status", "code"), [(401, 50027), (404, 10015)])
async def test_a_token_that_died_early_is_replaced_by_the_bots_own(status: int, code: int, opened: OpenHouse) -> None:
    async with opened() as house:
        responder = await responder_in(house)
        house.env.inject_error("PATCH", "/webhooks/*", status=status, code=code)

        await responder.edit("hello")

        assert seen(house) == [("hello", [])]


@pytest.mark.parametrize("private", [False, True])
async def test_a_response_whose_id_was_never_learned_is_found_by_the_token(private: bool, opened: OpenHouse) -> None:  # noqa: FBT001 - a table's column
    async with opened() as house:
        known = await responder_in(house, private=private)
        responder = Responder(house.bot, REQUESTER, replace(known.destination, message_id=None), "81")

        await responder.edit("hello", [FILE])

        assert seen(house) == [("hello", ["fox.png"])]
        assert responder.destination == known.destination


async def test_a_response_whose_id_was_never_learned_is_removed(opened: OpenHouse) -> None:
    async with opened() as house:
        known = await responder_in(house)
        responder = Responder(house.bot, REQUESTER, replace(known.destination, message_id=None), "81")

        await responder.remove()

        assert seen(house) == []


async def test_a_response_that_never_was_is_looked_for_once(opened: OpenHouse) -> None:
    async with opened() as house:
        known = await responder_in(house)
        await known.remove()
        responder = Responder(house.bot, REQUESTER, replace(known.destination, message_id=None), "81")
        before = paths(house, "GET").count("webhooks")

        with pytest.raises(OutOfReachError):
            await responder.edit("hello")
        assert await responder.remove()

        assert paths(house, "GET").count("webhooks") == before + 1


async def test_a_response_that_cannot_be_looked_for_now_is_not_given_up(opened: OpenHouse) -> None:
    async with opened() as house:
        known = await responder_in(house)
        responder = Responder(house.bot, REQUESTER, replace(known.destination, message_id=None), "81")
        house.env.inject_error("GET", "/webhooks/*", status=400, code=50035)

        with pytest.raises(discord.HTTPException):
            await responder.edit_once("hello")
        await responder.edit_once("hello")

        assert seen(house) == [("hello", [])]


@pytest.mark.parametrize("token_lives", [True, False])
async def test_a_private_response_is_out_of_reach_without_its_token(token_lives: bool, opened: OpenHouse) -> None:  # noqa: FBT001 - a table's column
    async with opened() as house:
        responder = await responder_in(house, private=True, token_lives=token_lives)
        house.env.inject_error("PATCH", "/webhooks/*", status=401, code=50027)

        with pytest.raises(OutOfReachError):
            await responder.edit("hello")


@pytest.mark.parametrize(("status", "code"), [(404, 10008), (403, 50001)])
async def test_a_response_that_the_bot_cannot_edit_either_is_out_of_reach(
    status: int, code: int, opened: OpenHouse
) -> None:
    async with opened() as house:
        responder = await responder_in(house, token_lives=False)
        house.env.inject_error("PATCH", "/channels/*", status=status, code=code)

        with pytest.raises(discord.HTTPException):
            await responder.edit("hello")


async def test_what_discord_refuses_otherwise_is_raised(opened: OpenHouse) -> None:
    async with opened() as house:
        responder = await responder_in(house)
        house.env.inject_error("PATCH", "/webhooks/*", status=413, code=40005)

        with pytest.raises(discord.HTTPException):
            await responder.edit("hello", [FILE])


@pytest.mark.usefixtures("impatient")
async def test_an_edit_is_patient_but_a_single_try_is_not(opened: OpenHouse) -> None:
    async with opened() as house:
        responder = await responder_in(house)
        house.env.inject_error("PATCH", "/webhooks/*", status=429, times=2)

        with pytest.raises(discord.HTTPException):
            await responder.edit_once("once")
        await responder.edit("patiently")

        assert seen(house) == [("patiently", [])]


async def test_without_its_id_and_the_token_a_response_is_out_of_reach(opened: OpenHouse) -> None:
    async with opened() as house:
        responder = await responder_in(house, token_lives=False)
        responder.acknowledged(None)

        with pytest.raises(OutOfReachError):
            await responder.edit("hello")
        assert await responder.remove()


@pytest.mark.parametrize("token_lives", [True, False])
async def test_the_response_is_removed_by_either_token(token_lives: bool, opened: OpenHouse) -> None:  # noqa: FBT001 - a table's column
    async with opened() as house:
        responder = await responder_in(house, token_lives=token_lives)

        await responder.remove()

        assert seen(house) == []


async def test_a_response_that_is_gone_already_needs_no_removing(opened: OpenHouse) -> None:
    async with opened() as house:
        responder = await responder_in(house)

        await responder.remove()
        await responder.remove()

        assert seen(house) == []


@pytest.mark.parametrize(("status", "code", "removed"), [(401, 50027, True), (403, 50001, True), (400, 50083, False)])
async def test_a_response_is_removed_by_the_bot_when_the_token_died_early(
    status: int,
    code: int,
    removed: bool,  # noqa: FBT001 - a table's column
    opened: OpenHouse,
) -> None:
    async with opened() as house:
        responder = await responder_in(house)
        house.env.inject_error("DELETE", "/webhooks/*", status=status, code=code)

        assert await responder.remove() is removed

        assert (seen(house) == []) is removed


async def test_a_message_to_the_channel_pings_nobody_and_is_sent_once(opened: OpenHouse) -> None:
    async with opened() as house:
        responder = await responder_in(house)

        posted = await responder.send(f"for {house.ben.mention}", [FILE], None)

        assert seen(house)[-1] == (f"for {house.ben.mention}", ["fox.png"])
        assert posted.channel_id == house.channel.id
        sent: Any = [each.json for each in house.env.http_requests if each.path.startswith("/channels/")][-1]
        assert sent["allowed_mentions"] == {"parse": []}
        assert (sent["nonce"], sent["enforce_nonce"]) == ("81", True)


async def test_a_direct_message_reaches_the_member(opened: OpenHouse) -> None:
    async with opened() as house:
        responder = await responder_in(house)

        await responder.send_direct("hello", [FILE], None)

        assert [message.content for message in house.mia.user.dm_channel.history()] == ["hello"]


async def test_a_text_that_is_too_long_is_cut(opened: OpenHouse) -> None:
    async with opened() as house:
        responder = await responder_in(house)

        await responder.edit("x" * 2001)
        await responder.send("y" * 2001, (), None)

        assert [len(text) for text, _ in seen(house)] == [2000, 2000]


async def test_only_a_public_response_can_be_reached_later(opened: OpenHouse) -> None:
    async with opened() as house:
        responder = await responder_in(house)
        hidden = Responder(house.bot, REQUESTER, replace(responder.destination, private=True), "81")

        assert await responder.edit("hello") == Posted(house.channel.id, (responder.destination.message_id or 0,))
        assert await hidden.edit("hello") == Posted()


async def test_the_server_says_how_large_a_file_may_be(opened: OpenHouse) -> None:
    async with opened() as house:
        responder = await responder_in(house)

        assert responder.upload_limit == DEFAULT_LIMIT


# --- below a member's message


def below(house: House, message_id: int, *, private: bool = False) -> Responder:
    """The responder of a request that was a message; its process has never learned where progress is shown."""
    destination = Destination(0, "", 0, None, private=private, reply_to=message_id)
    return Responder(house.bot, Requester(house.server.id, house.channel.id, house.mia.id), destination, "81")


async def test_only_a_bare_message_of_ours_below_the_words_shows_progress(opened: OpenHouse) -> None:
    async with opened() as house:
        words = await house.ben.send(house.channel, "an owl")
        await house.ben.send(house.channel, "me too", reply_to=words)
        responder = below(house, words.id)
        await responder.send("a result", [FILE], None)
        view = discord.ui.View(timeout=None)
        view.add_item(discord.ui.Button(label="a hint", custom_id="hint:1"))
        await below(house, words.id).send("what do you mean?", (), view)
        before = seen(house)

        with pytest.raises(OutOfReachError):
            await responder.edit("drawing")
        assert await responder.remove()
        assert seen(house) == before


async def test_progress_with_a_preview_is_found_below_the_words(opened: OpenHouse) -> None:
    async with opened() as house:
        words = await house.ben.send(house.channel, "an owl")
        progress = await below(house, words.id).send("drawing", [Upload("preview.jpg", png())], None)
        responder = below(house, words.id)

        posted = await responder.edit("no")

        assert (responder.destination.message_id,) == progress.message_ids
        assert seen(house)[-1] == ("no", [])
        assert posted == Posted(house.channel.id, progress.message_ids)


async def test_a_bot_that_is_not_logged_in_yet_finds_nothing(
    opened: OpenHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened() as house:
        monkeypatch.setattr(type(house.bot), "user", None)

        with pytest.raises(OutOfReachError):
            await below(house, 5).edit("drawing")


async def test_in_direct_messages_files_are_as_large_as_there(
    opened: OpenHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened() as house:
        monkeypatch.setattr(discord.Guild, "filesize_limit", 99)

        assert below(house, 5).upload_limit == 99
        assert below(house, 5, private=True).upload_limit == DEFAULT_LIMIT


# --- nothing twice


async def test_an_answer_that_an_earlier_process_gave_is_not_given_again(opened: OpenHouse) -> None:
    async with opened() as house:
        responder = await responder_in(house)
        first = await responder.send("**#7** for you", [Upload("atelier-7.png", png())], None)
        later = Responder(house.bot, requester_in(house), responder.destination, "82", maybe_sent=True)

        again = await later.send("**#7** for you, smaller", [Upload("atelier-7.jpg", png())], None)
        other = await later.send("**#8** for you", [Upload("atelier-8.png", png())], None)

        assert again == first
        assert other != first


async def test_words_that_an_earlier_process_said_are_not_said_again(opened: OpenHouse) -> None:
    async with opened() as house:
        responder = await responder_in(house)
        first = await responder.send("❌ No.", (), None)
        later = Responder(house.bot, requester_in(house), responder.destination, "82", maybe_sent=True)

        assert await later.send("❌ No.", (), None) == first
        assert await later.send("❌ Not that either.", (), None) != first


async def test_progress_is_no_answer_that_was_given(opened: OpenHouse) -> None:
    async with opened() as house:
        responder = await responder_in(house)
        await responder.edit("**#7**", [Upload("atelier-7.png", png())])
        later = Responder(house.bot, requester_in(house), responder.destination, "82", maybe_sent=True)

        posted = await later.send("**#7**", [Upload("atelier-7.png", png())], None)

        assert posted.message_ids != (responder.destination.message_id,)


@pytest.mark.usefixtures("impatient")
async def test_an_answer_whose_receipt_was_lost_is_looked_for_before_it_is_sent_again(opened: OpenHouse) -> None:
    async with opened() as house:
        responder = await responder_in(house)
        house.env.inject_error("POST", "/channels/*/messages", status=500, times=3)
        with pytest.raises(discord.HTTPException):
            await responder.send("hello", [Upload("atelier-7.png", png())], None)
        before = paths(house, "GET").count("channels")

        await responder.send("hello", [Upload("atelier-7.png", png())], None)
        await responder.send("more", [Upload("atelier-8.png", png())], None)

        assert paths(house, "GET").count("channels") > before


async def test_where_we_may_not_look_it_is_sent(opened: OpenHouse) -> None:
    async with opened() as house:
        responder = await responder_in(house)
        later = Responder(house.bot, requester_in(house), responder.destination, "82", maybe_sent=True)
        house.env.inject_error("GET", "/channels/*/messages", status=403, code=50001)

        await later.send("hello", (), None)

        assert seen(house)[-1] == ("hello", [])


@pytest.mark.usefixtures("impatient")
async def test_who_cannot_look_now_waits(opened: OpenHouse) -> None:
    async with opened() as house:
        responder = await responder_in(house)
        later = Responder(house.bot, requester_in(house), responder.destination, "82", maybe_sent=True)
        house.env.inject_error("GET", "/channels/*/messages", status=429, code=0, times=9)

        with pytest.raises(discord.HTTPException):
            await later.send("hello", (), None)
