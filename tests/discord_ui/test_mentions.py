"""What Discord writes as numbers is read as the names that people see; everything else stays as it was typed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import discord
import pytest

from bot.discord_ui.mentions import Names, Words

BOT, OUR_ROLE, BEN, NOOR, LEADS, STUDIO, HIDDEN, THREAD, LOST = 42, 43, 7, 8, 9, 10, 11, 12, 13
NOW = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)
US, ROLE, OTHER = f"<@{BOT}>", f"<@&{OUR_ROLE}>", f"<@{BEN}>"


@dataclass
class Guild:
    """As much of a server as is read."""

    members: dict[int, str]
    roles: dict[int, str]
    rooms: dict[int, Any] = field(default_factory=dict[int, Any])
    self_role: Any = None

    def get_member(self, number: int) -> object:
        return SimpleNamespace(display_name=self.members[number]) if number in self.members else None

    def get_role(self, number: int) -> object:
        return SimpleNamespace(name=self.roles[number]) if number in self.roles else None

    def get_channel_or_thread(self, number: int) -> object:
        return self.rooms.get(number)


class Headroom:
    """A channel that people see, or not."""

    def __init__(self, name: str, *, seen: bool = True) -> None:
        self.name = name
        self._seen = seen

    def permissions_for(self, _: object) -> discord.Permissions:
        return discord.Permissions(view_channel=self._seen)


class Author(discord.Member):
    """Somebody with a name."""

    def __init__(self) -> None:
        self._user: Any = SimpleNamespace(id=99, global_name="Mia", name="mia")
        self.nick = None


class Thread(discord.Thread):
    """A thread of a channel."""

    def __init__(self, name: str, parent: Headroom | None) -> None:
        self.name = name
        self._above = parent

    @property
    def parent(self) -> Any:  # noqa: ANN401 - what stands in for its channel
        return self._above


def names(**given: Any) -> Names:  # noqa: ANN401 - fields of `Names`
    guild: Any = Guild(
        {BEN: "Ben", BOT: "Atelier"},
        {LEADS: "leads", 1: "@everyone", OUR_ROLE: "Atelier"},
        {
            STUDIO: Headroom("studio"),
            HIDDEN: Headroom("secret", seen=False),
            THREAD: Thread("a fox", Headroom("studio")),
            LOST: Thread("lost", None),
        },
        SimpleNamespace(id=OUR_ROLE),
    )
    bot: Any = SimpleNamespace(id=BOT, display_name="atelier")
    usual: dict[str, Any] = {"bot": bot, "guild": guild, "author": Author(), "at": NOW, "people": {NOOR: "Noor"}}
    return Names(**(usual | given))


def read(typed: str) -> Words:
    return names().read(typed)


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        (f"a hat for {OTHER} and <@!{NOOR}>", "a hat for @Ben and @Noor"),
        ("a hat for <@99>", "a hat for @Mia"),
        ("a hat for <@12345678901234567890>", "a hat for someone"),
        (f"the <@&{LEADS}> as knights", "the @leads as knights"),
        ("<@&1> dances", "@everyone dances"),
        ("the <@&555> as knights", "the a role as knights"),
        (f"a sign that says <#{STUDIO}>", "a sign that says #studio"),
        (f"a sign that says <#{THREAD}>", "a sign that says #a fox"),
        (f"a sign that says <#{HIDDEN}>, <#{LOST}> or <#5>", "a sign that says a channel, a channel or a channel"),
        ("a poster for </imagine:123> and </quota set:123>", "a poster for /imagine and /quota set"),
        ("see <id:customize>, <id:guide>, <id:linked-roles:5>", "see Channels & Roles, Server Guide, Linked Roles"),
        ("see <id:new-thing>", "see new thing"),
        ("a <:fox:123456789012345678> and <a:party_parrot:1>", "a :fox: and :party_parrot:"),
        ("at <t:1795867200:t>", "at 12:00 UTC"),
        ("at <t:1795867200:T>", "at 12:00:00 UTC"),
        ("on <t:1795867200:d>", "on 28 November 2026"),
        ("on <t:1795867200:D>", "on 28 November 2026"),
        ("on <t:1795867200>", "on 28 November 2026, 12:00 UTC"),
        ("on <t:1795867200:F>", "on Saturday, 28 November 2026, 12:00 UTC"),
        ("on <t:1795867200:s>", "on 28 November 2026, 12:00 UTC"),
        ("on <t:1795867200:S>", "on 28 November 2026, 12:00:00 UTC"),
        ("launch <t:1795874400:R>", "launch in 2 hours"),
        ("launch <t:1795867260:R>", "launch in 1 minute"),
        ("launch <t:1795867200:R>", "launch 0 seconds ago"),
        ("launch <t:1700000000:R>", "launch 3 years ago"),
        ("on <t:99999999999999999:F>", "on a date"),
        ("on <t:-99999999999999:R>", "on a date"),
    ],
)
def test_names_stand_where_discord_writes_numbers(typed: str, text: str) -> None:
    assert read(typed).text == text


@pytest.mark.parametrize(
    "typed",
    [
        "I <3 you",
        "a < b > c, <5>, <@> and <#x>",
        "  two  spaces\nand **bold** _lines_  ",
        "`<@7>` and ``x <@7>`` and ```\n<@7> <:fox:1>\n``` as code",
        "https://example.org/a?b=<c> and <https://example.org>",
        "an e-mail to mia@example.org",
        "",
    ],
)
def test_all_else_stays_as_it_was_typed(typed: str) -> None:
    assert read(typed).text == typed


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        (f"{US} make it snowy", "make it snowy"),
        (f"<@!{BOT}>, make it snowy", "make it snowy"),
        (f"{ROLE}: make it snowy", "make it snowy"),
        (f"{ROLE} {US} — make it snowy", "make it snowy"),
        (f"{US}{US}, {ROLE}! make it snowy", "make it snowy"),
        (f"{US}... make it snowy", "make it snowy"),
        (f"{US} - make it snowy", "make it snowy"),
        (f"{US} -5 degrees", "-5 degrees"),
        (f"{US}、雪にして", "雪にして"),
        (f"make it snowy {US}", "make it snowy"),
        (f"make it snowy, {ROLE}", "make it snowy"),
        (f"make it snowy {US}, {ROLE} <@!{BOT}>", "make it snowy"),
        (f"make it snowy {US}!", "make it snowy!"),
        (f"can you make it snowy, {ROLE}?", "can you make it snowy?"),
        (f"雪にして、{US}。", "雪にして。"),
        (f"  {US}  make it snowy  {ROLE}  ", "make it snowy"),
        (f"a portrait of {US}", "a portrait of @Atelier"),
        (f"like {ROLE} would", "like @Atelier would"),
        (f"{US}", ""),
        (f"{ROLE}, {US}?", "?"),
        (f"`{US}` as a sign", f"`{US}` as a sign"),
    ],
)
def test_a_call_to_us_is_cut_off_at_either_end(typed: str, text: str) -> None:
    assert read(typed).text == text


@pytest.mark.parametrize(
    ("typed", "calls_us", "calls_others"),
    [
        ("make it snowy", False, False),
        (f"{US} make it snowy", True, False),
        (f"{ROLE} make it snowy", True, False),
        (f"ask {US} for snow", True, False),
        (f"{OTHER} look", False, True),
        (f"<@&{LEADS}> look", False, True),
        (f"{US} {OTHER} look", True, True),
        ("@everyone look", False, True),
        ("@here look", False, True),
        (f"<#{STUDIO}> :)", False, False),
        (f"`{US} {OTHER}`", False, False),
    ],
)
def test_whom_the_words_call_is_seen(typed: str, calls_us: bool, calls_others: bool) -> None:  # noqa: FBT001 - parameters of the test
    words = read(typed)

    assert (words.calls_us, words.calls_others) == (calls_us, calls_others)


def test_what_is_language_leaves_out_people_emoji_and_links() -> None:
    assert read(f"{OTHER} look <:fox:1> at <#{STUDIO}> https://a.example").spoken.split() == ["look", "at", "#studio"]


def test_times_are_told_in_the_zone_of_the_server() -> None:
    assert names(zone=ZoneInfo("Europe/Berlin")).read("at <t:1795867200:t>").text == "at 13:00 CET"


def test_a_name_cannot_be_one_of_discords_signs() -> None:
    odd = names(people={5: "<@7>\n\u202e", 6: "<>"})

    assert odd.read("<@5> and <@6>").text == "@7 and someone"


def test_without_a_server_only_what_came_with_the_words_is_known() -> None:
    alone = names(guild=None)

    assert alone.read(f"{US} <@{NOOR}> {OTHER} <@&{LEADS}> <#{STUDIO}>").text == "@Noor someone a role a channel"
    assert alone.read(f"like {US} does").text == "like @atelier does"


def test_before_the_login_nobody_is_us() -> None:
    assert names(bot=None, guild=None).read(f"{US} look").text == "someone look"


def test_an_interaction_brings_the_people_in_its_resolved() -> None:
    resolved = {
        "users": {
            "1": {"username": "ben", "global_name": "Ben"},
            "2": {"username": "noor", "global_name": None},
            "3": {"username": "ada", "global_name": "Ada"},
        },
        "members": {"3": {"nick": "Countess"}, "1": {"nick": None}},
        "roles": {"5": {"name": "leads"}},
        "channels": {"6": {"name": "studio"}},
    }
    interaction: Any = SimpleNamespace(
        data={"resolved": resolved},
        guild=None,
        user=SimpleNamespace(id=99, display_name="Mia"),
        created_at=NOW,
        client=SimpleNamespace(user=None),
    )

    text = Names.of_interaction(interaction).read("<@1> <@2> <@3> <@&5> <#6>").text

    assert text == "@Ben @noor @Countess @leads #studio"


async def test_without_a_server_nobody_is_asked_for() -> None:
    alone = names(guild=None)

    assert await alone.with_strangers(OTHER) is alone


def test_many_signs_in_a_row_take_no_time() -> None:
    for typed in (" ," * 3000, "`" * 6000, f"{US} " * 270, "a " * 3000, "<@" * 3000, f"x{' ' * 5900}{US} y"):
        read(typed)
