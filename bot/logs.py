"""Structured logging to standard error: few lines a request, no prompts, no secrets."""

from __future__ import annotations

import logging
import re
import sys
from typing import TYPE_CHECKING, cast

import structlog

if TYPE_CHECKING:
    from collections.abc import MutableMapping

    from structlog.typing import Processor, WrappedLogger

# Transport loggers may print whole URLs, and those hold interaction tokens. When debugging, the gateway prints
# every event with its token and words.
LEAST_LEVELS = {
    **dict.fromkeys(("aiohttp", "httpx2", "httpcore2", "openai", "aiosqlite", "PIL", "asyncio"), logging.WARNING),
    **dict.fromkeys(("discord.http", "discord.webhook"), logging.WARNING),
    "discord": logging.INFO,
}
# discord.py logs as errors, with its own code alone in the traceback, that choices came too late and that a connection
# to the gateway ended: where that lies between Discord and us, a line says it.
WITH_TRACEBACKS = ("discord.client", "discord.app_commands.tree")
_FORESEEN = ("Attempting a reconnect in", "Ignoring exception in autocomplete for")
_ON_THE_WAY = {"aiohttp", "discord.errors"}  # beginnings of the modules of what is raised there
_CLOSED = "Session is closed"  # aiohttp's words for what is asked while we stop
_IN_ADDRESS = re.compile(r"(/(?:webhooks|interactions)/[0-9]+/)[^/\s'\"?\\]+")
HIDDEN = frozenset({"token", "api_key", "authorization", "prompt", "password", "secret", "interaction_token"})


def hide_secrets(
    _logger: WrappedLogger, _method: str, event: MutableMapping[str, object]
) -> MutableMapping[str, object]:
    """A structlog processor: what must never be logged is replaced, whoever tries."""
    for key in HIDDEN & event.keys():
        event[key] = "***"
    return event


def hide_tokens_in_addresses(_logger: WrappedLogger, _method: str, line: str) -> str:
    """The last processor: an interaction's token stands in addresses, and those stand in what failures say."""
    return _IN_ADDRESS.sub(r"\1***", line)


def briefly(record: logging.LogRecord) -> bool:
    """A filter that lets everything pass: what failed on its way to Discord without a traceback, as a warning."""
    error = record.exc_info[1] if record.exc_info else None
    if error is None or not str(record.msg).startswith(_FORESEEN):
        return True
    module = type(error).__module__
    if isinstance(error, OSError) or {module, module.partition(".")[0]} & _ON_THE_WAY or str(error) == _CLOSED:
        record.msg, record.args, record.exc_info = f"{record.getMessage()}: {error!r}", (), None
        record.levelno, record.levelname = logging.WARNING, "WARNING"
    return True


def configure_logging(level: str, style: str) -> None:
    """Send the product's and the libraries' log lines to standard error.

    Args:
        level: the least severe level shown, such as ``INFO``.
        style: ``text`` for people, ``json`` for machines.
    """
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        hide_secrets,
    ]
    final: list[Processor] = (
        [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
        if style == "json"
        # Its own choice of tracebacks shows the values of variables, prompts and tokens among them.
        else [
            structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback)
        ]
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *final,
                cast("Processor", hide_tokens_in_addresses),  # after the renderer, what comes is a line
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name, least in LEAST_LEVELS.items():
        logging.getLogger(name).setLevel(max(least, root.level))
    for name in WITH_TRACEBACKS:
        logging.getLogger(name).addFilter(briefly)
