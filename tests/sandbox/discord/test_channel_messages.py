from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bot.sandbox.discord import Intent, Options, Permission, RateLimits, SandboxDiscord, Upload
from tests.sandbox.discord.conftest import Api, png

if TYPE_CHECKING:
    from bot.sandbox.discord import Channel, Emoji

MEBIBYTE = 1024 * 1024


@pytest.fixture
def studio(sandbox: SandboxDiscord) -> Channel:
    return sandbox.server.channel("studio")


@pytest.fixture
def messages(studio: Channel) -> str:
    return f"/channels/{studio.id}/messages"


async def test_a_message_is_posted_read_edited_and_deleted(api: Api, messages: str) -> None:
    sent = await api.call("POST", messages, {"content": "  hello  ", "nonce": 7})
    one = f"{messages}/{sent.body['id']}"
    edited = await api.call("PATCH", one, {"content": "bye"})
    read = await api.call("GET", one)
    gone = await api.call("DELETE", one)

    assert (sent.body["content"], sent.body["nonce"], sent.body["edited_timestamp"]) == ("hello", 7, None)
    assert edited.body["edited_timestamp"]
    assert read.body["content"] == "bye"
    assert (gone.status, gone.body) == (204, b"")
    assert (await api.call("GET", one)).code == 10008


async def test_answers_are_plain_json_without_a_charset(api: Api) -> None:
    answer = await api.call("GET", "/users/@me")

    assert answer.headers["Content-Type"] == "application/json"


async def test_lists_are_newest_first_and_page_both_ways(api: Api, messages: str) -> None:
    ids = [(await api.call("POST", messages, {"content": str(number)})).body["id"] for number in range(4)]

    async def listed(query: str) -> list[str]:
        return [message["content"] for message in (await api.call("GET", messages + query)).body]

    assert await listed("") == ["3", "2", "1", "0"]
    assert await listed("?limit=2") == ["3", "2"]
    assert await listed(f"?before={ids[2]}&limit=1") == ["1"]
    assert await listed(f"?after={ids[0]}&limit=2") == ["2", "1"]


async def test_a_nonce_posts_once_when_enforced(api: Api, sandbox: SandboxDiscord, studio: Channel) -> None:
    path = f"/channels/{studio.id}/messages"
    body = {"content": "once", "nonce": "n1", "enforce_nonce": True}

    first, second = await api.call("POST", path, body), await api.call("POST", path, body)
    elsewhere = await api.call("POST", f"/channels/{sandbox.server.channel('random').id}/messages", body)
    sandbox.clock.advance(600)
    later = await api.call("POST", path, body)

    assert first.body["id"] == second.body["id"]
    assert len({first.body["id"], elsewhere.body["id"], later.body["id"]}) == 3


@pytest.mark.parametrize(
    ("denied", "body", "with_file", "code"),
    [
        (Permission.VIEW_CHANNEL, {"content": "x"}, False, 50001),
        (Permission.SEND_MESSAGES, {"content": "x"}, False, 50013),
        (Permission.ATTACH_FILES, {"content": "x"}, True, 50013),
        (Permission.EMBED_LINKS, {"embeds": [{"title": "x"}]}, False, 50013),
        (Permission.READ_MESSAGE_HISTORY, {"content": "x", "message_reference": {"message_id": "1"}}, False, 160002),
    ],
)
async def test_sending_needs_permissions(
    api: Api,
    sandbox: SandboxDiscord,
    messages: str,
    denied: Permission,
    body: dict[str, Any],
    with_file: bool,  # noqa: FBT001 - a table's column
    code: int,
) -> None:
    sandbox.server.set_permissions(sandbox.server.channels[0], sandbox.server.bot, deny=denied)

    answer = await api.call("POST", messages, body, files={0: ("a.png", png())} if with_file else None)

    assert (answer.status, answer.code) == (403, code)


async def test_reading_needs_permissions(api: Api, sandbox: SandboxDiscord, studio: Channel, messages: str) -> None:
    sent = await api.call("POST", messages, {"content": "x"})
    sandbox.server.set_permissions(studio, sandbox.server.guild.everyone, deny=Permission.READ_MESSAGE_HISTORY)

    listed = await api.call("GET", messages)
    one = await api.call("GET", f"{messages}/{sent.body['id']}")
    sandbox.server.set_permissions(studio, sandbox.server.guild.everyone, deny=Permission.VIEW_CHANNEL)
    channel = await api.call("GET", f"/channels/{studio.id}")

    assert listed.body == []
    assert (one.status, one.code) == (403, 50013)
    assert (channel.status, channel.code) == (403, 50001)


