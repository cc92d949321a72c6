"""The page's server, asked by a program: who may ask, and what each person is told."""

from __future__ import annotations

import asyncio
import base64
import json
from typing import TYPE_CHECKING, Any, Self

import aiohttp
import pytest
from typing_extensions import override

from bot.sandbox.conversations import SandboxOpenAI
from bot.sandbox.discord import Permission, SandboxDiscord, Upload
from bot.sandbox.images import FaultKind, SandboxImages, Trouble
from bot.sandbox.page import BotBehind, BotBehindError, ChatPage, Person
from tests.examples import png
from tests.sandbox.discord.conftest import IMAGINE, QUOTA

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from bot.sandbox.discord import Channel, Member

OK, FORBIDDEN, NOT_FOUND, UNSUPPORTED, BAD = 200, 403, 404, 415, 400


class Lent(BotBehind):
    """A bot that does whatever it is told, but one thing."""

    def __init__(self) -> None:
        self.acts: list[str] = []

    @override
    async def standing(self) -> Mapping[str, object]:
        return {"books": {"held_nano": len(self.acts)}}

    @override
    async def act(self, act: str) -> None:
        if act == "fly":
            raise BotBehindError("It cannot fly.")
        self.acts.append(act)


class Asking:
    """The page of one sandbox, and a client that asks it."""

    def __init__(self, discord: SandboxDiscord, images: SandboxImages) -> None:
        self.discord = discord
        self.images = images
        self.studio = discord.server.channel("studio")
        if discord.is_new:
            discord.server.add_member("Mia")
            discord.server.add_member("Noor", permissions=Permission.MANAGE_GUILD)
            discord.add_server("Elsewhere").add_member("Oskar")
        self.mia, self.noor = discord.server.members["Mia"], discord.server.members["Noor"]
        self.oskar = discord.servers[1].members["Oskar"]
        self.lent = Lent()
        people = [Person(one.user, "somebody") for one in (self.mia, self.noor, self.oskar)]
        self.page = ChatPage(discord, images, people, self.lent, seconds=0.01)

    async def __aenter__(self) -> Self:
        await self.page.__aenter__()
        self.session = aiohttp.ClientSession()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.session.close()
        await self.page.__aexit__()

    @property
    def token(self) -> str:
        return self.page.url.partition("token=")[2]

    async def get(self, path: str, **headers: str) -> aiohttp.ClientResponse:
        async with self.session.get(self.page.origin + path, headers=headers, allow_redirects=False) as response:
            await response.read()
            return response

    async def deed(self, who: Member, kind: str, attached: Mapping[str, bytes] | None = None, **more: object) -> Any:  # noqa: ANN401 - as JSON has it
        form = aiohttp.FormData(default_to_multipart=True)
        deed = {"person": str(who.id), "channel": str(self.studio.id), "kind": kind, **more}
        form.add_field("deed", json.dumps(deed))
        for name, content in (attached or {}).items():
            form.add_field(name, content, filename=f"{name}.png", content_type="image/png")
        return await self._posted("/deed", form)

    async def behind(self, **deed: object) -> Any:  # noqa: ANN401 - as JSON has it
        form = aiohttp.FormData({"deed": json.dumps(deed)}, default_to_multipart=True)
        return await self._posted("/behind", form)

    async def _posted(self, path: str, form: aiohttp.FormData) -> Any:  # noqa: ANN401 - as JSON has it
        headers = {"X-Sandbox-Token": self.token}
        async with self.session.post(self.page.origin + path, data=form, headers=headers) as response:
            assert response.status == OK, await response.text()
            return await response.json()

    async def window(self, who: Member) -> Watched:
        socket = await self.session.ws_connect(f"{self.page.origin}/live")
        await socket.send_json({"token": self.token, "person": str(who.id)})
        window = Watched(socket)
        await window.until("bot")
        return window


