"""Whether everybody who sees one channel can read another, whatever roles they have."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any

import discord
import pytest
from discord.state import ConnectionState
from hypothesis import given
from hypothesis import strategies as st

from bot.discord_ui.visibility import all_readers_see, is_for_adults

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

SERVER, BOT, INA = 1, 90, 91
VIEW, HISTORY, CONNECT, ADMINISTRATOR = 1 << 10, 1 << 16, 1 << 20, 1 << 3
BOTH = VIEW | HISTORY
ROLES = (2, 3, 4)
OPEN: Mapping[int, tuple[int, int]] = {}
CLOSED: Mapping[int, tuple[int, int]] = {SERVER: (0, VIEW)}
Overwrites = st.dictionaries(
    st.sampled_from([SERVER, *ROLES]),
    st.tuples(st.sampled_from([0, VIEW, HISTORY, BOTH]), st.sampled_from([0, VIEW, HISTORY, BOTH])),
)


def channels_of(
    *channels: Mapping[int, tuple[int, int]],
    permissions: Mapping[int, int] | None = None,
    kind: int = 0,
    bots: Sequence[int] = (),
) -> Sequence[Any]:
    """Channels of one server: what is allowed and denied in each, by the ids of roles and members.

    Args:
        channels: the overwrites.
        permissions: of the roles; by default everybody reads, and the others add nothing.
        kind: of the channels.
        bots: the roles that only a bot has.
    """
    usual = {SERVER: BOTH, **dict.fromkeys(ROLES, 0), **(permissions or {})}
    roles = [
        {"id": str(role), "name": "r", "permissions": str(each), "color": 0, "colors": {"primary_color": 0}}
        | {"position": role, "hoist": False, **({"tags": {"bot_id": "7"}} if role in bots else {})}
        for role, each in usual.items()
    ]
    shapes = [
        {"id": str(100 + place), "type": kind, "name": "c", "position": place, "bitrate": 1, "user_limit": 0}
        | {
            "permission_overwrites": [
                {"id": str(target), "type": int(target >= BOT), "allow": str(allow), "deny": str(deny & ~allow)}
                for target, (allow, deny) in overwrites.items()
            ]
        }
        for place, overwrites in enumerate(channels)
    ]
    state: Any = ConnectionState(dispatch=None, handlers={}, hooks={}, http=None, intents=discord.Intents(guilds=True))  # type: ignore[arg-type]  # nothing is asked
    state.user = discord.Object(BOT)
    data: Any = {"id": str(SERVER), "name": "g", "owner_id": "5", "roles": roles, "channels": shapes}
    data["members"] = [member_data(BOT, ())]
    guild = discord.Guild(data=data, state=state)
    return sorted(guild.channels, key=lambda channel: channel.id)


def member_data(user_id: int, roles: Sequence[int]) -> Any:  # noqa: ANN401 - as Discord sends it
    user = {"id": str(user_id), "username": "m", "discriminator": "0", "avatar": None}
    return {"user": user, "roles": [str(role) for role in roles], "joined_at": None, "flags": 0}


def everybody(guild: Any) -> Iterator[discord.Member]:  # noqa: ANN401 - it keeps its state to itself
    """A member with each set of roles that there can be."""
    for count in range(len(ROLES) + 1):
        for roles in combinations(ROLES, count):
            yield discord.Member(data=member_data(6, roles), guild=guild, state=guild._state)


def sees_all(gallery: discord.TextChannel, studio: discord.TextChannel) -> bool:
    """By discord.py's own reckoning, member for member."""
    readers = [each for each in everybody(gallery.guild) if gallery.permissions_for(each).view_channel]
    there = [studio.permissions_for(each) for each in readers]
    return all(each.view_channel and each.read_message_history for each in there)


@given(
    Overwrites,
    Overwrites,
    st.dictionaries(st.sampled_from([SERVER, *ROLES]), st.sampled_from([0, VIEW, BOTH, ADMINISTRATOR])),
)
def test_it_is_as_if_a_member_with_each_set_of_roles_had_looked(
    here: Mapping[int, tuple[int, int]], there: Mapping[int, tuple[int, int]], permissions: Mapping[int, int]
) -> None:
    gallery, studio = channels_of(here, there, permissions=permissions)

    assert all_readers_see(gallery, studio) is sees_all(gallery, studio)


@pytest.mark.parametrize(
    ("here", "there", "is_seen"),
    [
        (OPEN, {INA: (0, VIEW)}, False),
        ({INA: (0, VIEW)}, {INA: (0, VIEW)}, True),
        ({INA: (VIEW, 0)}, OPEN, True),
        ({**CLOSED, INA: (VIEW, 0)}, CLOSED, False),
        ({**CLOSED, INA: (VIEW, 0)}, {**CLOSED, INA: (BOTH, 0)}, True),
        ({**CLOSED, INA: (VIEW, 0)}, {**CLOSED, INA: (VIEW, 0)}, True),
        ({INA: (VIEW, 0)}, {2: (0, VIEW), INA: (0, 0)}, False),
        ({**CLOSED, BOT: (VIEW, 0)}, CLOSED, True),
    ],
)
def test_of_a_member_who_is_named_it_has_to_be_sure(
    here: Mapping[int, tuple[int, int]], there: Mapping[int, tuple[int, int]], *, is_seen: bool
) -> None:
    gallery, studio = channels_of(here, there)

    assert all_readers_see(gallery, studio) is is_seen


def test_roles_that_only_a_bot_has_count_for_nobody() -> None:
    gallery, studio = channels_of({**CLOSED, 2: (VIEW, 0)}, CLOSED, bots=[2])

    assert all_readers_see(gallery, studio)


def test_what_was_made_in_the_chat_of_a_voice_channel_is_seen_by_who_may_connect() -> None:
    open_gallery, studio = channels_of(OPEN, OPEN, kind=2)
    closed_gallery, heard = channels_of(OPEN, OPEN, kind=2, permissions={SERVER: BOTH | CONNECT})

    assert not all_readers_see(open_gallery, studio)
    assert all_readers_see(closed_gallery, heard)


def test_channels_for_adults_are_known_also_by_their_voice_and_nothing_else_is_one() -> None:
    (voice,), (text,) = channels_of(OPEN, kind=2), channels_of(OPEN)
    before = [is_for_adults(each) for each in (voice, text, None)]
    voice.nsfw = text.nsfw = True

    assert before == [False, False, False]
    assert [is_for_adults(voice), is_for_adults(text)] == [True, True]
