"""What is written to the log, and what never is."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any

import pytest
import structlog
from aiohttp import ClientConnectionResetError
from discord import DiscordException

from bot.logs import HIDDEN, configure_logging

if TYPE_CHECKING:
    from collections.abc import Generator

CLOSED = "Session is closed"  # aiohttp's words
SECRET = "what-nobody-may-read"


@pytest.fixture(autouse=True)
def logging_as_it_was() -> Generator[None]:
    """Logging belongs to the process: give it back as it was."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    levels = {name: logging.getLogger(name).level for name in tuple(root.manager.loggerDict)}
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    for name in tuple(root.manager.loggerDict):
        logging.getLogger(name).setLevel(levels.get(name, logging.NOTSET))
    structlog.reset_defaults()


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """Standard error, of which every line must be a JSON object of its own."""
    captured = capsys.readouterr()
    assert captured.out == ""
    return [json.loads(line) for line in captured.err.splitlines()]


def fail(prompt: str) -> None:
    raise ValueError(f"a fault with {len(prompt)} characters")


def test_a_json_line_is_one_object_whatever_is_in_it(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("INFO", "json")

    structlog.stdlib.get_logger("bot.one").info("two\nlines", number=7, odd={1, 2}.__class__, text='"quoted"\r\n')
    logging.getLogger("library").warning("of a library: %s", "three\nlines")

    ours, theirs = lines(capsys)
    assert ours["event"] == "two\nlines"
    assert (ours["logger"], ours["level"], ours["number"], ours["text"]) == ("bot.one", "info", 7, '"quoted"\r\n')
    assert ours["timestamp"].endswith("Z")
    assert (theirs["event"], theirs["logger"], theirs["level"]) == ("of a library: three\nlines", "library", "warning")


@pytest.mark.parametrize("style", ["text", "json"])
def test_secrets_and_prompts_are_hidden_whoever_logs_them(style: str, capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("INFO", style)

    structlog.stdlib.get_logger("bot.one").info("careless", harmless="kept", **dict.fromkeys(HIDDEN, SECRET))

    written = capsys.readouterr().err
    assert SECRET not in written
    assert written.count("***") == len(HIDDEN)
    assert "kept" in written


@pytest.mark.parametrize("style", ["text", "json"])
def test_a_traceback_is_there_without_the_values_of_variables(style: str, capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("INFO", style)

    try:
        fail(SECRET)
    except ValueError:
        structlog.stdlib.get_logger("bot.one").exception("ours")
        logging.getLogger("library").exception("theirs")

    written = capsys.readouterr().err
    assert written.count("a fault with 20 characters") == 2
    assert written.count("in fail") == 2
    assert SECRET not in written


def test_a_traceback_in_json_stays_on_the_line_of_its_event(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("INFO", "json")

    try:
        fail("x")
    except ValueError as error:
        structlog.stdlib.get_logger("bot.one").error("seen later", exc_info=error)

    (line,) = lines(capsys)
    assert line["exception"].splitlines()[-1] == "ValueError: a fault with 1 characters"


@pytest.mark.parametrize(
    ("logger", "said", "error", "is_brief"),
    [
        ("discord.client", "Attempting a reconnect in %.2fs", ClientConnectionResetError("cut"), True),
        ("discord.client", "Attempting a reconnect in %.2fs", TimeoutError(), True),
        ("discord.client", "Attempting a reconnect in %.2fs", DiscordException("gone"), True),
        ("discord.app_commands.tree", "Ignoring exception in autocomplete for %r", DiscordException("gone"), True),
        ("discord.app_commands.tree", "Ignoring exception in autocomplete for %r", RuntimeError(CLOSED), True),
        ("discord.app_commands.tree", "Ignoring exception in autocomplete for %r", RuntimeError("ours"), False),
        ("discord.client", "Ignoring exception in %s", ClientConnectionResetError("ours"), False),
    ],
)
def test_what_failed_on_its_way_to_discord_needs_no_traceback(
    logger: str, said: str, error: Exception, capsys: pytest.CaptureFixture[str], *, is_brief: bool
) -> None:
    configure_logging("INFO", "json")

    logging.getLogger(logger).error(said, 0.98, exc_info=error)

    (line,) = lines(capsys)
    event = said % 0.98
    assert ("exception" in line) is not is_brief
    assert line["event"] == (f"{event}: {error!r}" if is_brief else event)
    assert line["level"] == ("warning" if is_brief else "error")


def test_a_library_that_fails_without_an_exception_is_heard(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("INFO", "json")

    logging.getLogger("discord.client").error("Attempting a reconnect in %.2fs", 0.98)

    assert lines(capsys)[0]["event"] == "Attempting a reconnect in 0.98s"


def test_only_what_is_severe_enough_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("WARNING", "json")

    structlog.stdlib.get_logger("bot.one").info("not this")
    structlog.stdlib.get_logger("bot.one").warning("this")

    assert [line["event"] for line in lines(capsys)] == ["this"]


@pytest.mark.parametrize(
    "name",
    ["discord.http", "discord.webhook.async_", "discord.gateway", "aiohttp.access", "openai._base_client", "httpx2"],
)
def test_libraries_do_not_tell_what_goes_over_the_wire_even_when_debugging(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """At this level discord.py writes whole addresses and payloads: interaction tokens, and the members' words."""
    configure_logging("DEBUG", "json")

    logging.getLogger(name).debug("POST https://discord.com/api/v10/webhooks/1/%s", SECRET)
    structlog.stdlib.get_logger("bot.one").debug("ours")

    assert [line["event"] for line in lines(capsys)] == ["ours"]


def test_discord_still_says_that_it_is_connected(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("INFO", "json")

    logging.getLogger("discord.gateway").info("Shard ID None has connected to Gateway.")

    assert [line["logger"] for line in lines(capsys)] == ["discord.gateway"]


def test_what_is_bound_to_a_task_is_on_each_of_its_lines(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("INFO", "json")

    with structlog.contextvars.bound_contextvars(request="81"):
        structlog.stdlib.get_logger("bot.one").info("within")
    structlog.stdlib.get_logger("bot.one").info("without")

    assert [line.get("request") for line in lines(capsys)] == ["81", None]


def test_configuring_again_replaces_what_was_there(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("INFO", "text")
    configure_logging("INFO", "json")

    logging.getLogger("library").warning("once")

    assert [line["event"] for line in lines(capsys)] == ["once"]


@pytest.mark.parametrize("style", ["text", "json"])
def test_an_interaction_token_in_an_address_is_never_logged(style: str, capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("INFO", style)
    address = "https://discord.com/api/v10/webhooks/11/SECRET-TOKEN/messages/77"
    error = ConnectionError(f"Connection timeout to host {address}")
    structlog.stdlib.get_logger("test").error("not shown", reason=repr(error), exc_info=error)

    printed = capsys.readouterr().err
    assert "webhooks/11/***/messages/77" in printed
    assert "SECRET-TOKEN" not in printed
