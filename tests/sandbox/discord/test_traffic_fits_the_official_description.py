from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, cast

import discord
import pytest
from discord import app_commands

from bot.sandbox.discord import Intent, Member, Options, Permission, SandboxDiscord, Upload
from tests.sandbox.discord.conftest import png
from tests.sandbox.discord.real_client import RealClient, connected
from tests.wire.openapi import VARIABLE, WHY_SKIPPED, OfficialDescription

if TYPE_CHECKING:
    from pathlib import Path

    from discord import Interaction


@pytest.fixture(scope="module")
def official() -> OfficialDescription:
    description = OfficialDescription.load()
    if description is None:
        pytest.skip(WHY_SKIPPED)
    return description


def picture(name: str = "fox.png") -> discord.File:
    return discord.File(io.BytesIO(png()), name, description="A fox")


class EditDialog(discord.ui.Modal, title="Edit"):
    prompt = discord.ui.Label[discord.ui.Modal](text="Prompt", component=discord.ui.TextInput(custom_id="prompt"))
    references = discord.ui.Label[discord.ui.Modal](
        text="References", component=discord.ui.FileUpload(custom_id="references", required=False, max_values=3)
    )

    async def on_submit(self, interaction: Interaction[Any]) -> None:
        await interaction.response.send_message("Edited.", ephemeral=True)


class Buttons(discord.ui.View):
    @discord.ui.button(label="Edit", custom_id="edit:1", emoji="✏️")
    async def edit(self, interaction: Interaction[Any], _: discord.ui.Button[Any]) -> None:
        await interaction.response.send_modal(EditDialog())

    @discord.ui.button(label="Again", custom_id="again:1")
    async def again(self, interaction: Interaction[Any], _: discord.ui.Button[Any]) -> None:
        await interaction.response.edit_message(content="Again.")
        await interaction.followup.send("Beside.", ephemeral=True)

    @discord.ui.select(
        custom_id="size", options=[discord.SelectOption(label="Square"), discord.SelectOption(label="Wide")]
    )
    async def size(self, interaction: Interaction[Any], _: discord.ui.Select[Any]) -> None:
        await interaction.response.defer()


class Panel(discord.ui.LayoutView):
    def __init__(self) -> None:
        super().__init__(timeout=None)
        gallery = discord.ui.MediaGallery[Any](discord.MediaGalleryItem("attachment://fox.png", description="A fox"))
        section = discord.ui.Section[Any]("words", accessory=discord.ui.Thumbnail("attachment://fox.png"))
        parts = (discord.ui.TextDisplay[Any]("# Title"), discord.ui.Separator[Any](), section, gallery)
        self.add_item(discord.ui.Container(*parts, accent_colour=0xABCDEF))
        self.add_item(discord.ui.ActionRow(discord.ui.Button(label="Go", custom_id="go:1")))


def install(client: RealClient) -> None:
    quota = app_commands.Group(
        name="quota", description="Limits", default_permissions=discord.Permissions(manage_guild=True), guild_only=True
    )

    @client.tree.command(description="Make a picture")
    @app_commands.choices(size=[app_commands.Choice(name="Square", value="1024x1024")])
    async def imagine(
        interaction: Interaction[Any],
        prompt: str,
        size: str = "1024x1024",
        count: app_commands.Range[int, 1, 4] = 1,
        quality: str = "low",
        image1: discord.Attachment | None = None,
    ) -> None:
        await interaction.response.defer()
        reference = await image1.read() if image1 else b""
        await interaction.edit_original_response(content=f"{prompt} {size}", attachments=[picture("preview.png")])
        await interaction.edit_original_response(
            content=f"{count} {quality} {len(reference)}", attachments=[picture()], view=Buttons(timeout=None)
        )
        channel = cast("discord.TextChannel", interaction.channel)
        async with channel.typing():
            embed = discord.Embed(title="Result", description="A fox", colour=1).add_field(name="Price", value="$0.01")
            sent = await channel.send(embed=embed, file=picture(), view=Buttons(timeout=None), nonce="n1")
        reply = await sent.reply("Here.", mention_author=False)
        await channel.get_partial_message(reply.id).edit(content="There.", attachments=[picture()])
        await channel.fetch_message(sent.id)
        await reply.delete()

    @imagine.autocomplete("quality")
    async def qualities(_: Interaction[Any], current: str) -> list[app_commands.Choice[str]]:
        return [app_commands.Choice(name=f"{current} · $0.01", value=current)]

    @client.tree.context_menu(name="Edit image")
    async def edit_image(interaction: Interaction[Any], message: discord.Message) -> None:
        await interaction.response.send_message(f"{len(message.attachments)} files", ephemeral=True)
        await (await interaction.original_response()).delete()

    @quota.command(description="Set a limit")
    async def limit(interaction: Interaction[Any], usd: float, member: discord.Member) -> None:
        await interaction.response.send_message(
            view=Panel(), file=picture(), allowed_mentions=discord.AllowedMentions.none()
        )
        await member.send(f"${usd}")

    client.tree.add_command(quota)


