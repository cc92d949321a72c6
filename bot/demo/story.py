"""What the people of the demo do."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from PIL import Image, ImageDraw

from bot.sandbox.discord import Permission, Upload

if TYPE_CHECKING:
    from bot.demo.printing import Printer
    from bot.sandbox.discord import Channel, Invocation, Member, Message, SandboxDiscord

DAILY_IMAGES = "4"
MONTHLY_BUDGET = "$5.00"
PATIENCE = 300.0  # seconds that somebody waits for a picture, on a machine however slow


async def tell(discord: SandboxDiscord, printer: Printer) -> None:
    """Three members make pictures together; one meets a limit and asks a lead for more, one meets the safety check."""
    people = [discord.server.add_member(name) for name in ("Mia", "Theo", "Ada")]
    noor = discord.server.add_member("Noor", permissions=Permission.MANAGE_GUILD)
    leads = discord.server.add_channel("leads")

    await printer.scene("Noor, who leads the team, sets its budget and where she is told of it")
    await _done(discord, await noor.slash("studio log", channel_=leads))
    await (await noor.slash("quota set", kind="budget", amount="$1.00", window="month")).shown(PATIENCE)

    lighthouse = await _pictures(discord, printer, *people)
    await _changes(discord, printer, lighthouse, people[0], people[2])
    await _limits(discord, printer, people[1], noor, leads)
    await _words(discord, printer, people[2])

    await printer.scene("Mia looks at the details, what was made of her picture, and at what is left")
    await (await people[0].message_command("Image details", lighthouse)).shown(PATIENCE)
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


async def _changes(discord: SandboxDiscord, printer: Printer, lighthouse: Message, mia: Member, ada: Member) -> None:
    """A reply in words, a drawing, a wider view: each picture is the parent of the next."""
    await printer.scene("Mia replies to her picture: her words change it")
    storm = await _answer(discord, await mia.reply(lighthouse, "make it a stormy night with snow"))

    await printer.scene("Ada circles a place in Mia's picture, says what belongs there, and sees the price first")
    circled = Upload("circled.jpg", _circled(storm.attachments[0].content))
    reply = await ada.reply(storm, "a red sailing boat here", [circled])
    question = await _question(discord, reply)
    await ada.click(question, "Change it")
    boat = await _answer(discord, reply)

    await printer.scene("Mia zooms out: the model draws what is around it, and what was there stays")
    more = next(item["custom_id"] for row in boat.components for item in row["components"] if "options" in item)
    await _result(discord, await mia.select(boat, more, "zoom-1.5"), discord.server.channel("studio"))


def _circled(content: bytes) -> bytes:
    """The picture with a circle on it, as from a telephone."""
    with Image.open(io.BytesIO(content)) as picture:
        drawn = picture.convert("RGB")
    width, height = drawn.size
    box = (width * 0.12, height * 0.55, width * 0.42, height * 0.85)
    ImageDraw.Draw(drawn).ellipse(box, outline=(255, 40, 60), width=max(4, width // 90))
    file = io.BytesIO()
    drawn.save(file, "JPEG", quality=90)
    return file.getvalue()


async def _question(discord: SandboxDiscord, reply: Message) -> Message:
    """Wait for what the bot asks below a reply."""

    def asked() -> list[Message]:
        later = (message for message in reply.channel.messages if message.id > reply.id)
        return [message for message in later if message.author is discord.bot and message.components]

    await discord.until(asked, PATIENCE)
    return asked()[-1]


async def _answer(discord: SandboxDiscord, reply: Message) -> Message:
    """Wait for the result of a reply: the bot's message below it that is not its progress any more."""

    def results() -> list[Message]:
        later = (message for message in reply.channel.messages if message.id > reply.id)
        return [message for message in later if message.author is discord.bot and message.content.startswith("**#")]

    await discord.until(results, PATIENCE)
    return results()[-1]


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
