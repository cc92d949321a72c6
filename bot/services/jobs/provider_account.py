"""The account that pays for pictures, as the provider sees it: while it is refused, nobody's request is taken."""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import structlog

from bot.errors import ImageFailure, ProviderAccountError
from bot.services.background import Background

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Generator, Mapping

    from bot.services.policy import Policies

WATCH_EVERY = 30.0  # seconds between two free calls, when nobody asks for a picture
LOOK_TIME = 5.0  # seconds that somebody waits for a free call
FIRST_PAUSE, LONGEST_PAUSE = 10.0, 600.0  # seconds until one request is let through, to find out; doubled each time
ALL = ""  # stands for every model

_log = structlog.stdlib.get_logger(__name__)


class FreeCall(Protocol):
    """Asks the provider for its models, which costs nothing."""

    async def __call__(self) -> Mapping[str, str | None]:
        """The date on which each model of this key shuts down (YYYY-MM-DD), or None.

        Raises:
            ProviderAccountError: the account is refused.
            ImageFailure: nobody knows.
        """
        ...


class AccountSpeaker(Protocol):
    """Tells the leads of a server."""

    async def __call__(self, server_id: int, channel_id: int, words: str | None, /) -> bool:
        """That the account is refused, in the provider's words, or (None) well again; False if that is not possible."""
        ...


@dataclass(eq=False)
class Refusal:
    """What is refused, and how it shall be found out that it is not any more.

    Attributes:
        is_seen: whether the free call was refused too: then it tells when all is well. None as long as nobody knows.
        told: servers whose leads were told.
    """

    error: ProviderAccountError
    pause: float
    probe_at: float  # by the account's clock
    is_seen: bool | None = None
    probing: asyncio.Event | None = None
    told: set[int] = field(default_factory=set[int])


@dataclass(eq=False)
class Call:
    """One paid call, tried until the provider takes it.

    Attributes:
        probes: the refusal of which it shall show whether it still holds.
        is_out: whether it was sent, and not certainly refused.
    """

    account: ProviderAccount
    model: str
    server_id: int
    probes: Refusal | None = None
    is_out: bool = False

    @contextmanager
    def out(self) -> Generator[None]:
        """While it is sent and answered."""
        self.is_out = True
        try:
            yield
        except ImageFailure as failure:
            self.is_out = failure.charged != "no"
            raise

    def met(self, failure: BaseException | None) -> None:
        """Say what came of it: a picture, or this failure."""
        self.account.met(self, failure)


