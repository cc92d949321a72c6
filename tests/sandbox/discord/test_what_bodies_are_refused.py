from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bot.sandbox.discord.checks.commands import check_commands
from bot.sandbox.discord.wire.refusals import FormFaults, Refusal
from bot.sandbox.discord.world.drafts import new_draft

if TYPE_CHECKING:
    from bot.sandbox.discord import SandboxDiscord
    from tests.sandbox.discord.conftest import Api

V2 = 1 << 15


def row(*components: dict[str, Any]) -> dict[str, Any]:
    return {"type": 1, "components": list(components)}


def button(number: int = 0, **more: object) -> dict[str, Any]:
    return {"type": 2, "style": 1, "label": "Go", "custom_id": f"go:{number}", **more}


def select(**more: object) -> dict[str, Any]:
    return {"type": 3, "custom_id": "pick", "options": [{"label": "a", "value": "a"}], **more}


TEXT = {"type": 10, "content": "words"}
THUMBNAIL = {"type": 11, "media": {"url": "https://example.org/a.png"}}
TWICE = [{"label": "a", "value": "a"}, {"label": "b", "value": "a"}]
FOX = 123456789
NOTHING_IN_THEM: list[dict[str, Any]] = [{}, {"color": 1}, {"title": " "}, {"fields": []}, {"footer": {"text": ""}}]
EMOJIS = ("🦊", "✏️", "⬆", "👩🏽\u200d🚀", "🏳️\u200d🌈", "🇩🇪", "3️⃣", "🫩")


def link(url: str) -> dict[str, Any]:
    return {"type": 2, "style": 5, "label": "Site", "url": url}


GOOD_BODIES: list[dict[str, Any]] = [
    {"content": "x" * 2000},
    {"embeds": [{"title": "x" * 256, "description": "x" * 4096}]},
    {"content": "x", "components": [row(*[button(number) for number in range(5)])]},
    {"content": "x", "components": [row(select()), row({"type": 5, "custom_id": "who"})]},
    {"content": "x", "components": [row({"type": 2, "style": 5, "label": "Site", "url": "https://example.org"})]},
    {"content": "x", "components": [row({"type": 2, "style": 1, "emoji": {"name": "🦊"}, "custom_id": "a"})]},
    {"flags": V2, "components": [TEXT, row(button()), {"type": 17, "components": [TEXT, {"type": 14}]}]},
    {"flags": V2, "components": [{"type": 9, "components": [TEXT], "accessory": button()}]},
    {
        "flags": V2,
        "components": [{"type": 9, "components": [TEXT], "accessory": THUMBNAIL}, {"type": 14, "spacing": 2}],
    },
    *[{"content": "x", "components": [row(button(emoji={"name": sign}))]} for sign in EMOJIS],
    {"content": "x", "components": [row(button(emoji={"id": str(FOX), "name": "fox"}))]},
    *[{"content": "x", "components": [row(link(url))]} for url in ("http://1.2.3.4:80/x", "discord://-/channels/1/2")],
    {"content": "x", "components": [row(select(min_values=0, required=False))]},
    {"content": "x", "components": [row(select(min_values=0))]},
    {"content": "x", "components": [row({"type": 5, "custom_id": "a", "max_values": 25})]},
    {"content": "x", "allowed_mentions": {"parse": ["roles"], "users": [1, "2"], "roles": [], "replied_user": False}},
    {"content": "x", "allowed_mentions": {"parse": [], "users": list(range(100))}},
    {"content": "x", "nonce": "x" * 25, "enforce_nonce": True, "flags": 4, "tts": False, "embeds": [], "poll": None},
    {"embeds": [{"image": {"url": "https://example.org/a.png"}}]},
    {"embeds": [{"fields": [{"name": "x", "value": "x"}], "color": 0xFFFFFF, "timestamp": "2026-11-28T12:00:00Z"}]},
    {"embeds": [{"author": {"name": "x", "url": "https://example.org", "icon_url": "https://example.org/a.png"}}]},
    {"content": "x", "poll": {"question": {"text": "?"}, "answers": [{"poll_media": {"text": "a"}}], "duration": 24}},
]


@pytest.mark.parametrize("body", GOOD_BODIES)
def test_bodies_within_the_limits_pass(body: dict[str, Any]) -> None:
    draft = new_draft(body)

    draft.check(body, {FOX})
    draft.check_files(())


