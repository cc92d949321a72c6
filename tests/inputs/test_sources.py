"""What Discord's own words tell enough of is refused before anything is downloaded."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.errors import InputPictureError
from bot.inputs.sources import Sources, check_declared
from bot.services.requests import StoredImage
from tests.examples import MODEL, job, order, picture
from tests.inputs.doubles import Attached

SMALL = replace(MODEL, title="Small", reference_limit=2)
OURS = picture()


def files(count: int, **words: object) -> tuple[Attached, ...]:
    return tuple(Attached(f"{number}.png", b"x", **words) for number in range(1, count + 1))  # type: ignore[arg-type]  # by name


@pytest.mark.parametrize(
    ("sources", "sentence"),
    [
        (Sources(attachments=files(1, declared=50_000_001)), "“1.png” is too large: 50 MB is the most."),
        (Sources(mask=Attached("m.mp4", b"", content_type="video/mp4")), "“m.mp4” is not a picture."),
        (Sources(attachments=files(3, declared=40_000_000)), "The input pictures are more than 100 MB together."),
        (Sources(attachments=files(3)), "Small takes at most 2 input pictures. Leave 1 out."),
        (Sources(order(job(1, OURS)), OURS, files(2)), "Small takes at most 2 input pictures. Leave 1 out."),
        (Sources(attachments=files(4), sorts=True), "Small takes at most 2 input pictures. Leave 1 out."),
    ],
    ids=lambda value: value[:20] if isinstance(value, str) else "",
)
def test_what_cannot_come_to_anything_is_refused(sources: Sources, sentence: str) -> None:
    with pytest.raises(InputPictureError) as refusal:
        check_declared(sources, SMALL)
    assert refusal.value.sentence.startswith(sentence)


def test_pictures_that_the_store_has_are_counted_with_those_that_are_brought() -> None:
    kept = StoredImage("a" * 64, "image/png", 64, 64, 50_000_001)

    check_declared(Sources(attachments=files(1)), SMALL, [kept])
    with pytest.raises(InputPictureError, match=r"Small takes at most 2 input pictures\. Leave 1 out"):
        check_declared(Sources(attachments=files(2)), SMALL, [kept])
    with pytest.raises(InputPictureError, match="more than 100 MB together"):
        check_declared(Sources(attachments=files(1)), MODEL, [kept, kept])


@pytest.mark.parametrize(
    "sources",
    [
        Sources(),
        Sources(attachments=files(2)),
        Sources(attachments=files(3), sorts=True),  # one of them may be a mask
        Sources(order(job(1, OURS)), OURS, files(2), sorts=True),
        Sources(attachments=files(2), mask=Attached("m.png", b"")),
        Sources(attachments=files(1, content_type=None)),
        Sources(attachments=files(1, content_type="text/plain; charset=utf-8")),  # only the bytes tell
        Sources(attachments=files(2, declared=50_000_000)),
    ],
)
def test_what_may_come_to_something_is_looked_at(sources: Sources) -> None:
    check_declared(sources, SMALL)


# --- what is foreseen


def test_inputs_are_foreseen_as_far_as_discord_tells_their_shapes() -> None:
    sources = Sources(order(job(1, OURS)), OURS, (Attached("a.png", b"abc", shape=(30, 20)), Attached("b.heic", b"x")))

    assert sources.foreseen == (OURS.image, StoredImage("", "", 30, 20, 3))


@pytest.mark.parametrize(("ours", "foreseen"), [(True, 1), (False, 1)])
def test_what_may_be_a_mask_is_not_foreseen(ours: bool, foreseen: int) -> None:  # noqa: FBT001 - a table's column
    sources = Sources(
        order(job(1, OURS)) if ours else None, OURS if ours else None, files(3, shape=(30, 20)), sorts=True
    )

    assert len(sources.foreseen) == foreseen


def test_two_files_are_in_memory_at_once() -> None:
    theirs = Sources(attachments=(Attached("a.png", b"12"), Attached("b.png", b"1234")), mask=Attached("m.png", b"123"))
    ours = Sources(order(job(1, OURS)), OURS, (Attached("a.png", b"12"),))

    assert theirs.bytes_at_once == 2 + 4
    assert ours.bytes_at_once == OURS.image.byte_size + 2
    assert Sources(order(job(1, OURS)), OURS).bytes_at_once == OURS.image.byte_size
    assert Sources().bytes_at_once == 0
