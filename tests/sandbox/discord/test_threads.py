from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.sandbox.discord import (
    CannotDoThatError,
    ChannelKind,
    Options,
    Permission,
    RateLimits,
    SandboxDiscord,
    Upload,
)
from tests.sandbox.discord.conftest import Api, Ears, png

if TYPE_CHECKING:
    from bot.sandbox.discord import Channel, Invocation, Member

HELLO = {"name": "hello", "description": "Say hello"}


@pytest.fixture
async def mia(api: Api, sandbox: SandboxDiscord) -> Member:
    await api.register(HELLO)
    return sandbox.server.add_member("Mia")


@pytest.fixture
def thread(sandbox: SandboxDiscord, mia: Member) -> Channel:
    return mia.start_thread(sandbox.server.channel("studio"), "Foxes")


@pytest.fixture
def keeper(sandbox: SandboxDiscord) -> Member:
    return sandbox.server.add_member("Ada", permissions=Permission.MANAGE_THREADS)


def path_to(channel: Channel) -> str:
    return f"/channels/{channel.id}/messages"


async def test_people_write_and_ask_in_a_thread(
    api: Api, sandbox: SandboxDiscord, mia: Member, thread: Channel
) -> None:
    async with Ears(sandbox, api) as ears:
        sent = await mia.send(thread, f"a fox {sandbox.server.bot.mention}")
        invocation = await mia.slash("hello", channel=thread)
        answered = await api.answer(invocation, 4, {"content": "hello"})
        (create,) = await ears.named("GUILD_CREATE")
        asked = (await ears.named("INTERACTION_CREATE"))[0]
        first = (await ears.named("MESSAGE_CREATE"))[0]

    assert [one["id"] for one in create["threads"]] == [str(thread.id)]
    assert (first["id"], first["channel_id"]) == (str(sent.id), str(thread.id))
    channel = asked["channel"]
    assert (channel["type"], channel["parent_id"]) == (11, str(sandbox.server.channel("studio").id))
    assert channel["thread_metadata"]["archived"] is channel["thread_metadata"]["locked"] is False
    assert channel["owner_id"] == str(mia.id)
    assert int(channel["permissions"]) & Permission.SEND_MESSAGES_IN_THREADS
    assert int(asked["app_permissions"]) & Permission.SEND_MESSAGES_IN_THREADS
    assert answered.status == 200
    assert thread.messages[-1].content == "hello"


async def test_a_thread_from_a_message_has_its_id_and_begins_with_it(
    api: Api, sandbox: SandboxDiscord, mia: Member
) -> None:
    studio = sandbox.server.channel("studio")
    sent = await api.call("POST", path_to(studio), {"content": "a picture"}, files={0: ("a.png", png())})
    thread = mia.start_thread(studio, "On it", message=studio.messages[0])

    shown = (await api.call("GET", f"{path_to(studio)}/{sent.body['id']}")).body
    inside = (await api.call("GET", path_to(thread))).body

    assert str(thread.id) == sent.body["id"] == shown["thread"]["id"]
    assert shown["flags"] & 32
    assert [message["type"] for message in inside] == [21]
    assert inside[0]["referenced_message"]["content"] == "a picture"
    assert inside[0]["message_reference"]["channel_id"] == str(studio.id)
    with pytest.raises(CannotDoThatError, match="already been created"):
        mia.start_thread(studio, "Again", message=studio.messages[0])


async def test_a_thread_from_nothing_is_told_of_in_its_channel(api: Api, thread: Channel) -> None:
    assert thread.parent is not None
    (line,) = (await api.call("GET", path_to(thread.parent))).body

    assert (line["type"], thread.parent.messages[0].content) == (18, "Foxes")
    assert line["message_reference"]["channel_id"] == str(thread.id)
    assert "thread" not in line