BAD_BODIES: list[dict[str, Any]] = [
    {"content": "x" * 2001},
    {"embeds": [{"title": "x" * 257}]},
    {"embeds": [{"description": "x" * 4097}]},
    {"embeds": [{"footer": {"text": "x" * 2049}}]},
    {"embeds": [{"author": {"name": "x" * 257}}]},
    {"embeds": [{"fields": [{"name": "x", "value": "x" * 1025}]}]},
    {"embeds": [{"fields": [{"name": " ", "value": "x"}]}]},
    {"embeds": [{"fields": [{"name": "x", "value": "x"}] * 26}]},
    {"embeds": [{"description": "x" * 3001}] * 2},
    {"embeds": [{"title": "x"}] * 11},
    {"components": [row(button(number)) for number in range(6)]},
    {"components": [row(*[button(number) for number in range(6)])]},
    {"components": [row()]},
    {"components": [button()]},
    {"components": [row(TEXT)]},
    {"components": [row(button(), button())]},
    {"components": [row(button(custom_id="x" * 101))]},
    {"components": [row(button(custom_id=""))]},
    {"components": [row(button(style=9))]},
    {"components": [row(button(label="x" * 81))]},
    {"components": [row({"type": 2, "style": 1, "custom_id": "a"})]},
    {"components": [row({"type": 2, "style": 1, "label": "a"})]},
    {"components": [row({"type": 2, "style": 5, "label": "a"})]},
    {"components": [row(select(), button())]},
    {"components": [row(select(options=[]))]},
    {"components": [row(select(options=[{"label": "a", "value": "a"}] * 2))]},
    {"components": [row(select(options=[{"label": "", "value": "a"}]))]},
    {"components": [row(select(placeholder="x" * 151))]},
    {"components": [row({"type": 5})]},
    {"flags": V2, "content": "x", "components": [TEXT]},
    {"flags": V2, "embeds": [{"title": "x"}], "components": [TEXT]},
    {"flags": V2, "components": [TEXT] * 41},
    {"flags": V2, "components": [{"type": 10, "content": "x" * 2001}] * 2},
    {"flags": V2, "components": [{"type": 10, "content": ""}]},
    {"flags": V2, "components": [button()]},
    {"flags": V2, "components": [{"type": 17, "components": [{"type": 17, "components": []}]}]},
    {"flags": V2, "components": [{"type": 12, "items": []}]},
    {"flags": V2, "components": [{"type": 12, "items": [{"media": {"url": "https://example.org"}}] * 11}]},
    {"flags": V2, "components": [{"type": 9, "components": [TEXT] * 4, "accessory": button()}]},
    {"flags": V2, "components": [{"type": 9, "components": [TEXT]}]},
    {"flags": V2, "components": [{"type": 9, "components": [TEXT], "accessory": TEXT}]},
    {"flags": V2, "components": [{"type": 9, "components": [button()], "accessory": THUMBNAIL}]},
    {"flags": V2, "components": [{"type": 12, "items": [{"media": {"url": "file:///etc/passwd"}}]}]},
    {"flags": V2, "components": [{"type": 13, "file": {"url": "https://example.org/c.txt"}}]},
    {"flags": V2, "components": [{"type": 14, "spacing": 3}]},
    {"flags": V2, "components": [{"type": 17, "components": [TEXT], "accent_color": 0x1000000}]},
    {"flags": V2, "components": [{**TEXT, "id": 7}, {**TEXT, "id": 7}]},
    *[{"components": [row(button(emoji={"name": sign}))]} for sign in ("fox", "🦊🦊", "⋯", "A", "1", ":fox:", "", "✎")],
    *[{"components": [row(button(emoji=one))]} for one in ({"id": "5", "name": "fox"}, {}, {"id": "x", "name": "🦊"})],
    {"components": [row(select(options=[{"label": "a", "value": "a", "emoji": {"name": "fox"}}]))]},
    *[
        {"components": [row(link(url))]}
        for url in (
            "javascript:alert(1)",
            "steam://run/1",
            "example.org",
            "https://",
            "https://a b.org",
            "http://x",
            "http://[",
            "https://example.org/" + "x" * 500,
        )
    ],
    {"components": [row(link("https://example.org") | {"custom_id": "a"})]},
    {"components": [row(button(url="https://example.org"))]},
    {"components": [row(button(sku_id="1"))]},
    {"components": [row({"type": 2, "style": 6, "sku_id": "1", "label": "a"})]},
    {"components": [row(button(disabled="yes"))]},
    {"components": [row(button(style="1"))]},
    {"components": [row(button(label={}))]},
    {"components": [row({"type": 4, "custom_id": "a", "style": 1, "label": "a"})]},
    {"components": [{"type": 99}]},
    {"components": [None]},
    {"components": "none"},
    {"components": [row(select(max_values=3))]},
    {"components": [row(select(max_values=26))]},
    {"components": [row(select(max_values=0))]},
    {"components": [row(select(min_values=2))]},
    {"components": [row(select(min_values=-1))]},
    {"components": [row(select(min_values=0, required=True))]},
    {"components": [row({"type": 5, "custom_id": "a", "min_values": 0, "required": True})]},
    {"components": [row({"type": 5, "custom_id": "a", "default_values": [{"id": "1", "type": "user"}] * 2})]},
    {"components": [row({"type": 5, "custom_id": "a", "default_values": [{"id": "1", "type": "cat"}]})]},
    {"components": [row(select(options=[{"label": n, "value": n, "default": True} for n in "ab"]))]},
    {"components": [row(select(options=[{"label": "x" * 101, "value": "a"}]))]},
    {"components": [row(select(options=[{"label": "a", "value": "a", "description": "x" * 101}]))]},
    *[{"allowed_mentions": {"parse": [kind], kind: ["1"]}} for kind in ("users", "roles")],
    {"allowed_mentions": {"parse": ["all"]}},
    {"allowed_mentions": {"parse": ["users", "users"]}},
    {"allowed_mentions": {"users": list(range(101))}},
    {"allowed_mentions": {"users": ["1", "1"]}},
    {"allowed_mentions": {"users": ["mia"]}},
    {"allowed_mentions": {"replied_user": "no"}},
    {"allowed_mentions": []},
    *[{"embeds": [embed]} for embed in NOTHING_IN_THEM],
    *[{"embeds": [{"title": "x", "color": color}]} for color in (-1, 0x1000000, "red", True)],
    *[{"embeds": [{"title": "x", key: {"url": "nowhere"}}]} for key in ("image", "thumbnail")],
    {"embeds": [{"title": "x", "url": "attachment://a.png"}]},
    {"embeds": [{"title": "x", "url": ""}]},
    {"embeds": [{"title": "x", "footer": {"text": "x", "icon_url": "null"}}]},
    {"embeds": [{"title": "x", "author": {"url": "https://example.org"}}]},
    {"embeds": [{"title": "x", "author": {"name": "x", "url": "attachment://a.png"}}]},
    {"embeds": [{"title": "x", "timestamp": "today"}]},
    {"embeds": [{"title": "x", "fields": [{"name": "x"}]}]},
    {"embeds": [None]},
    {"content": {}},
    {"flags": "many"},
    {"nonce": "x" * 26},
    {"nonce": 2**63},
    {"enforce_nonce": "yes"},
    {"tts": 1},
    {"message_reference": {}},
    {"message_reference": {"message_id": "x"}},
    {"attachments": [{"filename": "a.png"}]},
    {"attachments": [{"id": 0, "description": "x" * 1025}]},
    {"poll": {"question": {"text": "?"}, "answers": []}},
    {"poll": {"question": {"text": "x" * 301}, "answers": [{"poll_media": {"text": "a"}}]}},
    {"poll": {"question": {"text": "?"}, "answers": [{"poll_media": {"text": "a"}}], "duration": 769}},
]


