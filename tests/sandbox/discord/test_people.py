from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bot.sandbox.discord import CannotDoThatError, Permission, SandboxDiscord, Upload
from tests.sandbox.discord.conftest import EDIT_IMAGE, IMAGINE, QUOTA, Api, png

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.sandbox.discord import Invocation, Member, Message


@pytest.fixture
async def mia(api: Api, sandbox: SandboxDiscord) -> Member:
    await api.register(IMAGINE, QUOTA, EDIT_IMAGE)
    return sandbox.server.add_member("Mia")


async def answered_with(api: Api, invocation: Invocation, kind: int, data: dict[str, Any]) -> Message | None:
    answer = await api.answer(invocation, kind, data)
    assert answer.status == 200, answer.body
    return invocation.response


class Listener:
    """Hears the data of interactions over a gateway connection."""

    def __init__(self, api: Api) -> None:
        self.api = api

    async def data_of(self, act: Callable[[], Awaitable[Invocation]]) -> dict[str, Any]:
        async with self.api.session.ws_connect(self.api.sandbox.gateway_url) as socket:
            await socket.send_json({"op": 2, "d": {"token": self.api.sandbox.token, "intents": 0}})
            await self.api.sandbox.bot_ready()
            await act()
            while True:
                frame = await socket.receive_json(timeout=300)
                if frame["t"] == "INTERACTION_CREATE":
                    payload: dict[str, Any] = frame["d"]
                    return payload


@pytest.fixture
def listener(api: Api) -> Listener:
    return Listener(api)


async def test_options_are_typed_as_the_command_was_registered(
    sandbox: SandboxDiscord, mia: Member, listener: Listener
) -> None:
    noah = sandbox.server.add_member("Noah")
    role = sandbox.server.add_role("Painters")
    other = sandbox.server.channel("random")
    payload = await listener.data_of(
        lambda: mia.slash(
            "imagine",
            channel=other,
            prompt="a fox",
            count=2,
            size="Square",
            private=True,
            strength=0.5,
            member=noah,
            channel_=other,
            role=role,
            whoever=role,
            image1=None,
        )
    )

    data = payload["data"]
    values = {option["name"]: option["value"] for option in data["options"]}
    assert values == {
        "prompt": "a fox",
        "count": 2,
        "size": "1024x1024",
        "private": True,
        "strength": 0.5,
        "member": str(noah.id),
        "channel": str(other.id),
        "role": str(role.id),
        "whoever": str(role.id),
    }
    assert set(data["resolved"]) == {"users", "members", "channels", "roles"}
    assert payload["channel_id"] == str(other.id)
    assert payload["member"]["user"]["id"] == str(mia.id)
    assert int(payload["app_permissions"]) & Permission.ATTACH_FILES
    assert payload["attachment_size_limit"] == 10 * 1024 * 1024


async def test_sub_commands_are_nested(sandbox: SandboxDiscord, mia: Member, listener: Listener) -> None:
    mia.roles.append(sandbox.server.add_role("Lead", Permission.MANAGE_GUILD))

    payload = await listener.data_of(lambda: mia.slash("quota set", usd=5))

    assert payload["data"]["options"] == [
        {"name": "set", "type": 1, "options": [{"name": "usd", "type": 10, "value": 5}]}
    ]


@pytest.mark.parametrize(
    ("command", "options", "says"),
    [
        ("paint", {}, "registered: imagine, quota set"),
        ("quota", {}, "no command 'quota'"),
        ("quota get", {}, "no command 'quota get'"),
        ("imagine", {}, "needs the option 'prompt'"),
        ("imagine", {"prompt": "x", "colour": "red"}, "has no option 'colour'"),
        ("imagine", {"prompt": "x" * 101}, "takes a length from None to 100"),
        ("imagine", {"prompt": 5}, "does not take 5"),
        ("imagine", {"prompt": "x", "count": 5}, "takes a value from 1 to 4"),
        ("imagine", {"prompt": "x", "count": True}, "does not take True"),
        ("imagine", {"prompt": "x", "size": "huge"}, "takes one of '1024x1024'"),
        ("imagine", {"prompt": "x", "image1": b"bytes"}, "takes an Upload"),
        ("imagine", {"prompt": "x", "role": "Painters"}, "does not take 'Painters'"),
        ("imagine", {"prompt": "x", "member": "Noah"}, "is no member, role or channel"),
        ("quota set", {"usd": 5}, "is not offered to Mia"),
    ],
)
async def test_what_the_bot_did_not_register_cannot_be_typed(
    mia: Member, command: str, options: dict[str, Any], says: str
) -> None:
    with pytest.raises(CannotDoThatError, match=says):
        await mia.slash(command, **options)


async def test_autocomplete_needs_an_option_that_has_it(mia: Member) -> None:
    with pytest.raises(CannotDoThatError, match="does not autocomplete"):
        await mia.autocomplete("imagine", focused="prompt", value="a")


