"""Words below a member's message: questions, hints, prices, refusals; by direct message where that is not taken."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from bot.delivery.ladder import NoWayError, Sentences, Spot, Way, climb, sparing
from bot.delivery.languages import language_of_server, translated
from bot.delivery.replies import send_below
from bot.delivery.uploads import files_of
from bot.discord_limits import LONGEST_MESSAGE
from bot.discord_retries import PROBLEMS, steadily
from bot.services.jobs import Posted

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import discord

    from bot.delivery.uploads import Upload

_log = structlog.stdlib.get_logger(__name__)


def no_buttons() -> None:
    """No view."""


async def tell_below(
    message: discord.Message,
    text: str,
    make: Callable[[], discord.ui.View | None] = no_buttons,
    *,
    what: str,
    leaner: str | None = None,
    uploads: Sequence[Upload] = (),
) -> discord.Message | None:
    """Say it below a member's message: else without buttons, else to the member directly. Pings nobody; never raises.

    Args:
        message: the member's.
        text: with buttons, if there are any.
        make: makes them, anew for each message.
        what: at most 5 characters; lets Discord drop what is said twice of the same message.
        leaner: what is said without the buttons; None if that is the same.
        uploads: see `Sentences`.

    Returns:
        What was sent; None if it was taken nowhere, which is logged.
    """
    sent: list[discord.Message] = []
    nonce = f"{what}:{message.id}"
    language = language_of_server(message.guild)

    async def below(words: str, shown: Sequence[Upload], view: discord.ui.View | None) -> Posted:
        told = language.translate(words)
        sent.append(
            await send_below(message.channel, message.id, told, nonce, shown, translated(view, language), language)
        )
        return Posted()

    async def directly(words: str, shown: Sequence[Upload], _: discord.ui.View | None) -> Posted:
        content = language.translate(words)[:LONGEST_MESSAGE]
        sent.append(await steadily(lambda: message.author.send(content, files=files_of(shown, language), nonce=nonce)))
        return Posted()

    ways = [Way(Spot.CHANNEL, sparing(below))]
    if message.guild is not None:
        ways.append(Way(Spot.DIRECT, sparing(directly), bare=True))
    try:
        await climb(ways, Sentences(text, make, leaner, uploads), message.channel.id)
    except (NoWayError, *PROBLEMS) as problem:
        _log.info("not said below a message", message=message.id, reason=str(problem))
    return sent[0] if sent else None
