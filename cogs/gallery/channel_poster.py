"""The message by which private pictures become everybody's: like that of a result, with live buttons and credit."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import discord
from typing_extensions import override

from bot.delivery.already_posted import find_posted
from bot.delivery.ladder import NoWayError, Spot, Way, climb
from bot.delivery.languages import locale_of_server
from bot.delivery.responder import Responder
from bot.discord_retries import steadily
from bot.discord_ui.shown_pictures import saying_of
from bot.discord_ui.visibility import is_for_adults_elsewhere
from bot.errors import DecisionRefusedError, NotPermittedError
from bot.language import phrase
from bot.presentation.picture_descriptions import numbers
from bot.services.gallery import Poster
from bot.services.ledger import Destination

if TYPE_CHECKING:
    from bot.discord_ui.interactions import AtelierClient
    from bot.services.gallery import Publication
    from bot.services.ledger import Order, Picture
    from bot.services.policy import Requester

OF_OUR_OWN = Destination(0, "", 0, None, private=False)  # no interaction's token is needed


class ChannelPoster(Poster):
    """Fulfils `Poster`."""

    def __init__(self, client: AtelierClient) -> None:
        self._client = client

    @override
    async def find(self, publication: Publication) -> int | None:
        owner = publication.owner
        return await find_posted(
            self._client, owner.server_id, owner.channel_id, int(publication.id), publication.numbers
        )

    @override
    async def check(self, order: Order, publication: Publication) -> None:
        owner = publication.owner
        guild = self._client.get_guild(owner.server_id)
        if guild is None:
            raise LookupError("the server is not at hand")
        try:
            member = await steadily(lambda: guild.fetch_member(owner.user_id))
            channel = guild.get_channel_or_thread(owner.channel_id) or await guild.fetch_channel(owner.channel_id)
        except discord.NotFound as gone:
            raise NotPermittedError(_may_not(owner.channel_id)) from gone
        check_place(order, publication.numbers[0], channel, channel.permissions_for(member))

    @override
    async def post(self, order: Order, publication: Publication) -> int:
        jobs = order.showing(publication.numbers).jobs
        owner = publication.owner
        public = (
            each if each.picture is None else replace(each, picture=_published(each.picture, owner)) for each in jobs
        )
        shown = replace(order, jobs=tuple(public))
        by = phrase("Published by {who}.", who=f"<@{owner.user_id}>")
        saying = await saying_of(self._client, shown, shown.pictures, by)
        responder = Responder(self._client, owner, self._destination(owner.server_id), publication.id)
        way = Way(Spot.CHANNEL, responder.send, responder.upload_limit)
        try:
            landing = await climb([way], saying, owner.channel_id)
        except NoWayError as nowhere:
            raise DecisionRefusedError(
                phrase(
                    "I cannot publish {numbers}, because {why}. Nothing has changed.",
                    numbers=numbers(shown.pictures),
                    why=nowhere.why,
                )
            ) from nowhere
        return landing.posted.message_ids[0]

    def _destination(self, server_id: int) -> Destination:
        guild = self._client.get_guild(server_id)
        return OF_OUR_OWN if guild is None else replace(OF_OUR_OWN, locale=locale_of_server(guild))


def check_place(
    order: Order, number: int, channel: discord.abc.GuildChannel | discord.Thread, allowed: discord.Permissions
) -> None:
    """May somebody publish a picture in this channel, where they are `allowed` so much?

    Raises:
        DecisionRefusedError: it was made where only adults see it, and here all do.
        NotPermittedError: they could say nothing there themselves.
    """
    if is_for_adults_elsewhere(channel.guild, order.requester.pool_id, channel):
        raise DecisionRefusedError(
            phrase("{number} was made in an age-restricted channel. Publish it in one.", number=f"#{number}")
        )
    if not (allowed.send_messages_in_threads if isinstance(channel, discord.Thread) else allowed.send_messages):
        raise NotPermittedError(_may_not(channel.id))


def _may_not(channel_id: int) -> str:
    return phrase(
        "You may not write in {channel}, so you cannot publish there. Choose a channel where you may.",
        channel=f"<#{channel_id}>",
    )


def _published(picture: Picture, owner: Requester) -> Picture:
    return replace(picture, published_in=(owner.channel_id, owner.parent_id))
