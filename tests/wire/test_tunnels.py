"""Through a proxy's CONNECT, with TLS inside, as to the real Discord and image API; and proxies that refuse the way."""

from __future__ import annotations

import asyncio
import base64
import shutil
import ssl
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
import yarl

from bot.http_server import LOOPBACK
from tests.wire.process import BotProcess
from tests.wire.test_proxies import listening, pipe
from tests.wire.test_proxies import no_proxies as no_proxies  # noqa: PLC0414 - a fixture

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from pathlib import Path

    from bot.sandbox.discord import Invocation
    from tests.wire.house import House, OpenHouse

NAMES = ("discord.test", "gateway.test", "images.test")
PASSWORD = "open-sesame"
REFUSALS = {
    "407": b"HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\nContent-Length: 0\r\n\r\n",
    "502": b"HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/html\r\nContent-Length: 15\r\n\r\n<h1>no way</h1>",
    "closed": b"",
}


@dataclass
class Proxy:
    """It takes CONNECT and absolute addresses; all hosts are this machine.

    Attributes:
        barred: hosts to which it refuses the way, with what it says then.
        asked: methods and hosts, in order.
        users: the credentials that came with them.
    """

    barred: dict[str, bytes] = field(default_factory=dict[str, bytes])
    asked: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    users: set[str] = field(default_factory=set[str])

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            head = await reader.readuntil(b"\r\n\r\n")
            lines = head.decode("latin-1").split("\r\n")
            method, target = lines[0].split(" ", 2)[:2]
            host, _, port = (target.partition("://")[2] or target).partition("/")[0].rpartition(":")
            self.asked.append((method, host))
            for line in lines:
                name, _, value = line.partition(": ")
                if name.lower() == "proxy-authorization":
                    self.users.add(base64.b64decode(value.partition(" ")[2]).decode())
            if host in self.barred:
                writer.write(self.barred[host])
                await writer.drain()
            else:
                there, back = await asyncio.open_connection("127.0.0.1", int(port))
                if method == "CONNECT":
                    writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
                else:
                    back.write(head)
                await asyncio.gather(pipe(reader, back), pipe(there, writer))

    def hosts(self, method: str) -> set[str]:
        return {host for asked, host in self.asked if asked == method}


@asynccontextmanager
async def at_work(proxy: Proxy) -> AsyncGenerator[str]:
    """The proxy's address, with a name and password."""
    async with listening(proxy.serve) as port:
        yield f"http://team:{PASSWORD}@{LOOPBACK}:{port}"


@asynccontextmanager
async def behind_tls(port: int, identity: Path) -> AsyncGenerator[int]:
    """The port at which what listens at `port` is reached by TLS."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(pipe(reader, back), pipe(there, writer))

    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(identity)
    async with listening(serve, context) as there:
        yield there


@pytest.fixture
async def identity(tmp_path: Path) -> Path:
    """A certificate for the names that only the proxy knows, with its key."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl makes the certificate for TLS inside the tunnel, and is not here")
    made = tmp_path / "identity.pem"
    names = ",".join(f"DNS:{name}" for name in NAMES)
    making = await asyncio.create_subprocess_exec(
        *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "3650", "-subj", "/CN=atelier"),
        *("-addext", f"subjectAltName={names}", "-keyout", str(made), "-out", str(tmp_path / "certificate.pem")),
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert await making.wait() == 0
    certificate = (tmp_path / "certificate.pem").read_text()
    made.write_text(made.read_text() + certificate)
    return made


@asynccontextmanager
async def by_tls(house: House, identity: Path, proxy: str) -> AsyncGenerator[dict[str, str]]:
    """The environment of a bot that reaches everything by TLS, through the proxy."""
    discord, images = yarl.URL(house.discord.api_url), yarl.URL(house.images.base_url)
    async with behind_tls(discord.port or 0, identity) as there, behind_tls(images.port or 0, identity) as elsewhere:
        yield {
            **house.environment(),
            "DISCORD_API_URL": f"https://discord.test:{there}{discord.path}",
            "DISCORD_GATEWAY_URL": f"wss://gateway.test:{there}/gateway",
            "OPENAI_BASE_URL": f"https://images.test:{elsewhere}{images.path}",
            "HTTPS_PROXY": proxy,
            "NO_PROXY": "127.0.0.1",
            "SSL_CERT_FILE": str(identity),
        }