@pytest.mark.parametrize("body", BAD_BODIES)
def test_bodies_over_the_limits_are_refused(body: dict[str, Any]) -> None:
    body = {"content": "x"} | body if not body.get("flags") else body

    with pytest.raises(Refusal) as refusal:
        new_draft(body).check(body, ())

    assert (refusal.value.status, refusal.value.code) == (400, 50035)
    assert "_errors" in str(refusal.value.errors)


@pytest.mark.parametrize(
    ("part", "place", "code"),
    [
        (button(emoji={"name": "fox"}), "emoji.name", "BUTTON_COMPONENT_INVALID_EMOJI"),
        (link("javascript:alert(1)"), "url", "URL_TYPE_INVALID_SCHEME"),
        (select(max_values=3), "options", "BASE_TYPE_BAD_LENGTH"),
        (select(min_values=0, required=True), "min_values", "SELECT_COMPONENT_REQUIRED_ZERO_MIN_VALUES"),
        (select(options=TWICE), "options.1", "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED"),
    ],
)
def test_a_fault_stands_at_its_place_under_discords_name(part: dict[str, Any], place: str, code: str) -> None:
    body = {"content": "x", "components": [row(part)]}

    with pytest.raises(Refusal) as refusal:
        new_draft(body).check(body, ())

    spot: Any = refusal.value.errors
    for step in f"components.0.components.0.{place}".split("."):
        spot = spot[step]
    assert [error["code"] for error in spot["_errors"]] == [code]


