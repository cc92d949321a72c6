"""What the people of the demo do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.sandbox.discord import Permission, Upload

if TYPE_CHECKING:
    from bot.demo.printing import Printer
    from bot.sandbox.discord import Channel, Invocation, Member, Message, SandboxDiscord

DAILY_IMAGES = "4"
MONTHLY_BUDGET = "$5.00"
PATIENCE = 20.0  # seconds that somebody waits for a picture


async def tell(discord: SandboxDiscord, printer: Printer) -> None:
    """Three members make pictures together; one meets a limit and asks a lead for more, one meets the safety check."""
    people = [discord.server.add_member(name) for name in ("Mia", "Theo", "Ada")]
    noor = discord.server.add_member("Noor", permissions=Permission.MANAGE_GUILD)
    leads = discord.server.add_channel("leads")

    await printer.scene("Noor, who leads the team, sets its budget and where she is told of it")
    await _done(discord, await noor.slash("studio log", channel_=leads))
    await (await noor.slash("quota set", kind="budget", amount="$0.50", window="month")).shown(PATIENCE)

    lighthouse = await _pictures(discord, printer, *people)
    await _limits(discord, printer, people[1], noor, leads)
    await _words(discord, printer, people[2])

    await printer.scene("Mia looks at the details, and at what is left")
    await (await people[0].click(lighthouse, "Details")).shown(PATIENCE)
    await _done(discord, await people[0].slash("usage"))

    await printer.scene("Noor reads the month, and who decided what")
    await _done(discord, await noor.slash("quota report", by="member"))
    await (await noor.slash("studio audit")).shown(PATIENCE)


async def _pictures(discord: SandboxDiscord, printer: Printer, mia: Member, theo: Member, ada: Member) -> Message:
    """Everybody makes some; Mia's first is returned."""
    await printer.scene("Mia sees the price of each choice before she presses Enter")
    choices = await mia.autocomplete("imagine", focused="quality", prompt="…")
    printer.choices("quality", choices)

    await printer.scene("Mia asks for a picture; it sharpens in place, then the result comes as a message")
    lighthouse = await _ask(
        discord, mia, prompt="a lighthouse on a cliff at dusk, calm sea, first stars, soft warm light", quality="high"
    )

    await printer.scene("Theo presses Again under Mia's picture, at his own expense")
    await _result(discord, await theo.click(lighthouse, "Again"), discord.server.channel("studio"))

    await printer.scene("Ada starts from Mia's picture, and only she sees the result")
    picture = lighthouse.attachments[0].content
    private = await ada.slash(
        "imagine", prompt="the same place in a winter storm", image1=Upload("mine.png", picture), private=True
    )
    await discord.until(
        lambda: private.response and any(file.filename.startswith("atelier-") for file in private.response.attachments),
        PATIENCE,
    )

    await printer.scene("Theo wants three variants at once")
    await _ask(discord, theo, prompt="a bowl of oranges on a wooden table, still life", quality="low", count=3)
    return lighthouse


async def _limits(discord: SandboxDiscord, printer: Printer, theo: Member, noor: Member, leads: Channel) -> None:
    await printer.scene("Theo's allowance for today is used up: refused in private, nothing charged. He asks for more")
    refused = await (await theo.slash("imagine", prompt="one more bowl of oranges")).shown(PATIENCE)
    await _done(discord, await theo.click(refused, "Ask for more"))

    await printer.scene("Noor grants it, and Theo has his picture")
    await noor.click(leads.messages[-1], "Grant 1 picture")
    await discord.until(lambda: theo.direct_channel.messages, PATIENCE)
    await _ask(discord, theo, prompt="one more bowl of oranges")


async def _words(discord: SandboxDiscord, printer: Printer, ada: Member) -> None:
    await printer.scene("Ada's words do not pass the image API's safety check")
    await (await ada.slash("imagine", prompt="something forbidden")).shown(PATIENCE)
    studio = discord.server.channel("studio")
    await discord.until(lambda: any("safety check" in message.content for message in studio.visible_to(ada)), PATIENCE)


async def _done(discord: SandboxDiscord, invocation: Invocation) -> None:
    """Wait for an answer that takes a moment."""
    await discord.until(lambda: invocation.response is not None and not invocation.response.loading, PATIENCE)


async def _ask(discord: SandboxDiscord, member: Member, **options: Any) -> Message:  # noqa: ANN401 - option values
    return await _result(discord, await member.slash("imagine", **options), discord.server.channel("studio"))


async def _result(discord: SandboxDiscord, invocation: Invocation, channel: Channel) -> Message:
    """Wait for the message that the bot sends when the picture is there and the progress message is gone."""

    def sent() -> list[Message]:
        return [message for message in channel.messages if message.origin is None and message.id > invocation.id]

    await discord.until(lambda: sent() and invocation.response is None, PATIENCE)
    return sent()[-1]
