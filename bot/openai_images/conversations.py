"""One turn of a conversation by one call of the Responses API, and what became of one whose connection was lost."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from functools import partial
from typing import TYPE_CHECKING, Any

import httpx2
import openai
import structlog
from typing_extensions import override

from bot.errors import ConversationForgottenError, OutcomeUnknownError, RequestRejectedError, not_known
from bot.language import phrase
from bot.openai_images.calls import Sent, cut_off
from bot.openai_images.event_stream import messages
from bot.openai_images.turn_parameters import turn_order
from bot.openai_images.turn_reader import TurnReader
from bot.services.jobs import Begun, ConversationProvider, Reply

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence

    from bot.openai_images.rate_limit_headers import Tell
    from bot.services.jobs import InputImage, PartialImage
    from bot.services.requests import ImageRequest, Talk

FIRST_LOOK, LONGEST_PAUSE = 0.5, 10.0  # seconds before the response is asked for, which double up to the latter
SERVER_ERRORS, TOO_MANY = 500, 429

_log = structlog.stdlib.get_logger(__name__)


class Conversations(ConversationProvider):
    """Fulfils `ConversationProvider` by this client of the library.

    Args:
        client: sends nothing a second time by itself.
        names: what the endpoint calls models.
        tell: told how the rate limits of a main model stand.
        patience: seconds for which one asks what became of a turn.
    """

    def __init__(self, client: openai.AsyncOpenAI, names: Mapping[str, str], tell: Tell, patience: float) -> None:
        self._client = client
        self._names = names
        self._tell = tell
        self._patience = patience

    @override
    async def answer(
        self, request: ImageRequest, inputs: Sequence[InputImage], safety_identifier: str
    ) -> AsyncGenerator[Begun | PartialImage | Reply]:
        talk = request.talk
        if talk is None:
            raise RequestRejectedError(
                phrase("This is no turn of a conversation. Nothing was charged."), code="no_talk"
            )
        about = (request, talk, inputs, safety_identifier, self._names)
        try:
            async with aclosing(self._told(await asyncio.to_thread(turn_order, *about), talk)) as items:
                async for item in items:
                    yield item
                    del item  # a preview would be kept until the picture has come
                return
        except ConversationForgottenError:
            if talk.previous is None:
                raise
            _log.info("conversation forgotten by the provider, told anew")
        order = await asyncio.to_thread(partial(turn_order, anew=True), *about)
        async with aclosing(self._told(order, talk)) as items:
            async for item in items:
                yield item
                del item  # as above

    @override
    async def recover(self, response_id: str) -> Reply:
        return await self._found(
            response_id,
            OutcomeUnknownError(not_known(phrase("the image API does not say what became of this")), code="lost"),
        )

    async def _told(self, order: dict[str, Any], talk: Talk) -> AsyncGenerator[Begun | PartialImage | Reply]:
        """What comes of an order; what became of it, if the connection was lost."""
        sent = Sent(talk.main_model, self._tell)
        response_id: str | None = None
        try:
            with sent.understood(in_conversation=True):
                async with aclosing(self._ask(order, sent)) as items:
                    async for item in items:
                        if isinstance(item, Begun):
                            response_id = item.response_id
                        yield item
                        if isinstance(item, Reply):
                            return
                        del item  # as above
            raise cut_off(sent.request_id)
        except OutcomeUnknownError as problem:
            if response_id is None or not talk.is_stored:
                raise
            lost = problem
        yield await self._found(response_id, lost)

    async def _ask(self, order: dict[str, Any], sent: Sent) -> AsyncGenerator[Begun | PartialImage | Reply]:
        """What comes of a new response; without a `Reply` if it was cut off."""
        create: Any = self._client.responses.with_streaming_response.create
        async with create(**order) as answer:
            sent.begins(answer.headers)
            reader = TurnReader(answer.headers, sent.request_id)
            pieces: AsyncIterator[bytes] = answer.iter_bytes()
            async with aclosing(messages(pieces)) as told:
                async for message in told:
                    if isinstance(message, bytes):
                        raise ValueError("a bare file is no response")  # noqa: TRY004 - what garbles is a ValueError
                    item = reader.take(message)
                    if item is not None:
                        yield item
                    del message, item
                    if reader.is_over:
                        break
            if reader.is_over:
                yield reader.reply()

    async def _found(self, response_id: str, lost: OutcomeUnknownError) -> Reply:
        """The reply of a response that is kept, once it is over. Asking for it is free, and is done again and again.

        Raises:
            ImageFailure: it failed; or `lost`, where the provider does not tell.
        """
        pause = FIRST_LOOK
        try:
            async with asyncio.timeout(self._patience):
                while True:
                    reader = await self._look(response_id, lost)
                    if reader is not None and reader.is_over:
                        _log.info("response found after its connection was lost", status=reader.status)
                        return reader.reply()
                    await asyncio.sleep(pause)
                    pause = min(2 * pause, LONGEST_PAUSE)
        except TimeoutError:
            raise lost from None

    async def _look(self, response_id: str, lost: OutcomeUnknownError) -> TurnReader | None:
        """How a response stands; None if that cannot be known just now. Raises `lost`: nobody will say."""
        try:
            async with self._client.responses.with_streaming_response.retrieve(response_id) as answer:
                reader = TurnReader(answer.headers, answer.headers.get("x-request-id"))
                async for message in messages(answer.iter_bytes()):
                    if not isinstance(message, bytes):
                        reader.take(message)
        except openai.APIStatusError as error:
            if error.status_code < SERVER_ERRORS and error.status_code != TOO_MANY:
                raise lost from error
            return None
        except (openai.APIConnectionError, httpx2.RequestError, ValueError) as error:
            _log.info("response not seen yet", reason=type(error).__name__)
            return None
        return reader
