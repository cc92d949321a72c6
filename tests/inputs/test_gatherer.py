"""What a request starts from: the right files in the right order, told in sentences, and nothing left of a failure."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image, ImageDraw

from bot.errors import InputPictureError, PictureGoneError, RequestRefused, UnsupportedOptionError
from bot.inputs import Gathered, Sources
from bot.inputs.overlays import percent
from bot.pictures.decode import plain_picture
from bot.services.catalog import Catalog
from bot.services.requests import Change, StoredImage
from tests.delivery.errors import refused
from tests.examples import CATALOG, MODEL, REQUEST, png
from tests.inputs.doubles import MEMBER, Attached, Shown, Studio, an_edit
from tests.pictures.profiles import WIDE
from tests.pictures.samples import ORIENTATION, encoded, gradient, opened, pixel

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bot.pictures.decode import Plain
    from bot.services.catalog import Model
    from bot.services.requests import ImageRequest

WIDTH, HEIGHT = 320, 240
FOX = encoded(gradient(WIDTH, HEIGHT), "PNG")
OWL = png(64, 64, "blue")
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="40" height="30"><rect width="40" height="30" fill="red"/></svg>'
PLAIN = replace(MODEL, markup=False)


def masked(width: int = WIDTH, height: int = HEIGHT) -> bytes:
    """A mask in black and white: the left quarter may change."""
    image = Image.new("L", (width, height), 0)
    image.paste(255, (0, 0, width // 4, height))
    return encoded(image, "PNG")


def drawn_upon(content: bytes) -> bytes:
    """The picture as somebody sends it who has circled something on a telephone: a JPEG."""
    image = opened(content).convert("RGB")
    ImageDraw.Draw(image).ellipse((100, 80, 200, 160), outline=(255, 0, 0), width=8)
    return encoded(image, "JPEG", quality=90)


def without(model: Model) -> Catalog:
    """A catalog in which the usual model is this one."""
    return Catalog(CATALOG.default_id, [model if each.id == model.id else each for each in CATALOG.models])


@pytest.fixture
def studio(tmp_path: Path) -> Studio:
    return Studio(tmp_path)


async def gathered(studio: Studio, request: ImageRequest, sources: Sources) -> Gathered:
    """What is gathered for a request that succeeds."""
    async with studio.gatherer.gather(request, sources, MEMBER, studio.say) as found:
        studio.requests.needed |= {file.digest for file in found.request.kept_files}  # it was reserved
        return found


async def content_of(studio: Studio, image: StoredImage | None) -> bytes:
    assert image is not None
    content = await studio.blobs.get(image.digest)
    assert content is not None
    return content


# --- what results are laid into


async def test_a_photo_that_is_scaled_to_be_sent_is_kept_as_it_is_for_what_its_mask_keeps(studio: Studio) -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    exif[0x013B] = "Somebody"
    photo = encoded(gradient(3900, 1560), "JPEG", exif=exif)
    mask = encoded(gradient(1560, 3900, "L"), "PNG")

    sources = Sources(attachments=(Attached("photo.jpg", photo),), mask=Attached("mask.png", mask))

    found = await gathered(studio, an_edit(size="640x1600"), sources)

    sent, base = found.request.references[0], found.request.base
    assert base is not None
    assert (sent.width, sent.height) == (1536, 3840)
    assert (base.picture.width, base.picture.height) == (base.mask.width, base.mask.height) == (1560, 3900)
    assert (base.was, base.laid, base.losses) == ((1560, 3900), (1560, 3900), ())
    kept = await content_of(studio, base.picture)
    assert b"Somebody" not in kept
    assert opened(kept).tobytes() == opened(photo).tobytes()
    assert opened(await content_of(studio, base.mask)).size == (1560, 3900)
    assert {file.digest for file in found.request.kept_files} == studio.kept


async def test_a_picture_that_is_sent_as_it_is_needs_no_second_file(studio: Studio) -> None:
    sources = Sources(attachments=(Attached("fox.png", FOX),), mask=Attached("mask.png", masked()))

    request = (await gathered(studio, an_edit(), sources)).request

    assert request.base is not None
    assert (request.base.picture, request.base.mask) == (request.references[0], request.mask)
    assert len(studio.kept) == 2


@pytest.mark.parametrize("changes", [{"exact": False}, {"output_format": "svg"}])
async def test_where_nothing_is_put_back_no_base_is_kept(studio: Studio, changes: dict[str, Any]) -> None:
    sources = Sources(attachments=(Attached("fox.png", FOX),), mask=Attached("mask.png", masked()))

    assert (await gathered(studio, an_edit(**changes), sources)).request.base is None


async def test_a_large_picture_that_we_composed_is_scaled_to_be_sent_and_is_its_own_base(studio: Studio) -> None:
    content = encoded(gradient(3900, 1560), "PNG")
    made, of = await studio.made(content, shape=(3900, 1560))
    of = replace(of, composed=True)

    sources = Sources(made, of, mask=Attached("mask.png", masked(390, 156)))

    request = (await gathered(studio, an_edit(size="1600x640"), sources)).request

    assert request.references[0].width == 3840
    assert request.references[0].number == of.number
    assert request.base is not None
    assert request.base.picture.digest == of.image.digest
    assert (request.base.mask.width, request.base.mask.height) == (3900, 1560)


@pytest.mark.parametrize(
    ("content", "media_type", "loss"),
    [
        (encoded(gradient(64, 48, "P"), "GIF"), "image/gif", "a still picture instead of an animation"),
        (SVG, "image/svg+xml", "pixels instead of a vector drawing"),
    ],
)
async def test_what_is_no_still_picture_is_not_called_exact(
    studio: Studio, content: bytes, media_type: str, loss: str
) -> None:
    made, of = await studio.made(content, media_type=media_type)
    size = (64, 48) if media_type == "image/gif" else (40, 30)

    request = (await gathered(studio, an_edit(), Sources(made, of, mask=Attached("mask.png", masked(*size))))).request

    assert request.base is not None
    assert request.base.losses == (loss,)


async def test_a_copy_in_discord_is_not_called_exact(studio: Studio) -> None:
    made, of = await studio.made(FOX, shape=(WIDTH, HEIGHT))
    await studio.blobs.delete(of.image.digest)
    studio.requests.shown_by = [(5, 6)]
    copy = encoded(opened(FOX).convert("RGB"), "JPEG")
    studio.discord.messages[5] = [Shown(Attached(f"atelier-{of.number}.jpg", copy, content_type="image/jpeg"))]

    request = (await gathered(studio, an_edit(), Sources(made, of, mask=Attached("mask.png", masked())))).request

    assert request.base is not None
    assert request.base.losses == ("the copy that Discord shows instead of the original",)


async def test_a_canvas_is_kept_with_the_old_picture_in_its_own_colours(studio: Studio) -> None:
    made, of = await studio.made(encoded(gradient(1024, 1024), "PNG", icc_profile=WIDE), shape=(1024, 1024))

    request = (await gathered(studio, an_edit(Change.ZOOM_OUT, size="1536x1536"), Sources(made, of))).request

    base = request.base
    assert base is not None
    assert (base.was, base.laid, base.losses) == ((1024, 1024), (1024, 1024), ())
    canvas = opened(await content_of(studio, base.picture))
    assert (canvas.size, canvas.info["icc_profile"]) == ((1536, 1536), WIDE)
    assert canvas.convert("RGB").crop((256, 256, 1280, 1280)).tobytes() == gradient(1024, 1024).tobytes()
    assert opened(await content_of(studio, request.references[0])).info.get("icc_profile") is None


async def test_a_request_whose_base_is_gone_is_not_made_again(studio: Studio) -> None:
    sources = Sources(attachments=(Attached("fox.png", FOX),), mask=Attached("mask.png", masked(WIDTH * 2, HEIGHT * 2)))
    request = (await gathered(studio, an_edit(), sources)).request
    assert request.base is not None
    await studio.blobs.delete(request.base.mask.digest)

    with pytest.raises(PictureGoneError):
        await gathered(studio, request, Sources())


# --- the first input


async def test_a_picture_of_ours_is_sent_by_its_original_bytes_and_before_all_others(studio: Studio) -> None:
    made, of = await studio.made(FOX, shape=(WIDTH, HEIGHT))

    found = await gathered(studio, an_edit(), Sources(made, of, (Attached("owl.png", OWL),)))

    first, second = found.request.references
    assert first == replace(of.image, number=4821)
    assert await content_of(studio, second) == OWL
    assert second.number is None
    assert found.notes == ()


async def test_without_one_the_first_attachment_is_changed(studio: Studio) -> None:
    sources = Sources(attachments=(Attached("fox.png", FOX), Attached("owl.png", OWL)))

    found = await gathered(studio, an_edit(), sources)

    assert [await content_of(studio, each) for each in found.request.references] == [FOX, OWL]


async def test_words_alone_need_nothing(studio: Studio) -> None:
    found = await gathered(studio, an_edit(), Sources())

    assert found == Gathered(an_edit())


async def test_what_the_store_has_lost_is_there_again_by_its_own_name(studio: Studio) -> None:
    made, of = await studio.made(FOX, shape=(WIDTH, HEIGHT))
    await studio.blobs.delete(of.image.digest)
    studio.requests.shown_by = [(1, 2)]
    studio.discord.messages[1] = [Shown(Attached("atelier-4821.png", FOX))]

    found = await gathered(studio, an_edit(), Sources(made, of))

    assert found.request.references == (replace(of.image, number=4821),)
    assert studio.kept == {of.image.digest}
    assert found.notes == ()


async def test_a_copy_in_discord_stands_in_for_an_original_that_is_lost(studio: Studio) -> None:
    copy = encoded(gradient(160, 120), "JPEG")
    made, of = await studio.made(FOX, shape=(WIDTH, HEIGHT))
    await studio.blobs.delete(of.image.digest)
    studio.requests.shown_by = [(1, 2)]
    studio.discord.messages[1] = [Shown(Attached("atelier-4821.jpg", copy))]

    found = await gathered(studio, an_edit(), Sources(made, of))

    (first,) = found.request.references
    assert (first.media_type, first.width, first.height, first.number) == ("image/jpeg", 160, 120, 4821)
    assert found.notes == ("The original of #4821 is lost: I started from the copy that Discord shows.",)


async def test_a_picture_that_is_lost_here_and_there_is_said_to_be(studio: Studio) -> None:
    made, of = await studio.made(FOX)
    await studio.blobs.delete(of.image.digest)

    with pytest.raises(PictureGoneError, match="I have lost #4821"):
        await gathered(studio, an_edit(), Sources(made, of))


@pytest.mark.parametrize(
    ("content", "media_type", "note"),
    [
        (encoded(gradient(40, 30), "GIF"), "image/gif", "#4821 is an animation: I started from its first picture."),
        (SVG, "image/svg+xml", "#4821 is a vector drawing: I started from how it looks."),
    ],
)
async def test_what_is_no_still_picture_is_sent_as_one(
    studio: Studio, content: bytes, media_type: str, note: str
) -> None:
    made, of = await studio.made(content, media_type=media_type, shape=(40, 30))

    found = await gathered(studio, an_edit(), Sources(made, of))

    (first,) = found.request.references
    assert (first.media_type, first.width, first.height, first.number) == ("image/png", 40, 30, 4821)
    assert found.notes == (note,)


async def test_a_drawing_that_cannot_be_drawn_is_said_so(studio: Studio) -> None:
    made, of = await studio.made(b"<svg", media_type="image/svg+xml")

    with pytest.raises(InputPictureError, match=r"^#4821 .*, so it cannot be changed\.$"):
        await gathered(studio, an_edit(), Sources(made, of))


async def test_what_an_input_has_lost_is_noted(studio: Studio) -> None:
    found = await gathered(studio, an_edit(), Sources(attachments=(Attached("long.png", png(4200, 64)),)))

    (note,) = found.notes
    assert note.startswith("“long.png” was scaled")


# --- again


async def test_a_request_that_has_its_files_goes_on_with_them(studio: Studio) -> None:
    digests = [await studio.blobs.put(content) for content in (FOX, masked())]
    image, mask = (StoredImage(digest, "image/png", WIDTH, HEIGHT, 9) for digest in digests)
    request = an_edit(references=(image,), mask=mask, size="1024x768")

    assert await gathered(studio, request, Sources()) == Gathered(request)


async def test_a_request_whose_file_is_gone_is_not_made_again(studio: Studio) -> None:
    image = StoredImage(await studio.blobs.put(FOX), "image/png", WIDTH, HEIGHT, len(FOX))
    gone = replace(image, digest="0" * 64)

    with pytest.raises(PictureGoneError, match=r"^A picture that this was made from is lost\."):
        await gathered(studio, an_edit(references=(image,), mask=gone), Sources())


# --- masks and drawings


@pytest.mark.parametrize("ours", [True, False])
async def test_attachments_are_sorted_by_what_they_are_to_the_first_input(studio: Studio, ours: bool) -> None:  # noqa: FBT001 - a table's column
    made, of = await studio.made(FOX, shape=(WIDTH, HEIGHT))
    others = (Attached("owl.png", OWL), Attached("m.png", masked(160, 120)))
    sources = Sources(made, of, others, sorts=True)
    if not ours:
        sources = Sources(attachments=(Attached("fox.png", FOX), *others), sorts=True)

    found = await gathered(studio, an_edit(), sources)

    assert [await content_of(studio, each) for each in found.request.references] == [FOX, OWL]
    mask = opened(await content_of(studio, found.request.mask))
    assert (mask.mode, mask.size) == ("RGBA", (WIDTH, HEIGHT))
    assert (pixel(mask, 10, 10)[3], pixel(mask, 300, 10)[3]) == (0, 255)
    assert found.request.markup is None
    assert found.notes == ("“m.png” is taken as a mask: 25 % of the picture may change.",)


async def test_a_picture_that_was_drawn_upon_becomes_an_overlay(studio: Studio) -> None:
    made, of = await studio.made(FOX, shape=(WIDTH, HEIGHT))

    found = await gathered(studio, an_edit(), Sources(made, of, (Attached("circle.jpg", drawn_upon(FOX)),), sorts=True))

    overlay = opened(await content_of(studio, found.request.markup))
    assert (overlay.mode, overlay.size) == ("RGBA", (WIDTH, HEIGHT))
    assert pixel(overlay, 150, 120)[3] == 0
    assert found.request.mask is None
    assert len(found.request.references) == 1
    assert found.notes == ("“circle.jpg” is taken as a drawing on #4821.",)


async def test_where_a_model_takes_no_drawing_what_is_marked_becomes_a_mask(tmp_path: Path) -> None:
    studio = Studio(tmp_path, without(PLAIN))
    attachments = (Attached("fox.png", FOX), Attached("circle.jpg", drawn_upon(FOX)))

    found = await gathered(studio, an_edit(), Sources(attachments=attachments, sorts=True))

    mask = opened(await content_of(studio, found.request.mask))
    assert (pixel(mask, 150, 120)[3], pixel(mask, 10, 10)[3]) == (0, 255)
    assert found.request.markup is None
    (note,) = found.notes
    assert note.startswith("“circle.jpg” is taken as a drawing on “fox.png”: what you marked may change, ")


async def test_a_picture_is_decoded_once_to_see_what_it_is_and_to_be_sent(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, of = await studio.made(FOX, shape=(WIDTH, HEIGHT))
    decoded: list[bytes] = []

    def decode(content: bytes, size: Callable[[int, int], tuple[int, int]] | None, *, own_colours: bool) -> Plain:
        decoded.append(content)
        return plain_picture(content, size, own_colours=own_colours)

    monkeypatch.setattr("bot.pictures.attached.plain_picture", decode)
    found = await gathered(studio, an_edit(), Sources(made, of, (Attached("owl.png", OWL),), sorts=True))

    assert decoded == [OWL]
    assert [await content_of(studio, each) for each in found.request.references] == [FOX, OWL]


async def test_nothing_is_sorted_where_that_is_not_wished(studio: Studio) -> None:
    made, of = await studio.made(FOX, shape=(WIDTH, HEIGHT))

    found = await gathered(studio, an_edit(), Sources(made, of, (Attached("m.png", masked()),)))

    assert len(found.request.references) == 2
    assert found.request.mask is None


async def test_a_mask_that_is_given_as_one_is_fitted(studio: Studio) -> None:
    sources = Sources(attachments=(Attached("fox.png", FOX),), mask=Attached("m.png", masked(640, 480)))

    found = await gathered(studio, an_edit(), sources)

    assert found.request.mask is not None
    assert (found.request.mask.width, found.request.mask.height) == (WIDTH, HEIGHT)
    assert found.notes == ("“m.png” is taken as a mask: 25 % of the picture may change.",)


async def test_a_drawing_that_is_given_as_a_mask_is_taken_as_what_it_is(studio: Studio) -> None:
    sources = Sources(attachments=(Attached("fox.png", FOX),), mask=Attached("circle.jpg", drawn_upon(FOX)))

    found = await gathered(studio, an_edit(), sources)

    assert found.request.mask is None
    assert found.request.markup is not None


@pytest.mark.parametrize("second", [masked(), drawn_upon(FOX)])
@pytest.mark.parametrize("given", [True, False])
async def test_only_one_file_says_where_the_picture_may_change(studio: Studio, second: bytes, given: bool) -> None:  # noqa: FBT001 - a table's column
    made, of = await studio.made(FOX, shape=(WIDTH, HEIGHT))
    one, other = Attached("m.png", masked()), Attached("n.png", second)
    attachments = (one,) if given else (one, other)

    with pytest.raises(InputPictureError) as refusal:
        await gathered(studio, an_edit(), Sources(made, of, attachments, other if given else None, sorts=True))

    assert refusal.value.sentence == ("“m.png” and “n.png” both say where the picture may change. Send one of them.")
    assert studio.kept == {of.image.digest}


async def test_a_model_without_masks_says_so(tmp_path: Path) -> None:
    studio = Studio(tmp_path, without(replace(PLAIN, mask=False)))
    attachments = (Attached("fox.png", FOX), Attached("m.png", masked()))

    with pytest.raises(UnsupportedOptionError, match="takes no mask"):
        await gathered(studio, an_edit(), Sources(attachments=attachments, sorts=True))

    assert studio.kept == set()


@pytest.mark.parametrize(
    ("share", "text"), [(0.0001, "less than 1 %"), (0.01, "1 %"), (0.126, "13 %"), (0.9999, "99 %")]
)
def test_a_share_is_never_nothing_and_never_all(share: float, text: str) -> None:
    assert percent(share) == text


# --- extensions


async def test_a_picture_is_extended_on_a_canvas_with_a_mask_of_what_is_new(studio: Studio) -> None:
    made, of = await studio.made(FOX, shape=(WIDTH, HEIGHT))
    request = an_edit(Change.ZOOM_OUT_TWICE, size="1280x960")

    found = await gathered(studio, request, Sources(made, of, (Attached("m.png", masked()),)))

    canvas, reference = found.request.references
    assert (canvas.width, canvas.height, canvas.number, canvas.media_type) == (1280, 960, 4821, "image/png")
    shown = opened(await content_of(studio, canvas))
    mask = opened(await content_of(studio, found.request.mask))
    assert shown.getchannel("A").getbbox() == (320, 240, 960, 720)
    assert mask.size == (1280, 960)
    assert (pixel(mask, 5, 5)[3], pixel(mask, 640, 480)[3]) == (0, 255)
    assert await content_of(studio, reference) == await content_of(studio, found.request.references[1])
    assert found.request.size == "1280x960"
    assert found.notes == ()


async def test_a_picture_that_has_the_shape_already_is_not_extended(studio: Studio) -> None:
    request = an_edit(Change.SQUARE, size="1024x1024")

    with pytest.raises(RequestRefused, match=r"^“owl.png” is square already\. For another size, press ✏️ Edit\.$"):
        await gathered(studio, request, Sources(attachments=(Attached("owl.png", OWL),)))

    assert studio.kept == set()


# --- the size that follows


@pytest.mark.parametrize(
    ("guess", "follows", "size"),
    [
        ("1024x1024", True, "1152x864"),
        ("1024x1024", False, "1024x1024"),
        ("1024x768", True, "1024x768"),
        ("1040x768", True, "1040x768"),  # as near as that
    ],
)
async def test_the_size_follows_the_real_shape_of_what_is_changed(
    studio: Studio,
    guess: str,
    follows: bool,  # noqa: FBT001 - a table's column
    size: str,
) -> None:
    attachments = (Attached("fox.png", encoded(gradient(1600, 1200), "PNG")),)

    found = await gathered(studio, an_edit(size=guess), Sources(attachments=attachments, follows=follows))

    assert found.request.size == size


# --- nothing is left of a failure


@pytest.mark.parametrize(
    "last",
    [
        Attached("gone.png", OWL, problems=[refused(404)]),
        Attached("bad.png", b"no picture"),
        Attached("grown.png", OWL, declared=3),
    ],
    ids=lambda each: each.filename,
)
async def test_what_came_before_a_file_that_cannot_be_used_is_forgotten(studio: Studio, last: Attached) -> None:
    made, of = await studio.made(FOX, shape=(WIDTH, HEIGHT))
    attachments = (Attached("owl.png", OWL), Attached("m.png", masked()), last)

    with pytest.raises(InputPictureError):
        await gathered(studio, an_edit(), Sources(made, of, attachments, sorts=True))

    assert studio.kept == {of.image.digest}


async def test_who_is_cancelled_leaves_no_file_and_no_bytes_taken(studio: Studio) -> None:
    owl, late = Attached("owl.png", OWL), Attached("late.png", OWL, declared=150_000_000)
    late.gate.clear()
    task = asyncio.create_task(gathered(studio, an_edit(), Sources(attachments=(owl, late))))
    async with asyncio.timeout(300):
        while not late.reads:  # noqa: ASYNC110 - until the second download has begun
            await asyncio.sleep(0.002)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert studio.kept == set()
    assert (await gathered(studio, an_edit(), Sources(attachments=(owl,)))).request.references


async def test_a_request_that_fails_afterwards_leaves_no_file(studio: Studio) -> None:
    sources = Sources(attachments=(Attached("owl.png", OWL),))

    with pytest.raises(RequestRefused):
        async with studio.gatherer.gather(an_edit(), sources, MEMBER, studio.say):
            raise RequestRefused("no")

    assert studio.kept == set()


async def test_many_who_bring_much_take_turns(studio: Studio) -> None:
    files = [Attached(f"{number}.png", OWL, declared=50_000_000) for number in range(6)]
    for file in files:
        file.gate.clear()
    tasks = [asyncio.create_task(gathered(studio, an_edit(), Sources(attachments=(file,)))) for file in files]
    await asyncio.sleep(0.05)
    begun = [file.reads for file in files]
    for file in files:
        file.gate.set()

    assert begun == [1, 1, 0, 0, 0, 0]
    assert len(await asyncio.gather(*tasks)) == 6


async def test_who_attaches_nothing_waits_for_no_files(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    async def let_go(_: object) -> None:
        raise AssertionError("there was nothing to hold")

    monkeypatch.setattr(studio.file_holds, "let_go", let_go)

    assert await gathered(studio, REQUEST, Sources()) == Gathered(REQUEST)


# --- pictures of presets


async def stored(studio: Studio, content: bytes) -> StoredImage:
    """A picture that the store has, and that a preset needs."""
    digest = await studio.blobs.put(content)
    studio.requests.needed.add(digest)
    return StoredImage(digest, "image/png", 64, 64, len(content))


async def test_pictures_that_a_request_has_come_after_those_that_are_brought(studio: Studio) -> None:
    logo = await stored(studio, OWL)
    brought = Sources(attachments=(Attached("fox.png", FOX), Attached("red.png", png(8, 8))))

    found = await gathered(studio, REQUEST.with_references([logo]), brought)

    contents = [await content_of(studio, image) for image in found.request.references]
    assert contents == [FOX, png(8, 8), OWL]


async def test_where_one_of_them_is_lost_that_is_said_before_anything_is_downloaded(studio: Studio) -> None:
    fox = Attached("fox.png", FOX)
    lost = StoredImage("c" * 64, "image/png", 64, 64, 100)

    with pytest.raises(PictureGoneError, match="is lost"):
        await gathered(studio, REQUEST.with_references([lost]), Sources(attachments=(fox,)))

    assert fox.reads == 0


async def test_pictures_are_prepared_and_held_for_later_until_the_database_knows(studio: Studio) -> None:
    logo = await stored(studio, OWL)
    photo = encoded(gradient(60, 40), "JPEG")
    animated = Attached("moves.gif", encoded(gradient(40, 40), "GIF"))

    async with studio.gatherer.keep(
        Sources(attachments=(Attached("photo.jpg", photo), animated)), [logo], MEMBER
    ) as found:
        held = set(studio.kept)
        await studio.file_holds.forget([file.digest for file in found.files])
        assert studio.kept == held

    assert [file.media_type for file in found.files] == ["image/png", "image/jpeg", "image/png"]
    assert (found.files[1].width, found.files[1].height) == (60, 40)
    assert studio.kept == {logo.digest}


async def test_a_picture_of_ours_is_kept_by_its_number_and_alone_with_what_the_store_has(studio: Studio) -> None:
    order, picture = await studio.made(FOX)
    logo = await stored(studio, OWL)

    async with studio.gatherer.keep(Sources(order, picture), (), MEMBER) as ours:
        pass
    async with studio.gatherer.keep(Sources(), [logo], MEMBER) as theirs:
        pass

    assert [(file.number, file.digest) for file in ours.files] == [(4821, picture.image.digest)]
    assert (theirs.files, theirs.notes) == ((logo,), ())


async def test_files_that_cannot_be_kept_leave_nothing(studio: Studio) -> None:
    with pytest.raises(InputPictureError, match="is not a picture"):
        async with studio.gatherer.keep(
            Sources(attachments=(Attached("a.png", FOX), Attached("b.mp4", b"x", content_type="video/mp4"))), (), MEMBER
        ):
            pass
    with pytest.raises(InputPictureError):
        async with studio.gatherer.keep(
            Sources(attachments=(Attached("a.png", FOX), Attached("b.png", b"no picture"))), (), MEMBER
        ):
            pass

    assert studio.kept == set()
