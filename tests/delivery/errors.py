"""Discord's refusals, as discord.py raises them."""

from __future__ import annotations

from typing import Any

import discord

KINDS = {403: discord.Forbidden, 404: discord.NotFound}


class AnyResponse:
    """As much of an HTTP response as discord.py's errors read."""

    def __init__(self, status: int) -> None:
        self.status = status
        self.reason = "of the test"


def refused(status: int, code: int = 0) -> discord.HTTPException:
    kind = discord.DiscordServerError if status >= 500 else KINDS.get(status, discord.HTTPException)
    response: Any = AnyResponse(status)
    return kind(response, {"code": code, "message": "of the test"})
