"""Pictures in the gallery channel: whether everybody there may see them, and the message that shows one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import discord
from typing_extensions import override

from bot.delivery.already_posted import find_posted
from bot.delivery.ladder import Saying, Spot, Way, climb
from bot.delivery.languages import locale_of_server
from bot.delivery.posted_results import ShownResults
from bot.delivery.responder import Responder
from bot.delivery.uploads import uploads_of
from bot.discord_retries import steadily
from bot.discord_ui.shown_pictures import result_of
from bot.discord_ui.visibility import all_readers_see, is_for_adults
from bot.language import phrase
from bot.services.gallery import GalleryWriter
from bot.services.ledger import Destination
from bot.services.policy import Requester
from cogs.stars.text import gallery_post_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.delivery.ladder import Buttons
    from bot.delivery.uploads import Upload
    from bot.discord_ui.interactions import AtelierClient
    from bot.services.gallery import DuePost
    from bot.services.jobs import Result
    from bot.services.ledger import Order, Picture

GONE = phrase("the place where it was made is gone")
IN_PRIVATE = phrase("it was made in a private thread")
NOWHERE = Destination(application_id=0, interaction_token="", expires_at=0, message_id=None, private=False)


@dataclass(frozen=True, slots=True)
class _GalleryPost(Saying):
    """A picture as the gallery shows it, with the way to where it was made."""

    result: Result
    model_title: str
    original: tuple[int, int] | None
    buttons: Buttons

    @override
    async def fitted(self, limit: int, notes: Sequence[str], *, lean: bool) -> tuple[str, Sequence[Upload]]:
        posting = await uploads_of(self.result, limit)
        (picture, _), *_others = self.result.files
        said = [*notes, *posting.notes]
        return gallery_post_text(self.result.request, picture, self.model_title, self.original, said), posting.uploads

    @override
    def view(self) -> discord.ui.View | None:
        return self.buttons.of_result(self.result)


class ChannelWriter(GalleryWriter):
    """Fulfils `GalleryWriter`."""

    def __init__(self, client: AtelierClient) -> None:
        self._client = client

    @override
    async def obstacle(self, order: Order, channel_id: int) -> str | None:
        asked = order.requester
        guild = self._client.get_guild(asked.server_id)
        if guild is None:
            raise LookupError("the server is not at hand")
        made_in = guild.get_channel(asked.parent_id or asked.channel_id)
        is_private = asked.parent_id and await self._is_private(guild, asked.channel_id)
        if made_in is None or is_private is None:
            return GONE
        if is_private:
            return IN_PRIVATE
        gallery = guild.get_channel_or_thread(channel_id) or await guild.fetch_channel(channel_id)
        if is_for_adults(made_in) and not is_for_adults(gallery):
            return phrase(
                "it was made in an age-restricted channel, which {channel} is not", channel=f"<#{channel_id}>"
            )
        shown_in = gallery.parent if isinstance(gallery, discord.Thread) else gallery  # all who see it see that too
        if shown_in is None or (shown_in.id != made_in.id and not all_readers_see(shown_in, made_in)):
            return phrase("not everybody who sees {channel} can see where it was made", channel=f"<#{channel_id}>")
        return None

    async def _is_private(self, guild: discord.Guild, thread_id: int) -> bool | None:
        """Whether a thread is; None if it is gone."""
        thread: object = guild.get_thread(thread_id)
        try:
            if thread is None:  # an archived one
                thread = await steadily(lambda: guild.fetch_channel(thread_id))
        except discord.NotFound:
            return None
        return not isinstance(thread, discord.Thread) or thread.is_private()

    @override
    async def find(self, due: DuePost, channel_id: int) -> int | None:
        return await find_posted(self._client, due.server_id, channel_id, due.vote_id, [due.number])

    @override
    async def post(self, order: Order, picture: Picture, due: DuePost, channel_id: int) -> int:
        services = self._client.services
        own = {order.requester.channel_id, order.requester.parent_id}
        places = [place for place in await services.requests.messages(order.id) if place[0] in own]
        first = -1 if picture.published else 0  # what was taken back and published again stands there anew
        saying = _GalleryPost(
            await result_of(services, order, [picture]),
            services.catalog.title_of(order.request.model),
            places[first] if places else None,
            self._client.buttons,
        )
        there = Requester(due.server_id, channel_id, 0)
        responder = Responder(self._client, there, self._destination(due.server_id), str(due.vote_id))
        landing = await climb([Way(Spot.CHANNEL, responder.send, responder.upload_limit)], saying, channel_id)
        (message_id,) = landing.posted.message_ids
        return message_id

    def _destination(self, server_id: int) -> Destination:
        guild = self._client.get_guild(server_id)
        return NOWHERE if guild is None else replace(NOWHERE, locale=locale_of_server(guild))

    @override
    async def take_down(self, channel_id: int, message_id: int) -> None:
        await ShownResults(self._client).remove(channel_id, message_id)
