"""The conversation of a failed test: messages with their versions, requests, the image API's calls, the ledger."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.errors import OperatorError
from bot.storage.ledger.report import read_report

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from bot.sandbox.discord import Exchange, Message, SandboxDiscord
    from bot.sandbox.images import SandboxImages

TOKEN = re.compile(r"[\w-]{60,}")  # an interaction's token: long, and of no use to a reader


def transcript(discord: SandboxDiscord, images: SandboxImages, data_dir: Path, complaints: Sequence[str]) -> str:
    """Everything as text, one thing a line."""
    lines = ["— Discord, as everybody together saw it —"]
    for server in discord.servers:
        channels = [
            *server.channels,
            *server.guild.threads,
            *(member.direct_channel for member in server.members.values()),
        ]
        for channel in channels:
            for message in channel.history:
                lines += _message(channel.name, message)
    lines.append("— requests to Discord —")
    lines += [_exchange(exchange) for exchange in discord.traffic]
    lines.append("— the image API's bill —")
    lines += [
        f"{line.endpoint} {line.outcome} {line.code or ''} {line.model} {line.size} {line.quality} {line.cost_nano}"
        for line in images.bill.lines
    ]
    lines.append("— the ledger —")
    lines += _ledger(data_dir)
    if complaints:
        lines += ["— exceptions that nobody took —", *complaints]
    return "\n".join(lines)


def _message(channel: str, message: Message) -> Iterator[str]:
    marks = [
        *(["only for " + message.only_for.name] if message.only_for else []),
        *(["response"] if message.origin else []),
        *(["deleted"] if message.deleted else []),
    ]
    yield f"#{channel} {message.author.name} {message.id} {', '.join(marks)}"
    for version in message.history:
        files = ", ".join(f"{file.filename} {file.size} B" for file in version.attachments)
        yield f"    {version.at % 1000:7.3f} {version.content!r} {files} {len(version.embeds) or ''}"


def _exchange(exchange: Exchange) -> str:
    answer = exchange.answer if (exchange.status or 0) >= 400 else ""
    return f"{exchange.at % 1000:7.3f} {exchange.method} {TOKEN.sub('…', exchange.path)} {exchange.status} {answer}"


def _ledger(data_dir: Path) -> list[str]:
    try:
        report = read_report(data_dir / "atelier.sqlite3", None, None)
    except OperatorError as error:
        return [str(error)]
    return [
        f"{job.id} {job.state} held {job.hold_nano} charged {job.actual_nano} {job.outcome or ''}"
        for job in report.jobs
    ]
