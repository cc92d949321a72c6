from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.errors import AlreadyRunningError, OperatorError
from bot.sandbox.discord import Fault, Intent, Options
from tests.wire.process import BotProcess

if TYPE_CHECKING:
    from pathlib import Path

    from tests.wire.house import House, OpenHouse


async def _refused(house: House, folder: Path, **more: str) -> str:
    """What a process says on its way out with code 1."""
    environment = {**house.environment(), "ATELIER_LOG_LEVEL": "ERROR", **more}
    async with BotProcess(environment, folder / "cwd", afresh=True) as bot:
        code = await bot.ended()
    assert code == 1, bot.errors
    assert "Traceback" not in bot.errors
    assert bot.output == ""
    return bot.errors


async def test_a_second_process_on_the_same_data_is_refused(house: House, tmp_path: Path) -> None:
    errors = await _refused(house, tmp_path)

    assert errors.startswith("atelier: Another Atelier is running with the data directory")
    assert len(house.discord.gateway.identifies) == 1


async def test_a_damaged_database_is_refused_with_a_sentence_and_left_as_it_is(house: House, tmp_path: Path) -> None:
    await house.stop_bot()
    path = house.data_dir / "atelier.sqlite3"
    path.write_bytes(b"rot" + path.read_bytes()[3:])
    before = {each.name: each.read_bytes() for each in house.data_dir.iterdir() if each.name.startswith(path.name)}

    errors = await _refused(house, tmp_path)

    assert errors.startswith(f"atelier: The database {path} cannot be used")
    assert {name: (house.data_dir / name).read_bytes() for name in before} == before
    assert len(house.discord.gateway.identifies) == 1


async def test_a_wrong_token_is_refused_with_a_sentence(open_house: OpenHouse, tmp_path: Path) -> None:
    house = await open_house()

    errors = await _refused(house, tmp_path, DISCORD_TOKEN="wrong")

    assert "atelier: Discord refuses DISCORD_TOKEN" in errors


async def test_an_intent_that_the_portal_does_not_grant_is_named(open_house: OpenHouse, tmp_path: Path) -> None:
    house = await open_house()

    errors = await _refused(house, tmp_path, ATELIER_MESSAGE_CONTENT="on")

    assert "atelier: ATELIER_MESSAGE_CONTENT is on" in errors


async def test_an_intent_that_the_portal_grants_is_used(open_house: OpenHouse) -> None:
    house = await open_house(Options(privileged_intents=Intent.MESSAGE_CONTENT))
    await house.start_bot(ATELIER_MESSAGE_CONTENT="on")

    (identify,) = house.discord.gateway.identifies
    assert identify["intents"] & Intent.MESSAGE_CONTENT


async def test_a_discord_that_cannot_be_reached_is_named(open_house: OpenHouse, tmp_path: Path) -> None:
    house = await open_house()

    errors = await _refused(house, tmp_path, DISCORD_API_URL="http://127.0.0.1:9/api/v10")

    assert "atelier: Discord cannot be reached" in errors


async def test_missing_settings_are_all_named_at_once(open_house: OpenHouse, tmp_path: Path) -> None:
    house = await open_house()

    errors = await _refused(house, tmp_path, DISCORD_TOKEN="", OPENAI_API_KEY="", ATELIER_CONCURRENCY="many")

    for name in ("DISCORD_TOKEN", "OPENAI_API_KEY", "ATELIER_CONCURRENCY"):
        assert name in errors


@pytest.mark.unregistered
@pytest.mark.usefixtures("hasty_discord_py")
@pytest.mark.parametrize(
    ("path", "status"), [("/users/@me$", 500), ("/users/@me$", 401), ("/commands$", 500), ("/commands$", 403)]
)
async def test_a_discord_that_refuses_the_start_is_an_error_for_the_operator(
    open_house: OpenHouse, path: str, status: int
) -> None:
    house = await open_house()
    house.discord.faults.add(Fault(path, status=status, times=None))

    with pytest.raises(OperatorError):
        await house.start_bot()

    house.discord.faults.clear()
    await house.start_bot()  # the data directory is free again


async def test_an_image_api_that_cannot_be_reached_does_not_stop_the_start(open_house: OpenHouse) -> None:
    house = await open_house()

    async with house.images.unreachable():
        await house.start_bot()
    mia = house.discord.server.add_member("Mia")

    assert (await house.imagine(mia)).attachments


async def test_the_second_bot_in_one_process_is_refused_too(house: House, open_house: OpenHouse) -> None:
    other = await open_house()

    with pytest.raises(AlreadyRunningError):
        await other.start_bot(ATELIER_DATA_DIR=str(house.data_dir))


@pytest.mark.unregistered
async def test_commands_of_one_server_and_for_all_never_stand_twice(open_house: OpenHouse) -> None:
    house = await open_house()
    here, commands = house.discord.server.id, house.discord.commands
    await house.start_bot()
    for_all = len(commands[None])
    await house.restart_bot(ATELIER_SYNC_GUILD=str(here))
    developing = (len(commands[here]), len(commands[None]))
    await house.restart_bot()
    await house.until(lambda: not commands[here])

    assert for_all > 0
    assert developing == (for_all, 0)
    assert len(commands[None]) == for_all


@pytest.mark.unregistered
async def test_commands_that_cannot_be_taken_back_stop_nothing(open_house: OpenHouse) -> None:
    house = await open_house()
    await house.start_bot(ATELIER_SYNC_GUILD=str(house.discord.server.id))
    house.discord.faults.add(Fault(r"/guilds/\d+/commands$", "PUT", status=403, code=50001))
    await house.restart_bot()

    message = await house.imagine(house.discord.server.add_member("Mia"))

    assert message.attachments
