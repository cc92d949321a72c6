"""Why an answer comes another way than usual, in words: where it was not taken, and what that means where it is."""

from __future__ import annotations

from enum import Enum
from http import HTTPStatus

from bot.discord_limits import EXPLICIT, NO_DIRECT_MESSAGES, THREAD_CLOSED, TOO_LARGE

BUTTONLESS = "Discord refused the buttons that belong here. With /edit on the server you can change it too."


class Spot(Enum):
    """Where an answer can stand."""

    CHANNEL = "channel"  # a message of its own, where it was asked
    RESPONSE = "response"  # in place of the progress, or as the interaction's own answer
    DIRECT = "direct"  # a direct message


_BY_CODE = {
    EXPLICIT: "Discord's filter for explicit content stopped it",
    NO_DIRECT_MESSAGES: "Discord lets me send you no direct messages",
    **dict.fromkeys(THREAD_CLOSED, "the thread is archived or locked"),
    **dict.fromkeys(TOO_LARGE, "Discord finds its files too large"),
}


def why_gone(spot: Spot) -> str:
    """Why nothing can be shown where nothing is any more, as a clause behind *because*."""
    if spot is Spot.CHANNEL:
        return "the place where you asked is gone, or hidden from me"
    if spot is Spot.RESPONSE:
        return "my first message about it is gone or out of my reach"
    return "you cannot be reached by direct message"


def why_refused(spot: Spot, status: int, code: int, channel_id: int) -> str:
    """Why Discord did not take it, as a clause behind *because*: by the status, and by a few codes that say more.

    Args:
        spot: where it was to stand.
        status: of the answer, 4xx.
        code: Discord's own; 0 where it has none.
        channel_id: where it was asked.
    """
    if code in _BY_CODE:
        return _BY_CODE[code]
    if status == HTTPStatus.NOT_FOUND or (status == HTTPStatus.UNAUTHORIZED and spot is Spot.RESPONSE):
        return why_gone(spot)
    if status == HTTPStatus.FORBIDDEN and spot is Spot.DIRECT:
        return "I may send you no direct messages"
    if status == HTTPStatus.FORBIDDEN:
        return f"I may not post it in <#{channel_id}>"
    return f"Discord refused it (code {code or status})"


def instead(spot: Spot, why: str, channel_id: int) -> str:
    """The sentence under what stands here, since the first way to show it was refused for that reason."""
    if spot is Spot.DIRECT:
        return f"You asked in <#{channel_id}>. The answer comes here, because {why}."
    what = "a message of its own" if spot is Spot.CHANNEL else "no message of its own"
    return f"This is {what}, because {why}."


def sent_directly_text(what: str, user_id: int, why: str) -> str:
    """In place of the progress, when the answer went by direct message. `what` came of it: ``#12``."""
    return f"✅ {what}: sent to <@{user_id}> as a direct message, because {why}."


def posted_text(what: str) -> str:
    """In place of progress that could not be removed, when the answer is a message of its own."""
    return f"✅ {what}: shown in a message of its own."


def kept_text(what: str, user_id: int, why: str, *, button: bool) -> str:
    """That the pictures are made, and how their member gets to see them."""
    how = "press Show" if button else "use any command of mine on the server: then I offer it"
    return f"✅ {what} for <@{user_id}>: made and kept, but not shown, because {why}. To see it, {how}."


def ended_text() -> str:
    """In place of progress that stood longer than the work it told of."""
    return "✅ This request has ended."