async def test_a_post_in_a_forum_is_a_thread_whose_first_message_has_its_id(
    api: Api, sandbox: SandboxDiscord, mia: Member
) -> None:
    forum = sandbox.server.add_forum("ideas")
    async with Ears(sandbox, api) as ears:
        first = await mia.post_in_forum(
            forum, "A fox", f"please {sandbox.server.bot.mention}", [Upload("a.png", png())]
        )
        names = [name for name, _ in await ears.events()]
        created, again = await ears.named("THREAD_CREATE")

    post = first.channel
    assert (post.id, post.name, post.kind, post.parent) == (first.id, "A fox", ChannelKind.PUBLIC_THREAD, forum)
    assert names[-4:] == ["THREAD_CREATE", "THREAD_CREATE", "THREAD_MEMBERS_UPDATE", "MESSAGE_CREATE"]
    assert again["member"]["user_id"] == str(sandbox.bot.id)
    assert (created["newly_created"], created["parent_id"], created["applied_tags"]) == (True, str(forum.id), [])
    assert (await api.call("POST", path_to(post), {"content": "here"})).status == 200
    refused = await api.call("POST", path_to(forum), {"content": "x"})
    assert (refused.status, refused.code) == (400, 40058)
    with pytest.raises(CannotDoThatError, match="Nobody writes into ideas"):
        await mia.send(forum, "x")


async def test_a_post_that_is_refused_leaves_nothing_behind(api: Api, sandbox: SandboxDiscord, mia: Member) -> None:
    forum = sandbox.server.add_forum("ideas")
    async with Ears(sandbox, api) as ears:
        with pytest.raises(CannotDoThatError, match="empty message"):
            await mia.post_in_forum(forum, "Nothing")
        started = await api.call("POST", f"/channels/{forum.id}/threads", {"name": "x", "message": {}})
        heard = await ears.events()

    assert started.code == 50006
    assert sandbox.server.guild.threads == []
    assert not [name for name, _ in heard if name.startswith("THREAD")]


@pytest.mark.parametrize("kind", [ChannelKind.VOICE, ChannelKind.STAGE, ChannelKind.ANNOUNCEMENT])
async def test_people_ask_in_other_channels_too(
    api: Api, sandbox: SandboxDiscord, mia: Member, kind: ChannelKind
) -> None:
    room = sandbox.server.add_channel("room", kind)
    async with Ears(sandbox, api) as ears:
        invocation = await mia.slash("hello", channel=room)
        answered = await api.answer(invocation, 4, {"content": "hello"})
        (asked,) = await ears.named("INTERACTION_CREATE")

    assert answered.status == 200
    assert asked["channel"]["type"] == kind
    assert ("bitrate" in asked["channel"]) == kind.is_voice
    assert (await api.call("POST", path_to(room), {"content": "x"})).status == 200


async def test_nobody_writes_into_a_category(api: Api, sandbox: SandboxDiscord, mia: Member) -> None:
    category = sandbox.server.add_channel("Art", ChannelKind.CATEGORY)
    inside = sandbox.server.add_channel("pictures", category=category)

    refused = await api.call("POST", path_to(category), {"content": "x"})

    assert (refused.status, refused.code) == (400, 50008)
    assert (await api.call("GET", f"/channels/{inside.id}")).body["parent_id"] == str(category.id)
    with pytest.raises(CannotDoThatError, match="Nobody writes into Art"):
        await mia.send(category, "x")


async def test_threads_have_a_permission_of_their_own_and_the_rest_of_their_channel(
    api: Api, sandbox: SandboxDiscord, mia: Member, thread: Channel
) -> None:
    studio, bot = sandbox.server.channel("studio"), sandbox.server.bot
    sandbox.server.set_permissions(studio, bot, deny=Permission.SEND_MESSAGES)
    allowed = await api.call("POST", path_to(thread), {"content": "x"})
    sandbox.server.set_permissions(studio, bot, deny=Permission.SEND_MESSAGES_IN_THREADS)
    refused = await api.call("POST", path_to(thread), {"content": "x"})
    typing = await api.call("POST", f"/channels/{thread.id}/typing")
    sandbox.server.set_permissions(studio, mia, deny=Permission.SEND_MESSAGES_IN_THREADS)

    assert (allowed.status, refused.status, refused.code, typing.code) == (200, 403, 50013, 50013)
    with pytest.raises(CannotDoThatError, match="SEND_MESSAGES_IN_THREADS"):
        await mia.send(thread, "x")
    assert (await mia.send(studio, "x")).content == "x"