def test_there_are_no_stickers() -> None:
    body = {"sticker_ids": ["1"]}

    with pytest.raises(Refusal) as refusal:
        new_draft(body).check(body, ())

    assert refusal.value.code == 50081


@pytest.mark.parametrize("body", [{}, {"content": "  "}, {"components": [row(button())]}, {"flags": V2}])
def test_an_empty_message_is_refused(body: dict[str, Any]) -> None:
    with pytest.raises(Refusal) as refusal:
        new_draft(body).check_files(())

    assert (refusal.value.status, refusal.value.code) == (400, 50006)


@pytest.mark.parametrize(
    "body",
    [
        {"embeds": [{"image": {"url": "attachment://a.png"}}]},
        {"flags": V2, "components": [{"type": 13, "file": {"url": "attachment://a.png"}}]},
    ],
)
def test_a_reference_to_a_file_that_is_not_there_is_refused(body: dict[str, Any]) -> None:
    with pytest.raises(Refusal) as refusal:
        new_draft(body).check_files(())

    assert "REFERENCED_ATTACHMENT_NOT_FOUND" in str(refusal.value.errors)


def option(name: str = "o", kind: int = 3, **more: object) -> dict[str, Any]:
    return {"type": kind, "name": name, "description": "d", **more}


def command(**more: object) -> dict[str, Any]:
    return {"name": "c", "description": "d", **more}


@pytest.mark.parametrize(
    "commands",
    [
        [command(name="Upper")],
        [command(name="with space")],
        [command(name="x" * 33)],
        [command(description="")],
        [command(description="x" * 101)],
        [command(), command()],
        [command(name=f"c{number}") for number in range(101)],
        [{"type": 3, "name": f"Menu {number}"} for number in range(16)],
        [{"type": 3, "name": "Menu", "description": "no"}],
        [{"type": 3, "name": ""}],
        [command(options=[option(f"o{number}") for number in range(26)])],
        [command(options=[option(), option()])],
        [command(options=[option("a"), option("b", required=True)])],
        [command(options=[option(kind=99)])],
        [command(options=[option(choices=[{"name": str(n), "value": str(n)} for n in range(26)])])],
        [command(options=[option(choices=[{"name": "", "value": "a"}])])],
        [command(options=[option(choices=[{"name": "a", "value": "a"}], autocomplete=True)])],
        [command(options=[option(kind=5, choices=[{"name": "a", "value": True}])])],
        [command(options=[option("g", 2, options=[option("h", 2, options=[])])])],
        [command(options=[option("g", 2, options=[option("h", 1, options=[option("i", 1)])])])],
        [command(options=[option(f"o{n}", choices=[{"name": "x" * 100, "value": "y" * 400}] * 2) for n in range(9)])],
        [command(description_localizations={"de": "x" * 9000})],
        [command(description_localizations={"de": ""})],
        [command(description_localizations={"xx": "Kein Land"})],
        [command(options=[option(choices=[{"name": "a", "value": "a", "name_localizations": {"de": "x" * 101}}])])],
        [command(name_localizations={"de": "Mit Leer"})],
        [command(name_localizations=[])],
        [command(type=9)],
        [command(contexts=[])],
        [command(contexts=[0, 0])],
        [command(integration_types=[5])],
        [command(default_member_permissions="some")],
        [command(nsfw="yes")],
        [{"description": "d"}],
        [{"type": 3, "name": "x" * 33}],
        [command(options=[option(), option("g", 1)])],
        [command(options=[option(options=[option("p")])])],
        [command(options=[option(kind=4, choices=[{"name": "a", "value": "a"}])])],
        [command(options=[option(kind=10, choices=[{"name": "a", "value": "1.5"}])])],
        [command(options=[option(choices=[{"name": "a", "value": "x" * 101}])])],
        [command(options=[option(choices=[{"name": "a", "value": {"x": 1}}])])],
        [command(options=[option(choices=[{"name": "a"}])])],
        [command(options=[option(choices=[{"name": "a", "value": "a"}, {"name": "a", "value": "b"}])])],
        [command(options=[option(kind=6, autocomplete=True)])],
        [command(options=[option(min_value=1)])],
        [command(options=[option(kind=4, min_length=1)])],
        [command(options=[option(kind=4, min_value=5, max_value=4)])],
        [command(options=[option(min_length=5, max_length=4)])],
        [command(options=[option(max_length=6001)])],
        [command(options=[option(channel_types=[0])])],
        [command(options=[option(required="yes")])],
    ],
)
def test_commands_that_discord_would_not_take_are_refused(commands: list[dict[str, Any]]) -> None:
    faults = FormFaults()

    check_commands(commands, faults)

    with pytest.raises(Refusal):
        faults.raise_if_any()


