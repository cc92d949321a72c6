from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bot.sandbox.discord import Answer, Fault, Upload
from tests.pictures.samples import encoded, gradient, half_transparent, packed_zeros, png

if TYPE_CHECKING:
    from bot.sandbox.discord import Invocation
    from tests.wire.house import House, OpenHouse

JPEG = encoded(gradient(320, 200), "JPEG")
PNG = encoded(half_transparent(64, 64), "PNG")
WEBP = encoded(gradient(200, 320), "WEBP")
BOMB = png(30_000, 30_000, packed_zeros(1 << 22))
CUT_OFF = encoded(gradient(320, 200), "PNG")[:2000]


async def _refused_privately(house: House, invocation: Invocation) -> str:
    """The words of a refusal that only the member sees and that left nothing behind."""
    words = await house.refusal(invocation)
    assert invocation.answer is Answer.MESSAGE
    assert invocation.ephemeral
    assert invocation.channel.messages == []
    assert words.startswith("❌ ")
    return words


# --- references ------------------------------------------------------------------------------------------------------


async def test_references_go_to_the_edit_in_order_with_what_they_are(house: House) -> None:
    mia = house.discord.server.add_member("Mia")

    message = await house.imagine(
        mia,
        image1=Upload("one.jpg", JPEG),
        image2=Upload("two.png", PNG),
        image3=Upload("three.webp", WEBP),
        image4=Upload("four.png", JPEG),
    )

    (call,) = house.images.calls
    assert call.endpoint == "edits"
    assert [file.content for file in call.named("image")] == [JPEG, PNG, WEBP, JPEG]
    assert [file.media_type for file in call.named("image")] == ["image/jpeg", "image/png", "image/webp", "image/jpeg"]
    assert [file.name for file in call.named("image")] == ["image-1.jpg", "image-2.png", "image-3.webp", "image-4.jpg"]
    assert call.fields["moderation"] == "auto"
    assert call.fields["stream"] is True
    assert "from 4 pictures" in message.content
    assert house.ledger().sums.settled_nano == house.images.bill.nano


async def test_references_of_several_pictures_are_sent_with_each(house: House) -> None:
    mia = house.discord.server.add_member("Mia")

    message = await house.imagine(mia, image2=Upload("one.jpg", JPEG), count=3)

    assert [call.endpoint for call in house.images.calls] == ["edits"] * 3
    assert all(call.named("image")[0].content == JPEG for call in house.images.calls)
    assert len(message.attachments) == 3
    assert house.ledger().sums.settled_nano == house.images.bill.nano


@pytest.mark.parametrize(
    "upload",
    [
        Upload("bomb.png", BOMB),
        Upload("letter.png", b"Dear sir, this is no picture.\n" * 20),
        Upload("broken.png", CUT_OFF),
        Upload("empty.png", b""),
        Upload("letter.txt", b"Dear sir"),
        Upload("@everyone [x](http://evil.example).png", b"no picture"),
    ],
    ids=lambda upload: upload.filename,
)
async def test_what_is_no_picture_is_refused_before_anything_is_reserved(house: House, upload: Upload) -> None:
    mia = house.discord.server.add_member("Mia")

    words = await _refused_privately(house, await mia.slash("imagine", prompt="a fox", image1=upload))

    assert "](http" not in words
    assert not house.jobs()
    assert house.images.calls == []
    assert house.kept_files() == []


async def test_one_bad_picture_among_good_ones_is_named(house: House) -> None:
    mia = house.discord.server.add_member("Mia")

    invocation = await mia.slash(
        "imagine", prompt="a fox", image1=Upload("good.jpg", JPEG), image2=Upload("bad.png", b"no picture")
    )
    words = await _refused_privately(house, invocation)

    assert "bad.png" in words
    assert "good.jpg" not in words
    assert house.jobs() == ()


async def test_a_picture_that_cannot_be_downloaded_is_asked_for_again(house: House) -> None:
    mia = house.discord.server.add_member("Mia")
    house.discord.faults.add(Fault(r"attachments/", "GET", status=404, times=None))

    words = await _refused_privately(house, await mia.slash("imagine", prompt="a fox", image1=Upload("one.jpg", JPEG)))

    assert "one.jpg" in words
    assert house.jobs() == ()


@pytest.mark.usefixtures("hasty_discord_py")
async def test_a_download_that_is_cut_off_leaves_nobody_waiting(house: House) -> None:
    mia = house.discord.server.add_member("Mia")
    house.discord.faults.add(Fault(r"attachments/", "GET", drop=True, times=None))

    invocation = await mia.slash("imagine", prompt="a fox", image1=Upload("one.jpg", JPEG))
    words = await _refused_privately(house, invocation)

    assert "one.jpg" in words
    assert house.jobs() == ()


async def test_a_download_that_takes_long_is_waited_for_behind_a_deferral(house: House) -> None:
    mia = house.discord.server.add_member("Mia")
    house.discord.faults.add(Fault(r"attachments/", "GET", delay=1.7))

    invocation = await mia.slash("imagine", prompt="a fox", image1=Upload("one.jpg", JPEG))
    message = await house.result(invocation)

    assert message.attachments
    assert house.images.calls[0].named("image")[0].content == JPEG


async def test_what_turns_out_bad_after_the_deferral_is_told_in_its_place(house: House) -> None:
    mia = house.discord.server.add_member("Mia")
    house.discord.faults.add(Fault(r"attachments/", "GET", delay=1.7))

    words = await house.refusal(await mia.slash("imagine", prompt="a fox", image1=Upload("one.jpg", b"no picture")))

    assert "one.jpg" in words
    assert house.jobs() == ()