async def test_who_writes_into_an_archived_thread_opens_it_again(
    api: Api, sandbox: SandboxDiscord, mia: Member, thread: Channel
) -> None:
    async with Ears(sandbox, api) as ears:
        for write in ("person", "bot", "answer"):
            sandbox.server.archive(thread)
            if write == "person":
                await mia.send(thread, "x")
            elif write == "bot":
                assert (await api.call("POST", path_to(thread), {"content": "x"})).status == 200
            else:
                assert (await api.answer(await mia.slash("hello", channel=thread), 5)).status == 200
            assert thread.thread
            assert not thread.thread.archived
        updates = await ears.named("THREAD_UPDATE")
        names = [name for name, _ in await ears.events()]

    assert [one["thread_metadata"]["archived"] for one in updates] == [True, False] * 3
    assert names.index("MESSAGE_CREATE") > names.index("THREAD_UPDATE") + 1


async def answered_in(api: Api, mia: Member, thread: Channel) -> Invocation:
    invocation = await mia.slash("hello", channel=thread)
    await api.answer(invocation, 4, {"content": "hello"})
    return invocation


@pytest.mark.parametrize("status", [400, 403])
async def test_what_rests_cannot_be_changed(api: Api, status: int) -> None:
    options = Options(rate_limits=RateLimits.off(), archived_status=status)
    async with SandboxDiscord(options) as sandbox:
        api = Api(sandbox, api.session)
        await api.register(HELLO)
        mia = sandbox.server.add_member("Mia")
        thread = mia.start_thread(sandbox.server.channel("studio"), "Foxes")
        invocation = await answered_in(api, mia, thread)
        one = f"{path_to(thread)}/{thread.messages[-1].id}"
        sandbox.server.archive(thread)

        edits = [
            await api.call("PATCH", one, {"content": "y"}),
            await api.call("PATCH", api.hook(invocation), {"content": "y"}),
            await api.call("PUT", f"/channels/{thread.id}/thread-members/@me"),
            await api.call("DELETE", one),
        ]

    assert {(answer.status, answer.code, answer.body["message"]) for answer in edits} == {
        (status, 50083, "Thread is archived")
    }


@pytest.mark.parametrize(("archived", "code"), [(True, 50083), (False, 160005)])
async def test_a_locked_thread_takes_nothing_from_the_bot_until_it_may_manage_threads(
    api: Api, sandbox: SandboxDiscord, mia: Member, thread: Channel, keeper: Member, *, archived: bool, code: int
) -> None:
    theirs = await mia.send(thread, "mine")
    invocation = await answered_in(api, mia, thread)
    pressed = await mia.slash("hello", channel=thread)
    one = f"{path_to(thread)}/{thread.messages[-1].id}"
    if archived:
        sandbox.server.archive(thread, locked=True)
    else:
        sandbox.server.lock(thread)

    async def everything() -> list[tuple[int, int]]:
        answers = [
            await api.call("POST", path_to(thread), {"content": "x"}),
            await api.call("PATCH", one, {"content": "y"}),
            await api.call("PATCH", api.hook(invocation), {"content": "y"}),
            await api.call("POST", api.hook(invocation, ""), {"content": "y", "flags": 64}),
            await api.answer(pressed, 5),
        ]
        return [(answer.status, answer.body.get("code", 0)) for answer in answers]

    refused = await everything()
    with pytest.raises(CannotDoThatError, match="Thread is"):
        await mia.send(thread, "x")
    if archived:
        assert (await api.call("DELETE", one)).code == code
        with pytest.raises(CannotDoThatError, match="Thread is archived"):
            await mia.delete(theirs)
    sandbox.server.bot.roles.extend(keeper.roles)
    allowed = await everything()

    assert refused == [(403, code)] * 5
    assert allowed == [(200, 0)] * 5


