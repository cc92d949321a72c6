"""What a mask keeps is the member's own picture, in its own size and colours, and every sentence about it is true."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image, ImageChops, ImageDraw, ImageOps

from bot.sandbox.discord import Upload
from bot.sandbox.images.faults import Fault, FaultKind
from tests.pictures.photos import photo
from tests.pictures.profiles import WIDE
from tests.pictures.samples import ORIENTATION, encoded, gradient, noise, opened
from tests.wire.house import choose
from tests.wire.test_changes import answered, content_of

if TYPE_CHECKING:
    from bot.sandbox.discord import Member, Message
    from tests.wire.house import House

Box = tuple[int, int, int, int]
MEBIBYTE = 1024 * 1024
LANDSCAPE = (4000, 3000)  # as the camera holds it; it is seen upright: 3000 by 4000
PLACE = (1200, 1700, 1900, 2600)  # that may change, as it is seen


@pytest.fixture(scope="module")
def twelve_megapixels() -> bytes:
    """A photo of a telephone: turned, in Display P3, with the name of who took it."""
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    exif[0x013B] = "Somebody"
    return encoded(gradient(*LANDSCAPE), "JPEG", quality=92, exif=exif, icc_profile=WIDE)


def white_in(box: Box, size: tuple[int, int]) -> Image.Image:
    stencil = Image.new("L", size)
    stencil.paste(255, box)
    return stencil


def seen(content: bytes) -> Image.Image:
    """A file as everybody sees it, in the values that it has."""
    return ImageOps.exif_transpose(opened(content)).convert("RGBA")


def assert_only_this_changed(made: bytes, original: bytes, box: Box) -> None:
    """Outside of it every pixel is the original's, and inside there is something new."""
    new, old = seen(made), seen(original)
    assert new.size == old.size
    difference = ImageChops.difference(new.convert("RGB"), old.convert("RGB"))
    where = difference.getbbox()
    assert where is not None
    assert box[0] <= where[0] < where[2] <= box[2]
    assert box[1] <= where[1] < where[3] <= box[3]
    assert equal_alpha(new, old)


def equal_alpha(new: Image.Image, old: Image.Image) -> bool:
    return ImageChops.difference(new.getchannel("A"), old.getchannel("A")).getbbox() is None


async def edited(house: House, mia: Member, image: bytes, mask: bytes, **options: Any) -> Message:  # noqa: ANN401 - any option
    return await house.result(
        await mia.slash(
            "edit",
            prompt="a balloon",
            image=Upload("photo.jpg", image),
            mask=Upload("mask.png", mask),
            quality="low",
            **options,
        )
    )


async def test_a_photo_of_twelve_megapixels_comes_back_as_itself_with_one_place_changed(
    house: House, mia: Member, twelve_megapixels: bytes
) -> None:
    mask = encoded(white_in(PLACE, (3000, 4000)), "PNG", compress_level=1)  # larger than Discord takes without

    message = await edited(house, mia, twelve_megapixels, mask)

    made = opened(content_of(message))
    assert (made.format, made.size, made.info["icc_profile"]) == ("PNG", (3000, 4000), WIDE)
    assert_only_this_changed(content_of(message), twelve_megapixels, PLACE)
    assert b"Somebody" not in content_of(message)
    assert "3000×4000" in message.content
    assert "The rest is exactly as it was. What changed was asked for at 1056×1408 and fitted to 3000×4000." in (
        message.content
    )
    sent = house.images.calls[-1].named("image")[0].content
    assert max(opened(sent).size) <= 3840
    assert not any(b"Somebody" in path.read_bytes() for path in house.kept_files())


async def test_a_reply_to_somebodys_photo_keeps_it_as_it_is(house: House, mia: Member) -> None:
    original = encoded(gradient(1200, 1600), "JPEG", quality=92, icc_profile=WIDE)
    first = await edited(house, mia, original, encoded(white_in((480, 680, 760, 1040), (1200, 1600)), "PNG"))
    other = (120, 120, 320, 280)
    clear = Image.new("RGBA", (1200, 1600), "black")
    clear.paste((0, 0, 0, 0), other)

    second = await answered(house, await mia.reply(first, "a kite", [Upload("mask.png", encoded(clear, "PNG"))]))

    assert house.images.calls[-1].fields["size"] == "1056x1408"  # not the dear size of what it has become
    assert_only_this_changed(content_of(second), content_of(first), other)
    assert opened(content_of(second)).info["icc_profile"] == WIDE
    assert "The rest is exactly as it was." in second.content


async def test_a_drawing_that_becomes_a_mask_keeps_what_lies_around_it(house: House, mia: Member) -> None:
    original = encoded(photo(1200, 800, 5), "JPEG", quality=90)
    first = await mia.send(house.discord.server.channel("studio"), "mine", [Upload("photo.jpg", original)])
    assert first.attachments
    drawn = opened(original).convert("RGB")
    ImageDraw.Draw(drawn).ellipse((450, 250, 750, 550), outline=(255, 0, 0), width=12)

    message = await house.result(
        await mia.slash(
            "edit",
            prompt="a balloon",
            image=Upload("photo.jpg", original),
            mask=Upload("drawn.jpg", encoded(drawn, "JPEG", quality=90)),
            model="gpt-image-2",
            quality="low",
        )
    )

    assert seen(content_of(message)).size == (1200, 800)
    assert_only_this_changed(content_of(message), original, (400, 200, 800, 600))


