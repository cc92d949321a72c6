"""Who asks, for what, within which limits: the same for the past, for our ledger and for the floor."""

from __future__ import annotations

import hashlib
import itertools
import time
from functools import cache
from zoneinfo import ZoneInfo

from bot.services.calendar import Window
from bot.services.catalog import Prices, Usage
from bot.services.ledger import Destination, Reservation, Settlement
from bot.services.policy import BucketKey, Limit, Metric, Requester, Scope, buckets_touched
from bot.services.requests import ImageRequest, StoredImage

NOW = 1_794_312_000  # 2026-11-10 12:00 UTC: when the past ends and the measured jobs begin
ZONE = ZoneInfo("UTC")
SERVER = 10**18
FIRST_CHANNEL, CHANNELS = SERVER + 1_000, 10
FIRST_ROLE, ROLES = SERVER + 2_000, 5
FIRST_MEMBER, MEMBERS = SERVER + 3_000, 50
TURNS = 150  # after so many requests the same member asks in the same channel again

PRICES = Prices(text_input=5_000, image_input=8_000, image_output=30_000, text_output=0)
REQUEST = ImageRequest("a red fox in fresh snow, early light", "gpt-image-2.5-flare", "1024x1024", "medium")
DESTINATION = Destination(SERVER + 1, "x" * 200, NOW + 900, None, private=False)
USAGE = Usage(40, 0, 400, 0)
HOLD = 20_000_000  # nano-dollars
COST = 12_200_000
PLENTY = 10**17  # nano-dollars, or pictures: a limit that is checked and never reached

LAST_SECOND = 3599

_BEGAN = time.monotonic()
_numbers = itertools.count(1)


def requester(turn: int) -> Requester:
    """The one whose turn it is: every member has one role and writes in three channels."""
    member = turn % MEMBERS
    channel = (turn // 5 + turn // MEMBERS) % CHANNELS
    return Requester(SERVER, FIRST_CHANNEL + channel, FIRST_MEMBER + member, (FIRST_ROLE + member % ROLES,))


def limits_of(asking: Requester) -> tuple[Limit, ...]:
    """Six, over every scope."""
    (role,) = asking.role_ids
    return (
        Limit(Scope.INSTALLATION, 0, 0, Metric.USD, Window.MONTH, PLENTY, "this bot's monthly budget"),
        Limit(Scope.SERVER, SERVER, SERVER, Metric.USD, Window.MONTH, PLENTY, "this server's monthly budget"),
        Limit(Scope.CHANNEL, SERVER, asking.channel_id, Metric.IMAGES, Window.DAY, PLENTY, "this channel's day"),
        Limit(Scope.ROLE, SERVER, role, Metric.USD, Window.MONTH, PLENTY, "your role's monthly budget"),
        Limit(Scope.MEMBER, SERVER, asking.user_id, Metric.USD, Window.MONTH, PLENTY, "your monthly allowance"),
        Limit(Scope.MEMBER, SERVER, asking.user_id, Metric.IMAGES, Window.DAY, PLENTY, "your daily allowance"),
    )


@cache
def standing_of(turn: int) -> tuple[Requester, tuple[BucketKey, ...], tuple[Limit, ...]]:
    """Who asks at this turn, the counters and the limits; worked out once, for the ledger gets them ready-made."""
    asking = requester(turn)
    return asking, buckets_touched(asking, NOW, ZONE), limits_of(asking)


def next_order() -> Reservation:
    """An order that was never given before. Ids grow, as Discord's do."""
    number = next(_numbers)
    asking, buckets, limits = standing_of(number % TURNS)
    return Reservation(
        id=str(2 * SERVER + number),
        request=REQUEST,
        requester=asking,
        destination=DESTINATION,
        hold_nano=HOLD,
        prices=PRICES,
        at=now(),
        buckets=buckets,
        limits=limits,
    )


def now() -> int:
    """Seconds since 1970 (UTC) by the bench's clock, which goes on inside the hour that begins at `NOW`."""
    return NOW + min(int(time.monotonic() - _BEGAN), LAST_SECOND)


def settlement_of(job_id: str) -> Settlement:
    """Each with another picture: digests are spread over their whole index."""
    digest = hashlib.sha256(job_id.encode()).hexdigest()
    return Settlement(COST, USAGE, StoredImage(digest, "image/png", 1024, 1024, 1_500_000), 12.5, f"req_{digest[:32]}")