async def play(sandbox: SandboxDiscord, lead: Member) -> None:
    """A session that meets every route a bot like ours uses."""
    studio = sandbox.server.channel("studio")
    choices = await lead.autocomplete("imagine", focused="quality", value="high", prompt="x")
    assert choices == [{"name": "high · $0.01", "value": "high"}]
    invocation = await lead.slash("imagine", prompt="a fox", count=2, quality="low", image1=Upload("in.png", png()))
    await sandbox.until(lambda: sandbox.traffic.search("/messages/", "DELETE"))
    message = await invocation.shown()
    assert message.content == f"2 low {len(png())}"
    opened = await (await lead.click(message, "Edit")).answered()
    submitted = await lead.submit_modal(opened, {"prompt": "red", "references": [Upload("ref.png", png())]})
    await submitted.answered()
    assert submitted.ephemeral
    again = await lead.click(message, "Again")
    await sandbox.until(lambda: again.followups)
    await (await lead.select(message, "size", "Wide")).answered()
    menu = await lead.message_command("Edit image", studio.messages[-1])
    await sandbox.until(lambda: menu.original and menu.original.deleted)
    await lead.slash("quota limit", usd=5, member=lead)
    await sandbox.until(lambda: lead.direct_channel.messages)
    await lead.reply(studio.messages[-1], "and now in blue")


async def test_every_request_and_answer_of_a_real_session_fits(official: OfficialDescription) -> None:
    client = RealClient()
    install(client)
    async with SandboxDiscord() as sandbox:
        lead = sandbox.server.add_member("Lea", permissions=Permission.MANAGE_GUILD)
        async with connected(client, sandbox):
            await play(sandbox, lead)
            await client.fetch_guild(sandbox.server.id)
            channel = cast("discord.TextChannel", await client.fetch_channel(sandbox.server.channels[0].id))
            await channel.guild.fetch_member(lead.id)

    checked = [exchange for exchange in sandbox.traffic if "attachments/" not in exchange.path]
    wrong = [
        f"{exchange.method} {exchange.path} {exchange.status}: {violation}"
        for exchange in checked
        for violation in (
            *official.check_request(exchange.method, exchange.path, exchange.body),
            *official.check_response(exchange.method, exchange.path, exchange.status or 0, exchange.answer),
        )
    ]
    assert wrong == []
    assert len(checked) > 20
    assert sandbox.gateway.close_codes == [1000]


async def test_messages_and_files_on_the_gateway_fit(official: OfficialDescription) -> None:
    client = RealClient(message_content=True)
    install(client)
    async with SandboxDiscord(Options(privileged_intents=Intent.MESSAGE_CONTENT)) as sandbox:
        lead = sandbox.server.add_member("Lea", permissions=Permission.MANAGE_GUILD)
        async with connected(client, sandbox):
            await play(sandbox, lead)
            events = sandbox.gateway.sessions[0].missed_since(0)

    messages = [event["d"] for event in events if event["t"] in {"MESSAGE_CREATE", "MESSAGE_UPDATE"}]
    interactions = [event["d"] for event in events if event["t"] == "INTERACTION_CREATE"]
    resolved = [interaction["data"].get("resolved", {}) for interaction in interactions]
    files = [file for one in resolved for file in one.get("attachments", {}).values()]
    targets = [one["message"] for one in interactions if "message" in one]
    wrong = [
        *(str(fault) for one in (*messages, *targets) for fault in official.check_schema("MessageResponse", one)),
        *(str(fault) for file in files for fault in official.check_schema("AttachmentResponse", file)),
    ]
    assert wrong == []
    assert (len(messages) > 8, len(files), len(targets)) == (True, 2, 4)


async def test_what_is_wrong_is_named(official: OfficialDescription) -> None:
    route = "/channels/1/messages"

    assert official.check_request("POST", route, {"content": "x" * 4001})[0].place == "content"
    assert official.check_request("POST", route, {"attachments": [{"id": 0}]}) == []
    assert official.check_request("GET", "/users/@me", {"content": "x"})
    assert official.check_request("POST", "/no/such/route", {})
    assert official.check_response("GET", "/no/such/route", 200, {})
    assert official.check_response("GET", "/users/@me", 200, {"id": "1"})
    assert official.check_response("GET", "/users/@me", 204, None)
    assert official.check_response("DELETE", f"{route}/2", 204, {"unexpected": True})
    assert official.check_response("GET", route, 404, {"code": "text", "message": "no"})
    assert official.check_response("POST", route, 429, {"message": "slow", "code": 0})
    assert official.check_response("GET", route, 404, {"code": 10003, "message": "Unknown Channel"}) == []
    assert str(official.check_schema("MessageResponse", {})[0]) == 'the body: "type" is a required property'


def test_without_the_file_there_is_no_description(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "nowhere.json"))

    assert OfficialDescription.load() is None