async def test_a_menu_entry_must_be_registered(sandbox: SandboxDiscord, mia: Member) -> None:
    message = await mia.send(sandbox.server.channels[0], "x")

    with pytest.raises(CannotDoThatError, match="It registered: Edit image"):
        await mia.message_command("Vary image", message)


async def test_commands_work_in_direct_messages_where_they_are_offered(
    sandbox: SandboxDiscord, mia: Member, listener: Listener
) -> None:
    payload = await listener.data_of(lambda: mia.slash("imagine", channel=mia.direct_channel, prompt="x", member=mia))

    assert payload["user"]["id"] == str(mia.id)
    assert payload["context"] == 1
    assert "guild_id" not in payload
    with pytest.raises(CannotDoThatError, match="not offered in direct messages"):
        await mia.slash("quota set", channel=mia.direct_channel, usd=1)
    assert sandbox.server.guild.upload_limit == mia.direct_channel.upload_limit


async def test_a_member_needs_permission_to_use_commands_and_to_write(sandbox: SandboxDiscord, mia: Member) -> None:
    studio = sandbox.server.channels[0]
    message = await mia.send(studio, "x")
    sandbox.server.set_permissions(studio, mia, deny=Permission.USE_APPLICATION_COMMANDS | Permission.SEND_MESSAGES)

    with pytest.raises(CannotDoThatError, match="USE_APPLICATION_COMMANDS"):
        await mia.slash("imagine", prompt="x")
    with pytest.raises(CannotDoThatError, match="SEND_MESSAGES"):
        await mia.reply(message, "y")
    sandbox.server.set_permissions(studio, mia, deny=Permission.VIEW_CHANNEL)
    with pytest.raises(CannotDoThatError, match="does not see"):
        await mia.reply(message, "y")


async def test_files_need_a_permission_of_their_own(sandbox: SandboxDiscord, mia: Member) -> None:
    studio = sandbox.server.channels[0]
    sandbox.server.set_permissions(studio, mia, deny=Permission.ATTACH_FILES)

    with pytest.raises(CannotDoThatError, match="ATTACH_FILES"):
        await mia.send(studio, "x", [Upload("a.png", png())])


async def test_deleting_is_for_authors_and_moderators(sandbox: SandboxDiscord, mia: Member) -> None:
    studio = sandbox.server.channels[0]
    noah = sandbox.server.add_member("Noah")
    ada = sandbox.server.add_member("Ada", permissions=Permission.MANAGE_MESSAGES)
    first, second = await mia.send(studio, "1"), await mia.send(studio, "2")

    with pytest.raises(CannotDoThatError, match="may not delete"):
        await noah.delete(first)
    await ada.delete(first)
    await mia.delete(second)

    assert studio.messages == []
    assert (first.deleted, second.deleted) == (True, True)


BUTTONS = {
    "type": 1,
    "components": [
        {"type": 2, "style": 1, "label": "Go", "custom_id": "go"},
        {"type": 2, "style": 1, "label": "Off", "custom_id": "off", "disabled": True},
        {"type": 2, "style": 5, "label": "Site", "url": "https://example.org"},
    ],
}
MENU = {
    "type": 3,
    "custom_id": "pick",
    "max_values": 2,
    "options": [{"label": "Low", "value": "low"}, {"label": "High", "value": "high"}],
}


async def test_only_buttons_that_can_be_pressed_are(api: Api, mia: Member) -> None:
    invocation = await mia.slash("imagine", prompt="x")
    message = await answered_with(api, invocation, 4, {"content": "x", "components": [BUTTONS], "flags": 64})
    assert message

    click = await mia.click(message, "Go")

    assert (click.name, click.source) == ("go", message)
    for name, says in (("Off", "disabled"), ("Site", "opens a link"), ("Stop", "There is: 'Go', 'Off', 'Site'")):
        with pytest.raises(CannotDoThatError, match=says):
            await mia.click(message, name)
    with pytest.raises(CannotDoThatError, match="no reply to an ephemeral message"):
        await mia.reply(message, "x")


async def test_the_price_on_a_button_may_be_left_out(api: Api, mia: Member) -> None:
    row = {"type": 1, "components": [{"type": 2, "style": 1, "label": "Vary · $0.017", "custom_id": "vary:1"}]}
    invocation = await mia.slash("imagine", prompt="x")
    message = await answered_with(api, invocation, 4, {"content": "x", "components": [row], "flags": 64})
    assert message

    clicks = [await mia.click(message, name) for name in ("Vary", "Vary · $0.017", "vary:1")]

    assert [click.name for click in clicks] == ["vary:1"] * 3