def unspoken(output: str) -> None:
    """Neither a traceback nor the password."""
    assert "Traceback" not in output
    assert PASSWORD not in output


async def test_both_sides_and_the_gateway_go_through_the_tunnel(
    open_house: OpenHouse, identity: Path, tmp_path: Path
) -> None:
    house, proxy = await open_house(), Proxy()
    mia = house.discord.server.add_member("Mia")
    house.discord.gateway.url = house.discord.gateway.url.replace("127.0.0.1", "gateway.test")
    async with at_work(proxy) as address, by_tls(house, identity, address) as environment:
        async with BotProcess(environment, tmp_path / "cwd", afresh=True) as bot:
            await house.discord.bot_ready()
            message = await house.imagine(mia)
            private = await mia.slash("imagine", prompt="a hen", private=True)
            shown = await private.shown()
            await house.until(lambda: shown.attachments)
        unspoken(bot.output + bot.errors)

    assert message.attachments
    assert proxy.hosts("CONNECT") == set(NAMES)
    assert proxy.users == {f"team:{PASSWORD}"}
    assert house.states() == ["settled"] * 2


@pytest.mark.parametrize("refusal", REFUSALS)
@pytest.mark.parametrize("tunnel", [True, False])
async def test_a_proxy_that_refuses_the_way_to_discord_is_told_at_the_start(
    open_house: OpenHouse, identity: Path, tmp_path: Path, refusal: str, *, tunnel: bool
) -> None:
    house, proxy = await open_house(), Proxy({"discord.test": REFUSALS[refusal]})
    async with at_work(proxy) as address, by_tls(house, identity, address) as environment:
        if not tunnel:
            environment["DISCORD_API_URL"] = house.discord.api_url.replace("127.0.0.1", "discord.test")
            environment["HTTP_PROXY"] = address
        async with BotProcess(environment, tmp_path / "cwd", hasty=True) as bot:
            code = await bot.ended()

    unspoken(bot.output + bot.errors)
    assert code == 1
    said = " ".join(bot.errors.split())
    assert f"Discord cannot be reached through the proxy 127.0.0.1:{yarl.URL(address).port}" in said
    assert "See HTTPS_PROXY" in said
    assert refusal == "closed" or refusal in said


def words_of(invocation: Invocation) -> str:
    return invocation.original.content if invocation.original is not None else ""


@pytest.mark.parametrize("refusal", REFUSALS)
async def test_a_picture_that_the_proxy_does_not_let_through_is_not_charged(
    open_house: OpenHouse, identity: Path, tmp_path: Path, refusal: str
) -> None:
    house, proxy = await open_house(), Proxy({"images.test": REFUSALS[refusal]})
    mia = house.discord.server.add_member("Mia")
    async with at_work(proxy) as address, by_tls(house, identity, address) as environment:
        async with BotProcess(environment, tmp_path / "cwd") as bot:
            await house.discord.bot_ready()
            asked = await mia.slash("imagine", prompt="a fox")
            await house.until(lambda: "The image API cannot be reached" in words_of(asked))
            words = words_of(asked)
            proxy.barred.clear()
            await house.ended(asked)
        unspoken(bot.output + bot.errors)

    assert "nothing is charged for it yet" in words
    assert house.states() == ["settled"]
    assert len(house.images.calls) == 1
    assert "the proxy does not let me through to the image API" in bot.output + bot.errors
    assert house.posted(asked) is not None


async def test_a_proxy_that_asks_for_a_password_on_plain_http_is_no_charge(
    open_house: OpenHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    house, proxy = await open_house(), Proxy({"images.test": REFUSALS["407"]})
    mia = house.discord.server.add_member("Mia")
    async with at_work(proxy) as address:
        monkeypatch.setenv("HTTP_PROXY", address)
        await house.start_bot(OPENAI_BASE_URL=house.images.base_url.replace("127.0.0.1", "images.test"))
        asked = await mia.slash("imagine", prompt="a fox")
        await house.until(lambda: "The image API cannot be reached" in words_of(asked))
        await house.stop_bot()

    assert house.states() == ["reserved"]
