"""Who a message mentions, given its words and the allowed mentions.

Source: https://discord.com/developers/docs/resources/message#allowed-mentions-object
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.sandbox.discord.wire.json_values import as_id, as_list, as_object

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.sandbox.discord.world.model import Message, Role
    from bot.sandbox.discord.world.records import User

_USER = re.compile(r"<@!?(\d+)>")
_ROLE = re.compile(r"<@&(\d+)>")
_EVERYONE = re.compile(r"@(everyone|here)\b")


@dataclass(frozen=True)
class Mentions:
    """The outcome.

    Attributes:
        users: who is pinged, each once.
        named: those of them that the words themselves mention.
        roles: the roles that are pinged.
        everyone: whether everyone is, or all who are here.
    """

    users: tuple[User, ...]
    named: tuple[User, ...]
    roles: tuple[Role, ...] = ()
    everyone: bool = False


@dataclass(frozen=True)
class Roll:
    """Who could be mentioned, and by whom.

    Attributes:
        accounts: everybody, by id.
        roles: those of the server.
        may_mention_all: whether the author may mention everyone, and every role.
    """

    accounts: Mapping[int, User]
    roles: Sequence[Role] = ()
    may_mention_all: bool = False


def find_mentions(content: str, allowed: object, roll: Roll, reply_to: Message | None = None) -> Mentions:
    """Read the mentions.

    Args:
        content: the words.
        allowed: the body's ``allowed_mentions``; None allows everything.
        roll: who could be mentioned.
        reply_to: the message that is answered; its author is pinged unless ``replied_user`` says no.
    """
    rules = as_object(allowed)
    parsed = {"users", "roles", "everyone"} if allowed is None else set(as_list(rules.get("parse")))

    def permitted(kind: str, pattern: re.Pattern[str]) -> list[int]:
        found = list(dict.fromkeys(int(number) for number in pattern.findall(content)))
        listed = {as_id(number) for number in as_list(rules.get(kind))}
        return [number for number in found if kind in parsed or number in listed]

    named = tuple(roll.accounts[one] for one in permitted("users", _USER) if one in roll.accounts)
    by_id = {role.id: role for role in roll.roles if role.mentionable or roll.may_mention_all}
    roles = tuple(by_id[one] for one in permitted("roles", _ROLE) if one in by_id)
    everyone = roll.may_mention_all and "everyone" in parsed and _EVERYONE.search(content) is not None
    pings_author = reply_to is not None and (allowed is None or rules.get("replied_user") is True)
    pinged = named
    if reply_to is not None and pings_author and reply_to.author not in named:
        pinged = (*named, reply_to.author)
    return Mentions(pinged, named, roles, everyone)