class Watched:
    """What a window was told so far."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket
        self.told: list[Any] = []

    async def until(self, kind: str, **fields: object) -> Any:  # noqa: ANN401 - as JSON has it
        """Wait for something of this kind; everything before it is in `told`."""
        while True:
            said = await self.socket.receive_json(timeout=60)
            self.told.append(said)
            if said["t"] == kind and fields.items() <= said.items():
                return said

    async def history(self, channel: Channel, before: str | None = None) -> Any:  # noqa: ANN401 - as JSON has it
        await self.socket.send_json({"open": str(channel.id), "before": before})
        return await self.until("history")


@pytest.fixture
async def asking() -> AsyncIterator[Asking]:
    async with SandboxDiscord() as discord, SandboxOpenAI() as images, Asking(discord, images) as one:
        yield one


async def test_only_the_page_itself_is_answered(asking: Asking) -> None:
    port = asking.page.origin.rpartition(":")[2]

    assert (await asking.get("/")).status == OK
    assert (await asking.get("/", Host=f"localhost:{port}")).status == OK
    assert (await asking.get("/", Host=f"evil.example:{port}")).status == FORBIDDEN
    assert (await asking.get("/", Origin="https://evil.example")).status == FORBIDDEN
    assert (await asking.get("/", Origin=asking.page.origin)).status == OK


async def test_no_other_page_opens_the_socket(asking: Asking) -> None:
    with pytest.raises(aiohttp.WSServerHandshakeError):
        await asking.session.ws_connect(f"{asking.page.origin}/live", origin="http://127.0.0.1:1")


@pytest.mark.parametrize("greeting", ['{"token": "guessed"}', "{}", "no JSON", "[]"])
async def test_a_window_without_the_token_is_told_nothing(asking: Asking, greeting: str) -> None:
    async with asking.session.ws_connect(f"{asking.page.origin}/live") as socket:
        await socket.send_str(greeting)
        said = await socket.receive(timeout=60)

    assert said.type is aiohttp.WSMsgType.CLOSE
    assert said.data == 4001


@pytest.mark.parametrize("path", ["/deed", "/behind"])
async def test_nothing_is_done_without_the_token(asking: Asking, path: str) -> None:
    form = aiohttp.FormData({"deed": "{}"}, default_to_multipart=True)
    async with asking.session.post(asking.page.origin + path, data=form) as response:
        assert response.status == FORBIDDEN
    assert asking.studio.messages == []


async def test_a_deed_is_a_form_with_json(asking: Asking) -> None:
    headers = {"X-Sandbox-Token": asking.token}
    broken = aiohttp.FormData({"deed": "no JSON"}, default_to_multipart=True)

    async with asking.session.post(f"{asking.page.origin}/deed", data={"deed": "{}"}, headers=headers) as plain:
        assert plain.status == UNSUPPORTED
    async with asking.session.post(f"{asking.page.origin}/deed", data=broken, headers=headers) as wrong:
        assert wrong.status == BAD


@pytest.mark.parametrize(
    "path", ["/static/../server.py", "/static/%2e%2e/server.py", "/static/lit/LICENSE", "/static/no.js"]
)
async def test_only_the_pages_own_files_are_served(asking: Asking, path: str) -> None:
    assert (await asking.get(path)).status == NOT_FOUND


async def test_every_answer_says_what_a_browser_may_do_with_it(asking: Asking) -> None:
    for path in ("/", "/static/main.js", "/static/style/base.css", "/static/no.js"):
        policy = (await asking.get(path)).headers["Content-Security-Policy"]

        assert policy.startswith("default-src 'none'; script-src 'self'")
        assert "require-trusted-types-for 'script'" in policy
        assert "unsafe" not in policy


async def test_nothing_runs_in_files_that_members_send(asking: Asking) -> None:
    await asking.mia.send(asking.studio, "look", [Upload("a.svg", b"<svg><script>alert(1)</script></svg>")])
    window = await asking.window(asking.noor)

    told = await window.history(asking.studio)
    served = await asking.get(told["messages"][0]["attachments"][0]["url"])

    assert served.content_type == "image/svg+xml"
    assert served.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert served.headers["X-Content-Type-Options"] == "nosniff"
    assert (await asking.get("/files/guessed/a.svg")).status == NOT_FOUND


async def test_a_file_keeps_its_address(asking: Asking) -> None:
    """A picture that is shown already is not fetched again with every change of its message."""
    await asking.mia.send(asking.studio, "look", [Upload("a.png", png())])
    window = await asking.window(asking.noor)

    first, second = await window.history(asking.studio), await window.history(asking.studio)

    assert first["messages"] == second["messages"]
    assert first["messages"][0]["attachments"][0]["url"].startswith("/files/")


async def test_each_window_is_told_what_its_person_sees(asking: Asking) -> None:
    secret = asking.discord.server.add_channel("secret")
    asking.discord.server.set_permissions(secret, asking.mia, deny=Permission.VIEW_CHANNEL)
    mia, noor, oskar = [await asking.window(one) for one in (asking.mia, asking.noor, asking.oskar)]

    await asking.noor.send(secret, "only for those who see it")
    await asking.noor.send(asking.studio, "for the server")
    await asking.oskar.send(asking.oskar.first_channel, "elsewhere")
    said = [(await window.until("message"))["message"]["content"] for window in (mia, noor, noor, oskar)]

    assert said == ["for the server", "only for those who see it", "for the server", "elsewhere"]
    outline = next(one["outline"] for one in mia.told if one["t"] == "outline")
    assert [one["name"] for one in outline["servers"][0]["channels"]] == ["studio", "random"]


async def test_ephemeral_answers_and_what_is_deleted(asking: Asking) -> None:
    asking.discord.commands.replace(None, [IMAGINE])
    mia, noor = await asking.window(asking.mia), await asking.window(asking.noor)
    message = await asking.mia.send(asking.studio, "for a moment")
    await noor.until("message")

    await asking.mia.delete(message)

    assert (await noor.until("gone"))["id"] == (await mia.until("gone"))["id"] == str(message.id)
    assert (await asking.deed(asking.mia, "delete", message=str(message.id))) == {
        "refused": "Mia sees no such message."
    }


async def test_history_is_told_in_pages(asking: Asking) -> None:
    for number in range(70):
        await asking.mia.send(asking.studio, str(number))
    window = await asking.window(asking.mia)

    newest = await window.history(asking.studio)
    older = await window.history(asking.studio, newest["messages"][0]["id"])

    assert ([one["content"] for one in newest["messages"]], newest["more"]) == ([str(n) for n in range(10, 70)], True)
    assert ([one["content"] for one in older["messages"]], older["more"]) == ([str(n) for n in range(10)], False)


async def test_a_language_is_chosen_and_one_that_discord_does_not_have_is_refused(asking: Asking) -> None:
    await asking.deed(asking.mia, "language", locale="pt-BR")
    refused = await asking.deed(asking.mia, "language", locale="xx")

    assert asking.mia.user.locale == "pt-BR"
    assert refused == {"refused": "That is no language of Discord's."}


async def test_words_replies_files_threads_posts_and_forwards(asking: Asking) -> None:
    forum = asking.discord.server.add_forum("showcase")
    random = asking.discord.server.channel("random")
    sent = await asking.deed(asking.mia, "send", {"a": png()}, text="hello", files=[{"file": "a"}])
    await asking.deed(asking.noor, "send", text="hi", reply_to=sent["message"], ping=False)
    thread = await asking.deed(asking.mia, "thread", name="More", message=sent["message"])
    post = await asking.deed(asking.mia, "send", channel=str(forum.id), title="Mine", text="see")
    await asking.deed(asking.mia, "forward", message=sent["message"], to=str(random.id))

    first, reply = asking.studio.messages[:2]
    assert (first.content, first.attachments[0].content, thread["channel"]) == ("hello", png(), str(first.id))
    assert (reply.reply_to, reply.pings) == (first, [])
    assert forum.guild is not None
    assert str(forum.guild.threads[-1].id) == post["channel"]
    assert random.messages[-1].forwarded is first


async def test_what_a_person_cannot_do_is_refused_in_a_sentence(asking: Asking) -> None:
    refused = [
        await asking.deed(asking.oskar, "send", text="I am not here"),
        await asking.deed(asking.mia, "send", text="x", files=[{"file": "lost"}]),
        await asking.deed(asking.mia, "fly"),
        await asking.deed(asking.mia, "slash", command="nothing"),
        await asking.deed(asking.mia, "submit", invocation="1", values={}),
        await asking.deed(asking.mia, "send", person="1", text="nobody"),
    ]

    assert [one["refused"].split(".")[0] for one in refused] == [
        "Oskar sees no such channel",
        "A file did not arrive",
        "The page asked for something that I do not know",
        "The bot has no command 'nothing' here",
        "That was done by somebody else, or long ago",
        "Nobody does this",
    ]
    assert asking.studio.messages == []


async def test_a_bot_that_says_nothing_did_not_respond(asking: Asking) -> None:
    asking.discord.commands.replace(None, [IMAGINE, QUOTA, {"name": "Edit image", "type": 3}])
    mia, roles = str(asking.mia.id), str(asking.discord.server.guild.everyone.id)
    options = {
        "prompt": "a fox",
        "member": mia,
        "channel": str(asking.studio.id),
        "role": roles,
        "image1": {"file": "f"},
    }
    message = await asking.mia.post(
        asking.studio,
        {
            "content": "press",
            "components": [
                {"type": 1, "components": [{"type": 2, "style": 1, "label": "Go", "custom_id": "go"}]},
                {"type": 1, "components": [{"type": 5, "custom_id": "who"}]},
            ],
        },
    )
    silent = {"refused": "The application did not respond."}

    for deed in (
        await asking.deed(asking.mia, "slash", {"f": png()}, command="imagine", options=options),
        await asking.deed(asking.mia, "menu", command="Edit image", message=str(message.id)),
        await asking.deed(asking.mia, "click", custom_id="go", message=str(message.id)),
        await asking.deed(asking.mia, "select", custom_id="who", message=str(message.id), values=[mia]),
    ):
        assert silent.items() <= deed.items()
    typed = {one["name"]: one["value"] for one in asking.discord.invocations[0].data["options"]}
    assert (typed["member"], typed["role"], typed["prompt"]) == (mia, roles, "a fox")


async def test_only_commands_that_are_offered_to_a_person_are_told(asking: Asking) -> None:
    asking.discord.commands.replace(None, [IMAGINE, QUOTA])
    mia, noor = await asking.window(asking.mia), await asking.window(asking.noor)
    server = str(asking.discord.server.id)

    told = [next(one for one in window.told if one["t"] == "commands")["commands"][server] for window in (mia, noor)]

    assert [[one["name"] for one in commands] for commands in told] == [["imagine"], ["imagine", "quota"]]


async def test_faults_are_switched_on_and_off(asking: Asking) -> None:
    await asking.behind(switch="cut", on=True)
    await asking.behind(switch="quota", on=True)
    await asking.behind(switch="posts", on=True)
    waiting = [fault.kind for fault in asking.images.faults.waiting]
    trouble, refused = asking.images.account.trouble, len(asking.discord.faults.waiting)
    for key in ("cut", "quota", "posts"):
        await asking.behind(switch=key, on=False)

    assert (waiting, trouble, refused) == ([FaultKind.CUT], Trouble.INSUFFICIENT_QUOTA, 1)
    assert (asking.images.faults.waiting, asking.images.account.trouble, asking.discord.faults.waiting) == (
        (),
        None,
        (),
    )
    assert await asking.behind(switch="nothing", on=True) == {"refused": "There is no such switch."}


async def test_behind_the_scenes_is_told_to_who_looks_there(asking: Asking) -> None:
    window = await asking.window(asking.mia)
    await window.socket.send_json({"behind": True})
    await window.until("behind", part="books", value={"held_nano": 0})

    await asking.behind(act="kill")
    told = await window.until("behind", part="books")
    await asking.behind(travel="86400")
    clock = await window.until("behind", part="clock")
    await asking.behind(switch="cut", on=False)
    await window.until("behind", part="switches")  # as it was; but the window may have believed otherwise

    assert (told["value"], asking.lent.acts) == ({"held_nano": 1}, ["kill"])
    assert clock["value"] == {"ahead": 86400.0}
    assert await asking.behind(act="fly") == {"refused": "It cannot fly."}


async def test_the_image_apis_calls_are_shown_with_their_files(asking: Asking) -> None:
    form = aiohttp.FormData({"prompt": "a boat", "model": "gpt-image-2", "n": "2"}, default_to_multipart=True)
    form.add_field("image[]", png(), filename="base.png", content_type="image/png")
    headers = {"Authorization": f"Bearer {asking.images.api_key}"}
    async with asking.session.post(f"{asking.images.base_url}/images/edits", data=form, headers=headers) as response:
        await response.read()
    window = await asking.window(asking.mia)
    await window.socket.send_json({"behind": True})

    (call,) = (await window.until("behind", part="calls"))["value"]
    served = await asking.get(call["files"][0]["url"])
    asking.images.calls.clear()
    await window.until("behind", part="calls", value=[])
    forgotten = await asking.get(call["files"][0]["url"])

    assert (call["fields"]["prompt"], call["fields"]["n"], call["endpoint"]) == ("a boat", 2, "POST /v1/images/edits")
    assert (call["files"][0]["field"], call["files"][0]["bytes"]) == ("image", len(png()))
    assert (served.content_type, forgotten.status) == ("image/png", NOT_FOUND)


async def test_the_turns_of_conversations_are_shown_among_them_with_their_pictures(asking: Asking) -> None:
    address = f"data:image/png;base64,{base64.b64encode(png()).decode()}"
    said = [{"type": "input_text", "text": "make it blue"}, {"type": "input_image", "image_url": address}]
    tool = {"type": "image_generation", "model": "gpt-image-2", "quality": "low"}
    turn = {"model": "gpt-6-luna", "input": [{"role": "user", "content": said}], "tools": [tool]}
    picture = {"prompt": "a boat", "model": "gpt-image-2", "quality": "low"}
    headers = {"Authorization": f"Bearer {asking.images.api_key}"}
    for path, body in (("images/generations", picture), ("responses", turn), ("images/generations", picture)):
        async with asking.session.post(f"{asking.images.base_url}/{path}", json=body, headers=headers) as response:
            assert response.status == OK
            await response.read()
    window = await asking.window(asking.mia)
    await window.socket.send_json({"behind": True})

    _, call, _ = (await window.until("behind", part="calls"))["value"]
    served = await asking.get(call["files"][0]["url"])

    assert (call["endpoint"], call["fields"]["prompt"], call["outcome"]) == (
        "POST /v1/responses",
        "make it blue",
        "completed",
    )
    assert call["cost_nano"] > 0
    assert address not in str(call["fields"])
    assert (call["files"][0]["field"], served.content_type, served.content_length) == ("image", "image/png", len(png()))


async def test_time_is_put_forward_for_everybody(asking: Asking) -> None:
    before = asking.discord.server.add_channel("before").id

    await asking.behind(travel=str(40 * 86400))
    after = asking.discord.server.add_channel("after").id
    async with asking.session.get(f"{asking.discord.api_url}/gateway") as response:
        date = response.headers["Date"]

    days = ((after >> 22) - (before >> 22)) / 1000 / 86400
    assert round(days) == 40
    assert date != (await asking.get("/")).headers["Date"]


async def test_a_window_that_closes_is_forgotten(asking: Asking) -> None:
    window = await asking.window(asking.mia)

    await window.socket.close()
    await asking.mia.send(asking.studio, "nobody looks")
    await asyncio.sleep(0)

    assert asking.studio.messages[-1].content == "nobody looks"
