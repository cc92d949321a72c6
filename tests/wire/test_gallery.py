"""The gallery channel over the wire: each picture comes once, whatever fails, and only what everybody there may see."""

from __future__ import annotations

import asyncio
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from bot.sandbox.discord import Fault, Permission
from bot.sandbox.discord.messages.message_service import NONCE_SECONDS
from bot.services.gallery import gallery_posts as of_posts
from bot.services.gallery import stars as of_stars
from bot.storage.database.sqlite import sqlite3
from tests.wire.house import OFFERED, buttons, choose, labels
from tests.wire.test_leads import answer
from tests.wire.test_publishing import private, public
from tests.wire.test_rules import lead_of

if TYPE_CHECKING:
    from bot.sandbox.discord import Channel, Invocation, Member, Message
    from tests.wire.house import House

NAMES = ("Bob", "Ina", "Tom", "Zoë")


@pytest.fixture(autouse=True)
def _no_intervals(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(of_stars, "INTERVAL", 0.0)
    monkeypatch.setattr(of_posts, "PATIENCE", (0.1, 0.1))


@pytest.fixture
def wall(house: House) -> Channel:
    """The gallery channel."""
    return house.discord.server.add_channel("best-of")


@pytest.fixture
def voters(house: House) -> list[Member]:
    return [house.discord.server.add_member(name) for name in NAMES]


async def choose_gallery(house: House, wall: Channel, stars: int = 3) -> str:
    lead = house.discord.server.members.get("Lea") or lead_of(house)
    return await answer(house, await lead.slash("studio gallery", channel_=wall, stars=stars))


def shown(wall: Channel) -> list[Message]:
    """The pictures in the gallery."""
    return [message for message in wall.messages if message.attachments]


async def behind(house: House, pressed: Invocation) -> Message:
    """What was said beside what was pressed."""
    await house.until(lambda: pressed.followups)
    return pressed.followups[0]


def stars(message: Message) -> str:
    return next(label for label in labels(message) if label.startswith("Star"))


async def test_four_members_star_and_the_picture_is_shown_once_over_a_restart(
    house: House, wall: Channel, voters: list[Member], mia: Member
) -> None:
    chosen = await choose_gallery(house, wall)
    picture = await house.imagine(mia, "a fox @everyone [x](https://evil.example)", count=2)
    asked = [await (await member.click(picture, "Star")).shown() for member in (mia, *voters)]
    await mia.click(asked[0], "#2")
    await voters[0].click(asked[1], "#2")
    await house.until(lambda: "2 stars more bring it into" in asked[1].content)
    before = shown(wall)
    await house.restart_bot()

    await asyncio.gather(*(member.click(one, "#2") for member, one in zip(voters[1:], asked[2:], strict=True)))
    await house.until(lambda: shown(wall) and stars(shown(wall)[0]) == "Star · 5 stars")
    await house.until(lambda: stars(picture) == "Star · 5 stars")
    await house.restart_bot()
    (post,) = shown(wall)

    assert chosen.startswith(f"✅ The gallery: changed from none to <#{wall.id}>, from 3 stars.")
    assert wall.messages[0].content.startswith("⭐ Pictures that 3 members star are shown here from now on")
    assert before == []
    assert sum("Your star brings it into" in one.content for one in asked) == 1
    assert post.content.startswith(
        f"**#2** by {mia.mention}\n> a fox \\@everyone \\[x\\]\\(https\\:\\/\\/evil.example\\)\n"
    )
    assert (
        f"[The original message](https://discord.com/channels/{house.discord.server.id}/{picture.channel.id}/{picture.id})"
        in post.content
    )
    assert [each.content for each in post.attachments] == [picture.attachments[1].content]
    assert "a fox @everyone" in (post.attachments[0].description or "")
    assert (post.pings, post.pings_everyone) == ([], False)
    assert buttons(post) == OFFERED


async def test_the_buttons_of_a_post_live_and_a_reply_changes_it(
    house: House, wall: Channel, voters: list[Member], mia: Member
) -> None:
    await choose_gallery(house, wall, 1)
    picture = await house.imagine(mia, count=2)
    asked = await (await voters[0].click(picture, "Star")).shown()
    await voters[0].click(asked, "#2")
    await house.until(lambda: shown(wall))
    await house.restart_bot()
    (post,) = shown(wall)

    await voters[1].click(post, "Star")
    await house.until(lambda: stars(post) == stars(picture) == "Star · 2 stars")
    varied = await house.result(await voters[1].click(post, "Vary"))
    details = await (await choose(voters[1], post, "details")).shown()
    await mia.reply(post, "make it snowy")
    await house.until(lambda: sorted(house.numbers()) == [1, 2, 3, 4])

    assert varied.channel is wall
    assert [file.content for file in house.images.calls[-1].named("image")] == [picture.attachments[1].content]
    assert details.embeds[0]["title"] == "Details of #2"


async def test_a_deletion_takes_the_post_away_and_falling_stars_do_not(
    house: House, wall: Channel, voters: list[Member], mia: Member
) -> None:
    await choose_gallery(house, wall, 1)
    pictures = [await house.imagine(mia), await house.imagine(mia)]
    for picture in pictures:
        await voters[0].click(picture, "Star")
    await house.until(lambda: len(shown(wall)) == 2)

    await voters[0].click(shown(wall)[1], "Star")
    await house.until(lambda: [stars(each) for each in shown(wall)] == ["Star · 1 star", "Star"])
    question = await (await choose(mia, pictures[0], "delete")).shown()
    await mia.click(question, "Delete for good")
    await house.until(lambda: question.content.startswith("Deleted."))

    assert [post.content.partition(" ")[0] for post in shown(wall)] == ["**#2**"]


@pytest.mark.parametrize(
    "fault",
    [
        Fault(r"^/channels/\d+/messages$", "POST", status=500, having=("files",), times=6),
        Fault(r"^/channels/\d+/messages$", "POST", drop=True, after_effect=True, having=("files",)),
        Fault(r"^/channels/\d+/messages$", "POST", status=403, code=50013, having=("files",)),
    ],
    ids=["fails", "arrives without a receipt", "refused"],
)
@pytest.mark.usefixtures("hasty_discord_py")
async def test_a_post_that_fails_is_tried_again_and_stands_once(
    fault: Fault, house: House, wall: Channel, voters: list[Member], mia: Member
) -> None:
    await choose_gallery(house, wall, 1)
    picture = await house.imagine(mia)
    house.discord.faults.add(fault)

    await voters[0].click(picture, "Star")
    await house.until(lambda: shown(wall))
    await voters[1].click(picture, "Star")
    await house.until(lambda: stars(shown(wall)[0]) == "Star · 2 stars")
    await house.restart_bot()

    assert len(shown(wall)) == 1


async def test_what_was_due_when_the_bot_ended_is_posted_by_the_next_start(
    house: House, wall: Channel, voters: list[Member], mia: Member
) -> None:
    server = house.discord.server
    await choose_gallery(house, wall, 1)
    picture = await house.imagine(mia)
    server.set_permissions(wall, server.bot, deny=Permission.SEND_MESSAGES)
    pressed = await voters[0].click(picture, "Star")
    await house.until(lambda: pressed.followups)
    status = await lead_status(house)
    await house.stop_bot()
    server.set_permissions(wall, server.bot)
    await house.start_bot()
    await house.until(lambda: shown(wall))

    assert f"brings it into <#{wall.id}>" in pressed.followups[0].content
    lacking = "I lack Send Messages, Attach Files and Embed Links there"
    assert f"⚠️ I may not write in <#{wall.id}>: {lacking}. Starred pictures wait." in status
    assert f"Gallery: <#{wall.id}>, from 1 star; /studio gallery changes it." in status


async def test_a_post_whose_process_died_before_it_was_written_down_is_found_again(
    house: House, wall: Channel, voters: list[Member], mia: Member
) -> None:
    await choose_gallery(house, wall, 1)
    await voters[0].click(await house.imagine(mia), "Star")
    await house.until(lambda: shown(wall))
    await house.stop_bot()
    with closing(sqlite3.connect(house.data_dir / "atelier.sqlite3")) as connection, connection:
        connection.execute("UPDATE gallery_posts SET message_id = NULL, told = NULL, begun_in = ?", (wall.id,))
        connection.execute("DELETE FROM messages WHERE channel_id = ?", (wall.id,))
    house.discord.clock.advance(NONCE_SECONDS + 1)  # Discord does not know it again

    await house.start_bot()
    (post,) = shown(wall)
    await voters[1].click(post, "Star")
    await house.until(lambda: stars(post) == "Star · 2 stars" and written_down(house) == [(post.id, 2)])

    assert shown(wall) == [post]


async def test_a_post_without_a_receipt_goes_when_its_picture_is_deleted(
    house: House, wall: Channel, voters: list[Member], mia: Member
) -> None:
    await choose_gallery(house, wall, 1)
    picture = await house.imagine(mia)
    lost = house.discord.faults.add(
        Fault(rf"^/channels/{wall.id}/messages$", "POST", drop=True, after_effect=True, times=None)
    )
    await voters[0].click(picture, "Star")
    await house.until(lambda: shown(wall))
    await house.stop_bot()
    before = (len(shown(wall)), written_down(house))
    lost.times = 0

    with closing(sqlite3.connect(house.data_dir / "atelier.sqlite3")) as connection, connection:
        connection.execute("UPDATE pictures SET deleted_at = 1")
    await house.start_bot()
    await house.until(lambda: not shown(wall))

    assert before == (1, [(None, None)])
    assert written_down(house) == []


def written_down(house: House) -> list[tuple[int | None, int | None]]:
    """The posts that the bot knows of, and the stars that each tells."""
    with closing(sqlite3.connect(f"file:{house.data_dir / 'atelier.sqlite3'}?mode=ro", uri=True)) as connection:
        return connection.execute("SELECT message_id, told FROM gallery_posts").fetchall()


async def lead_status(house: House) -> str:
    shown_to_lead = await (await house.discord.server.members["Lea"].slash("studio status")).shown()
    return str(shown_to_lead.components)


async def test_only_what_everybody_in_the_gallery_may_see_comes_there(
    house: House, wall: Channel, voters: list[Member], mia: Member
) -> None:
    server = house.discord.server
    await choose_gallery(house, wall, 1)
    artists = server.add_role("artists")
    closed = server.add_channel("closed")
    server.set_permissions(closed, server.guild.everyone, deny=Permission.VIEW_CHANNEL)
    for each in (artists, server.bot_role):
        server.set_permissions(closed, each, allow=Permission.VIEW_CHANNEL)
    bea, ida = server.add_member("Bea", roles=[artists]), server.add_member("Ida", roles=[artists])
    thread = mia.start_thread(server.channel("studio"), "Foxes", private=True)
    for member in (server.bot, voters[0]):
        server.add_to_thread(thread, member)
    in_the_open = mia.start_thread(server.channel("studio"), "More foxes")

    hidden = await behind(house, await ida.click(await house.imagine(bea, channel=closed), "Star"))
    threaded = await behind(house, await voters[0].click(await house.imagine(mia, channel=thread), "Star"))
    private = await mia.slash("imagine", prompt="a secret", private=True)
    await house.ended(private)
    assert private.response is not None
    own = await behind(house, await mia.click(private.response, "Star"))
    await voters[0].click(await house.imagine(mia, "in the open", channel=in_the_open), "Star")
    await house.until(lambda: shown(wall))

    why = f"It has the stars for <#{wall.id}>, but is not shown there, because"
    assert f"{why} not everybody who sees <#{wall.id}> can see where it was made." in hidden.content
    assert f"{why} it was made in a private thread." in threaded.content
    assert "gallery" not in own.content
    assert [post.content.splitlines()[1] for post in shown(wall)] == ["> in the open"]


async def test_ones_own_star_does_not_count_and_those_who_have_left_stay_counted(
    house: House, wall: Channel, voters: list[Member], mia: Member
) -> None:
    await choose_gallery(house, wall, 2)
    picture = await house.imagine(mia)

    own = await behind(house, await mia.click(picture, "Star"))
    await voters[0].click(picture, "Star")
    await house.until(lambda: stars(picture) == "Star · 2 stars")
    house.discord.server.remove_member(voters[0])
    await voters[1].click(picture, "Star")
    await house.until(lambda: shown(wall))

    assert own.content.endswith(
        f"Your own star does not count for the gallery; 2 stars more bring it into <#{wall.id}>."
    )
    assert stars(shown(wall)[0]) == "Star · 3 stars"


async def test_a_gallery_is_chosen_changed_and_switched_off_with_an_audit(house: House, wall: Channel) -> None:
    server, lea = house.discord.server, lead_of(house)
    closed = server.add_channel("closed")
    server.set_permissions(closed, server.bot, deny=Permission.ATTACH_FILES)

    async def says(**options: object) -> str:
        return await answer(house, await lea.slash("studio gallery", **options))  # type: ignore[arg-type]  # options of the command

    none = await says()
    refused = [await says(channel_=closed), await says(stars=5), await says(channel_=wall, off=True)]
    chosen = [await says(channel_=wall), await says(stars=5), await says(), await says(off=True), await says(off=True)]
    audit = await (await lea.slash("studio audit")).shown()

    assert none.startswith("Starred pictures are shown nowhere. Choose a channel")
    assert refused[0] == f"❌ I may not write in <#{closed.id}>: I lack Attach Files there. Nothing was changed."
    assert refused[1].startswith("❌ Choose the channel too")
    assert refused[2].startswith("❌ Choose a channel and stars, or off, not both.")
    assert chosen[0].startswith(f"✅ The gallery: changed from none to <#{wall.id}>, from 3 stars.")
    assert chosen[1].startswith(
        f"✅ The gallery: changed from <#{wall.id}>, from 3 stars to <#{wall.id}>, from 5 stars."
    )
    assert chosen[2].startswith(f"The gallery: <#{wall.id}>, from 5 stars.")
    assert chosen[3] == f"✅ The gallery: changed from <#{wall.id}>, from 5 stars to none."
    assert chosen[4].startswith("Nothing was changed.")
    assert str(audit.embeds[0]).count("studio gallery") == 3
    assert len(wall.messages) == 1


async def test_what_is_published_comes_there_and_goes_when_it_is_taken_back(
    house: House, wall: Channel, voters: list[Member], mia: Member
) -> None:
    await choose_gallery(house, wall, 1)
    made = await private(house, mia, 4)
    asked = await (await choose(mia, made, "publish")).shown()
    await mia.click(asked, "#3")
    await house.until(lambda: public(house))
    (best,) = public(house)
    await voters[0].click(best, "Star")
    await house.until(lambda: len(shown(wall)) == 1)
    (post,) = shown(wall)
    told = post.content

    back = await (await choose(mia, best, "unpublish")).shown()
    await mia.click(back, "Unpublish #3")
    await house.until(lambda: not shown(wall) and not public(house))
    once_more = await (await choose(mia, made, "publish")).shown()
    await mia.click(once_more, "#3")
    await house.until(lambda: public(house))
    await voters[1].click(public(house)[0], "Star")
    await house.until(lambda: shown(wall))

    assert told.startswith(f"**#3** by {mia.mention}\n> a secret castle\n")
    assert f"/{best.id})" in told
    assert [each.content for each in post.attachments] == [made.attachments[2].content]
    assert stars(shown(wall)[0]) == "Star · 2 stars"
    assert f"/{public(house)[0].id})" in shown(wall)[0].content