async def test_menus_take_what_they_offer(api: Api, sandbox: SandboxDiscord, mia: Member, listener: Listener) -> None:
    rows = [{"type": 1, "components": [one]} for one in (MENU, {"type": 5, "custom_id": "who"})]
    message = await answered_with(api, await mia.slash("imagine", prompt="x"), 4, {"content": "x", "components": rows})
    assert message

    chosen = await listener.data_of(lambda: mia.select(message, "pick", ["Low", "high"]))
    people = await listener.data_of(lambda: mia.select(message, "who", mia))

    assert (chosen["data"]["values"], chosen["data"]["component_type"]) == (["low", "high"], 3)
    assert chosen["message"]["id"] == str(message.id)
    assert people["data"]["resolved"]["users"][str(mia.id)]["global_name"] == "Mia"
    with pytest.raises(CannotDoThatError, match="takes 1 to 2 choices"):
        await mia.select(message, "pick", [])
    with pytest.raises(CannotDoThatError, match="offers 'low', 'high'"):
        await mia.select(message, "pick", "medium")
    assert sandbox.server.members["Mia"].name == "Mia"


def label(component: dict[str, Any]) -> dict[str, Any]:
    return {"type": 18, "label": component["custom_id"], "component": component}


RADIO = [{"label": "A", "value": "a"}, {"label": "B", "value": "b"}]
DIALOG: dict[str, Any] = {
    "title": "Edit",
    "custom_id": "edit:1",
    "components": [
        {"type": 1, "components": [{"type": 4, "style": 1, "label": "Words", "custom_id": "words", "value": "before"}]},
        label({"type": 19, "custom_id": "files", "required": False, "min_values": 0, "max_values": 2}),
        label({"type": 21, "custom_id": "radio", "required": False, "options": RADIO}),
        label({"type": 22, "custom_id": "boxes", "options": [{"label": "B", "value": "b", "default": True}]}),
        label({"type": 23, "custom_id": "box", "default": True}),
    ],
}


async def test_a_dialog_is_filled_in_with_every_kind_of_input(api: Api, mia: Member, listener: Listener) -> None:
    invocation = await mia.slash("imagine", prompt="x")
    await answered_with(api, invocation, 9, DIALOG)

    prefilled = await listener.data_of(lambda: mia.submit_modal(invocation, {}))
    values = {"words": "a fox", "files": [Upload("a.png", png())], "radio": "A", "boxes": ["b"], "box": False}
    filled = await listener.data_of(lambda: mia.submit_modal(invocation, dict(values)))

    def inputs(payload: dict[str, Any]) -> list[Any]:
        parts = [item.get("component") or item["components"][0] for item in payload["data"]["components"]]
        return [part["value"] if "value" in part else part["values"] for part in parts]

    assert inputs(prefilled) == ["before", [], None, ["b"], True]
    (file,) = filled["data"]["resolved"]["attachments"]
    assert inputs(filled) == ["a fox", [file], "a", ["b"], False]


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"nothing": "x"}, "has no input 'nothing'. It has: words, files"),
        ({"words": ""}, "takes 1 to 4000 characters"),
        ({"files": ["x"]}, "takes Uploads"),
        ({"files": [Upload("a", b"")] * 3}, "takes 0 to 2 choices, not 3"),
        ({"radio": "c"}, "offers 'a', 'b', not 'c'"),
        ({"boxes": []}, "takes 1 to 1 choices, not 0"),
    ],
)
async def test_a_dialog_takes_what_fits(api: Api, mia: Member, values: dict[str, Any], says: str) -> None:
    invocation = await mia.slash("imagine", prompt="x")
    await answered_with(api, invocation, 9, DIALOG)

    with pytest.raises(CannotDoThatError, match=says):
        await mia.submit_modal(invocation, values)


async def test_a_dialog_must_have_been_opened(mia: Member) -> None:
    invocation = await mia.slash("imagine", prompt="x")

    with pytest.raises(CannotDoThatError, match="No dialog was opened for Mia"):
        await mia.submit_modal(invocation, {})


async def test_waiting_for_an_answer_ends_with_it_or_in_time(api: Api, mia: Member) -> None:
    invocation = await mia.slash("imagine", prompt="x")
    with pytest.raises(TimeoutError):
        await invocation.answered(timeout=0.01)
    await api.answer(invocation, 5)

    assert await invocation.answered() is invocation
    with pytest.raises(TimeoutError):
        await invocation.shown(timeout=0.01)


async def test_somebody_can_be_in_two_servers(sandbox: SandboxDiscord, mia: Member) -> None:
    other = sandbox.add_server("Elsewhere")
    again = other.add_member("Mia", user=mia.user, roles=[other.add_role("Painters")])

    assert again.id == mia.id
    assert [role.name for role in again.roles] == ["Painters"]
    assert mia.roles == []
    with pytest.raises(KeyError):
        other.channel("studio")