async def test_messages_of_others_are_not_the_bots_to_change(
    api: Api, sandbox: SandboxDiscord, studio: Channel, messages: str
) -> None:
    mia = sandbox.server.add_member("Mia")
    one = f"{messages}/{(await mia.send(studio, 'mine')).id}"

    edit, delete = await api.call("PATCH", one, {"content": "ours"}), await api.call("DELETE", one)
    sandbox.server.bot.roles.append(sandbox.server.add_role("Keeper", Permission.MANAGE_MESSAGES))
    allowed = await api.call("DELETE", one)

    assert (edit.status, edit.code) == (403, 50005)
    assert (delete.status, delete.code) == (403, 50013)
    assert allowed.status == 204


async def test_an_answer_to_a_message_that_is_gone_is_refused_or_not_as_asked(api: Api, messages: str) -> None:
    strict = await api.call("POST", messages, {"content": "x", "message_reference": {"message_id": "1"}})
    lenient = {"content": "x", "message_reference": {"message_id": "1", "fail_if_not_exists": False}}
    relaxed = await api.call("POST", messages, lenient)

    assert (strict.status, strict.code) == (400, 50035)
    assert "MESSAGE_REFERENCE_UNKNOWN_MESSAGE" in str(strict.body["errors"])
    assert (relaxed.status, relaxed.body["type"]) == (200, 0)


async def test_an_answer_shows_the_original_until_that_is_deleted(
    api: Api, sandbox: SandboxDiscord, studio: Channel, messages: str
) -> None:
    mia = sandbox.server.add_member("Mia")
    original = await mia.send(studio, "question")
    body = {"content": "answer", "message_reference": {"message_id": str(original.id)}, "allowed_mentions": {}}

    reply = await api.call("POST", messages, body)
    await mia.delete(original)
    later = await api.call("GET", f"{messages}/{reply.body['id']}")

    assert (reply.body["type"], reply.body["mentions"]) == (19, [])
    assert reply.body["referenced_message"]["id"] == str(original.id)
    assert reply.body["message_reference"]["message_id"] == str(original.id)
    assert later.body["referenced_message"] is None


async def test_mentions_follow_what_is_allowed(api: Api, sandbox: SandboxDiscord, messages: str) -> None:
    mia, noah = sandbox.server.add_member("Mia"), sandbox.server.add_member("Noah")
    content = f"{mia.mention} {noah.mention} <@1>"

    async def pinged(allowed: dict[str, Any] | None) -> list[str]:
        body = {"content": content} | ({} if allowed is None else {"allowed_mentions": allowed})
        return [user["global_name"] for user in (await api.call("POST", messages, body)).body["mentions"]]

    assert await pinged(None) == ["Mia", "Noah"]
    assert await pinged({"parse": ["users"]}) == ["Mia", "Noah"]
    assert await pinged({"parse": []}) == []
    assert await pinged({"parse": [], "users": [str(noah.id)]}) == ["Noah"]


async def test_direct_messages_reach_those_who_accept_them(api: Api, sandbox: SandboxDiscord) -> None:
    mia = sandbox.server.add_member("Mia")
    opened = await api.call("POST", "/users/@me/channels", {"recipient_id": str(mia.id)})
    again = await api.call("POST", "/users/@me/channels", {"recipient_id": str(mia.id)})
    path = f"/channels/{opened.body['id']}/messages"

    sent = await api.call("POST", path, {"content": "psst"})
    mia.user.accepts_direct_messages = False
    refused = await api.call("POST", path, {"content": "psst"})
    theirs = await mia.direct_message("hi")
    delete = await api.call("DELETE", f"{path}/{theirs.id}")

    assert opened.body == again.body
    assert opened.body["recipients"][0]["global_name"] == "Mia"
    assert sent.status == 200
    assert (refused.status, refused.code) == (403, 50007)
    assert (delete.status, delete.code) == (403, 50003)
    assert [message.content for message in mia.direct_channel.messages] == ["psst", "hi"]


@pytest.mark.parametrize(
    ("method", "path", "code"),
    [
        ("GET", "/channels/1", 10003),
        ("GET", "/channels/x", 10003),
        ("GET", "/guilds/1", 10004),
        ("GET", "/guilds/{guild}/members/1", 10007),
        ("GET", "/users/1", 10013),
        ("POST", "/users/@me/channels", 10013),
        ("GET", "/no/such/route", 0),
    ],
)
async def test_what_does_not_exist_is_not_found(
    api: Api, sandbox: SandboxDiscord, method: str, path: str, code: int
) -> None:
    answer = await api.call(method, path.format(guild=sandbox.server.id), {} if method == "POST" else None)

    assert (answer.status, answer.code) == (404, code)
    assert sandbox.traffic.search(status=404)