async def test_a_private_thread_shows_itself_to_who_is_in_it(
    api: Api, sandbox: SandboxDiscord, mia: Member, keeper: Member
) -> None:
    noah = sandbox.server.add_member("Noah")
    async with Ears(sandbox, api) as ears:
        thread = mia.start_thread(sandbox.server.channel("studio"), "Secret", private=True)
        await mia.send(thread, "just us")
        before = await ears.events()
        unseen = [name for name, _ in before if name.startswith(("THREAD", "MESSAGE"))]
        refused = await api.call("POST", path_to(thread), {"content": "x"})
        asked = await mia.slash("hello", channel=thread)
        answered = await api.answer(asked, 4, {"content": "hello"})
        await mia.send(thread, f"come in {sandbox.server.bot.mention} {noah.mention}")
        names = [name for name, _ in await ears.events()]
        joined = (await ears.named("THREAD_MEMBERS_UPDATE"))[0]

    assert unseen == []
    assert (refused.status, refused.code) == (403, 50001)
    assert answered.status == 200
    assert "THREAD_CREATE" in names
    assert joined["added_members"][0]["user_id"] == str(sandbox.bot.id)
    assert (await api.call("POST", path_to(thread), {"content": "x"})).status == 200
    assert thread.visible_to(noah) == thread.visible_to(keeper) == thread.messages
    sandbox.server.remove_from_thread(thread, noah)
    assert thread.visible_to(noah) == []


async def test_the_bot_asks_who_takes_part_in_a_thread_that_it_sees(
    api: Api, sandbox: SandboxDiscord, mia: Member
) -> None:
    server = sandbox.server
    ben = server.add_member("Ben")
    thread = mia.start_thread(server.channel("studio"), "Foxes", private=True)
    path = f"/channels/{thread.id}/thread-members"
    unseen = await api.call("GET", f"{path}/{mia.user.id}")
    server.add_to_thread(thread, server.bot)
    there, not_there, nobody = [await api.call("GET", f"{path}/{each}") for each in (mia.user.id, ben.user.id, 5)]
    no_thread = await api.call("GET", f"/channels/{server.channel('studio').id}/thread-members/{mia.user.id}")

    assert (unseen.status, unseen.code) == (403, 50001)
    assert there.status == 200
    assert (there.body["id"], there.body["user_id"]) == (str(thread.id), str(mia.user.id))
    assert [(each.status, each.code) for each in (not_there, nobody)] == [(404, 10007)] * 2
    assert (no_thread.status, no_thread.code) == (400, 50024)


async def test_the_bot_starts_changes_and_leaves_threads(api: Api, sandbox: SandboxDiscord, keeper: Member) -> None:
    studio = sandbox.server.channel("studio")
    forum = sandbox.server.add_forum("ideas")
    sent = await api.call("POST", path_to(studio), {"content": "x"})
    threads = f"/channels/{studio.id}/threads"

    loose = await api.call("POST", threads, {"name": "loose", "type": 11})
    private = await api.call("POST", threads, {"name": "private"})
    from_message = await api.call("POST", f"{path_to(studio)}/{sent.body['id']}/threads", {"name": "on it"})
    post = await api.call("POST", f"/channels/{forum.id}/threads", {"name": "post", "message": {"content": "first"}})
    unnamed = await api.call("POST", threads, {"name": ""})
    active = (await api.call("GET", f"/guilds/{sandbox.server.id}/threads/active")).body
    own = f"/channels/{loose.body['id']}"
    renamed = await api.call("PATCH", own, {"name": "closed", "archived": True})
    locking = await api.call("PATCH", own, {"locked": True})
    deleting = await api.call("DELETE", own)
    sandbox.server.bot.roles.extend(keeper.roles)
    locked = await api.call("PATCH", own, {"locked": True})
    left = await api.call("DELETE", f"{own}/thread-members/@me")
    joined = await api.call("PUT", f"/channels/{post.body['id']}/thread-members/@me")
    deleted = await api.call("DELETE", own)

    assert [one.status for one in (loose, private, from_message, post)] == [201] * 4
    assert [one.body["type"] for one in (loose, private, from_message, post)] == [11, 12, 11, 11]
    assert post.body["message"]["id"] == post.body["id"]
    assert unnamed.code == 50035
    assert len(active["threads"]) == len(active["members"]) == 4
    assert (renamed.body["name"], renamed.body["thread_metadata"]["archived"]) == ("closed", True)
    assert (locking.code, deleting.code, locked.status) == (50013, 50013, 200)
    assert (left.status, joined.status, deleted.status) == (204, 204, 200)
    assert (await api.call("GET", own)).code == 10003
    assert (await api.call("DELETE", f"/channels/{studio.id}")).code == 50024


