"""The buttons under what was posted before: how many stars they tell, and which of a result's pictures they mean."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import discord
import structlog
from typing_extensions import override

from bot.delivery.languages import language_of_server, translated
from bot.discord_retries import PROBLEMS, steadily
from bot.discord_ui.buttons import ALONE
from bot.discord_ui.shown_pictures import rows_of
from bot.errors import PictureGoneError
from bot.presentation.result import number_in
from bot.services.gallery import StarLabels
from bot.services.text import number_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.delivery.ladder import Buttons
    from bot.services.ledger import Order

_OURS = re.compile(rf"(?:edit|star):(?P<number>[0-9]+)(?P<ending>{ALONE}?)")  # one of them stands under every result
_STAR = "star:"  # begins the ids of buttons that tell the stars

_log = structlog.stdlib.get_logger(__name__)


class MessageLabels(StarLabels):
    """Fulfils `StarLabels`: where a message tells another number, or none, its rows are made anew."""

    def __init__(self, client: discord.Client, buttons: Buttons) -> None:
        self._client = client
        self._buttons = buttons

    @override
    async def renew(self, order: Order, channel_id: int, message_id: int) -> bool:
        message = self._client.get_partial_messageable(channel_id).get_partial_message(message_id)
        try:
            shown = await steadily(message.fetch)
            alone = shown_alone(shown)
            if alone is None:  # Discord has refused its buttons
                return True
            if order.destination.private:  # of its pictures, everybody may see some
                order = order.showing({number_in(each.filename) or 0 for each in shown.attachments})
            language = language_of_server(self._client.get_guild(order.requester.server_id))
            rows = translated(rows_of(self._buttons, order, alone), language)
            if rows is not None and _told(rows.children) != _told(_items_of(shown)):
                await steadily(lambda: message.edit(view=translated(rows_of(self._buttons, order, alone), language)))
        except (PictureGoneError, discord.NotFound):
            return True  # nothing is left that could tell them
        except PROBLEMS as problem:
            _log.info("stars not shown", message=message_id, reason=repr(problem))
            return False
        return True


def shown_alone(message: discord.Message) -> int | None:
    """The number of the picture that a message of ours shows by itself; 0 for all of a result, None without buttons."""
    matches = (_OURS.fullmatch(str(item.custom_id)) for item in _items_of(message))
    match = next((match for match in matches if match is not None), None)
    if match is None:
        return None
    return number_of(match["number"]) if match["ending"] else 0


def _items_of(message: discord.Message) -> Iterable[Any]:
    rows = (row for row in message.components if isinstance(row, discord.ActionRow))
    return (item for row in rows for item in row.children if hasattr(item, "custom_id"))


def _told(items: Iterable[Any]) -> str | None:
    """What the button says that tells the stars; None if there is none."""
    return next((getattr(item, "item", item).label for item in items if str(item.custom_id).startswith(_STAR)), None)
