"""The form of a message's body, and whom it may mention.

Source: https://discord.com/developers/docs/resources/message#create-message
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.discord.checks.components import COMPONENT, MOST_COMPONENTS_V2
from bot.sandbox.discord.checks.embeds import EMBED, MOST_EMBEDS
from bot.sandbox.discord.checks.forms import (
    anything,
    form,
    list_of,
    number,
    one_of,
    required,
    snowflake,
    text,
    truth,
    whole,
)
from bot.sandbox.discord.wire.json_values import Json, as_list, as_object

if TYPE_CHECKING:
    from bot.sandbox.discord.wire.refusals import FormFaults

LONGEST_NONCE = 25
MOST_MENTIONS = 100
MOST_ATTACHMENTS = 10
LONGEST_DESCRIPTION = 1024
_LARGEST_WHOLE = 2**63 - 1
_POLL = form(
    question=required(form(text=required(text(300, 1)))),
    answers=required(list_of(form(poll_media=required(form(text=text(55, 1), emoji=anything))), 10, 1)),
    duration=whole(1, 768),
    allow_multiselect=truth,
    layout_type=one_of(1),
)
_ATTACHMENT = form(
    id=required(snowflake),
    filename=text(1024, 1),
    description=text(LONGEST_DESCRIPTION),
    title=text(1024),
    duration_secs=number,
    is_spoiler=truth,
)


def _nonce(place: str, value: object, faults: FormFaults) -> None:
    if isinstance(value, str):
        faults.check_length(place, value, LONGEST_NONCE)
    else:
        whole(-_LARGEST_WHOLE - 1, _LARGEST_WHOLE)(place, value, faults)


MESSAGE = form(
    content=text(4000),
    embeds=list_of(EMBED, MOST_EMBEDS),
    allowed_mentions=form(
        parse=list_of(one_of("users", "roles", "everyone"), 3, unique=True),
        users=list_of(snowflake, MOST_MENTIONS, unique=True),
        roles=list_of(snowflake, MOST_MENTIONS, unique=True),
        replied_user=truth,
    ),
    components=list_of(COMPONENT, MOST_COMPONENTS_V2),
    attachments=list_of(_ATTACHMENT, MOST_ATTACHMENTS),
    flags=whole(0),
    nonce=_nonce,
    enforce_nonce=truth,
    tts=truth,
    sticker_ids=list_of(snowflake, 3),
    poll=_POLL,
    message_reference=form(
        message_id=required(snowflake),
        channel_id=snowflake,
        guild_id=snowflake,
        fail_if_not_exists=truth,
        type=one_of(0, 1),
    ),
)


def check_mentions(body: Json, faults: FormFaults) -> None:
    """Note kinds that are both parsed and listed."""
    allowed = as_object(body.get("allowed_mentions"))
    for kind in ("users", "roles"):
        if kind in as_list(allowed.get("parse")) and as_list(allowed.get(kind)):
            told = f'parse:["{kind}"] and {kind}: [ids...] are mutually exclusive.'
            faults.add("allowed_mentions", "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", told)