async def test_what_is_deleted_answers_that_it_is_unknown(
    api: Api, sandbox: SandboxDiscord, mia: Member, thread: Channel
) -> None:
    studio = sandbox.server.channel("studio")
    async with Ears(sandbox, api) as ears:
        in_thread = await answered_in(api, mia, thread)
        sandbox.server.delete_channel(thread)
        gone = await api.call("PATCH", api.hook(in_thread), {"content": "y"})
        other = mia.start_thread(studio, "More")
        waiting = await mia.slash("hello", channel=studio)
        sandbox.server.delete_channel(studio)
        late = await api.answer(waiting, 4, {"content": "x"})
        heard = dict(await ears.events())

    assert (gone.status, gone.code) == (late.status, late.code) == (404, 10003)
    for channel in (thread, other, studio):
        assert (await api.call("POST", path_to(channel), {"content": "x"})).code == 10003
    assert heard["THREAD_DELETE"] == {
        "id": str(thread.id),
        "guild_id": str(sandbox.server.id),
        "parent_id": str(studio.id),
        "type": 11,
    }
    assert heard["CHANNEL_DELETE"]["id"] == str(studio.id)
    with pytest.raises(CannotDoThatError, match="does not see studio"):
        await mia.send(studio, "x")


async def test_somebody_who_left_is_out_of_reach(
    api: Api, sandbox: SandboxDiscord, mia: Member, thread: Channel
) -> None:
    opened = (await api.call("POST", "/users/@me/channels", {"recipient_id": str(mia.id)})).body
    invocation = await answered_in(api, mia, thread)
    sandbox.server.remove_member(mia)

    alone = await api.call("POST", f"/channels/{opened['id']}/messages", {"content": "psst"})
    edited = await api.call("PATCH", api.hook(invocation), {"content": "still here"})

    assert (alone.status, alone.code) == (403, 50278)
    assert edited.status == 200
    assert (await api.call("GET", f"/guilds/{sandbox.server.id}/members/{mia.id}")).code == 10007
    assert thread.thread
    assert mia.id not in thread.thread.members
    with pytest.raises(CannotDoThatError, match="does not see"):
        await mia.send(thread, "x")


async def test_who_may_see_a_channel_again_is_told_of_its_threads(
    api: Api, sandbox: SandboxDiscord, mia: Member, thread: Channel
) -> None:
    studio, bot = sandbox.server.channel("studio"), sandbox.server.bot
    async with Ears(sandbox, api) as ears:
        sandbox.server.set_permissions(studio, bot, deny=Permission.VIEW_CHANNEL)
        await mia.send(thread, "unseen")
        sandbox.server.set_permissions(studio, bot)
        sandbox.server.set_permissions(studio, bot, deny=Permission.ATTACH_FILES)
        (synced,) = await ears.named("THREAD_LIST_SYNC")
        heard = await ears.named("MESSAGE_CREATE")

    assert [one["id"] for one in synced["threads"]] == [str(thread.id)]
    assert synced["channel_ids"] == [str(studio.id)]
    assert (heard, synced["members"]) == ([], [])
