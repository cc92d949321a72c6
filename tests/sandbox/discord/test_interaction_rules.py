from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from bot.sandbox.discord import Answer, MessageFlag, Upload
from tests.sandbox.discord.conftest import EDIT_IMAGE, IMAGINE, Api, png

if TYPE_CHECKING:
    from bot.sandbox.discord import Invocation, SandboxDiscord

EPHEMERAL = int(MessageFlag.EPHEMERAL)
BUTTON = {"type": 1, "components": [{"type": 2, "style": 1, "label": "Again", "custom_id": "again:1"}]}
MODAL: dict[str, Any] = {
    "title": "Edit",
    "custom_id": "edit:1",
    "components": [{"type": 18, "label": "Prompt", "component": {"type": 4, "style": 1, "custom_id": "prompt"}}],
}


@pytest.fixture
async def invocation(api: Api, sandbox: SandboxDiscord) -> Invocation:
    await api.register(IMAGINE, EDIT_IMAGE)
    mia = sandbox.server.add_member("Mia")
    return await mia.slash("imagine", prompt="a fox")


async def test_an_answer_with_words_becomes_the_response(api: Api, invocation: Invocation) -> None:
    answer = await api.answer(invocation, 4, {"content": "Here it is."})

    assert answer.status == 200
    assert answer.body["interaction"]["response_message_loading"] is False
    assert answer.body["resource"]["message"]["content"] == "Here it is."
    assert invocation.response
    assert invocation.response.content == "Here it is."
    assert invocation.answer is Answer.MESSAGE
    assert not invocation.deferred


async def test_without_with_response_the_answer_is_204(api: Api, invocation: Invocation) -> None:
    path = f"/interactions/{invocation.id}/{invocation.token}/callback"
    answer = await api.call("POST", path, {"type": 5})

    assert (answer.status, answer.body) == (204, b"")
    assert invocation.deferred


async def test_a_second_first_answer_is_refused(api: Api, invocation: Invocation) -> None:
    await api.answer(invocation, 5)

    answer = await api.answer(invocation, 4, {"content": "again"})

    assert (answer.status, answer.code) == (400, 40060)


async def test_a_bad_answer_does_not_use_up_the_interaction(api: Api, invocation: Invocation) -> None:
    bad = await api.answer(invocation, 4, {"content": "x" * 2001})
    good = await api.answer(invocation, 4, {"content": "x"})

    assert (bad.status, bad.code) == (400, 50035)
    assert good.status == 200


async def test_an_answer_after_three_seconds_meets_an_unknown_interaction(
    api: Api, sandbox: SandboxDiscord, invocation: Invocation
) -> None:
    sandbox.clock.advance(3.1)

    answer = await api.answer(invocation, 5)

    assert (answer.status, answer.code) == (404, 10062)


async def test_an_interaction_that_never_was_is_unknown(api: Api, invocation: Invocation) -> None:
    answer = await api.call("POST", f"/interactions/1/{invocation.token}/callback", {"type": 5})

    assert (answer.status, answer.code) == (404, 10062)


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
async def test_the_token_dies_after_fifteen_minutes(
    api: Api, sandbox: SandboxDiscord, invocation: Invocation, method: str
) -> None:
    await api.answer(invocation, 5)
    sandbox.clock.advance(15 * 60)

    answer = await api.call(method, api.hook(invocation), {"content": "late"} if method == "PATCH" else None)

    assert (answer.status, answer.code) == (401, 50027)


async def test_the_token_opens_nothing_before_the_first_answer(api: Api, invocation: Invocation) -> None:
    followup = await api.call("POST", api.hook(invocation, ""), {"content": "hasty"})
    unknown = await api.call("POST", f"/webhooks/{api.application}/nonsense", {"content": "x"})

    assert (followup.status, followup.code) == (404, 10015)
    assert (unknown.status, unknown.code) == (404, 10015)


async def test_edits_keep_every_version_with_its_time(api: Api, invocation: Invocation) -> None:
    await api.answer(invocation, 5)
    for name in ("preview.png", "result.png"):
        entry = [{"id": 0, "filename": name}]
        await api.call("PATCH", api.hook(invocation), {"attachments": entry}, files={0: (name, png())})

    names = [[file.filename for file in version.attachments] for version in invocation.history]
    times = [version.at for version in invocation.history]
    assert names == [[], ["preview.png"], ["result.png"]]
    assert times == sorted(times)
    assert (await invocation.shown()).attachments[0].content == png()


async def test_a_followup_after_a_deferral_fills_the_response_and_stays_as_private_as_it_was(
    api: Api, invocation: Invocation
) -> None:
    await api.answer(invocation, 5, {"flags": EPHEMERAL})

    first = await api.call("POST", api.hook(invocation, ""), {"content": "one", "flags": 0})
    second = await api.call("POST", api.hook(invocation, ""), {"content": "two"})

    assert invocation.response
    assert first.body["id"] == str(invocation.response.id)
    assert first.body["flags"] & EPHEMERAL
    assert second.body["id"] != first.body["id"]
    assert [message.content for message in invocation.followups] == ["two"]
    assert not second.body["flags"] & EPHEMERAL


