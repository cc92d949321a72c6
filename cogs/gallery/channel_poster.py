"""The message by which private pictures become everybody's: like that of a result, with live buttons and credit."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from typing_extensions import override

from bot.delivery.ladder import NoWayError, Spot, Way, climb
from bot.delivery.place import Place
from bot.discord_ui.shown_pictures import saying_of
from bot.errors import DecisionRefusedError
from bot.presentation.story import numbers
from bot.services.gallery import Poster
from bot.services.ledger import Destination

if TYPE_CHECKING:
    from bot.discord_ui.interactions import AtelierClient
    from bot.services.gallery import Publication
    from bot.services.ledger import Order, Picture
    from bot.services.policy import Requester

BY = "Published by <@{}>."
NOT_TAKEN = "I cannot publish {}, because {}. Nothing has changed."
OF_OUR_OWN = Destination(0, "", 0, None, private=False)  # no interaction's token is needed


class ChannelPoster(Poster):
    """Fulfils `Poster`."""

    def __init__(self, client: AtelierClient) -> None:
        self._client = client

    @override
    async def post(self, order: Order, publication: Publication, *, again: bool) -> int:
        """Post it; `again` looks for it first, where the bot may read."""
        jobs = order.showing(publication.numbers).jobs
        owner = publication.owner
        public = (
            each if each.picture is None else replace(each, picture=_published(each.picture, owner)) for each in jobs
        )
        shown = replace(order, jobs=tuple(public))
        saying = await saying_of(self._client, shown, shown.pictures, BY.format(owner.user_id))
        place = Place(self._client, owner, OF_OUR_OWN, publication.id, maybe_sent=again)
        way = Way(Spot.CHANNEL, place.send, place.upload_limit)
        try:
            landing = await climb([way], saying, owner.channel_id)
        except NoWayError as nowhere:
            raise DecisionRefusedError(NOT_TAKEN.format(numbers(shown.pictures), nowhere.why)) from nowhere
        return landing.posted.message_ids[0]


def _published(picture: Picture, owner: Requester) -> Picture:
    return replace(picture, published_in=(owner.channel_id, owner.parent_id))
