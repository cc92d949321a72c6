from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.wire.house import House


def _no_delay(*_: object) -> float:
    return 0.01


async def _at_once(*_: object, **__: object) -> None:
    """discord.py waits five seconds before it identifies a second time."""


async def _trouble(house: House, kind: str) -> None:
    gateway = house.discord.gateway
    before = len(gateway.identifies) + gateway.resumes
    if kind == "reconnect":
        await gateway.ask_reconnect()
    elif kind == "dropped":
        await gateway.drop()
    else:
        await gateway.invalidate_session(resumable=kind == "resumable")
    await house.until(lambda: len(gateway.identifies) + gateway.resumes > before and gateway.connected)


@pytest.mark.parametrize("kind", ["reconnect", "dropped", "invalid", "resumable"])
async def test_a_job_outlives_trouble_at_the_gateway(house: House, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("discord.client.ExponentialBackoff.delay", _no_delay)
    monkeypatch.setattr("discord.client.Client.before_identify_hook", _at_once)
    mia = house.discord.server.add_member("Mia")
    house.gate.clear()

    invocation = await mia.slash("imagine", prompt="a fox")
    await house.in_mid_job()
    await _trouble(house, kind)
    house.gate.set()
    message = await house.result(invocation)
    later = await house.imagine(mia)

    assert message.attachments
    assert later.attachments
    assert len(house.images.calls) == 2
    assert house.states() == ["settled", "settled"]
    assert len(house.sends()) == 2


async def test_what_was_asked_while_the_gateway_was_away_is_made_after_the_resume(house: House) -> None:
    mia = house.discord.server.add_member("Mia")

    await house.discord.gateway.drop()
    invocation = await mia.slash("imagine", prompt="a fox")
    message = await house.result(invocation)

    assert message.attachments
    assert house.discord.gateway.resumes == 1
    assert len(house.images.calls) == 1


@pytest.mark.unregistered
async def test_the_commands_are_registered_once_over_two_starts(house: House) -> None:
    assert house.discord.commands.puts == 1

    await house.restart_bot()

    assert house.discord.commands.puts == 1
    assert len(house.discord.gateway.identifies) == 2


@pytest.mark.unregistered
async def test_commands_are_registered_in_all_languages_and_keep_their_names(house: House) -> None:
    (imagine,) = [each for each in house.discord.commands[None] if each["name"] == "imagine"]

    assert imagine["description_localizations"]["de"] == "Zeichnet ein Bild nach deinen Worten."
    assert imagine["options"][0]["description_localizations"].keys() == {"de", "fr", "es-ES", "es-419", "pt-BR", "ja"}
    assert not imagine["name_localizations"]


@pytest.mark.unregistered
async def test_the_commands_of_one_server_are_registered_apart(house: House) -> None:
    await house.restart_bot(ATELIER_SYNC_GUILD=str(house.discord.server.id))

    puts = house.discord.traffic.search(r"/commands$", "PUT")  # the last takes those for all servers back
    assert [f"/guilds/{house.discord.server.id}/" in put.path for put in puts] == [False, True, False]


async def test_the_gateway_is_left_with_a_farewell(house: House) -> None:
    await house.stop_bot()

    await house.until(lambda: house.discord.gateway.close_codes)
    assert house.discord.gateway.close_codes == [1000]


async def test_only_what_is_needed_is_asked_of_the_gateway(house: House) -> None:
    (identify,) = house.discord.gateway.identifies

    assert identify["intents"] == 1 << 0 | 1 << 9 | 1 << 12
