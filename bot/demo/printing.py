"""The conversation as people would see it, in a terminal; every file that the bot posts is saved."""

from __future__ import annotations

import asyncio
import io
import re
import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from PIL import Image
from rich.padding import Padding
from rich.text import Text

from bot.sandbox.discord import ChangeKind, InvocationKind

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterable
    from pathlib import Path

    from rich.console import Console

    from bot.sandbox.discord import Attachment, Change, Invocation, Message, SandboxDiscord, Server, Version

COLUMNS = 36  # of a picture shown in the terminal; two pixels share a character
SETTLE = 0.3  # seconds in which the last changes are still printed
LEFT = 4  # columns
DATE = "%d %B %Y %H:%M"
UNITS = ((86_400, "day"), (3600, "hour"), (60, "minute"), (1, "second"))  # in seconds, the longest first
LINK = re.compile(r"\[([^\]]+)\]\(https?://[^)]*\)")


class Printer:
    """Prints what happens on the local Discord and saves the files, numbered in the order of their coming."""

    def __init__(self, console: Console, out: Path, server: Server) -> None:
        self._console = console
        self._server = server
        self._out = out
        self._files = 0
        self._seen: set[int] = set()
        self._printed: dict[int, int] = {}  # message id → versions printed

    async def scene(self, title: str) -> None:
        """Say what is about to happen, once what happened before is printed."""
        await asyncio.sleep(SETTLE)
        self._console.print()
        self._console.print(Text.assemble(("── ", "cyan"), (title, "bold cyan")))

    def choices(self, option: str, choices: Iterable[dict[str, Any]]) -> None:
        """What autocompletion offers."""
        names = "  |  ".join(str(choice["name"]) for choice in choices)
        self._console.print(f"[bold]/imagine[/] {option}: [dim]{names}[/]")

    @asynccontextmanager
    async def following(self, discord: SandboxDiscord) -> AsyncGenerator[None]:
        """Print everything that happens meanwhile."""
        stream = discord.changes()

        async def follow() -> None:
            async for change in stream:
                await self._show(change)

        task = asyncio.create_task(follow())
        try:
            yield
            await asyncio.sleep(SETTLE)
        finally:
            stream.close()
            await task

    async def _show(self, change: Change) -> None:
        if change.kind is ChangeKind.INVOKED and change.invocation is not None:
            if change.invocation.kind is not InvocationKind.AUTOCOMPLETE:
                self._console.print(self._said(change.invocation))
        elif change.message is not None and change.kind in {ChangeKind.MESSAGE_CREATED, ChangeKind.MESSAGE_EDITED}:
            message = change.message
            start = self._printed.get(message.id, 0)
            self._printed[message.id] = len(message.history)
            for number in range(start, len(message.history)):
                await self._version(message, message.history[number])

    async def _version(self, message: Message, version: Version) -> None:
        if not version.content and not version.attachments and not version.embeds:
            return
        only = f" (only {message.only_for.name} sees this)" if message.only_for else ""
        edited = " (edited)" if message.id in self._seen else ""
        self._seen.add(message.id)
        clock = time.strftime("%H:%M:%S", time.localtime(version.at))
        self._console.print(f"[dim]{clock}[/] [bold magenta]{message.author.name}[/][dim]{only}{edited}[/]")
        self._indented(self._plain(version.content))
        for embed in version.embeds:
            self._indented(self._plain(_embed_text(embed)))
        for attachment in version.attachments:
            await self._file(attachment)
        items = [item for row in version.components for item in row["components"]]
        labels = [f"[ {_label(item)} ]" for item in items]
        if labels:
            self._indented(Text("  ".join(labels), style="bold"))

    async def _file(self, attachment: Attachment) -> None:
        self._files += 1
        path = self._out / f"{self._files:02d}-{attachment.filename}"
        await asyncio.to_thread(path.write_bytes, attachment.content)
        self._indented(
            Text(f"📎 {path} ({len(attachment.content) / 1000:.0f} kB) alt: {attachment.description}", "dim")
        )
        if self._console.is_terminal and self._console.color_system == "truecolor":
            self._indented(await asyncio.to_thread(_in_characters, attachment.content))

    def _plain(self, text: str) -> Text:
        """Discord's Markdown, as far as the bot uses it, for the terminal."""
        names = self._names()
        text = re.sub(r"<(?:#|@[!&]?)(\d+)>", lambda found: names.get(found[1], "somebody"), text)
        text = re.sub(r"<t:(\d+):R>", lambda found: _until(int(found[1])), text)
        text = re.sub(r"<t:(\d+)(?::\w)?>", lambda found: time.strftime(DATE, time.localtime(int(found[1]))), text)
        text = LINK.sub(r"\1", text)
        shown = Text()
        for line in text.splitlines():
            style = "dim" if line.startswith("-# ") else "italic" if line.startswith("> ") else ""
            words = line.removeprefix("-# ").replace("**", "")
            shown.append(re.sub(r"\\(.)", r"\1", words) + "\n", style)
        shown.rstrip()
        return shown

    def _names(self) -> dict[str, str]:
        """What people read where Discord writes an id."""
        members = {str(member.id): name for name, member in self._server.members.items()}
        return members | {str(channel.id): f"#{channel.name}" for channel in self._server.channels}

    def _indented(self, text: Text) -> None:
        self._console.print(Padding(text, (0, 0, 0, LEFT), expand=False))

    def _said(self, invocation: Invocation) -> Text:
        """What a member did, in one line, in the words that stand on the screen."""
        return Text.assemble((invocation.user.name, "bold green"), "  ", self._deed(invocation))

    def _deed(self, invocation: Invocation) -> str:
        data = invocation.data
        if invocation.kind is InvocationKind.MODAL:
            return "sends the dialog"
        if invocation.kind is InvocationKind.COMPONENT:
            return _pressed(invocation)
        if "target_id" in data:
            return f"opens Apps on that message: {invocation.name}"
        options = data.get("options", [])
        while options and "options" in options[0]:  # the command within a group
            options = options[0]["options"]
        given = "  ".join(f"{option['name']}: {self._value(data, option['value'])}" for option in options)
        return f"/{invocation.name}  {given}"

    def _value(self, data: dict[str, Any], value: object) -> str:
        file = data.get("resolved", {}).get("attachments", {}).get(str(value))
        return self._names().get(str(value), str(value)) if file is None else f"📎 {file['filename']}"