async def test_a_wrong_token_is_unauthorized(api: Api) -> None:
    answer = await api.call("GET", "/users/@me", token="wrong")

    assert (answer.status, answer.code) == (401, 0)


async def test_the_server_and_its_people_can_be_read(api: Api, sandbox: SandboxDiscord) -> None:
    mia = sandbox.server.add_member("Mia", permissions=Permission.MANAGE_GUILD)
    guild = f"/guilds/{sandbox.server.id}"

    server = (await api.call("GET", f"{guild}?with_counts=true")).body
    member = (await api.call("GET", f"{guild}/members/{mia.id}")).body
    roles = (await api.call("GET", f"{guild}/roles")).body

    assert server["approximate_member_count"] == 3
    assert member["roles"] == [roles[2]["id"]]
    assert roles[2]["permissions"] == str(int(Permission.MANAGE_GUILD))
    assert len((await api.call("GET", f"{guild}/channels")).body) == 2
    assert (await api.call("GET", f"/users/{mia.id}")).body["global_name"] == "Mia"
    assert (await api.call("GET", "/gateway")).body["url"] == sandbox.gateway_url
    assert (await api.call("GET", "/gateway/bot")).body["shards"] == 1


async def test_a_server_that_threw_the_bot_out_is_closed_to_it(
    api: Api, sandbox: SandboxDiscord, messages: str
) -> None:
    sandbox.server.remove_bot()

    assert (await api.call("GET", f"/guilds/{sandbox.server.id}")).code == 10004
    assert (await api.call("POST", messages, {"content": "x"})).code == 10003


async def test_typing_is_noticed(api: Api, sandbox: SandboxDiscord, studio: Channel) -> None:
    stream = sandbox.changes()

    answer = await api.call("POST", f"/channels/{studio.id}/typing")

    change = await anext(stream)
    assert answer.status == 204
    assert (change.kind.value, change.channel, change.by) == ("typing", studio, sandbox.bot)


async def test_words_of_others_are_hidden_over_http_without_the_intent(
    api: Api, sandbox: SandboxDiscord, studio: Channel, messages: str
) -> None:
    mia = sandbox.server.add_member("Mia")
    await api.call("POST", messages, {"content": "of the bot"})
    await mia.send(studio, "hidden", [Upload("a.png", png())])
    await mia.send(studio, f"open <@{sandbox.bot.id}>")
    await mia.reply(studio.messages[0], "open: a reply with a ping")
    await mia.reply(studio.messages[0], "hidden: a reply without one", ping=False)
    await mia.reply(studio.messages[1], "hidden: a reply to a person")

    answer = await api.call("GET", messages)

    contents = [message["content"] for message in reversed(answer.body)]
    assert contents == ["of the bot", "", f"open <@{sandbox.bot.id}>", "open: a reply with a ping", "", ""]
    assert answer.body[4]["attachments"] == []
    assert answer.body[1]["referenced_message"]["content"] == "of the bot"
    assert answer.body[0]["referenced_message"]["content"] == ""


async def test_a_reply_to_an_interactions_response_stays_hidden_even_with_a_ping(
    api: Api, sandbox: SandboxDiscord, studio: Channel, messages: str
) -> None:
    await api.register({"name": "hello", "description": "Say hello"})
    mia = sandbox.server.add_member("Mia")
    invocation = await mia.slash("hello")
    await api.answer(invocation, 4, {"content": "hello"})
    await mia.reply(studio.messages[0], "hidden")

    reply = (await api.call("GET", messages)).body[0]

    assert (reply["content"], reply["referenced_message"]["content"]) == ("", "hello")
    assert str(sandbox.bot.id) in [user["id"] for user in reply["mentions"]]


async def test_the_intent_in_the_portal_opens_all_words(api: Api) -> None:
    options = Options(privileged_intents=Intent.MESSAGE_CONTENT, rate_limits=RateLimits.off())
    async with SandboxDiscord(options) as sandbox:
        mia = sandbox.server.add_member("Mia")
        studio = sandbox.server.channel("studio")
        await mia.send(studio, "open")
        answer = await Api(sandbox, api.session).call("GET", f"/channels/{studio.id}/messages")

    assert answer.body[0]["content"] == "open"


