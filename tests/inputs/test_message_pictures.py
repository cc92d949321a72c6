"""Which pictures a message shows, and that what it only links to is asked for of Discord alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import discord
import pytest
from aiohttp import web
from discord.http import Route

from bot.errors import InputPictureError
from bot.inputs import may_be_picture, pictures_of
from bot.inputs import message_pictures as room
from bot.inputs.downloads import download
from bot.inputs.message_pictures import Linked, is_discords
from tests.inputs.doubles import Attached, Shown
from tests.serving import serving

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence

HOME = "https://images-ext-1.discordapp.net/external/"


def message(
    *files: Attached,
    embeds: Sequence[discord.Embed] = (),
    components: Sequence[discord.Component] = (),
    forwarded: Shown | None = None,
) -> Shown:
    made = Shown(*files)
    made.embeds, made.components = list(embeds), cast("Any", list(components))
    made.message_snapshots = [] if forwarded is None else [cast("Any", forwarded)]
    return made


def file(name: str, said: str | None) -> Attached:
    return Attached(name, b"", content_type=said)


@pytest.mark.parametrize(
    ("name", "said", "may"),
    [
        ("a.png", "image/png", True),
        ("image", None, True),
        ("a.x.jpg_large", "application/octet-stream", True),
        ("a.bin", "application/zip", True),
        ("a.txt", "text/plain; charset=utf-8", True),
        ("a.png", "video/mp4", True),
        ("a.mp4", "video/mp4", False),
        ("voice-message.ogg", "audio/ogg", False),
    ],
)
def test_only_sounds_and_films_are_certainly_no_pictures(name: str, said: str | None, *, may: bool) -> None:
    assert may_be_picture(file(name, said)) is may


@pytest.mark.parametrize(
    ("files", "names"),
    [
        ([("a.png", "image/png"), ("b.txt", "text/plain"), ("c", None), ("d.mp4", "video/mp4")], ["a.png", "c"]),
        ([("x.jpg_large", "application/octet-stream"), ("b.pdf", "application/pdf")], ["x.jpg_large"]),
        ([("a.png", "text/plain"), ("b.pdf", "application/pdf")], ["a.png"]),
        ([("b.txt", "text/plain")], ["b.txt"]),
        ([("d.mp4", "video/mp4")], []),
    ],
)
def test_of_the_files_those_are_taken_that_are_most_likely_pictures(
    files: list[tuple[str, str | None]], names: list[str]
) -> None:
    found = pictures_of(message(*(file(name, said) for name, said in files)))

    assert [each.filename for each in found] == names


def embed(**places: dict[str, object]) -> discord.Embed:
    return discord.Embed.from_dict(cast("Any", {"type": "rich", **places}))


def picture(address: str, kept: str | None = f"{HOME}a", **more: object) -> dict[str, object]:
    return {"url": address, "proxy_url": kept, "width": 30, "height": 20, **more}


def test_what_an_embed_shows_is_a_picture_of_the_message() -> None:
    both = embed(image=picture("https://fox.example/den/a%20fox.png?big"), thumbnail=picture("https://fox.example/t"))
    small = embed(thumbnail=picture("https://fox.example/", width=0, height=0))

    found = pictures_of(message(embeds=[both, embed(), small]))

    assert [each.filename for each in found] == ["a fox.png", "picture"]
    assert [each.url for each in found] == [f"{HOME}a"] * 2
    assert [(each.width, each.height) for each in found] == [(30, 20), (None, None)]


def test_files_come_before_embeds_and_a_forwarded_message_tells_too() -> None:
    forwarded = message(embeds=[embed(image=picture("https://fox.example/a.png"))])

    assert [each.filename for each in pictures_of(message(forwarded=forwarded))] == ["a.png"]
    assert [each.filename for each in pictures_of(message(file("b.png", None), forwarded=forwarded))] == ["b.png"]


def gallery() -> list[discord.Component]:
    shown = [{"media": picture("https://fox.example/a.png", content_type="image/png")}]
    film = [{"media": picture("https://fox.example/b.mp4", content_type="video/mp4")}]
    untold = [{"media": picture("https://fox.example/c.webp?x=1")}]
    items = discord.MediaGalleryComponent(cast("Any", {"type": 12, "id": 1, "items": [*shown, *film, *untold]}), None)
    thumbnail = {"type": 11, "id": 2, "media": picture("https://fox.example/d.gif")}
    section: dict[str, object] = {"type": 9, "id": 3, "components": [], "accessory": thumbnail}
    one = {"type": 13, "id": 4, "file": picture("https://fox.example/e.png", content_type="image/png")}
    inside: dict[str, object] = {"type": 17, "id": 5, "components": [section, one, {"type": 14, "id": 6}]}
    return [items, discord.Container(cast("Any", inside), None)]


def test_galleries_sections_and_files_of_components_are_pictures_of_the_message() -> None:
    found = pictures_of(message(components=gallery()))

    assert [each.filename for each in found] == ["a.png", "c.webp", "d.gif", "e.png"]
    assert found[0].content_type == "image/png"


@pytest.mark.parametrize(
    ("address", "kept", "found"),
    [
        ("https://fox.example/a.png", None, 0),
        ("https://fox.example/a.png", "https://fox.example/b.png", 0),
        ("https://cdn.discordapp.com/attachments/1/2/a.png", None, 1),
        ("attachment://a.png", "https://media.discordapp.net/attachments/1/2/a.png", 1),
    ],
)
def test_a_picture_that_discord_keeps_nowhere_is_none(address: str, kept: str | None, found: int) -> None:
    assert len(pictures_of(message(embeds=[embed(image=picture(address, kept))]))) == found


@pytest.mark.parametrize(
    ("address", "ours"),
    [
        ("https://media.discordapp.net/x", True),
        ("https://cdn.discordapp.com:443/x", True),
        ("http://cdn.discordapp.com/x", False),
        ("https://cdn.discordapp.com:8443/x", False),
        ("https://discordapp.net.fox.example/x", False),
        ("https://evil-discordapp.net/x", False),
        ("https://cdn.discordapp.com@fox.example/x", False),
        ("https://127.0.0.1/x", False),
        ("http://169.254.169.254/latest/meta-data", False),
        ("https://[::1/x", False),
        ("https://cdn.discordapp.com:port/x", False),
        ("file:///etc/passwd", False),
    ],
)
def test_nobody_may_send_us_elsewhere(address: str, *, ours: bool) -> None:
    assert is_discords(address) is ours


def test_what_stands_in_for_discord_is_asked_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Route, "BASE", "http://127.0.0.1:4000/api/v10")

    assert is_discords("http://127.0.0.1:4000/attachments/1")
    assert not is_discords("http://127.0.0.1:4001/attachments/1")
    assert not is_discords("https://127.0.0.1:4000/attachments/1")


@pytest.fixture
async def server() -> AsyncGenerator[str]:
    """Answers with as many bytes as its path says, or leads elsewhere."""

    async def answer(request: web.Request) -> web.Response:
        if request.path == "/away":
            raise web.HTTPFound("/9")
        return web.Response(body=bytes(int(request.match_info["count"])))

    application = web.Application()
    application.router.add_get("/{count:.*}", answer)
    async with serving(application) as address:
        yield address


async def test_a_linked_picture_is_read_to_its_bound(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "LARGEST_LINKED", 1000)

    assert await download(Linked("https://fox.example/a.png", f"{server}/1000", (0, 0))) == bytes(1000)
    with pytest.raises(InputPictureError, match=r"^“a\.png” is too large for a picture that is only linked: "):
        await download(Linked("https://fox.example/a.png", f"{server}/1001", (0, 0)))


@pytest.mark.parametrize("path", ["away", "x/y"])
async def test_a_linked_picture_that_is_not_there_is_told_and_nothing_is_followed(server: str, path: str) -> None:
    with pytest.raises(InputPictureError, match=r"^Discord does not show me “a\.png” any more\. Save the picture"):
        await download(Linked("https://fox.example/a.png", f"{server}/{path}", (0, 0)))


async def test_a_server_that_does_not_answer_is_to_be_tried_again(server: str) -> None:
    address = server.replace("127.0.0.1", "127.0.0.2")

    with pytest.raises(InputPictureError, match=r"^I could not download “a\.png”\."):
        await download(Linked("https://fox.example/a.png", f"{address}/1", (0, 0)))