# --- options ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"size": "enormous"}, "size"),
        ({"quality": "superb"}, "superb"),
        ({"model": "dall-e-3"}, "model"),
        ({"background": "transparent", "format": "jpeg"}, "transparent"),
        ({"prompt": "   "}, "picture"),
    ],
    ids=str,
)
async def test_what_cannot_be_made_is_refused_with_a_sentence(
    house: House, options: dict[str, Any], words: str
) -> None:
    mia = house.discord.server.add_member("Mia")
    asked: dict[str, Any] = {"prompt": "a fox"} | options

    refusal = await _refused_privately(house, await mia.slash("imagine", **asked))

    assert words in refusal
    assert house.jobs() == ()
    assert house.images.calls == []


# --- limits ----------------------------------------------------------------------------------------------------------


async def test_the_daily_pictures_of_a_member_are_their_own(open_house: OpenHouse) -> None:
    house = await open_house()
    await house.start_bot(ATELIER_MEMBER_DAILY_IMAGES="3")
    mia, bob = house.discord.server.add_member("Mia"), house.discord.server.add_member("Bob")
    random = house.discord.server.channel("random")

    await house.imagine(mia, count=2)
    hers = await _refused_privately(house, await mia.slash("imagine", prompt="a fox", count=2, channel=random))
    last = await house.imagine(mia)
    after = await mia.slash("imagine", prompt="a fox", channel=random)
    his = await house.imagine(bob)

    assert "1 of 3" in hers
    assert "<t:" in hers
    assert "0 pictures today" in last.content
    assert "0 of 3" in await _refused_privately(house, after)
    assert his.attachments
    assert len(house.images.calls) == 4


async def test_the_monthly_budget_refuses_by_its_name_and_says_what_can_be_done(open_house: OpenHouse) -> None:
    house = await open_house()
    await house.start_bot(ATELIER_MONTHLY_BUDGET="0.01")
    mia = house.discord.server.add_member("Mia")

    words = await _refused_privately(house, await mia.slash("imagine", prompt="a fox", quality="high"))

    assert "monthly budget" in words
    assert "it needs up to $0." in words
    assert "Whoever runs this bot decides about it." in words
    assert house.jobs() == ()


async def test_a_member_whose_line_is_full_is_refused_and_others_are_not(open_house: OpenHouse) -> None:
    house = await open_house()
    await house.start_bot(ATELIER_CONCURRENCY=2)
    mia, bob = house.discord.server.add_member("Mia"), house.discord.server.add_member("Bob")
    random = house.discord.server.channel("random")
    house.gate.clear()

    waiting = [await mia.slash("imagine", prompt="a fox", count=4)]
    await house.in_mid_job()  # one is made, for the other slot stays free for others
    waiting += [await mia.slash("imagine", prompt="a fox", count=count) for count in (4, 3)]
    await house.until(lambda: all(house.words(invocation).startswith("⏳") for invocation in waiting[1:]))
    refused = await mia.slash("imagine", prompt="a fox", channel=random)
    words = await _refused_privately(house, refused)
    his = await bob.slash("imagine", prompt="a fox", channel=random)
    await house.in_mid_job(2)
    house.gate.set()
    await house.ended(*waiting, his)

    assert "10 pictures waiting" in words
    assert house.states() == ["settled"] * 12
    assert house.ledger().sums.settled_nano == house.images.bill.nano


async def test_what_is_being_accepted_takes_room_in_the_line_too(open_house: OpenHouse) -> None:
    house = await open_house()
    await house.start_bot(ATELIER_CONCURRENCY=2)
    mia = house.discord.server.add_member("Mia")
    house.gate.clear()
    for count in (4, 4):
        await (await mia.slash("imagine", prompt="a fox", count=count)).answered()
    await house.in_mid_job()
    house.discord.faults.add(Fault(r"/callback$", delay=0.3))

    entering = await mia.slash("imagine", prompt="a fox", count=3)
    await house.until(lambda: len(house.jobs()) == 11)
    refused = await mia.slash("imagine", prompt="a fox")
    await refused.answered()
    await entering.answered()

    assert "pictures waiting" in house.words(refused)


async def test_who_waits_is_told_the_place_in_line(open_house: OpenHouse) -> None:
    house = await open_house()
    await house.start_bot(ATELIER_CONCURRENCY=1)
    mia, bob = house.discord.server.add_member("Mia"), house.discord.server.add_member("Bob")
    house.gate.clear()

    first = await mia.slash("imagine", prompt="a fox")
    await house.in_mid_job()
    second = await bob.slash("imagine", prompt="a fox")
    await house.until(lambda: house.words(second).startswith("⏳ You are next in line"))
    house.gate.set()
    await house.ended(first, second)

    assert all(house.posted(invocation) for invocation in (first, second))


async def test_the_same_interaction_delivered_twice_makes_one_picture(house: House) -> None:
    mia = house.discord.server.add_member("Mia")
    house.gate.clear()

    invocation = await mia.slash("imagine", prompt="a fox")
    house.repeat_last_event("INTERACTION_CREATE")
    await house.in_mid_job()
    house.repeat_last_event("INTERACTION_CREATE")
    house.gate.set()
    message = await house.result(invocation)

    assert message.attachments
    assert len(house.images.calls) == 1
    assert house.states() == ["settled"]


async def test_on_a_server_that_never_invited_the_bot_nothing_is_made(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    mia = house.discord.server.add_member("Mia")

    def of_no_server(_bot: object, _server_id: int) -> None:
        """As with a command that somebody installed for themselves alone."""

    monkeypatch.setattr("bot.client.AtelierBot.get_guild", of_no_server)

    refused = await mia.slash("imagine", prompt="a fox")
    await refused.answered()

    assert "may not use this command here" in house.words(refused)
    assert refused.ephemeral
    assert house.jobs() == ()
