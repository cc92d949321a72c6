"""Ask for more: a member who was refused asks their leads, in the log channel."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Self

import discord
import structlog
from typing_extensions import override

from bot.delivery.languages import language_of_reader, language_of_server, translated
from bot.discord_retries import PROBLEMS, steadily
from bot.discord_ui.buttons import LastingButton
from bot.discord_ui.request_context import requester_of, think
from bot.errors import UserFacingError
from bot.language import phrase
from bot.services.calendar import Window
from bot.services.policy import MOST_NANO, Metric, Scope
from bot.services.quotas import Need
from bot.services.text import number_of
from cogs.increases.deciding import buttons_of
from cogs.increases.text import ASKED, increase_text

if TYPE_CHECKING:
    import re

    from bot.discord_ui.interactions import Interaction
    from bot.services.quotas import Asked

TEMPLATE = (
    r"more:(?P<scope>server|channel|role|member):(?P<scope_id>[0-9]+):(?P<metric>images|usd)"
    r":(?P<window>hour|day|week|month):(?P<amount>[0-9]+):(?P<ends_at>[0-9]+)"
)

CANNOT_WRITE = phrase(
    "I cannot write to the channel where your leads would read this, so nothing was asked. "
    "Please tell one of them yourself."
)
NO_ANSWER = phrase(
    "Discord does not answer me, so your leads may not have read this. Press the button again in a minute."
)

_log = structlog.stdlib.get_logger(__name__)


class AskButton(LastingButton, template=TEMPLATE):
    """Asks the leads for more of the limit that stood in the way."""

    def __init__(self, need: Need) -> None:
        super().__init__(
            discord.ui.Button(
                label=phrase("Ask for more"),
                emoji="🙋",
                style=discord.ButtonStyle.primary,
                custom_id=custom_id_of(need),
            )
        )
        self.need = need

    @classmethod
    @override
    def read(cls, match: re.Match[str]) -> Self:
        return cls(need_in(match))

    @override
    async def pressed(self, interaction: Interaction) -> None:
        """Ask."""
        await think(interaction)
        locale = str(interaction.locale)
        async with interaction.client.services.increases.asking(requester_of(interaction), self.need, locale) as asked:
            await _tell_leads(interaction, asked)
        await interaction.edit_original_response(content=language_of_reader(interaction).translate(ASKED))


def custom_id_of(need: Need) -> str:
    """At most 100 characters, from which `need_in` reads the need again."""
    return f"more:{need.scope}:{need.scope_id}:{need.metric}:{need.window}:{need.amount}:{need.ends_at}"


def need_in(match: re.Match[str]) -> Need:
    """What a `custom_id` of this button holds."""
    return Need(
        scope=Scope(match["scope"]),
        scope_id=number_of(match["scope_id"]),
        metric=Metric(match["metric"]),
        window=Window(match["window"]),
        amount=min(number_of(match["amount"]), MOST_NANO),
        ends_at=number_of(match["ends_at"]),
    )


async def _tell_leads(interaction: Interaction, asked: Asked) -> None:
    """Post the request for more to the log channel; if nobody can read it there, nothing was asked.

    Asked again, it has the same nonce: Discord drops it for some minutes, should the first have arrived after all.
    """
    increase = asked.increase
    channel = interaction.client.get_partial_messageable(asked.log_channel_id, guild_id=increase.server_id)
    language = language_of_server(interaction.guild)
    text = language.translate(increase_text(increase, asked.status))
    nonce = f"plea-{increase.id}"
    try:
        await steadily(lambda: channel.send(text, view=translated(buttons_of(increase), language), nonce=nonce))
    except PROBLEMS as error:
        _log.warning("plea not posted", channel=asked.log_channel_id, reason=repr(error))
        raise UserFacingError(CANNOT_WRITE if _is_refusal(error) else NO_ANSWER) from None


def _is_refusal(error: Exception) -> bool:
    """Whether it is certain that Discord posted nothing."""
    return isinstance(error, discord.HTTPException) and error.status < HTTPStatus.INTERNAL_SERVER_ERROR
