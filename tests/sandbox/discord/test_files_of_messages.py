from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pytest

from bot.sandbox.discord import CannotDoThatError, Options, SandboxDiscord, Upload
from tests.sandbox.discord.conftest import IMAGINE, Api, png

if TYPE_CHECKING:
    from pathlib import Path

    from bot.sandbox.discord import Channel

MEBIBYTE = 1024 * 1024


@pytest.fixture
def studio(sandbox: SandboxDiscord) -> Channel:
    return sandbox.server.channel("studio")


@pytest.fixture
def messages(studio: Channel) -> str:
    return f"/channels/{studio.id}/messages"


async def test_a_file_is_kept_described_and_served(api: Api, messages: str, studio: Channel) -> None:
    entry = {"id": 0, "filename": "my cat ☂.png", "description": "A cat"}
    sent = await api.call("POST", messages, {"attachments": [entry]}, files={0: ("my cat ☂.png", png((30, 20)))})

    (attachment,) = sent.body["attachments"]
    assert attachment["filename"] == "my_cat_.png"
    assert (attachment["width"], attachment["height"], attachment["description"]) == (30, 20, "A cat")
    assert attachment["size"] == len(png((30, 20)))
    async with api.session.get(attachment["url"]) as response:
        assert (response.status, response.content_type) == (200, "image/png")
        assert await response.read() == studio.messages[0].attachments[0].content == png((30, 20))


@pytest.mark.parametrize(
    ("filename", "content", "media_type", "width"),
    [
        ("a.txt", b"words", "text/plain; charset=utf-8", None),
        ("a.webp", b"x", "image/webp", None),
        ("a.JFIF", png(), "image/jpeg", 64),
        ("a.png", b"not a picture", "image/png", None),
        ("image", png(), None, None),
        ("x.jpg_large", png(), None, None),
        ("..", b"", None, None),
    ],
)
async def test_the_media_type_comes_from_the_name_and_the_pixels_from_the_bytes(
    api: Api, messages: str, filename: str, content: bytes, media_type: str | None, width: int | None
) -> None:
    sent = await api.call("POST", messages, {"content": "x"}, files={0: (filename, content)})

    (attachment,) = sent.body["attachments"]
    assert attachment.get("content_type") == media_type
    assert attachment.get("width") == width
    assert attachment["filename"]


async def test_links_die_and_cannot_be_forged(
    api: Api, sandbox: SandboxDiscord, messages: str, studio: Channel
) -> None:
    sent = await api.call("POST", messages, files={0: ("a.png", png())}, body={})
    url = sent.body["attachments"][0]["url"]

    async def status(link: str) -> int:
        async with api.session.get(link) as response:
            return response.status

    before, forged, bare = await status(url), await status(url.replace("ex=", "ex=f")), await status(url.split("?")[0])
    sandbox.clock.advance(25 * 3600)
    dead = await status(url)
    fresh = (await api.call("GET", f"{messages}/{sent.body['id']}")).body["attachments"][0]["url"]

    assert (before, forged, bare, dead, await status(fresh)) == (200, 403, 403, 403, 200)
    await api.call("DELETE", f"{messages}/{studio.messages[0].id}")
    assert await status(fresh) == 404
    assert sandbox.traffic.search(r"^/attachments/", status=404)


@pytest.mark.parametrize(
    ("entries", "files", "names"),
    [
        (None, {}, ["a.png", "b.png"]),
        (None, {0: ("c.png", b"c")}, ["a.png", "b.png", "c.png"]),
        ([], {}, []),
        ([], {0: ("c.png", b"c")}, []),
        (["kept b"], {}, ["b.png"]),
        ([{"id": 0}, "kept a"], {0: ("c.png", b"c")}, ["c.png", "a.png"]),
        ([{"id": "0", "filename": "new name.png"}], {0: ("c.png", b"c")}, ["new_name.png"]),
    ],
)
async def test_an_edit_keeps_what_it_lists(
    api: Api, messages: str, entries: list[Any] | None, files: dict[int, tuple[str, bytes]], names: list[str]
) -> None:
    sent = await api.call("POST", messages, {"content": "x"}, files={0: ("a.png", b"a"), 1: ("b.png", b"b")})
    ids = {f"kept {one['filename'][0]}": {"id": one["id"]} for one in sent.body["attachments"]}
    listed = entries and [ids.get(entry, entry) if isinstance(entry, str) else entry for entry in entries]
    body = {} if entries is None else {"attachments": listed or []}

    edited = await api.call("PATCH", f"{messages}/{sent.body['id']}", body, files=files)

    assert [one["filename"] for one in edited.body["attachments"]] == names


