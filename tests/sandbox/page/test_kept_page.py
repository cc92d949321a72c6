"""The page of a Discord that is kept: after another start everything can still be looked at, and pressed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.discord import Options, SandboxDiscord
from bot.sandbox.images import SandboxImages
from tests.examples import png
from tests.sandbox.page.test_chat_page import Asking

if TYPE_CHECKING:
    from pathlib import Path

GO = {"type": 1, "components": [{"type": 2, "style": 1, "label": "Go", "custom_id": "go:1"}]}


async def test_old_files_are_shown_and_old_buttons_pressed_after_another_start(tmp_path: Path) -> None:
    options = Options(folder=tmp_path)
    async with SandboxDiscord(options) as discord, SandboxImages() as images, Asking(discord, images) as asking:
        await asking.deed(asking.mia, "send", {"a": png()}, text="look", files=[{"file": "a"}])
        await asking.mia.post(asking.studio, {"content": "press", "components": [GO]})
        people = [asking.mia.id, asking.noor.id, asking.oskar.id]

    async with SandboxDiscord(options) as discord, SandboxImages() as images, Asking(discord, images) as asking:
        told = await (await asking.window(asking.mia)).history(asking.studio)
        shown, button = told["messages"]
        served = await asking.session.get(asking.page.origin + shown["attachments"][0]["url"])
        await asking.deed(asking.mia, "click", custom_id="go:1", message=button["id"])

        assert [asking.mia.id, asking.noor.id, asking.oskar.id] == people
        assert await served.read() == png()
        assert [one.name for one in discord.invocations] == ["go:1"]
