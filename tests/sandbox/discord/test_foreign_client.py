"""disnake went its own way years ago: a bot of it works against the sandbox as it does against Discord."""

from __future__ import annotations

import asyncio
import io
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import disnake
import pytest
from disnake.ext import commands
from disnake.http import Route
from disnake.interactions.application_command import ApplicationCommandInteraction  # noqa: TC002 - read at run time

from bot.sandbox.discord import Upload
from tests.sandbox.discord.conftest import png

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from disnake.interactions.message import MessageInteraction
    from disnake.interactions.modal import ModalInteraction

    from bot.sandbox.discord import Member, Message, SandboxDiscord

PATIENCE = 300.0


def dialog() -> disnake.ui.Modal:
    """A dialog with one line."""
    words = disnake.ui.TextInput(label="Words", custom_id="words")
    return disnake.ui.Modal(title="Edit", custom_id="edit:1", components=[words])


def buttons() -> list[disnake.ui.Button[None]]:
    """What stands under a picture."""
    edit = disnake.ui.Button[None](label="Edit", emoji="✏️", custom_id="edit")
    return [edit, disnake.ui.Button[None](label="Delete", custom_id="delete")]


class Studio(commands.InteractionBot):
    """A small bot of disnake's that answers everything."""

    def __init__(self) -> None:
        intents = disnake.Intents(guilds=True, guild_messages=True, dm_messages=True)
        super().__init__(intents=intents)
        self.heard: list[str] = []
        self.add_slash_command(imagine)

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Do not wait five seconds."""

    async def on_button_click(self, interaction: MessageInteraction[Any]) -> None:
        if interaction.component.custom_id == "edit":
            await interaction.response.send_modal(dialog())
        else:
            await interaction.response.defer()
            await interaction.message.delete()

    async def on_modal_submit(self, interaction: ModalInteraction[Any]) -> None:
        await interaction.response.edit_message(content=f"Edited: {interaction.text_values['words']}")

    async def on_message(self, message: disnake.Message) -> None:
        if not message.author.bot and message.type is disnake.MessageType.default:
            self.heard.append(message.content)
            await message.reply("Heard.", mention_author=False)


@commands.slash_command(description="Make a picture")
async def imagine(
    interaction: ApplicationCommandInteraction[Any],
    prompt: str,
    quality: str = "low",
    image1: disnake.Attachment | None = None,
) -> None:
    """Answer late, with a file, two buttons and a word beside it."""
    await interaction.response.defer()
    size = len(await image1.read()) if image1 else 0
    picture = disnake.File(io.BytesIO(png()), "fox.png")
    await interaction.edit_original_response(f"{prompt} {quality} {size}", file=picture, components=buttons())
    await interaction.followup.send("Beside it.", ephemeral=True)


@imagine.autocomplete("quality")  # pyright: ignore[reportUnknownMemberType] - the library leaves it open
async def offer(_: ApplicationCommandInteraction[Any], typed: str) -> dict[str, str]:
    """One choice, with its price."""
    return {f"{typed} · $0.05": typed}


@pytest.fixture
async def studio(sandbox: SandboxDiscord, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Studio]:
    monkeypatch.setattr(Route, "BASE", sandbox.api_url)
    bot = Studio()
    running = asyncio.create_task(bot.start(sandbox.token))
    try:
        await sandbox.bot_ready(PATIENCE)
        await bot.wait_until_ready()
        await sandbox.until(lambda: sandbox.commands[None], PATIENCE)
        yield bot
    finally:
        await bot.close()
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


@pytest.fixture
def mia(sandbox: SandboxDiscord, studio: Studio) -> Member:
    assert studio.user.id == sandbox.bot.id
    return sandbox.server.add_member("Mia")


async def asked(mia: Member) -> Message:
    invocation = await mia.slash("imagine", prompt="a fox", image1=Upload("in.png", png()))
    return await invocation.shown(PATIENCE)


async def test_it_goes_from_a_command_to_a_dialog_and_to_the_end(sandbox: SandboxDiscord, mia: Member) -> None:
    choices = await mia.autocomplete("imagine", focused="quality", value="high", prompt="x")
    invocation = await mia.slash("imagine", prompt="a fox", image1=Upload("in.png", png()))
    message = await invocation.shown(PATIENCE)
    await sandbox.until(lambda: invocation.followups, PATIENCE)
    shown = (message.content, message.attachments[0].filename, invocation.followups[0].only_for)
    opened = await (await mia.click(message, "Edit")).answered(PATIENCE)
    await mia.submit_modal(opened, {"words": "a red fox"})
    await sandbox.until(lambda: message.content == "Edited: a red fox", PATIENCE)
    await mia.click(message, "Delete")
    await sandbox.until(lambda: message.deleted, PATIENCE)

    assert choices == [{"name": "high · $0.05", "value": "high"}]
    assert shown == (f"a fox low {len(png())}", "fox.png", mia.user)
    assert [one for one in sandbox.traffic if one.status is not None and one.status >= 400] == []


async def test_it_hears_and_answers_in_channels_threads_and_alone(
    sandbox: SandboxDiscord, studio: Studio, mia: Member
) -> None:
    channel = sandbox.server.channels[0]
    thread = mia.start_thread(channel, "Foxes")
    await mia.send(channel, f"here {sandbox.server.bot.mention}")
    await mia.send(thread, f"there {sandbox.server.bot.mention}")
    await mia.direct_message("alone")
    places = (channel, thread, mia.direct_channel)
    await sandbox.until(lambda: all(place.messages[-1].content == "Heard." for place in places), PATIENCE)

    assert sorted(words.split()[0] for words in studio.heard) == ["alone", "here", "there"]


@pytest.mark.parametrize("trouble", ["op 7", "cut"])
async def test_it_resumes_after_trouble(sandbox: SandboxDiscord, mia: Member, trouble: str) -> None:
    if trouble == "cut":
        await sandbox.gateway.drop()
    else:
        await sandbox.gateway.ask_reconnect()
    await sandbox.until(lambda: sandbox.gateway.resumes, PATIENCE)

    message = await asked(mia)

    assert message.attachments
    assert len(sandbox.gateway.identifies) == 1
