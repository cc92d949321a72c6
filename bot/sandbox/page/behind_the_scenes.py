"""Behind the scenes: what is to go wrong, and the bot as far as somebody lends it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

from bot.sandbox.discord import Fault as DiscordFault
from bot.sandbox.discord import Way
from bot.sandbox.images import Fault, FaultKind, Trouble

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.sandbox.discord import SandboxDiscord
    from bot.sandbox.discord.wire.json_values import Json
    from bot.sandbox.images import SandboxImages

SLOW_SECONDS = 20.0
RETRY_SECONDS = 8.0


class BotBehindError(Exception):
    """What cannot be done behind the scenes; its sentence is for the page's reader."""


class BotBehind(Protocol):
    """The bot behind the chat: what is public of it, and what may be done to its process."""

    async def standing(self) -> Mapping[str, object]:
        """Parts of the panel by name, as JSON, such as ``books`` and ``log``."""
        ...

    async def act(self, act: str) -> None:
        """Do something to the process, such as ``kill``.

        Raises:
            BotBehindError: it cannot be done.
        """
        ...


@dataclass(frozen=True)
class Switch:
    """Something that goes wrong when it is switched on.

    Attributes:
        lasts: until it is switched off; otherwise it meets the next picture.
    """

    label: str
    lasts: bool
    fault: Fault | None = None
    trouble: Trouble | None = None
    discord: tuple[DiscordFault, ...] = ()


def _refusing(way: Way, status: int, code: int, having: tuple[str, ...] = ()) -> DiscordFault:
    method, path = way.value
    return DiscordFault(path, method, status=status, code=code, having=having, times=None)


_BUSY = DiscordFault(r"/channels/\d+/messages", "PATCH", status=429, retry_after=3.0, times=3)
SWITCHES: Mapping[str, Switch] = {
    "cut": Switch("Cut the stream after a preview", lasts=False, fault=Fault(FaultKind.CUT, after=1)),
    "slow": Switch(
        f"Silence of {SLOW_SECONDS:g} s in mid-picture",
        lasts=False,
        fault=Fault(FaultKind.SILENCE, after=1, seconds=SLOW_SECONDS),
    ),
    "busy": Switch(
        f"Rate limit: try again in {RETRY_SECONDS:g} s",
        lasts=False,
        fault=Fault(FaultKind.RATE_LIMIT, retry_after=RETRY_SECONDS),
    ),
    "blocked": Switch("The safety check blocks the words", lasts=False, fault=Fault(FaultKind.MODERATION_BLOCKED)),
    "withheld": Switch(
        "The safety check withholds the picture", lasts=False, fault=Fault(FaultKind.OUTPUT_BLOCKED, after=2)
    ),
    "down": Switch("The image API has an internal error", lasts=False, fault=Fault(FaultKind.SERVER_ERROR)),
    "quota": Switch("The account's credit is used up", lasts=True, trouble=Trouble.INSUFFICIENT_QUOTA),
    "key": Switch("The key was revoked", lasts=True, trouble=Trouble.REVOKED_KEY),
    "posts": Switch("Discord refuses the bot's messages", lasts=True, discord=(_refusing(Way.MESSAGE, 403, 50013),)),
    "files": Switch(
        "Discord refuses the bot's files", lasts=True, discord=(_refusing(Way.MESSAGE, 403, 50013, ("files",)),)
    ),
    "direct": Switch("Nobody takes direct messages", lasts=True, discord=(_refusing(Way.DIRECT_CHANNEL, 403, 50007),)),
    "edits": Switch("Discord rate-limits the bot's edits, three times", lasts=False, discord=(_BUSY,)),
}


@dataclass
class Troubles:
    """Switches faults on and off."""

    discord: SandboxDiscord
    images: SandboxImages
    _on: dict[str, tuple[DiscordFault, ...]] = field(default_factory=dict[str, tuple[DiscordFault, ...]])

    def listed(self) -> list[Json]:
        """Every switch, and how it stands."""
        return [
            {"key": key, "label": switch.label, "lasts": switch.lasts, "on": self._is_on(key, switch)}
            for key, switch in SWITCHES.items()
        ]

    def turn(self, key: str, *, on: bool) -> None:
        """Switch something on or off.

        Raises:
            BotBehindError: there is no such switch.
        """
        switch = SWITCHES.get(key)
        if switch is None:
            raise BotBehindError("There is no such switch.")
        self._off(key, switch)
        if not on:
            return
        if switch.fault is not None:
            self.images.faults.add(switch.fault)
        if switch.trouble is not None:
            self.images.account.trouble = switch.trouble
        self._on[key] = tuple(self.discord.faults.add(_copy(fault)) for fault in switch.discord)

    def _off(self, key: str, switch: Switch) -> None:
        for fault in self._on.pop(key, ()):
            self.discord.faults.remove(fault)
        if switch.trouble is not None and self.images.account.trouble is switch.trouble:
            self.images.account.trouble = None
        if switch.fault is not None:
            self.images.faults.remove(switch.fault)

    def _is_on(self, key: str, switch: Switch) -> bool:
        if switch.fault is not None:
            return switch.fault in self.images.faults.waiting
        if switch.trouble is not None:
            return self.images.account.trouble is switch.trouble
        return any(fault in self.discord.faults.waiting for fault in self._on.get(key, ()))


def _copy(fault: DiscordFault) -> DiscordFault:
    """A fault counts how often it still happens."""
    return replace(fault)