async def test_a_deferral_takes_no_flag_but_the_ephemeral_one(api: Api, invocation: Invocation) -> None:
    refused = await api.answer(invocation, 5, {"flags": EPHEMERAL | int(MessageFlag.IS_COMPONENTS_V2)})
    await api.answer(invocation, 5, {"flags": EPHEMERAL})

    assert (refused.status, refused.code, list(refused.body["errors"]["data"])) == (400, 50035, ["flags"])
    assert invocation.ephemeral
    assert invocation.response
    assert invocation.response.flags == MessageFlag.EPHEMERAL | MessageFlag.LOADING
    assert invocation.response.loading


async def test_an_ephemeral_message_is_seen_by_its_member_alone_and_not_by_channel_routes(
    api: Api, sandbox: SandboxDiscord, invocation: Invocation
) -> None:
    noah = sandbox.server.add_member("Noah")
    mia = sandbox.server.members["Mia"]
    channel = invocation.channel
    await api.answer(invocation, 4, {"content": "psst", "flags": EPHEMERAL})
    assert invocation.response
    path = f"/channels/{channel.id}/messages"

    answers = [
        await api.call(method, f"{path}/{invocation.response.id}", {"content": "x"} if method == "PATCH" else None)
        for method in ("GET", "PATCH", "DELETE")
    ]

    assert invocation.response.flags == MessageFlag.EPHEMERAL
    assert channel.visible_to(mia) == [invocation.response]
    assert channel.visible_to(noah) == []
    assert channel.messages == []
    assert [(answer.status, answer.code) for answer in answers] == [(404, 10008)] * 3
    assert (await api.call("GET", path)).body == []


async def test_the_response_and_followups_can_be_read_and_deleted_by_token(api: Api, invocation: Invocation) -> None:
    await api.answer(invocation, 4, {"content": "one"})
    followup = await api.call("POST", api.hook(invocation, ""), {"content": "two", "flags": EPHEMERAL})
    by_id = api.hook(invocation, f"/messages/{followup.body['id']}")

    edited = await api.call("PATCH", by_id, {"content": "three"})
    gone = await api.call("DELETE", api.hook(invocation))
    after = await api.call("GET", api.hook(invocation))

    assert edited.body["content"] == "three"
    assert (gone.status, gone.body) == (204, b"")
    assert (after.status, after.code) == (404, 10008)
    assert invocation.response is None
    assert (await api.call("GET", by_id)).body["content"] == "three"
    assert (await api.call("GET", api.hook(invocation, "/messages/1"))).code == 10008


async def test_a_button_may_update_its_message(api: Api, sandbox: SandboxDiscord, invocation: Invocation) -> None:
    mia = sandbox.server.members["Mia"]
    entry = {"content": "one", "components": [BUTTON], "attachments": [{"id": 0, "filename": "a.png"}]}
    await api.answer(invocation, 4, entry, files={0: ("a.png", png())})
    message = await invocation.shown()

    click = await mia.click(message, "Again")
    answer = await api.answer(click, 7, {"content": "two"})

    assert answer.body["resource"]["type"] == 7
    assert (message.content, len(message.attachments)) == ("two", 1)
    assert click.response is message
    assert click.source is message


async def test_a_message_that_is_gone_cannot_be_updated(
    api: Api, sandbox: SandboxDiscord, invocation: Invocation
) -> None:
    mia = sandbox.server.members["Mia"]
    await api.answer(invocation, 4, {"content": "one", "components": [BUTTON], "flags": EPHEMERAL})
    message = await invocation.shown()
    click = await mia.click(message, "Again")
    await mia.delete(message)

    answer = await api.answer(click, 7, {"content": "two"})

    assert (answer.status, answer.code) == (404, 10008)


async def test_a_deferred_update_changes_nothing_and_opens_the_original(
    api: Api, sandbox: SandboxDiscord, invocation: Invocation
) -> None:
    mia = sandbox.server.members["Mia"]
    await api.answer(invocation, 4, {"content": "one", "components": [BUTTON], "flags": EPHEMERAL})
    message = await invocation.shown()

    click = await mia.click(message, "again:1")
    await api.answer(click, 6)
    followup = await api.call("POST", api.hook(click, ""), {"content": "beside"})
    await api.call("PATCH", api.hook(click), {"content": "changed", "components": []})

    assert followup.body["id"] != str(message.id)
    assert (message.content, message.components) == ("changed", ())
    assert click.deferred
    assert click.ephemeral