@pytest.mark.parametrize("scale", [1, 2, 3])
async def test_a_mask_of_another_size_lets_nothing_change_outside_however_it_is_scaled(
    house: House, mia: Member, scale: int
) -> None:
    original = encoded(photo(900, 600, 5), "PNG")
    small = white_in((250 // scale, 150 // scale, 550 // scale, 450 // scale), (900 // scale, 600 // scale))

    message = await edited(house, mia, original, encoded(small, "PNG"))

    around = small.resize((900, 600), Image.Resampling.NEAREST).getbbox()  # pyright: ignore[reportUnknownMemberType] - numpy is named in it
    assert around is not None
    assert_only_this_changed(content_of(message), original, around)


async def test_a_jpeg_is_said_to_be_compressed_anew(house: House, mia: Member) -> None:
    original = encoded(photo(900, 600, 5), "JPEG", quality=90)

    message = await edited(
        house, mia, original, encoded(white_in((250, 150, 450, 400), (900, 600)), "PNG"), format="jpeg"
    )

    assert seen(content_of(message)).size == (900, 600)
    assert "exactly as it was" not in message.content
    assert "The rest is put back from the picture itself: compressed anew as a JPEG." in message.content


async def test_a_result_of_another_size_than_asked_for_is_laid_in_and_its_true_size_told(
    house: House, mia: Member
) -> None:
    original = encoded(photo(750, 750, 5), "PNG")
    place = (200, 200, 450, 450)
    house.images.faults.add(Fault(FaultKind.OTHER_SIZE))

    message = await edited(house, mia, original, encoded(white_in(place, (750, 750)), "PNG"))

    assert_only_this_changed(content_of(message), original, place)
    assert "750×750" in message.content


async def test_the_size_told_is_the_pictures_and_not_what_was_asked_for(house: House, mia: Member) -> None:
    house.images.faults.add(Fault(FaultKind.OTHER_SIZE))

    message = await house.imagine(mia, "a fox", size="1024x1024", quality="low")

    assert opened(content_of(message)).size == (1254, 1254)
    assert "1254×1254" in message.content
    assert "1024×1024" not in message.content


async def test_a_result_of_another_shape_is_not_called_exact_and_its_scale_is_told(house: House, mia: Member) -> None:
    original = encoded(photo(900, 600, 5), "PNG")
    house.images.faults.add(Fault(FaultKind.OTHER_SIZE))

    message = await edited(house, mia, original, encoded(white_in((250, 150, 450, 400), (900, 600)), "PNG"))

    assert "exactly as it was" not in message.content
    assert "The picture of 900×600 became 1254×1254." in message.content


WIDER: list[tuple[str, tuple[int, int], Box, tuple[int, int]]] = [
    ("zoom-1.5", (1536, 1536), (0, 0, 1024, 1024), (256, 256)),
    ("pan-down", (1024, 1024), (0, 341, 1024, 1024), (0, 0)),
    ("landscape", (1536, 1024), (0, 0, 1024, 1024), (256, 0)),
]  # what is chosen, the size that comes, what is left of the old picture, and its place


async def test_a_wider_view_shows_the_old_picture_pixel_by_pixel(
    house: House, mia: Member, lighthouse: Message
) -> None:
    for choice, size, crop, place in WIDER:
        message = await house.result(await choose(mia, lighthouse, choice))

        made, old = seen(content_of(message)), seen(content_of(lighthouse)).crop(crop)
        assert made.size == size, choice
        assert made.getchannel("A").getextrema() == (255, 255)
        shown = made.crop((*place, place[0] + old.width, place[1] + old.height))
        assert ImageChops.difference(shown, old).getbbox() is None, choice
        assert "What is there of the old picture is exactly as it was." in message.content
        assert f"{size[0]}×{size[1]}" in message.content


async def test_where_no_canvas_is_large_enough_the_scale_is_told(house: House, mia: Member) -> None:
    original = encoded(gradient(1800, 2400), "JPEG", quality=92)
    first = await edited(house, mia, original, encoded(white_in((700, 1000, 1100, 1500), (1800, 2400)), "PNG"))

    message = await house.result(await choose(mia, first, "zoom-1.5"))

    assert opened(content_of(message)).size == (2448, 3264)
    assert "put back from the picture itself: scaled from 1800×2400 to 1632×2176." in message.content
    assert "exactly as it was" not in message.content


async def test_of_a_plain_edit_of_a_large_photo_nothing_false_is_said(
    house: House, mia: Member, twelve_megapixels: bytes
) -> None:
    message = await house.result(
        await mia.slash("edit", prompt="a balloon", image=Upload("photo.jpg", twelve_megapixels), quality="low")
    )

    assert opened(content_of(message)).size == (1056, 1408)
    assert "1056×1408" in message.content
    assert "exactly" not in message.content


def one_mebibyte(_: object) -> int:
    """What Discord takes, so that a small picture is too large."""
    return MEBIBYTE


async def test_a_copy_for_discord_is_not_called_exact_unless_it_is(
    house: House, mia: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.delivery.responder.upload_limit", one_mebibyte)
    grainy = encoded(noise(700, 700), "JPEG", quality=95)

    message = await edited(house, mia, grainy, encoded(white_in((200, 100, 400, 300), (700, 700)), "PNG"))

    assert len(content_of(message)) <= MEBIBYTE
    assert opened(content_of(message)).format == "JPEG"
    assert "In the original, which I keep, the rest is exactly as it was; this is a copy of it." in message.content
    (kept,) = [path for path in house.kept_files() if path.stat().st_size > MEBIBYTE]
    assert_only_this_changed(kept.read_bytes(), grainy, (200, 100, 400, 300))
