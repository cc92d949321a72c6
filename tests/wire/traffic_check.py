"""Holds recorded traffic against Discord's official description."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.sandbox.discord import Exchange
    from bot.sandbox.discord.wire.traffic import Traffic
    from tests.wire.openapi import OfficialDescription

OF_THE_API = re.compile(r"^/(users|oauth2|applications|interactions|webhooks|channels|guilds|gateway)\b")
ORIGINAL = "/messages/@original"


def misfits(description: OfficialDescription, traffic: Traffic) -> list[str]:
    """A line for everything in requests, and in answers, that the description does not have so."""
    return [line for exchange in traffic if _was_read(exchange) for line in _of(description, exchange)]


def _was_read(exchange: Exchange) -> bool:
    """Not a file, and not cut off before its body was there."""
    is_whole = exchange.status is not None or exchange.body is not None
    return is_whole and OF_THE_API.match(exchange.path) is not None


def _of(description: OfficialDescription, exchange: Exchange) -> list[str]:
    method, path = exchange.method, exchange.path
    found = [
        f"request {method} {path}: {violation}" for violation in description.check_request(method, path, exchange.body)
    ]
    if exchange.status is not None:
        violations = description.check_response(method, path, exchange.status, exchange.answer)
        found += [f"answer {exchange.status} to {method} {path}: {violation}" for violation in violations]
    return found