async def test_a_body_that_is_not_json_is_refused(api: Api, sandbox: SandboxDiscord, messages: str) -> None:
    headers = {"Authorization": f"Bot {sandbox.token}", "Content-Type": "application/json"}
    async with api.session.post(sandbox.api_url + messages, data=b"{", headers=headers) as response:
        answer = await response.json()

    assert (response.status, answer["code"]) == (400, 50109)


async def test_a_member_without_sight_of_a_channel_sees_nothing(sandbox: SandboxDiscord, studio: Channel) -> None:
    mia, noah = sandbox.server.add_member("Mia"), sandbox.server.add_member("Noah")
    boss = sandbox.server.add_member("Ada", permissions=Permission.ADMINISTRATOR)
    sandbox.server.set_permissions(studio, noah, deny=Permission.VIEW_CHANNEL)
    message = await mia.send(studio, "hello")

    assert studio.visible_to(mia) == studio.visible_to(boss) == [message]
    assert studio.visible_to(noah) == []


@pytest.mark.parametrize(
    ("media_type", "body", "status", "code"),
    [
        ("application/json; charset=utf-8", b'{"content": "x"}', 200, 0),
        ("application/x-www-form-urlencoded", b"content=x&flags=4&tts=false", 200, 0),
        ("application/x-www-form-urlencoded", b"payload_json=%7B%22content%22%3A%22x%22%7D", 200, 0),
        ("application/x-www-form-urlencoded", b"payload_json=%7B", 400, 50109),
        ("application/x-www-form-urlencoded", b'{"content": "x"}', 400, 50035),
        ("text/plain", b'{"content": "x"}', 400, 50035),
        ("application/octet-stream", b'{"content": "x"}', 400, 50035),
        ("text/json", b'{"content": "x"}', 400, 50035),
        ("text/plain", b"", 400, 50006),
    ],
)
async def test_a_body_is_read_as_its_media_type_says(
    api: Api, sandbox: SandboxDiscord, messages: str, media_type: str, body: bytes, status: int, code: int
) -> None:
    headers = {"Authorization": f"Bot {sandbox.token}", "Content-Type": media_type}
    async with api.session.post(sandbox.api_url + messages, data=body, headers=headers) as response:
        answer = await response.json()

    assert (response.status, answer.get("code", 0)) == (status, code)
    assert answer.get("content") == ("x" if status == 200 else None)


async def test_replies_stay_in_their_channel_and_answer_people(
    api: Api, sandbox: SandboxDiscord, studio: Channel, messages: str
) -> None:
    mia = sandbox.server.add_member("Mia")
    sent = await mia.send(studio, "x")
    mia.start_thread(studio, "Foxes")
    line = studio.messages[-1]

    def reply_to(message_id: int, **more: object) -> dict[str, Any]:
        return {"content": "x", "message_reference": {"message_id": str(message_id), **more}}

    here = await api.call("POST", messages, reply_to(sent.id, channel_id=str(studio.id)))
    elsewhere = await api.call("POST", messages, reply_to(sent.id, channel_id=str(sandbox.server.channels[1].id)))
    to_discord = await api.call("POST", messages, reply_to(line.id, fail_if_not_exists=False))

    assert here.status == 200
    assert (elsewhere.code, to_discord.code) == (50035, 50035)
    assert "Cannot reply to a system message" in str(to_discord.body["errors"])


async def test_custom_emojis_are_those_of_the_bots_servers(api: Api, sandbox: SandboxDiscord, messages: str) -> None:
    fox = sandbox.server.add_emoji("fox")
    elsewhere = sandbox.add_server("Elsewhere")
    wolf = elsewhere.add_emoji("wolf", animated=True)
    elsewhere.remove_bot()

    async def with_button(emoji: Emoji) -> int:
        button = {"type": 2, "style": 1, "custom_id": "x", "emoji": {"id": str(emoji.id), "name": emoji.name}}
        row = {"type": 1, "components": [button]}
        return (await api.call("POST", messages, {"content": "x", "components": [row]})).status

    assert (str(fox), str(wolf)) == (f"<:fox:{fox.id}>", f"<a:wolf:{wolf.id}>")
    assert (await with_button(fox), await with_button(wolf)) == (200, 400)
    shown = (await api.call("GET", f"/guilds/{sandbox.server.id}")).body["emojis"]
    assert [emoji["name"] for emoji in shown] == ["fox"]
