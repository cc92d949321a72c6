"""What can be chosen when the local Discord is started."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.sandbox.discord.wire.rate_limits import RateLimits
from bot.sandbox.discord.world.intents import NONE, Intent

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Options:
    """How the local Discord behaves.

    Attributes:
        port: on 127.0.0.1; 0 takes a free one.
        token: the bot token that it accepts; None makes one in Discord's form, which begins with the bot's id.
        bot_name: the bot's account name.
        server_name: the name of the server that stands ready.
        privileged_intents: what is switched on in the developer portal; asking for another one closes with 4014, and
            without MESSAGE_CONTENT reads over HTTP are emptied too.
        heartbeat_seconds: the interval named in HELLO; a client silent for one and a half of them is cut off.
        rate_limits: see `RateLimits`; `RateLimits.off()` for none.
        oversize_code: Discord's code beside status 413: 40005 officially, 50045 in the wild.
        archived_status: the status beside codes 50083 and 160005, for what an archived or locked thread refuses; both
            403 and 400 were seen.
        link_seconds: how long a signed attachment link lives.
        first_answer_seconds: how long an interaction waits for its first answer. Discord waits 3; where the machine
            may be slow and its speed is not the point, more.
        remembered_requests: of the bot over HTTP, with their files, are in `traffic`; None remembers all.
        folder: where everything is kept, so that another start goes on from it; None keeps nothing.
    """

    port: int = 0
    token: str | None = None
    bot_name: str = "Atelier"
    server_name: str = "The studio"
    privileged_intents: Intent = NONE
    heartbeat_seconds: float = 41.25
    rate_limits: RateLimits = field(default_factory=RateLimits)
    oversize_code: int = 40005
    archived_status: int = 403
    link_seconds: float = 24 * 3600
    first_answer_seconds: float = 3.0
    remembered_requests: int | None = None
    folder: Path | None = None
