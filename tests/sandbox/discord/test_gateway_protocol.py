from __future__ import annotations

import json
import zlib
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest

from bot.sandbox.discord import ChangeKind, Intent, Options, Permission, SandboxDiscord

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.sandbox.discord.conftest import Api

BASIC = int(Intent.GUILDS | Intent.GUILD_MESSAGES | Intent.DIRECT_MESSAGES)


class Client:
    """A bare gateway client: text frames, no heartbeat of its own."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket

    async def say(self, op: int, data: object = None) -> None:
        await self.socket.send_json({"op": op, "d": data})

    async def hear(self, event: str | int) -> dict[str, Any]:
        """The next payload with this event name or opcode."""
        while True:
            payload: dict[str, Any] = await self.socket.receive_json(timeout=300)
            if event in (payload["t"], payload["op"]):
                return payload

    async def closing(self) -> int | None:
        while True:
            frame = await self.socket.receive(timeout=300)
            if frame.type not in {aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY}:
                return self.socket.close_code

    async def identify(self, token: str, intents: object = BASIC, **more: object) -> None:
        await self.say(2, {"token": token, "intents": intents, "properties": {}, **more})


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as opened:
        yield opened


@pytest.fixture
async def client(sandbox: SandboxDiscord, session: aiohttp.ClientSession) -> AsyncIterator[Client]:
    async with session.ws_connect(sandbox.gateway_url) as socket:
        yield Client(socket)


async def test_a_bot_is_greeted_identified_and_told_of_its_servers(sandbox: SandboxDiscord, client: Client) -> None:
    hello = await client.hear(10)
    await client.identify(sandbox.token, shard=[0, 1])

    ready = (await client.hear("READY"))["d"]
    guild = (await client.hear("GUILD_CREATE"))["d"]
    assert hello["d"]["heartbeat_interval"] == 41250
    assert ready["user"]["username"] == "Atelier"
    assert ready["guilds"][0]["id"] == guild["id"] == str(sandbox.server.id)
    assert ready["shard"] == [0, 1]
    assert ready["resume_gateway_url"] == sandbox.gateway_url
    assert [channel["name"] for channel in guild["channels"]] == ["studio", "random"]
    assert [member["user"]["id"] for member in guild["members"]] == [str(sandbox.bot.id)]
    assert sandbox.gateway.identifies[0]["intents"] == BASIC


async def test_heartbeats_are_acknowledged_unless_told_otherwise(sandbox: SandboxDiscord, client: Client) -> None:
    await client.say(1)
    acknowledged = await client.hear(11)
    sandbox.gateway.acknowledges = False
    await client.say(1)
    await client.identify(sandbox.token)
    next_payload = await client.socket.receive_json(timeout=300)

    assert acknowledged["d"] is None
    assert next_payload["t"] == "READY"


@pytest.mark.parametrize(
    ("opcode", "data", "code"),
    [
        (2, {"token": "wrong", "intents": BASIC}, 4004),
        (6, {"token": "wrong", "session_id": "x", "seq": 0}, 4004),
        (2, {"intents": "all"}, 4013),
        (2, {"intents": 1 << 27}, 4013),
        (2, {"intents": int(Intent.MESSAGE_CONTENT)}, 4014),
        (3, {}, 4003),
        (8, {}, 4003),
        (10, {}, 4003),
        (99, {}, 4001),
    ],
)
async def test_the_gateway_closes_on_what_it_cannot_take(
    sandbox: SandboxDiscord, client: Client, opcode: int, data: dict[str, Any], code: int
) -> None:
    await client.say(opcode, {"token": sandbox.token} | data)

    assert await client.closing() == code


async def test_a_frame_that_is_not_json_is_a_decode_error(client: Client) -> None:
    await client.socket.send_str("{")

    assert await client.closing() == 4002


async def test_a_second_identify_is_refused(sandbox: SandboxDiscord, client: Client) -> None:
    await client.identify(sandbox.token)
    await client.say(3, {"status": "online"})
    await client.identify(sandbox.token)

    assert await client.closing() == 4005


async def test_an_opcode_of_the_server_is_refused_after_identifying(sandbox: SandboxDiscord, client: Client) -> None:
    await client.identify(sandbox.token)
    await client.say(10)

    assert await client.closing() == 4001


async def test_another_version_of_the_interface_is_refused(
    sandbox: SandboxDiscord, session: aiohttp.ClientSession
) -> None:
    async with session.ws_connect(f"{sandbox.gateway_url}?v=6") as socket:
        assert await Client(socket).closing() == 4012


async def test_privileged_intents_work_once_the_portal_allows_them(session: aiohttp.ClientSession) -> None:
    options = Options(privileged_intents=Intent.MESSAGE_CONTENT | Intent.GUILD_MEMBERS)
    async with SandboxDiscord(options) as sandbox, session.ws_connect(sandbox.gateway_url) as socket:
        client = Client(socket)
        await client.identify(sandbox.token, BASIC | int(options.privileged_intents))
        await client.hear("GUILD_CREATE")
        mia = sandbox.server.add_member("Mia")
        joined = await client.hear("GUILD_MEMBER_ADD")
        await mia.send(sandbox.server.channels[0], "hello")
        message = await client.hear("MESSAGE_CREATE")

    assert joined["d"]["user"]["global_name"] == "Mia"
    assert message["d"]["content"] == "hello"


async def test_the_stream_is_compressed_with_one_context_when_asked(
    sandbox: SandboxDiscord, session: aiohttp.ClientSession
) -> None:
    inflate = zlib.decompressobj()
    async with session.ws_connect(f"{sandbox.gateway_url}?v=10&compress=zlib-stream") as socket:
        hello = await socket.receive_bytes(timeout=300)
        await Client(socket).identify(sandbox.token)
        ready = await socket.receive_bytes(timeout=300)

    assert hello.endswith(b"\x00\x00\xff\xff")
    assert json.loads(inflate.decompress(hello))["op"] == 10
    assert json.loads(inflate.decompress(ready))["t"] == "READY"


async def test_a_dropped_session_resumes_with_what_it_missed(
    sandbox: SandboxDiscord, session: aiohttp.ClientSession
) -> None:
    mia = sandbox.server.add_member("Mia")
    async with session.ws_connect(sandbox.gateway_url) as socket:
        first = Client(socket)
        await first.identify(sandbox.token)
        ready = await first.hear("READY")
        last = await first.hear("GUILD_CREATE")
        await sandbox.gateway.drop()
        gone = await first.closing()
    await mia.send(sandbox.server.channels[0], "while you were away")
    async with session.ws_connect(sandbox.gateway_url) as socket:
        second = Client(socket)
        await second.hear(10)
        await second.say(6, {"token": sandbox.token, "session_id": ready["d"]["session_id"], "seq": last["s"]})
        missed = await second.socket.receive_json(timeout=300)
        resumed = await second.socket.receive_json(timeout=300)

    assert gone == 1006
    assert (missed["t"], missed["s"]) == ("MESSAGE_CREATE", last["s"] + 1)
    assert resumed["t"] == "RESUMED"
    assert sandbox.gateway.resumes == 1


async def test_a_session_that_was_closed_properly_cannot_be_resumed(
    sandbox: SandboxDiscord, session: aiohttp.ClientSession
) -> None:
    async with session.ws_connect(sandbox.gateway_url) as socket:
        await Client(socket).identify(sandbox.token)
        ready = await Client(socket).hear("READY")
        await socket.close(code=1000)
    await sandbox.until(lambda: not sandbox.gateway.connected)
    async with session.ws_connect(sandbox.gateway_url) as socket:
        again = Client(socket)
        await again.say(6, {"token": sandbox.token, "session_id": ready["d"]["session_id"], "seq": 1})
        invalid = await again.hear(9)

    assert invalid["d"] is False
    assert sandbox.gateway.close_codes[0] == 1000
    assert sandbox.gateway.sessions == []


@pytest.mark.parametrize("resumable", [True, False])
async def test_sessions_are_invalidated_on_demand(sandbox: SandboxDiscord, client: Client, resumable: bool) -> None:  # noqa: FBT001 - a table's column
    await client.identify(sandbox.token)
    await client.hear("GUILD_CREATE")

    await sandbox.gateway.invalidate_session(resumable=resumable)

    assert (await client.hear(9))["d"] is resumable
    assert len(sandbox.gateway.sessions) == int(resumable)


async def test_a_reconnect_is_asked_for_on_demand(sandbox: SandboxDiscord, client: Client) -> None:
    await client.identify(sandbox.token)
    await client.hear("GUILD_CREATE")

    await sandbox.gateway.ask_reconnect()

    assert (await client.hear(7))["d"] is None


async def test_a_client_without_a_heartbeat_is_cut_off(session: aiohttp.ClientSession) -> None:
    async with (
        SandboxDiscord(Options(heartbeat_seconds=0.05)) as sandbox,
        session.ws_connect(sandbox.gateway_url) as socket,
    ):
        assert await Client(socket).closing() == 4009
        assert sandbox.gateway.close_codes == []


async def test_the_bot_hears_nothing_from_channels_that_it_cannot_see(sandbox: SandboxDiscord, client: Client) -> None:
    mia = sandbox.server.add_member("Mia")
    secret, studio = sandbox.server.channel("random"), sandbox.server.channel("studio")
    sandbox.server.set_permissions(secret, sandbox.server.bot, deny=Permission.VIEW_CHANNEL)
    await client.identify(sandbox.token)
    await client.hear("GUILD_CREATE")

    await mia.delete(await mia.send(secret, "unseen"))
    await mia.send(studio, "seen")

    event = await client.hear("MESSAGE_CREATE")
    assert event["d"]["channel_id"] == str(studio.id)
    assert event["d"]["member"]["joined_at"]


async def test_an_ephemeral_message_arrives_as_a_direct_one(sandbox: SandboxDiscord, client: Client, api: Api) -> None:
    await api.register({"name": "hello", "description": "Say hello"})
    mia = sandbox.server.add_member("Mia")
    await client.identify(sandbox.token, int(Intent.DIRECT_MESSAGES))
    await client.hear("READY")
    invocation = await mia.slash("hello")

    await api.answer(invocation, 4, {"content": "psst", "flags": 64})

    event = await client.hear("MESSAGE_CREATE")
    assert event["d"]["content"] == "psst"
    assert not {"guild_id", "member"} & set(event["d"])


async def test_the_bot_hears_of_changes_to_its_servers(sandbox: SandboxDiscord, client: Client) -> None:
    stream = sandbox.changes()
    await client.identify(sandbox.token)
    await client.hear("GUILD_CREATE")
    server = sandbox.server

    role = server.add_role("Painters", Permission.MANAGE_MESSAGES)
    channel = server.add_channel("gallery")
    server.set_permissions(channel, role, allow=Permission.MANAGE_GUILD)
    server.set_permissions(channel, server.bot, deny=Permission.ATTACH_FILES)
    server.set_boost_tier(2)
    other = sandbox.add_server("Elsewhere")
    server.remove_bot()

    assert (await client.hear("GUILD_ROLE_CREATE"))["d"]["role"]["name"] == "Painters"
    assert (await client.hear("CHANNEL_CREATE"))["d"]["name"] == "gallery"
    await client.hear("CHANNEL_UPDATE")
    overwrites = (await client.hear("CHANNEL_UPDATE"))["d"]["permission_overwrites"]
    assert [(one["type"], one["allow"], one["deny"]) for one in overwrites] == [(0, "32", "0"), (1, "0", "32768")]
    assert (await client.hear("GUILD_UPDATE"))["d"]["premium_tier"] == 2
    assert (await client.hear("GUILD_CREATE"))["d"]["id"] == str(other.id)
    assert (await client.hear("GUILD_DELETE"))["d"] == {"id": str(server.id)}
    first = await anext(stream)
    assert first.kind is ChangeKind.BOT_CONNECTED


async def test_the_word_bot_may_stand_before_the_token(
    sandbox: SandboxDiscord, client: Client, session: aiohttp.ClientSession
) -> None:
    await client.identify(f"Bot {sandbox.token}")
    ready = await client.hear("READY")
    async with session.ws_connect(sandbox.gateway_url) as socket:
        second = Client(socket)
        started = {"token": f"Bot {sandbox.token}", "session_id": ready["d"]["session_id"], "seq": 1}
        await second.say(6, started)

        assert (await second.hear("RESUMED"))["t"] == "RESUMED"


@pytest.mark.parametrize("sequence", [99, -1, "1", None])
async def test_a_session_is_not_resumed_from_a_number_that_it_never_had(
    sandbox: SandboxDiscord, client: Client, session: aiohttp.ClientSession, sequence: object
) -> None:
    await client.identify(sandbox.token)
    ready = await client.hear("READY")
    async with session.ws_connect(sandbox.gateway_url) as socket:
        second = Client(socket)
        await second.say(6, {"token": sandbox.token, "session_id": ready["d"]["session_id"], "seq": sequence})
        code = await second.closing()

    assert code == 4007
    assert sandbox.gateway.resumes == 0


async def test_members_are_told_of_on_request(sandbox: SandboxDiscord, client: Client) -> None:
    mia = sandbox.server.add_member("Mia")
    guild = str(sandbox.server.id)
    await client.identify(sandbox.token)
    asked: list[dict[str, Any]] = [
        {"user_ids": [str(mia.id), "1"], "nonce": "n"},
        {"user_ids": str(mia.id)},
        {"query": "mi", "limit": 5},
        {"query": "", "limit": 1},
        {"query": "", "limit": 0},
    ]
    await client.say(8, {"guild_id": "1", "query": "", "limit": 0})
    chunks: list[dict[str, Any]] = []
    for one in asked:
        await client.say(8, {"guild_id": guild, **one})
        chunks.append((await client.hear("GUILD_MEMBERS_CHUNK"))["d"])
    for op in (31, 43):
        await client.say(op, {"guild_ids": [guild]})
    await client.say(1)

    assert await client.hear(11)
    names = [[member["user"]["global_name"] for member in chunk["members"]] for chunk in chunks]
    assert names == [["Mia"], ["Mia"], ["Mia"], ["Operator"], []]
    assert (chunks[0]["not_found"], chunks[0]["nonce"], chunks[0]["chunk_count"]) == (["1"], "n", 1)