@pytest.mark.parametrize(("length", "faults"), [(70, 0), (90, 1)])
def test_of_the_names_of_a_choice_the_longest_counts_to_the_size_of_a_command(length: int, faults: int) -> None:
    choices = [{"name": str(each), "value": "a", "name_localizations": {"ja": "x" * length}} for each in range(25)]
    found = FormFaults()
    check_commands([command(options=[option(f"o{each}", choices=choices) for each in range(4)])], found)

    assert str(found.as_refusal().errors).count("APPLICATION_COMMAND_TOO_LARGE") == faults


async def test_commands_keep_their_ids_and_change_their_version_only_when_they_change(
    api: Api, sandbox: SandboxDiscord
) -> None:
    guild = f"/applications/{api.application}/guilds/{sandbox.server.id}/commands"
    first = await api.register(
        command(options=[option("sub", 1, options=[option(required=None)])]), {"name": "M", "type": 3}
    )
    again = await api.register(command(options=[option("sub", 1, options=[option(required=None)])]))
    changed = await api.register(command(description="new"))
    own = await api.call("PUT", guild, [command(name="here")])

    assert first[0] == again[0]
    assert again[0]["id"] == changed[0]["id"]
    assert again[0]["version"] != changed[0]["version"]
    assert sandbox.commands.puts == 4
    assert own.body[0]["guild_id"] == str(sandbox.server.id)
    assert (await api.call("GET", guild)).body == own.body
    assert (await api.call("GET", f"/applications/{api.application}/commands")).body == changed
    assert sandbox.commands.names(sandbox.server.id, 1) == ["here", "c"]


async def test_refused_commands_leave_the_old_ones_in_place(api: Api, sandbox: SandboxDiscord) -> None:
    await api.register(command())

    answer = await api.call("PUT", f"/applications/{api.application}/commands", [command(name="BAD")])

    assert (answer.status, answer.code) == (400, 50035)
    assert "name" in answer.body["errors"]["0"]
    assert [one["name"] for one in sandbox.commands[None]] == ["c"]


async def test_commands_of_another_application_are_not_ours(api: Api) -> None:
    answer = await api.call("GET", "/applications/1/commands")

    assert (answer.status, answer.code) == (403, 20012)


async def test_commands_are_added_changed_and_removed_one_by_one(api: Api, sandbox: SandboxDiscord) -> None:
    path = f"/applications/{api.application}/commands"
    added = await api.call("POST", path, command())
    again = await api.call("POST", path, command(description="other"))
    one = f"{path}/{added.body['id']}"
    renamed = await api.call("PATCH", one, {"name": "renamed"})
    read = await api.call("GET", one)
    refused = await api.call("PATCH", one, {"name": "NO"})
    gone = await api.call("DELETE", one)

    assert (added.status, again.status, again.body["id"]) == (201, 200, added.body["id"])
    assert (renamed.body["name"], renamed.body["id"]) == ("renamed", added.body["id"])
    assert read.body == renamed.body
    assert (refused.code, gone.status) == (50035, 204)
    assert (await api.call("GET", one)).code == 10063
    assert sandbox.commands[None] == []
    assert sandbox.commands.puts == 0
