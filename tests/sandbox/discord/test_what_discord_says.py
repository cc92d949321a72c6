"""What stands in events and messages, as Discord says it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bot.sandbox.discord import Permission, SandboxDiscord, Upload
from tests.sandbox.discord.conftest import EDIT_IMAGE, IMAGINE, Api, Ears, png

if TYPE_CHECKING:
    from bot.sandbox.discord import Channel, Member

HELLO = {"name": "hello", "description": "Say hello"}
BUTTON = {"type": 1, "components": [{"type": 2, "style": 1, "label": "Go", "custom_id": "go"}]}


@pytest.fixture
async def mia(api: Api, sandbox: SandboxDiscord) -> Member:
    await api.register(HELLO, IMAGINE, EDIT_IMAGE)
    return sandbox.server.add_member("Mia")


@pytest.fixture
def studio(sandbox: SandboxDiscord) -> Channel:
    return sandbox.server.channel("studio")


@pytest.fixture
def messages(studio: Channel) -> str:
    return f"/channels/{studio.id}/messages"


async def test_ready_shows_the_bots_own_account(api: Api, sandbox: SandboxDiscord) -> None:
    async with Ears(sandbox, api) as ears:
        (ready,) = await ears.named("READY")

    assert ready["user"] == (await api.call("GET", "/users/@me")).body
    assert {"mfa_enabled", "locale", "verified", "email"} <= set(ready["user"])


async def test_a_message_says_in_what_kind_of_channel_it_is(
    api: Api, sandbox: SandboxDiscord, mia: Member, studio: Channel
) -> None:
    async with Ears(sandbox, api) as ears:
        await mia.send(studio, f"here {mia.mention}")
        await mia.direct_message("psst")
        here, alone = await ears.named("MESSAGE_CREATE")

    assert (here["channel_type"], here["guild_id"], "member" in here) == (0, str(sandbox.server.id), True)
    assert [one["member"]["roles"] for one in here["mentions"]] == [[]]
    assert (alone["channel_type"], "guild_id" in alone, "member" in alone) == (1, False, False)


async def test_roles_and_everyone_are_mentioned_by_who_may(
    api: Api, sandbox: SandboxDiscord, mia: Member, studio: Channel, messages: str
) -> None:
    painters = sandbox.server.add_role("Painters", mentionable=True)
    leads = sandbox.server.add_role("Leads")
    ada = sandbox.server.add_member("Ada", permissions=Permission.MENTION_EVERYONE)
    text = f"@everyone <@&{painters.id}> <@&{leads.id}> <@&1> {sandbox.server.bot.mention}"

    for member in (mia, ada):
        await member.send(studio, text)
    of_ada, of_mia = (await api.call("GET", messages)).body
    quiet = await api.call("POST", messages, {"content": text, "allowed_mentions": {"roles": [str(leads.id)]}})

    assert (of_mia["mention_everyone"], of_mia["mention_roles"]) == (False, [str(painters.id)])
    assert (of_ada["mention_everyone"], of_ada["mention_roles"]) == (True, [str(painters.id), str(leads.id)])
    assert (quiet.body["mention_everyone"], quiet.body["mention_roles"], quiet.body["mentions"]) == (False, [], [])


async def test_the_bot_has_a_role_of_its_own_that_people_mention(
    api: Api, sandbox: SandboxDiscord, mia: Member, studio: Channel
) -> None:
    own = sandbox.server.bot_role
    shown = {role["id"]: role for role in (await api.call("GET", f"/guilds/{sandbox.server.id}/roles")).body}
    async with Ears(sandbox, api) as ears:
        await mia.send(studio, f"<@&{own.id}> a fox")
        (heard,) = await ears.named("MESSAGE_CREATE")

    assert shown[str(own.id)]["managed"]
    assert shown[str(own.id)]["tags"] == {"bot_id": str(sandbox.bot.id)}
    assert own.name == sandbox.bot.name
    assert (heard["mention_roles"], heard["mentions"]) == ([str(own.id)], [])
    assert own in sandbox.server.bot.roles


async def test_who_a_text_option_mentions_is_shown_beside_it(api: Api, sandbox: SandboxDiscord, mia: Member) -> None:
    noah = sandbox.server.add_member("Noah")
    role, channel = sandbox.server.add_role("Painters"), sandbox.server.channel("random")
    async with Ears(sandbox, api) as ears:
        await mia.slash("imagine", prompt=f"{noah.mention}<@!{mia.id}><@&{role.id}><#{channel.id}><@1>")
        (asked,) = await ears.named("INTERACTION_CREATE")

    resolved: dict[str, Any] = asked["data"]["resolved"]
    assert set(resolved["users"]) == set(resolved["members"]) == {str(noah.id), str(mia.id)}
    assert (list(resolved["roles"]), list(resolved["channels"])) == ([str(role.id)], [str(channel.id)])


async def test_answers_say_what_they_answer(api: Api, mia: Member, studio: Channel, messages: str) -> None:
    picture = await mia.send(studio, "a picture", [Upload("a.png", png())])
    plain, invocation = await mia.slash("hello"), await mia.message_command("Edit image", picture)
    for one in (plain, invocation):
        await api.answer(one, 4, {"content": "x", "components": [BUTTON]})
    pressed = await mia.click(studio.messages[-1], "Go")
    await api.call("POST", api.hook(invocation, ""), {"content": "more"})
    await api.answer(pressed, 4, {"content": "pressed"})

    shown = {one["content"] + str(one["type"]): one for one in reversed((await api.call("GET", messages)).body)}

    assert list(shown) == ["0", "x20", "x23", "more19", "pressed19"]
    assert "message_reference" not in shown["x20"]
    assert shown["x23"]["message_reference"]["message_id"] == str(picture.id)
    assert shown["x23"]["referenced_message"]["id"] == str(picture.id)
    assert shown["x23"]["interaction_metadata"]["target_message_id"] == str(picture.id)
    assert shown["x23"]["interaction"]["name"] == "Edit image"
    assert shown["more19"]["message_reference"]["message_id"] == shown["x23"]["id"]
    assert shown["pressed19"]["message_reference"]["message_id"] == shown["x23"]["id"]
    assert shown["pressed19"]["interaction_metadata"]["interacted_message_id"] == shown["x23"]["id"]


async def test_other_bots_show_pictures_without_attachments(
    api: Api, sandbox: SandboxDiscord, mia: Member, studio: Channel
) -> None:
    robot = sandbox.server.add_bot("Robot")
    gallery = {"type": 12, "items": [{"media": {"url": "attachment://a.png"}}]}
    await robot.post(studio, {"embeds": [{"image": {"url": "attachment://a.png"}}]}, [Upload("a.png", png())])
    await robot.post(studio, {"flags": 1 << 15, "components": [gallery]}, [Upload("a.png", png())])
    async with Ears(sandbox, api) as ears:
        for message in list(studio.messages):
            await mia.message_command("Edit image", message)
        targets = [event["data"] for event in await ears.named("INTERACTION_CREATE")]

    embedded, shown = (data["resolved"]["messages"][data["target_id"]] for data in targets)
    assert embedded["author"]["bot"]
    assert embedded["attachments"] == shown["attachments"] == []
    assert embedded["embeds"][0]["image"]["width"] == 64
    assert shown["components"][0]["items"][0]["media"]["content_type"] == "image/png"


async def test_a_links_preview_comes_some_time_after_it(
    api: Api, sandbox: SandboxDiscord, mia: Member, studio: Channel
) -> None:
    message = await mia.send(studio, f"https://example.org/fox.png {sandbox.server.bot.mention}")
    async with Ears(sandbox, api) as ears:
        await mia.show_preview(message, "https://example.org/fox.png", Upload("fox.png", png()))
        (updated,) = await ears.named("MESSAGE_UPDATE")

    (embed,) = updated["embeds"]
    assert (embed["type"], embed["thumbnail"]["url"]) == ("image", "https://example.org/fox.png")
    assert (updated["attachments"], updated["edited_timestamp"]) == ([], None)
    async with api.session.get(embed["thumbnail"]["proxy_url"]) as response:
        assert await response.read() == png()


async def test_a_forwarded_message_is_a_snapshot_without_its_author(
    api: Api, sandbox: SandboxDiscord, mia: Member, studio: Channel
) -> None:
    original = await mia.send(studio, "look", [Upload("a.png", png())])
    forwarded = await mia.forward(original, sandbox.server.channel("random"))
    async with Ears(sandbox, api) as ears:
        await mia.message_command("Edit image", forwarded)
        (asked,) = await ears.named("INTERACTION_CREATE")

    shown = asked["data"]["resolved"]["messages"][str(forwarded.id)]
    (snapshot,) = shown["message_snapshots"]
    assert (shown["content"], shown["attachments"], shown["message_reference"]["type"]) == ("", [], 1)
    assert snapshot["message"]["content"] == "look"
    assert snapshot["message"]["attachments"][0]["filename"] == "a.png"
    assert "author" not in snapshot["message"]


async def test_a_file_can_come_without_a_media_type(api: Api, mia: Member) -> None:
    invocation = await mia.slash("imagine", prompt="x", image1=Upload("image", png()))
    named = await mia.slash("imagine", prompt="x", image1=Upload("a.png", png(), ""))

    for one in (invocation, named):
        (attachment,) = one.data["resolved"]["attachments"].values()
        assert "content_type" not in attachment
        async with api.session.get(attachment["url"]) as response:
            assert await response.read() == png()


async def test_the_same_interaction_dispatched_twice_is_answered_once(api: Api, mia: Member) -> None:
    invocation = await mia.slash("hello")

    first, second = await api.answer(invocation, 5), await api.answer(invocation, 5)

    assert (first.status, second.status, second.code) == (200, 400, 40060)


async def test_a_command_registered_twice_stands_twice(api: Api, sandbox: SandboxDiscord) -> None:
    own = f"/applications/{api.application}/guilds/{sandbox.server.id}/commands"
    await api.register(HELLO)
    await api.call("PUT", own, [HELLO])

    twice = sandbox.commands.names(sandbox.server.id, 1)
    await api.call("PUT", own, [])

    assert (twice, sandbox.commands.names(sandbox.server.id, 1)) == (["hello", "hello"], ["hello"])
