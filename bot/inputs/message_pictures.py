"""Which pictures a message shows: its files, those that were forwarded, its galleries, its embeds."""

from __future__ import annotations

import mimetypes
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import aiohttp
import discord
from discord.http import Route
from typing_extensions import override

from bot.errors import InputPictureError
from bot.language import phrase
from bot.pictures import shown_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

LARGEST_LINKED = 10_000_000  # bytes of a picture whose size Discord does not tell
_PICTURE = "image/"
_OTHER_MEDIA = ("video/", "audio/")
_UNSAID = frozenset({"application/octet-stream", "binary/octet-stream", "application/unknown"})
_DISCORDS = (".discordapp.net", ".discordapp.com")  # where Discord serves files, and what it has fetched from elsewhere


def may_be_picture(attachment: discord.Attachment) -> bool:
    """False only for what certainly is none: for all else, only the bytes tell.

    Discord goes by a file's name, and often says nothing, or the wrong thing.
    """
    said, named = _said(attachment), _named(attachment.filename)
    return not said.startswith(_OTHER_MEDIA) or named.startswith(_PICTURE)


def pictures_of(message: discord.Message) -> tuple[discord.Attachment, ...]:
    """The pictures that a message shows, from the first place that has any; whether they can be used is seen later.

    Of its files, those that are said to be pictures, or of which nothing is said; if there are none, whatever may be
    one. Then the same of a message that was forwarded with it, then its galleries, then its embeds.
    """
    parts: list[discord.Message | discord.MessageSnapshot] = [message, *message.message_snapshots[:1]]
    for part in parts:
        if files := _likely(part.attachments):
            return files
    for part in parts:
        if linked := (*_in_components(part.components), *_in_embeds(part.embeds)):
            return linked
    return ()


def _likely(attachments: Iterable[discord.Attachment]) -> tuple[discord.Attachment, ...]:
    possible = tuple(each for each in attachments if may_be_picture(each))
    likely = tuple(each for each in possible if is_likely_picture(each))
    return likely or possible


def is_likely_picture(attachment: discord.Attachment) -> bool:
    """Whether Discord or the name say that it is a picture, or nothing at all."""
    said = _said(attachment)
    return not said or said in _UNSAID or said.startswith(_PICTURE) or _named(attachment.filename).startswith(_PICTURE)


def _said(attachment: discord.Attachment) -> str:
    return (attachment.content_type or "").partition(";")[0].strip().casefold()


def _named(name: str) -> str:
    return mimetypes.guess_type(name)[0] or ""


class Linked(discord.Attachment):
    """A picture that a message shows and that is no file of its: what Discord's own servers keep of it.

    Args:
        address: at which a member would see it.
        kept: the address at which Discord serves it.
        size: in pixels; 0 where it is not told.
        content_type: as Discord says.
    """

    def __init__(self, address: str, kept: str, size: tuple[int, int], content_type: str | None = None) -> None:
        self.id = 0
        self.filename = unquote(urlsplit(address).path.rpartition("/")[2]) or "picture"
        self.url = self.proxy_url = kept
        self.size = LARGEST_LINKED
        self.content_type = content_type
        self.width, self.height = size if all(size) else (None, None)

    @override
    async def read(self, *, use_cached: bool = False) -> bytes:
        """The picture's bytes, never more than `LARGEST_LINKED`; nothing is asked for anywhere but of Discord.

        Raises:
            InputPictureError: it is not to be had, or larger.
        """
        content = bytearray()
        async with (
            aiohttp.ClientSession(trust_env=True) as session,
            session.get(self.url, allow_redirects=False) as answer,
        ):
            if answer.status != HTTPStatus.OK:
                raise InputPictureError(
                    phrase(
                        "Discord does not show me {name} any more. Save the picture and attach it.",
                        name=shown_name(self.filename),
                    )
                )
            async for piece in answer.content.iter_chunked(1 << 16):
                content += piece
                if len(content) > LARGEST_LINKED:
                    raise InputPictureError(
                        phrase(
                            "{name} is too large for a picture that is only linked: {most} MB is the most. "
                            "Save the picture and attach it.",
                            name=shown_name(self.filename),
                            most=LARGEST_LINKED // 1_000_000,
                        )
                    )
        return bytes(content)


def is_discords(address: str) -> bool:
    """Whether an address leads to Discord, or to what stands in for it: nobody may send us elsewhere."""
    try:
        wanted, own = urlsplit(address), urlsplit(Route.BASE)
        if (wanted.scheme, wanted.hostname, wanted.port) == (own.scheme, own.hostname, own.port):
            return True
        return wanted.scheme == "https" and wanted.port in {None, 443} and (wanted.hostname or "").endswith(_DISCORDS)
    except ValueError:  # no address
        return False


def _in_components(components: Sequence[discord.Component]) -> Iterator[Linked]:
    for component in components:
        if isinstance(component, discord.MediaGalleryComponent):
            for item in component.items:
                yield from _media(item.media)
        elif isinstance(component, discord.ThumbnailComponent | discord.FileComponent):
            yield from _media(component.media)
        elif isinstance(component, discord.SectionComponent):
            yield from _in_components([component.accessory])
        elif isinstance(component, discord.Container):
            yield from _in_components(component.children)


def _media(media: discord.UnfurledMediaItem) -> Iterator[Linked]:
    said = media.content_type or ""
    if said.startswith(_PICTURE) or (not said and _named(urlsplit(media.url).path).startswith(_PICTURE)):
        yield from _linked(media.url, media.proxy_url, (media.width or 0, media.height or 0), said or None)


def _in_embeds(embeds: Iterable[discord.Embed]) -> Iterator[Linked]:
    """Of each embed the picture, or else the small one beside its words."""
    for embed in embeds:
        shown = embed.image if embed.image.url else embed.thumbnail
        if shown.url:
            yield from _linked(shown.url, shown.proxy_url, (shown.width or 0, shown.height or 0))


def _linked(address: str, kept: str | None, size: tuple[int, int], content_type: str | None = None) -> Iterator[Linked]:
    """The picture at the address where Discord keeps it; none where it keeps it nowhere."""
    for each in (kept, address):
        if each is not None and is_discords(each):
            yield Linked(address, each, size, content_type)
            return