@pytest.mark.parametrize("kind", [1, 6, 7, 8, 99, "4"])
async def test_a_command_cannot_be_answered_like_a_button(api: Api, invocation: Invocation, kind: int) -> None:
    answer = await api.answer(invocation, kind)

    assert (answer.status, answer.code) == (400, 50035)
    assert invocation.answer is None


async def test_a_dialog_leads_to_an_interaction_of_its_own(
    api: Api, sandbox: SandboxDiscord, invocation: Invocation
) -> None:
    mia = sandbox.server.members["Mia"]
    opened = await api.answer(invocation, 9, MODAL)

    submitted = await mia.submit_modal(invocation, {"prompt": "a red fox"})
    again = await api.answer(submitted, 9, MODAL)
    update = await api.answer(submitted, 7, {"content": "x"})
    words = await api.answer(submitted, 4, {"content": "done"})

    assert opened.body == {"interaction": {**opened.body["interaction"]}}
    assert invocation.modal
    assert (again.code, update.code, words.status) == (50035, 50035, 200)
    metadata = words.body["resource"]["message"]["interaction_metadata"]
    assert metadata["triggering_interaction_metadata"]["id"] == str(invocation.id)


OPTIONS = [{"label": "A", "value": "a"}, {"label": "B", "value": "b"}]
BAD_DIALOGS: list[dict[str, Any]] = [
    {"title": "x" * 46},
    {"title": ""},
    {"custom_id": ""},
    {"components": []},
    {"components": MODAL["components"] * 6},
    {"components": [{"type": 2, "style": 1, "label": "no"}]},
    {"components": [{"type": 18, "label": "x" * 46, "component": {"type": 4, "style": 1, "custom_id": "a"}}]},
    {"components": [{"type": 18, "label": "x", "component": {"type": 2, "style": 1, "custom_id": "a"}}]},
    {"components": [{"type": 18, "label": "x", "component": {"type": 3, "custom_id": "a", "options": []}}]},
    {"components": [{"type": 18, "label": "x", "component": {"type": 21, "custom_id": "a", "options": [{}]}}]},
    {"components": [{"type": 18, "label": "x", "component": {"type": 22, "custom_id": "a", "options": []}}]},
    {"components": [{"type": 18, "label": "x", "component": {"type": 19, "custom_id": "a", "max_values": 11}}]},
    {"components": [{"type": 1, "components": []}]},
    {"components": MODAL["components"] * 2},
    {"components": [{"type": 1, "components": [{"type": 3, "custom_id": "a", "options": OPTIONS}]}]},
    {"components": [{"type": 1, "components": [{"type": 4, "style": 1, "custom_id": "a"}]}]},
    *[
        {"components": [{"type": 18, "label": "x", "component": {"custom_id": "a", **part}}]}
        for part in (
            {"type": 4, "style": 3},
            {"type": 4, "style": 1, "label": "inside"},
            {"type": 4, "style": 1, "min_length": 5, "max_length": 4},
            {"type": 4, "style": 1, "min_length": 5, "value": "four"},
            {"type": 4, "style": 1, "max_length": 4001},
            {"type": 3, "options": OPTIONS, "min_values": 0},
            {"type": 3, "options": OPTIONS, "min_values": 0, "required": True},
            {"type": 3, "options": OPTIONS, "max_values": 3},
            {"type": 19, "min_values": 0},
            {"type": 22, "options": OPTIONS, "min_values": 0},
            {"type": 22, "options": [{**one, "default": True} for one in OPTIONS], "max_values": 1},
            {"type": 21, "options": [{**one, "default": True} for one in OPTIONS]},
            {"type": 21, "options": OPTIONS[:1] * 2},
        )
    ],
]


async def test_a_dialog_may_hold_words_and_fields_that_need_no_choice(api: Api, invocation: Invocation) -> None:
    free = {"type": 3, "custom_id": "a", "options": OPTIONS, "min_values": 0, "max_values": 2, "required": False}
    parts: list[dict[str, Any]] = [{"type": 10, "content": "Words."}, {"type": 18, "label": "x", "component": free}]

    answer = await api.answer(invocation, 9, {"title": "Edit", "custom_id": "e", "components": parts})

    assert answer.status == 200, answer.body


@pytest.mark.parametrize("change", BAD_DIALOGS)
async def test_a_dialog_that_discord_would_not_show_is_refused(
    api: Api, invocation: Invocation, change: dict[str, Any]
) -> None:
    answer = await api.answer(invocation, 9, MODAL | change)

    assert (answer.status, answer.code) == (400, 50035)
    assert invocation.modal is None