async def test_the_alt_text_of_a_kept_file_can_be_changed(api: Api, messages: str) -> None:
    sent = await api.call("POST", messages, {}, files={0: ("a.png", b"a")})
    entry = {"id": sent.body["attachments"][0]["id"], "description": "A fox"}

    edited = await api.call("PATCH", f"{messages}/{sent.body['id']}", {"attachments": [entry]})

    assert edited.body["attachments"][0]["description"] == "A fox"


@pytest.mark.parametrize(
    ("entries", "number", "status", "code"),
    [
        ([{"id": 3}], 1, 400, 50146),
        ([{"id": "x"}], 1, 400, 50035),
        ([{"id": 0, "description": "x" * 1025}], 1, 400, 50035),
        (None, 11, 400, 50035),
    ],
)
async def test_lists_of_files_that_do_not_fit_are_refused(
    api: Api, messages: str, entries: list[Any] | None, number: int, status: int, code: int
) -> None:
    body = {"content": "x"} | ({} if entries is None else {"attachments": entries})

    answer = await api.call("POST", messages, body, files=dict.fromkeys(range(number), ("a.png", b"a")))

    assert (answer.status, answer.code) == (status, code)


async def test_a_file_over_the_limit_is_too_large_until_the_server_is_boosted(
    api: Api, sandbox: SandboxDiscord, messages: str
) -> None:
    files = {0: ("a.png", bytes(10 * MEBIBYTE + 1))}

    refused = await api.call("POST", messages, {}, files=files)
    sandbox.server.set_boost_tier(2)
    accepted = await api.call("POST", messages, {}, files=files)

    assert (refused.status, refused.code) == (413, 40005)
    assert accepted.status == 200


async def test_a_whole_request_over_25_mebibytes_is_too_large(api: Api, sandbox: SandboxDiscord, messages: str) -> None:
    sandbox.server.set_boost_tier(3)

    form = await api.call("POST", messages, {}, files={0: ("a.png", bytes(26 * MEBIBYTE)), 1: ("b.png", b"b")})
    headers = {"Authorization": f"Bot {sandbox.token}", "Content-Type": "application/json"}
    content = io.BytesIO(b" " * (26 * MEBIBYTE))
    async with api.session.post(sandbox.api_url + messages, data=content, headers=headers) as response:
        text = await response.json()

    assert (form.status, form.code) == (413, 40005)
    assert (response.status, text["code"]) == (413, 40005)


async def test_the_other_code_for_too_large_files_can_be_chosen(api: Api) -> None:
    async with SandboxDiscord(Options(oversize_code=50045)) as sandbox:
        path = f"/channels/{sandbox.server.channels[0].id}/messages"
        answer = await Api(sandbox, api.session).call("POST", path, {}, files={0: ("a", bytes(10 * MEBIBYTE + 1))})

    assert (answer.status, answer.code) == (413, 50045)


async def test_an_interaction_takes_what_its_member_may_send(api: Api, sandbox: SandboxDiscord) -> None:
    await api.register(IMAGINE)
    mia = sandbox.server.add_member("Mia")
    files = {0: ("a.png", bytes(11 * MEBIBYTE))}
    poor = await mia.slash("imagine", prompt="x")
    mia.user.upload_limit = 12 * MEBIBYTE
    rich = await mia.slash("imagine", prompt="x")

    refused = await api.answer(poor, 4, {}, files=files)
    accepted = await api.answer(rich, 4, {}, files=files)

    assert (poor.upload_limit, rich.upload_limit) == (10 * MEBIBYTE, 12 * MEBIBYTE)
    assert (refused.status, accepted.status) == (413, 200)


