from __future__ import annotations

from typing import TYPE_CHECKING, Any

import aiohttp
import pytest

from bot.sandbox.discord import Fault, Limit, Options, RateLimits, SandboxDiscord, Way
from tests.sandbox.discord.conftest import Api

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

HELLO = {"name": "hello", "description": "Say hello"}
LIMITS = RateLimits(Limit(2, 5.0), Limit(2, 5.0), Limit(2, 5.0), Limit(1, 5.0))


@pytest.fixture
async def limited(api: Api) -> AsyncIterator[Api]:
    async with SandboxDiscord(Options(rate_limits=LIMITS)) as sandbox:
        yield Api(sandbox, api.session)


async def test_sends_are_limited_per_channel(limited: Api) -> None:
    studio, random = (f"/channels/{channel.id}/messages" for channel in limited.sandbox.server.channels)

    answers = [await limited.call("POST", studio, {"content": "x"}) for _ in range(3)]
    elsewhere = await limited.call("POST", random, {"content": "x"})
    limited.sandbox.clock.advance(5)
    later = await limited.call("POST", studio, {"content": "x"})

    assert [answer.status for answer in answers] == [200, 200, 429]
    assert [answer.headers["X-RateLimit-Remaining"] for answer in answers] == ["1", "0", "0"]
    assert answers[0].headers["X-RateLimit-Limit"] == "2"
    assert answers[0].headers["X-RateLimit-Bucket"] == elsewhere.headers["X-RateLimit-Bucket"]
    assert 4 < float(answers[0].headers["X-RateLimit-Reset-After"]) <= 5
    refused = answers[2]
    assert 0 < refused.body["retry_after"] <= 5
    assert refused.body["global"] is False
    assert refused.headers["Via"]
    assert int(refused.headers["Retry-After"]) >= refused.body["retry_after"]
    assert (elsewhere.status, later.status) == (200, 200)


async def test_edits_are_limited_per_channel_and_old_messages_more_so(limited: Api) -> None:
    studio = f"/channels/{limited.sandbox.server.channels[0].id}/messages"
    ids = [(await limited.call("POST", studio, {"content": "x"})).body["id"] for _ in range(2)]

    edits = [await limited.call("PATCH", f"{studio}/{ids[n % 2]}", {"content": "y"}) for n in range(3)]
    limited.sandbox.clock.advance(3601)
    old = [await limited.call("PATCH", f"{studio}/{ids[0]}", {"content": "z"}) for _ in range(2)]

    assert [answer.status for answer in edits] == [200, 200, 429]
    assert [answer.status for answer in old] == [200, 429]
    assert old[1].code == 30046


async def test_follow_ups_and_edits_share_the_tokens_bucket(limited: Api) -> None:
    await limited.register(HELLO)
    mia = limited.sandbox.server.add_member("Mia")
    first, second = await mia.slash("hello"), await mia.slash("hello")
    for invocation in (first, second):
        await limited.answer(invocation, 5)

    statuses = [(await limited.call("PATCH", limited.hook(first), {"content": "x"})).status for _ in range(2)]
    statuses.append((await limited.call("POST", limited.hook(first, ""), {"content": "x"})).status)
    statuses.append((await limited.call("PATCH", limited.hook(second), {"content": "x"})).status)

    assert statuses == [200, 200, 429, 200]


async def test_without_limits_there_are_no_headers(api: Api, sandbox: SandboxDiscord) -> None:
    answer = await api.call("POST", f"/channels/{sandbox.server.channels[0].id}/messages", {"content": "x"})

    assert "X-RateLimit-Limit" not in answer.headers


async def test_a_fault_meets_its_requests_as_often_as_asked(api: Api, sandbox: SandboxDiscord) -> None:
    sandbox.faults.add(Fault(path="^/users/@me$", method="GET", status=503, times=2))
    sandbox.faults.add(Fault(path="/gateway", status=429, retry_after=1.5, code=7))

    statuses = [(await api.call("GET", "/users/@me")).status for _ in range(3)]
    limited = await api.call("GET", "/gateway/bot")

    assert statuses == [503, 503, 200]
    assert (limited.status, limited.body["retry_after"], limited.code) == (429, 1.5, 7)
    assert limited.headers["Via"]


async def test_a_fault_may_spare_the_effect_or_not(api: Api, sandbox: SandboxDiscord) -> None:
    studio = sandbox.server.channels[0]
    path = f"/channels/{studio.id}/messages"
    sandbox.faults.add(Fault(path=path, status=500))
    await api.call("POST", path, {"content": "lost"})
    sandbox.faults.add(Fault(path=path, drop=True, after_effect=True))

    with pytest.raises(aiohttp.ServerDisconnectedError):
        await api.call("POST", path, {"content": "kept"})

    assert [message.content for message in studio.messages] == ["kept"]
    assert [exchange.status for exchange in sandbox.traffic.search(path, "POST")] == [500, None]


async def test_a_delay_alone_spoils_nothing_and_faults_can_be_cleared(api: Api, sandbox: SandboxDiscord) -> None:
    delay = sandbox.faults.add(Fault(delay=0.01, times=None))
    first = await api.call("GET", "/users/@me")
    second = await api.call("GET", "/users/@me")
    sandbox.faults.clear()

    assert (first.status, second.status) == (200, 200)
    assert sandbox.faults.take("GET", "/") is None
    assert delay.times is None


