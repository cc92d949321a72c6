"""Who a message mentions, given its words and the allowed mentions.

Source: https://discord.com/developers/docs/resources/message#allowed-mentions-object
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.sandbox.discord.wire import as_id, as_list, as_object

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.sandbox.discord.model import Message
    from bot.sandbox.discord.things import User

_USER = re.compile(r"<@!?(\d+)>")


@dataclass(frozen=True)
class Mentions:
    """The outcome.

    Attributes:
        users: who is pinged, each once.
        named: those of them that the words themselves mention.
    """

    users: tuple[User, ...]
    named: tuple[User, ...]


def find_mentions(
    content: str, allowed: object, accounts: Mapping[int, User], reply_to: Message | None = None
) -> Mentions:
    """Read the mentions.

    Args:
        content: the words.
        allowed: the body's ``allowed_mentions``; None allows everything.
        accounts: everybody, by id.
        reply_to: the message that is answered; its author is pinged unless ``replied_user`` says no.
    """
    rules = as_object(allowed)
    mentioned = dict.fromkeys(int(found) for found in _USER.findall(content))
    if allowed is not None and "users" not in as_list(rules.get("parse")):
        permitted = {as_id(user) for user in as_list(rules.get("users"))}
        mentioned = {user: None for user in mentioned if user in permitted}
    named = tuple(accounts[user] for user in mentioned if user in accounts)
    pings_author = reply_to is not None and (allowed is None or rules.get("replied_user") is True)
    if reply_to is not None and pings_author and reply_to.author not in named:
        return Mentions((*named, reply_to.author), named)
    return Mentions(named, named)