class ProviderAccount:
    """Knows whether the account is refused; learns it from the calls that are made anyway.

    A refusal that the free call meets too (a wrong key) ends when that call is answered. What it does not show (no
    money left, a model that needs verification) ends when a request is let through and made, or refused for what it
    asks: one after a pause, which doubles while the account is refused. Being refused costs nothing.

    Attributes:
        speaker: set when the bot can speak.
    """

    def __init__(self, look: FreeCall, policies: Policies, clock: Callable[[], float] = time.monotonic) -> None:
        self.speaker: AccountSpeaker | None = None
        self._look = look
        self._policies = policies
        self._clock = clock
        self._refusals: dict[str, Refusal] = {}
        self._looked_at = float("-inf")
        self._looking = asyncio.Lock()
        self._opening: asyncio.Event | None = None
        self._background = Background()
        self._watching = False

    @property
    def refusal(self) -> ProviderAccountError | None:
        """Why the account is refused as a whole, if it is."""
        found = self._refusals.get(ALL)
        return None if found is None else found.error

    async def open(self) -> Mapping[str, str | None]:
        """Look for the first time; what the free call tells, empty if nobody answered. Who asks meanwhile waits."""
        self._opening = asyncio.Event()
        try:
            return await self._look()
        except ProviderAccountError as error:
            self._see(self._refuse(error, ALL), is_refused=True)
        except ImageFailure as error:
            _log.warning("image API not reached yet", reason=error.code)
        finally:
            self._opening.set()
        return {}

    async def close(self) -> None:
        """Look no more."""
        await self._background.close()

    async def check(self, model: str, server_id: int) -> None:
        """Let a request in, or not: before anything is reserved.

        Raises:
            ProviderAccountError: the account is refused for this model.
        """
        if self._opening is not None:
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_TIME):
                    await self._opening.wait()
        refusal = self._refusal_of(model)
        if refusal is not None and refusal.is_seen is not False:
            await self._look_again(self._clock())
            refusal = self._refusal_of(model)
        if refusal is None or (refusal.probing is None and self._clock() >= refusal.probe_at):
            return
        self._tell_soon(server_id, refusal)
        raise _again(refusal.error)

    @asynccontextmanager
    async def calling(self, model: str, server_id: int) -> AsyncGenerator[Call]:
        """Around a paid call. While the account is refused, one call finds out; the others wait for what it meets.

        Raises:
            ProviderAccountError: the account is refused for this model; nothing may be sent.
        """
        while (refusal := self._refusal_of(model)) is not None:
            if refusal.probing is not None:
                await refusal.probing.wait()
            elif self._clock() >= refusal.probe_at:
                break
            else:
                self._tell_soon(server_id, refusal)
                raise _again(refusal.error)
        call = Call(self, model, server_id, refusal)
        if refusal is None:
            yield call
            return
        refusal.probing = probing = asyncio.Event()
        refusal.probe_at = self._clock() + refusal.pause
        try:
            yield call
        finally:
            refusal.probing = None
            probing.set()

    def met(self, call: Call, failure: BaseException | None) -> None:
        """What came of a paid call; see `Call.met`."""
        is_well = failure is None or (isinstance(failure, ImageFailure) and failure.accepted)
        if is_well and call.probes is not None:
            self._end(call.probes)
        elif isinstance(failure, ProviderAccountError) and failure.reach != "request":
            refusal = self._refuse(failure, ALL if failure.reach == "account" else call.model)
            if refusal is call.probes:
                refusal.pause = min(2 * refusal.pause, LONGEST_PAUSE)
                refusal.probe_at = self._clock() + refusal.pause
            self._tell_soon(call.server_id, refusal)

    def _refusal_of(self, model: str) -> Refusal | None:
        return self._refusals.get(ALL) or self._refusals.get(model)

    def _refuse(self, error: ProviderAccountError, key: str) -> Refusal:
        refusal = self._refusals.get(key)
        if refusal is None:
            refusal = self._refusals[key] = Refusal(error, FIRST_PAUSE, self._clock() + FIRST_PAUSE)
            _log.error(
                "the image API refuses the account: nothing is made until that is mended",
                code=error.code,
                model=key or "all",
                provider_says=error.words,
                provider_request=error.request_id,
            )
            if not self._watching:
                self._watching = True
                self._background.begin(self._watch(), "provider account")
        return refusal

    def _see(self, refusal: Refusal, *, is_refused: bool) -> None:
        """The free call was refused too, or not."""
        if is_refused and not refusal.is_seen:
            refusal.probe_at = self._clock() + LONGEST_PAUSE  # only if the free call should be refused for itself
        refusal.is_seen = is_refused or refusal.is_seen is True

    def _end(self, refusal: Refusal) -> None:
        for key in [key for key, found in self._refusals.items() if found is refusal]:
            del self._refusals[key]
            _log.info("the image API takes the account again", model=key or "all")
            for server_id in refusal.told:
                self._background.begin(self._tell_well(server_id), "provider account")

    async def _watch(self) -> None:
        """Look now and then, for as long as something is refused: at once, to learn whether the free call shows it."""
        await self._look_again(self._clock())
        while self._refusals:
            await asyncio.sleep(WATCH_EVERY)
            await self._look_again(self._clock())
        self._watching = False

    async def _look_again(self, since: float) -> None:
        """Look, unless somebody has begun to after this time."""
        async with self._looking:
            refusal = self._refusals.get(ALL)
            if refusal is None or self._looked_at > since:
                return
            self._looked_at = self._clock()
            is_refused = await self._is_refused()
            if is_refused is False and refusal.is_seen:
                self._end(refusal)
            elif is_refused is not None:
                self._see(refusal, is_refused=is_refused)

    async def _is_refused(self) -> bool | None:
        try:
            async with asyncio.timeout(LOOK_TIME):
                await self._look()
        except ProviderAccountError:
            return True
        except (ImageFailure, TimeoutError):
            return None
        return False

    def _tell_soon(self, server_id: int, refusal: Refusal) -> None:
        if server_id not in refusal.told and refusal.error.reach != "request":
            refusal.told.add(server_id)
            self._background.begin(self._tell_of(server_id, refusal), "provider account")

    async def _tell_of(self, server_id: int, refusal: Refusal) -> None:
        if not await self._tell(server_id, refusal.error.words or refusal.error.code):
            refusal.told.discard(server_id)  # whoever asks next lets it be tried again

    async def _tell_well(self, server_id: int) -> None:
        await self._tell(server_id, None)

    async def _tell(self, server_id: int, words: str | None) -> bool:
        """Whether the leads can read it."""
        try:
            channel_id = (await self._policies.of(server_id)).log_channel_id
            if channel_id is not None and self.speaker is not None:
                return await self.speaker(server_id, channel_id, words)
        except Exception:  # noqa: BLE001 - the log has it; only these leads are not told
            _log.exception("leads not told of the account", server=server_id)
        return False


def _again(error: ProviderAccountError) -> ProviderAccountError:
    """The same for somebody else: an exception that is raised twice would keep growing its traceback."""
    return ProviderAccountError(
        error.sentence, code=error.code, request_id=error.request_id, words=error.words, reach=error.reach
    )
