"""What Discord writes as numbers, read as the names that people see: the one reading of all words for a model.

Sources: https://discord.com/developers/docs/reference#message-formatting; people mentioned in an option of a command
stand in its ``resolved``: https://github.com/discord/discord-api-docs/issues/4688.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Self, cast

import discord

from bot.discord_retries import PROBLEMS
from bot.services.text import one_line

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import tzinfo

LONGEST_NAME = 100  # characters; Discord's own limits are lower or the same
MOST_STRANGERS = 10  # people who are asked for
PATIENCE = 0.8  # seconds that this may take: Discord waits 3 for the first answer
SOMEONE, SOME_ROLE, SOME_CHANNEL, SOME_TIME = "someone", "a role", "a channel", "a date"
PLACES = {
    "customize": "Channels & Roles",
    "browse": "Browse Channels",
    "guide": "Server Guide",
    "linked-roles": "Linked Roles",
    "home": "Server Home",
}
_TIMES = {
    "t": "%H:%M %Z",
    "T": "%H:%M:%S %Z",
    "d": "{0.day} %B %Y",
    "D": "{0.day} %B %Y",
    "F": "%A, {0.day} %B %Y, %H:%M %Z",
    "S": "{0.day} %B %Y, %H:%M:%S %Z",
}
_USUAL_TIME = "{0.day} %B %Y, %H:%M %Z"
_SPANS = (("year", 31_556_952), ("month", 2_629_746), ("day", 86_400), ("hour", 3600), ("minute", 60), ("second", 1))

_CODE = r"(?P<code>```.*?```|``.*?``|`[^`\n]*`)"  # shows numbers as they are, as in Discord
_TOKEN = re.compile(
    rf"{_CODE}|<(?P<sign>@!?|@&|\#)(?P<id>[0-9]{{1,20}})>|</(?P<command>[^:<>\n]{{1,100}}):[0-9]{{1,20}}>"
    r"|<t:(?P<time>-?[0-9]{1,17})(?::(?P<style>[a-zA-Z]))?>|<id:(?P<place>[a-z-]{1,32})(?::[0-9]{1,20})?>"
    r"|<a?:(?P<emoji>\w{1,64}):[0-9]{1,20}>",
    re.DOTALL,
)
_LINK = re.compile(r"<?https?://\S+")
_EVERYBODY = re.compile(r"@(?:everyone|here)\b")
_AFTER = r"(?:[\s,;:!…，、：；。！،؛–—]|[.-](?!\w))*"  # between a mention of us at the beginning and the words  # noqa: RUF001 - signs that people write
_BEFORE = r"(?<![\s,;:，、：；،؛–—])[\s,;:，、：；،؛–—]*"  # between the words and a mention of us at their end  # noqa: RUF001 - the same
_ENDING = r"[\s.!?…。！？؟]*"  # what ends the words behind it  # noqa: RUF001 - the same
# Words behind which a name at the end belongs to the wish: "a portrait of @Atelier".
_LEADING_ON = re.compile(
    r"\b(?:of|by|for|with|like|as|and|or|from|at|on|in|to|the|von|vom|mit|für|wie|und|de|du|del|da|di|do|para|por|con|com|avec"
    r"|pour|par|comme|et|y|e|à|a)\s*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Words:
    """Somebody's words as they were meant.

    Attributes:
        text: for the model: as typed, with names, and without a call to us at either end.
        spoken: what of it is language: no people, no emoji, no links.
        calls_us: they mention us, by our account or by the role that Discord keeps for it.
        calls_others: they mention other people, or roles, or everybody.
    """

    text: str
    spoken: str
    calls_us: bool
    calls_others: bool


@dataclass(frozen=True, slots=True)
class Names:
    """Who and what the numbers in somebody's words stand for.

    Attributes:
        bot: our own account; None before the login.
        guild: where it was written; None in direct messages.
        author: who wrote it: a channel that they cannot see is not named to them.
        at: when; what is said of a time ("in 2 hours") is said from then.
        zone: in which times are told.
        people, roles, channels: names by id that came with the words, if any did.
    """

    bot: discord.abc.User | None
    guild: discord.Guild | None
    author: discord.abc.User
    at: datetime
    zone: tzinfo = UTC
    people: Mapping[int, str] = field(default_factory=dict[int, str])
    roles: Mapping[int, str] = field(default_factory=dict[int, str])
    channels: Mapping[int, str] = field(default_factory=dict[int, str])

    @classmethod
    def of_message(cls, message: discord.Message, bot: discord.abc.User | None, zone: tzinfo = UTC) -> Self:
        """As Discord sent them with a message."""
        people = {person.id: person.display_name for person in message.mentions}
        roles = {role.id: role.name for role in message.role_mentions}
        return cls(bot, message.guild, message.author, message.created_at, zone, people, roles)

    @classmethod
    def of_interaction(cls, interaction: discord.Interaction[Any], zone: tzinfo = UTC) -> Self:
        """As Discord sent them with a command, or as they are known of the server."""
        data = cast("Mapping[str, Any]", interaction.data or {})
        resolved: Mapping[str, Mapping[str, Mapping[str, Any]]] = data.get("resolved") or {}
        members = resolved.get("members", {})
        people = {
            int(number): members.get(number, {}).get("nick") or user.get("global_name") or user.get("username") or ""
            for number, user in resolved.get("users", {}).items()
        }
        roles, channels = (
            {int(number): str(each.get("name") or "") for number, each in resolved.get(kind, {}).items()}
            for kind in ("roles", "channels")
        )
        guild, bot = interaction.guild, interaction.client.user
        return cls(bot, guild, interaction.user, interaction.created_at, zone, people, roles, channels)

    async def with_strangers(self, typed: str) -> Names:
        """The same, with the people of this server whom nothing has named yet: asked for, while there is time."""
        guild = self.guild
        if guild is None:
            return self
        called = {int(token["id"]) for token in _TOKEN.finditer(typed) if token["sign"] in {"@", "@!"}}
        strangers = [number for number in called if number not in self.people and self._person(number) is None]

        async def find(number: int) -> tuple[int, str]:
            try:
                async with asyncio.timeout(PATIENCE):
                    return number, (await guild.fetch_member(number)).display_name
            except PROBLEMS:
                return number, ""

        found = await asyncio.gather(*(find(number) for number in strangers[:MOST_STRANGERS]))
        return replace(self, people={**self.people, **dict(found)})

    def read(self, typed: str) -> Words:
        """Read somebody's words."""
        called: set[str] = set()

        def name(token: re.Match[str]) -> str:
            if token["code"] is not None or token["emoji"] is not None:
                return token["code"] or f":{token['emoji']}:"
            return self._name(token, called)

        def sound(token: re.Match[str]) -> str:
            silent = token["emoji"] is not None or (token["sign"] or "").startswith("@")
            return " " if silent else name(token)

        calls_us = any(self._is_us(token) for token in _TOKEN.finditer(typed))
        bare = self._without_us(typed)
        text = _TOKEN.sub(name, bare)
        spoken = _LINK.sub(" ", _TOKEN.sub(sound, bare)).strip()
        calls_others = "others" in called or _EVERYBODY.search(spoken) is not None
        return Words(text, spoken, calls_us, calls_others)

    def _without_us(self, typed: str) -> str:
        us = self._us
        if us is None or re.search(us, typed) is None:
            return typed
        bare = re.sub(rf"^(?:\s*{us}{_AFTER})+", "", typed).strip()
        call = re.search(rf"(?:{_BEFORE}{us})+(?P<end>{_ENDING})$", bare)
        if call is None or _LEADING_ON.search(bare, 0, call.start()):
            return bare
        return bare[: call.start()] + call["end"].strip()

    @property
    def _us(self) -> str | None:
        """The pattern of a mention of us."""
        if self.bot is None:
            return None
        role = None if self.guild is None else self.guild.self_role
        account = rf"<@!?{self.bot.id}>"
        return account if role is None else rf"(?:{account}|<@&{role.id}>)"

    def _is_us(self, token: re.Match[str]) -> bool:
        return self._us is not None and re.fullmatch(self._us, token[0]) is not None

    def _name(self, token: re.Match[str], called: set[str]) -> str:
        """What one of Discord's signs stands for; whom it calls is added."""
        if token["command"] is not None:
            return f"/{token['command']}"
        if token["time"] is not None:
            return self._time(int(token["time"]), token["style"] or "f")
        if token["place"] is not None:
            return PLACES.get(token["place"], token["place"].replace("-", " "))
        if token["sign"] == "#":
            return _signed("#", self._channel(int(token["id"])), SOME_CHANNEL)
        if self._is_us(token):
            return _signed("@", self._own_name, SOMEONE)
        called.add("others")
        return self._whom(token["sign"], int(token["id"]))

    def _whom(self, sign: str, number: int) -> str:
        if sign == "@&":
            return _signed("@", self._role(number), SOME_ROLE)
        return _signed("@", self._person(number), SOMEONE)

    @property
    def _own_name(self) -> str | None:
        if self.bot is None:
            return None
        member = None if self.guild is None else self.guild.get_member(self.bot.id)
        return (self.bot if member is None else member).display_name

    def _person(self, number: int) -> str | None:
        member = None if self.guild is None else self.guild.get_member(number)
        if member is None and number == self.author.id:
            return self.author.display_name
        return self.people.get(number) or (None if member is None else member.display_name)

    def _role(self, number: int) -> str | None:
        role = None if self.guild is None else self.guild.get_role(number)
        return self.roles.get(number) if role is None else role.name

    def _channel(self, number: int) -> str | None:
        channel = None if self.guild is None else self.guild.get_channel_or_thread(number)
        if channel is None or not isinstance(self.author, discord.Member):
            return self.channels.get(number)
        place = channel.parent if isinstance(channel, discord.Thread) else channel
        if place is None or not place.permissions_for(self.author).view_channel:
            return None
        return channel.name

    def _time(self, seconds: int, style: str) -> str:
        try:
            moment = datetime.fromtimestamp(seconds, UTC).astimezone(self.zone)
        except (ValueError, OverflowError, OSError):  # Discord shows an invalid date
            return SOME_TIME
        if style == "R":
            return _distance(moment - self.at)
        return moment.strftime(_TIMES.get(style, _USUAL_TIME).format(moment))


def _signed(sign: str, name: str | None, unknown: str) -> str:
    """``@Ben``; the role of everybody has its sign already. A name is a name: one line, and no sign of Discord's."""
    clean = "" if name is None else one_line(name, LONGEST_NAME).replace("<", "").replace(">", "")
    return f"{sign}{clean.lstrip(sign)}" if clean.strip(sign) else unknown


def _distance(span: timedelta) -> str:
    """``in 3 hours``, ``2 years ago``."""
    seconds = abs(round(span.total_seconds()))
    unit, length = next((each for each in _SPANS if seconds >= each[1]), _SPANS[-1])
    count = round(seconds / length)
    words = f"{count} {unit}{'s' * (count != 1)}"
    return f"in {words}" if span > timedelta(0) else f"{words} ago"