async def test_the_record_holds_requests_and_answers(api: Api, sandbox: SandboxDiscord) -> None:
    path = f"/channels/{sandbox.server.channels[0].id}/messages"
    await api.call("POST", f"{path}?x=1", {"content": "hello"}, files={1: ("a.txt", b"bytes")})
    await api.call("GET", "/users/@me")

    (exchange,) = sandbox.traffic.search("messages$", "POST", 200)
    (file,) = exchange.files
    body: Any = exchange.body
    assert (exchange.path, exchange.query, body["content"]) == (path, {"x": "1"}, "hello")
    assert (file.index, file.filename, file.content) == (1, "a.txt", b"bytes")
    assert exchange.answer["content"] == "hello"
    assert exchange.headers["Authorization"].startswith("Bot ")
    assert len(sandbox.traffic) == len(list(sandbox.traffic)) == 2
    first, second = sandbox.traffic
    assert first.at <= second.at
    sandbox.traffic.clear()
    assert len(sandbox.traffic) == 0


async def test_watchers_hear_of_everything_until_the_end() -> None:
    async with SandboxDiscord() as sandbox:
        stream, other = sandbox.changes(), sandbox.changes()
        mia = sandbox.server.add_member("Mia")
        message = await mia.send(sandbox.server.channels[0], "hello")
        other.close()
        other.close()
        await mia.delete(message)

    heard = [change async for change in stream]
    assert [change.kind.value for change in heard] == ["message created", "message deleted"]
    assert heard[0].message is message
    assert heard[0].by is mia.user
    assert heard[0].version is message.version
    assert [change.kind.value async for change in other] == ["message created"]


async def test_waiting_for_what_does_not_happen_ends() -> None:
    async with SandboxDiscord() as sandbox:
        with pytest.raises(TimeoutError, match="did not happen"):
            await sandbox.until(lambda: False, timeout=0.01)
        with pytest.raises(TimeoutError):
            await sandbox.bot_ready(timeout=0.01)


async def test_a_given_port_is_used(unused_tcp_port: int) -> None:
    async with SandboxDiscord(Options(port=unused_tcp_port)) as sandbox:
        assert sandbox.url == f"http://127.0.0.1:{unused_tcp_port}"
        assert sandbox.gateway_url == f"ws://127.0.0.1:{unused_tcp_port}/gateway"


async def test_a_sandbox_that_never_started_can_be_closed() -> None:
    sandbox = SandboxDiscord()

    await sandbox.close()

    assert sandbox.url == ""


async def test_one_way_of_saying_something_is_refused_for_good(api: Api, sandbox: SandboxDiscord) -> None:
    studio, random = sandbox.server.channels
    sandbox.faults.refuse(Way.MESSAGE, 20009, status=400, channel=studio)
    sandbox.faults.refuse(Way.DIRECT_CHANNEL, 50007, times=1)

    refused = [await api.call("POST", f"/channels/{studio.id}/messages", {"content": "x"}) for _ in range(3)]
    elsewhere = await api.call("POST", f"/channels/{random.id}/messages", {"content": "x"})
    mia = sandbox.server.add_member("Mia")
    opened = [await api.call("POST", "/users/@me/channels", {"recipient_id": str(mia.id)}) for _ in range(2)]

    assert {(one.status, one.code) for one in refused} == {(400, 20009)}
    assert refused[0].body["message"] == "Explicit content cannot be sent to the desired recipient(s)"
    assert elsewhere.status == 200
    assert [(one.status, one.body.get("code")) for one in opened] == [(403, 50007), (200, None)]


async def test_only_bodies_with_what_is_named_are_refused(api: Api, sandbox: SandboxDiscord) -> None:
    path = f"/channels/{sandbox.server.channels[0].id}/messages"
    row = {"type": 1, "components": [{"type": 2, "style": 1, "label": "Go", "custom_id": "go"}]}
    errors = {"components": {"0": {"_errors": [{"code": "X", "message": "No."}]}}}
    sandbox.faults.refuse(Way.MESSAGE, 50035, status=400, having=("components", "files"), errors=errors)

    with_buttons = await api.call("POST", path, {"content": "x", "components": [row]})
    with_file = await api.call("POST", path, {"content": "x"}, files={0: ("a.txt", b"x")})
    plain = await api.call("POST", path, {"content": "x", "components": []})

    assert (with_buttons.code, with_buttons.body["errors"]) == (50035, errors)
    assert (with_file.code, plain.status) == (50035, 200)


async def test_every_way_on_an_interaction_can_be_refused(api: Api, sandbox: SandboxDiscord) -> None:
    await api.register(HELLO)
    mia = sandbox.server.add_member("Mia")
    first, invocation = await mia.slash("hello"), await mia.slash("hello")
    await api.answer(invocation, 4, {"content": "x"})
    follow_up = (await api.call("POST", api.hook(invocation, ""), {"content": "x"})).body["id"]
    for way in (Way.FIRST_ANSWER, Way.RESPONSE_EDIT, Way.FOLLOW_UP, Way.FOLLOW_UP_EDIT, Way.EDIT):
        sandbox.faults.refuse(way, 50083, having=("content",))
    messages = f"/channels/{invocation.channel.id}/messages"

    answers = [
        await api.answer(first, 4, {"content": "x"}),
        await api.call("PATCH", api.hook(invocation), {"content": "y"}),
        await api.call("POST", api.hook(invocation, ""), {"content": "y"}),
        await api.call("PATCH", api.hook(invocation, f"/messages/{follow_up}"), {"content": "y"}),
        await api.call("PATCH", f"{messages}/{follow_up}", {"content": "y"}),
    ]

    assert [(answer.status, answer.code) for answer in answers] == [(403, 50083)] * 5
