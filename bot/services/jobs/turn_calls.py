"""Asks for turns of conversations: what came of one is found again after a restart, and an edit stands in for it."""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import structlog

from bot.errors import NoConversationsError
from bot.language import phrase
from bot.services.jobs.provider import Begun

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence

    from bot.services.jobs.provider import (
        ConversationProvider,
        FinishedImage,
        ImageProvider,
        InputImage,
        PartialImage,
        Reply,
    )
    from bot.services.ledger import Notes, Order

NO_WORDS = phrase("The image API has no text model here that could do this. Nothing was charged.")
TURN = "turn:"  # begins the name of a note that keeps a response's id; the request's id follows

_log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True)
class TurnCalls:
    """Asks for turns by one call each.

    Attributes:
        pictures: makes a picture where no conversation can be had.
        notes: keep by which name the provider can be asked what became of a turn.
    """

    provider: ConversationProvider
    pictures: ImageProvider
    notes: Notes
    _without: set[str] = field(default_factory=set[str])  # main models that make no pictures in conversations here

    async def ask(
        self, order: Order, inputs: Sequence[InputImage], safety_identifier: str
    ) -> AsyncGenerator[PartialImage | FinishedImage | Reply]:
        """What comes of a turn; of an edit, if this endpoint has no conversations. Raises as the providers do.

        Words about a prompt come from conversations only.
        """
        request = order.request
        main = "" if request.talk is None else request.talk.main_model
        is_edit = main in self._without and not request.is_wording
        if not is_edit:
            try:
                async with aclosing(self.provider.answer(request, inputs, safety_identifier)) as items:
                    async for item in items:
                        if isinstance(item, Begun):
                            await self._note(order.id, item.response_id)
                        else:
                            yield item
                        del item  # or a preview would be kept until the picture has come
            except NoConversationsError as problem:  # certainly refused, and so nothing is asked for twice
                if request.is_wording:
                    raise NoConversationsError(NO_WORDS, code=problem.code, request_id=problem.request_id) from problem
                _log.warning("no conversations here, edits instead", main_model=main, code=problem.code)
                self._without.add(main)
                is_edit = True
        if is_edit:
            async with aclosing(self.pictures.make(replace(request, talk=None), inputs, safety_identifier)) as images:
                async for image in images:
                    yield image
                    del image  # the same

    async def is_known(self, order: Order) -> bool:
        """Whether the provider can be asked what became of a turn that was sent."""
        return order.request.talk is not None and bool(await self.notes.get(f"{TURN}{order.id}"))

    async def recover(self, order: Order) -> Reply:
        """What became of it. Raises as `ConversationProvider.recover` does."""
        return await self.provider.recover(await self.notes.get(f"{TURN}{order.id}") or "")

    async def _note(self, request_id: str, response_id: str) -> None:
        try:
            await self.notes.put(f"{TURN}{request_id}", response_id)
        except Exception as problem:  # noqa: BLE001 - the turn is being made; a restart could only not ask for it
            _log.warning("not noted how a turn is called", request=request_id, reason=repr(problem))