async def test_autocomplete_returns_what_the_bot_offers(api: Api, sandbox: SandboxDiscord) -> None:
    await api.register(IMAGINE)
    mia = sandbox.server.add_member("Mia")
    stream = sandbox.changes()
    offered = [{"name": "low · $0.01", "value": "low"}]

    async def bot() -> int:
        async for change in stream:
            if change.invocation:
                too_many = await api.answer(change.invocation, 8, {"choices": offered * 26})
                await api.answer(change.invocation, 8, {"choices": offered})
                return too_many.code
        return 0

    running = asyncio.create_task(bot())
    choices = await mia.autocomplete("imagine", focused="quality", value="l", prompt="a fox")

    assert choices == offered
    assert await running == 50035


async def test_files_of_a_command_are_short_lived_and_fully_described(api: Api, sandbox: SandboxDiscord) -> None:
    await api.register(IMAGINE)
    mia = sandbox.server.add_member("Mia")
    seen: list[dict[str, Any]] = []
    async with api.session.ws_connect(sandbox.gateway_url) as socket:
        await socket.send_json({"op": 2, "d": {"token": sandbox.token, "intents": 1}})
        await sandbox.bot_ready()
        await mia.slash("imagine", prompt="like this", image1=Upload("my cat.png", png((40, 30))))
        while not seen:
            frame = await socket.receive_json(timeout=300)
            seen += [frame["d"]] if frame["t"] == "INTERACTION_CREATE" else []

    data = seen[0]["data"]
    (attachment,) = data["resolved"]["attachments"].values()
    assert data["options"][1]["value"] == attachment["id"]
    assert attachment["filename"] == "my_cat.png"
    assert (attachment["content_type"], attachment["width"], attachment["height"]) == ("image/png", 40, 30)
    assert attachment["ephemeral"] is True
    assert "/ephemeral-attachments/" in attachment["url"]
    async with api.session.get(attachment["url"]) as response:
        assert await response.read() == png((40, 30))
    sandbox.clock.advance(25 * 3600)
    async with api.session.get(attachment["url"]) as response:
        assert response.status == 403


async def test_a_message_menu_gives_the_bot_the_whole_message(api: Api, sandbox: SandboxDiscord) -> None:
    await api.register(EDIT_IMAGE)
    mia = sandbox.server.add_member("Mia")
    message = await mia.send(sandbox.server.channel("#studio"), "look", [Upload("a.png", png())])
    seen: list[dict[str, Any]] = []
    async with api.session.ws_connect(sandbox.gateway_url) as socket:
        await socket.send_json({"op": 2, "d": {"token": sandbox.token, "intents": 1}})
        await sandbox.bot_ready()
        invocation = await mia.message_command("Edit image", message)
        while not seen:
            frame = await socket.receive_json(timeout=300)
            seen += [frame["d"]] if frame["t"] == "INTERACTION_CREATE" else []

    target = seen[0]["data"]["resolved"]["messages"][seen[0]["data"]["target_id"]]
    assert (target["content"], len(target["attachments"])) == ("look", 1)
    answer = await api.answer(invocation, 4, {"content": "ok"})
    assert answer.body["resource"]["message"]["type"] == 23
    assert answer.body["resource"]["message"]["interaction_metadata"]["target_message_id"] == str(message.id)


@pytest.mark.parametrize(
    ("option", "value", "status"),
    [
        ("quality", "low", 200),
        ("quality", 5, 400),
        ("quality", "x" * 6001, 400),
        ("number", 5, 200),
        ("number", "5", 400),
        ("number", 5.5, 400),
        ("number", 2**53 + 1, 400),
        ("share", 5.5, 200),
        ("share", "5.5", 400),
    ],
)
async def test_what_is_offered_fits_the_type_of_its_option(
    api: Api, sandbox: SandboxDiscord, option: str, value: object, status: int
) -> None:
    kinds = {"quality": 3, "number": 4, "share": 10}
    options = [{"type": kinds[name], "name": name, "description": "d", "autocomplete": True} for name in kinds]
    nested = {"type": 1, "name": "now", "description": "d", "options": options}
    await api.register({"name": "offer", "description": "d", "options": [nested]})
    mia = sandbox.server.members.get("Mia") or sandbox.server.add_member("Mia")
    asking = asyncio.create_task(mia.autocomplete("offer now", focused=option, value="x"))
    await sandbox.until(lambda: any(one.name == "offer now" for one in sandbox.invocations))
    invocation = sandbox.invocations[-1]

    answer = await api.answer(invocation, 8, {"choices": [{"name": "One", "value": value}]})
    await api.answer(invocation, 8, {"choices": []})
    await asking

    assert answer.status == status
    if status == 400:
        assert list(answer.body["errors"]["data"]["choices"]["0"]) == ["value"]


async def test_faults_of_a_first_answer_stand_under_its_data(api: Api, invocation: Invocation) -> None:
    refused = await api.answer(invocation, 4, {"content": "x" * 2001})

    assert list(refused.body["errors"]) == ["data"]
    assert (await api.answer(invocation, 4, {"content": "x"})).status == 200