async def test_members_cannot_send_files_over_their_limit(api: Api, sandbox: SandboxDiscord, studio: Channel) -> None:
    await api.register(IMAGINE)
    mia = sandbox.server.add_member("Mia")
    large = Upload("a.png", bytes(10 * MEBIBYTE + 1))

    with pytest.raises(CannotDoThatError, match=r"a\.png is over Mia's limit"):
        await mia.slash("imagine", prompt="x", image1=large)
    with pytest.raises(CannotDoThatError, match="413"):
        await mia.send(studio, "x", [large])


async def test_a_file_that_an_embed_shows_leaves_the_list(api: Api, messages: str) -> None:
    embed: dict[str, Any] = {
        "title": "A fox",
        "image": {"url": "attachment://a.png"},
        "thumbnail": {"url": "http://example.org/x.png"},
    }
    embed["fields"] = [{"name": "Price", "value": "$0.01"}]

    sent = await api.call("POST", messages, {"embeds": [embed]}, files={0: ("a.png", png()), 1: ("b.png", png())})

    (shown,) = sent.body["embeds"]
    assert [one["filename"] for one in sent.body["attachments"]] == ["b.png"]
    assert "/a.png?ex=" in shown["image"]["url"]
    assert shown["image"]["width"] == 64
    assert shown["thumbnail"]["url"] == "http://example.org/x.png"
    assert shown["fields"][0]["inline"] is False


async def test_components_show_files_and_empty_the_list(api: Api, messages: str) -> None:
    gallery = {"type": 12, "items": [{"media": {"url": "attachment://a.png"}, "description": "A fox"}]}
    section = {
        "type": 9,
        "components": [{"type": 10, "content": "words"}],
        "accessory": {"type": 11, "media": {"url": "https://example.org/x.png"}},
    }
    file = {"type": 13, "file": {"url": "attachment://b.txt"}}
    container = {"type": 17, "components": [gallery, section, {"type": 14}, file]}
    body = {"flags": 1 << 15, "components": [container]}

    sent = await api.call("POST", messages, body, files={0: ("a.png", png()), 1: ("b.txt", b"b")})

    assert sent.status == 200, sent.body
    assert sent.body["attachments"] == []
    shown = sent.body["components"][0]["components"]
    media = shown[0]["items"][0]["media"]
    assert media["attachment_id"]
    async with api.session.get(media["url"]) as response:
        assert await response.read() == png()
    assert (shown[3]["name"], shown[3]["size"]) == ("b.txt", 1)
    assert shown[1]["accessory"]["media"]["url"] == "https://example.org/x.png"


async def test_the_flag_for_components_can_be_set_but_not_taken_away(api: Api, messages: str) -> None:
    sent = await api.call("POST", messages, {"content": "words"})
    one = f"{messages}/{sent.body['id']}"
    body = {"flags": 1 << 15, "components": [{"type": 10, "content": "new"}]}

    changed = await api.call("PATCH", one, body)
    kept = await api.call("PATCH", one, {"flags": 0})
    words = await api.call("PATCH", one, {"content": "old"})

    assert (changed.body["content"], changed.body["flags"]) == ("", 1 << 15)
    assert kept.body["flags"] == 1 << 15
    assert (words.status, words.code) == (400, 50035)


async def test_embeds_can_be_suppressed_and_shown_again(api: Api, messages: str) -> None:
    sent = await api.call("POST", messages, {"content": "x", "embeds": [{"title": "t"}], "flags": 4})
    shown = await api.call("PATCH", f"{messages}/{sent.body['id']}", {"flags": 0})

    assert (sent.body["embeds"], len(shown.body["embeds"])) == ([], 1)


def test_an_upload_can_be_read_from_disk(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"bytes")

    assert Upload.of(tmp_path / "a.png") == Upload("a.png", b"bytes")


@pytest.mark.parametrize("filename", ["a.html", "b.svg", "c.txt", "image"])
async def test_nothing_runs_in_what_members_send(api: Api, messages: str, filename: str) -> None:
    """Opened in a browser, HTML and SVG would run in the origin that serves them."""
    sent = await api.call("POST", messages, {"content": "x"}, files={0: (filename, b"<script>alert(1)</script>")})

    async with api.session.get(sent.body["attachments"][0]["url"]) as response:
        assert response.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
        assert response.headers["X-Content-Type-Options"] == "nosniff"
