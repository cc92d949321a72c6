from __future__ import annotations

import asyncio
import io
from typing import TYPE_CHECKING, Any

import aiohttp
import discord
import pytest

from bot.sandbox.discord import Fault, Intent, Limit, Options, RateLimits, SandboxDiscord
from tests.sandbox.discord.conftest import png
from tests.sandbox.discord.real_client import RealClient, connected, pointed_at

if TYPE_CHECKING:
    from discord import Interaction


async def test_a_dropped_client_resumes_and_hears_what_it_missed() -> None:
    async with SandboxDiscord() as sandbox:
        mia = sandbox.server.add_member("Mia")
        client = RealClient()
        async with connected(client, sandbox):
            await sandbox.gateway.drop()
            await mia.direct_message("while you were away")
            await sandbox.until(lambda: sandbox.gateway.resumes == 1)
            await sandbox.gateway.ask_reconnect()
            await sandbox.until(lambda: sandbox.gateway.resumes == 2)
            heard = asyncio.create_task(client.wait_for("message", timeout=300))
            await mia.direct_message("and now")
            await heard

    assert [message.content for message in client.heard] == ["while you were away", "and now"]
    assert len(sandbox.gateway.identifies) == 1
    assert sandbox.gateway.close_codes == [4000, 1000]


async def test_a_client_without_the_portals_consent_is_told_so() -> None:
    async with SandboxDiscord() as sandbox:
        client = RealClient(message_content=True)
        with pointed_at(sandbox), pytest.raises(discord.PrivilegedIntentsRequired):
            await client.start(sandbox.token)
        await client.close()


async def test_a_wrong_token_fails_the_login() -> None:
    async with SandboxDiscord() as sandbox, RealClient() as client:
        with pointed_at(sandbox), pytest.raises(discord.LoginFailure):
            await client.login("wrong")


async def test_an_expired_token_is_a_plain_http_error_for_the_client() -> None:
    errors: list[discord.HTTPException] = []
    async with SandboxDiscord() as sandbox:
        mia = sandbox.server.add_member("Mia")
        client = RealClient()

        @client.tree.command(description="Wait")
        async def wait(interaction: Interaction[Any]) -> None:
            await interaction.response.defer()
            sandbox.clock.advance(15 * 60)
            try:
                await interaction.edit_original_response(content="late")
            except discord.HTTPException as error:
                errors.append(error)

        async with connected(client, sandbox):
            await mia.slash("wait")
            await sandbox.until(lambda: sandbox.traffic.search("@original", "PATCH", 401))
            await asyncio.sleep(0.05)

    assert wait.name == "wait"
    assert [(error.status, error.code) for error in errors] == [(401, 50027)]


async def test_the_client_waits_out_a_429_because_it_believes_it() -> None:
    limits = RateLimits(channel_sends=Limit(1, 0.2))
    async with SandboxDiscord(Options(rate_limits=limits)) as sandbox:
        client = RealClient()
        async with connected(client, sandbox):
            channel = client.get_partial_messageable(sandbox.server.channels[0].id)
            sandbox.faults.add(Fault(method="POST", path="/messages$", status=429, retry_after=0.05))
            for text in ("one", "two"):
                await channel.send(text)

    statuses = [exchange.status for exchange in sandbox.traffic.search("/messages$", "POST")]
    assert statuses == [429, 200, 200]
    assert [message.content for message in sandbox.server.channels[0].messages] == ["one", "two"]


async def test_a_send_whose_answer_was_lost_is_posted_once_when_repeated_with_its_nonce() -> None:
    async with SandboxDiscord() as sandbox:
        client = RealClient()
        async with connected(client, sandbox):
            channel = client.get_partial_messageable(sandbox.server.channels[0].id)
            sandbox.faults.add(Fault(method="POST", path="/messages$", drop=True, after_effect=True))
            with pytest.raises(aiohttp.ServerDisconnectedError):
                await channel.send("picture", nonce="job-1")
            again = await channel.send("picture", nonce="job-1")

    (message,) = sandbox.server.channels[0].messages
    assert again.id == message.id


async def test_kept_files_are_read_back_through_fresh_links() -> None:
    async with SandboxDiscord(Options(privileged_intents=Intent.MESSAGE_CONTENT)) as sandbox:
        client = RealClient()
        async with connected(client, sandbox):
            channel = client.get_partial_messageable(sandbox.server.channels[0].id)
            sent = await channel.send(file=discord.File(io.BytesIO(png()), "a.png"))
            sandbox.clock.advance(25 * 3600)
            with pytest.raises(discord.Forbidden):
                await sent.attachments[0].read()
            fresh = await channel.fetch_message(sent.id)
            content = await fresh.attachments[0].read()

    assert content == png()