def _pressed(invocation: Invocation) -> str:
    """The words on a button, or on what was chosen from a menu."""
    item = invocation.pressed
    if "options" not in item:
        return f"presses [ {_label(item)} ]"
    chosen = invocation.data.get("values", [])
    return f"chooses {', '.join(option['label'] for option in item['options'] if option['value'] in chosen)}"


def _label(item: dict[str, Any]) -> str:
    """What stands on a button or a menu."""
    emoji = item.get("emoji", {}).get("name") or ""
    return f"{emoji} {item.get('label') or item.get('placeholder') or ''}".strip() or "⋯"


def _until(at: int) -> str:
    """As Discord says it: "in 3 hours"."""
    seconds = at - int(time.time())
    size, unit = next((each for each in UNITS if abs(seconds) >= each[0]), UNITS[-1])
    number = round(abs(seconds) / size)
    told = f"{number} {unit}{'' if number == 1 else 's'}"
    return f"in {told}" if seconds >= 0 else f"{told} ago"


def _embed_text(embed: dict[str, Any]) -> str:
    fields = [f"{field['name']}: {field['value']}" for field in embed.get("fields", [])]
    return "\n".join([f"**{embed.get('title', '')}**", f"> {embed.get('description', '')}", *fields])


def _in_characters(content: bytes) -> Text:
    """A small picture of half blocks: the upper pixel in the foreground colour, the lower behind it."""
    with Image.open(io.BytesIO(content)) as picture:
        rows = max(2, COLUMNS * picture.height // picture.width) // 2 * 2
        small = picture.convert("RGB")
        small.thumbnail((COLUMNS, rows))
    flat = small.tobytes()
    columns, rows = small.size
    text = Text()
    for y in range(0, rows - 1, 2):
        for x in range(columns):
            above, below = (flat[3 * (row * columns + x) :][:3] for row in (y, y + 1))
            text.append("▀", f"#{above.hex()} on #{below.hex()}")
        text.append("\n")
    text.rstrip()
    return text
