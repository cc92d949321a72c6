"""Who sees, keeps, changes and deletes which presets, and how many."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from bot.errors import PresetRefusedError, RequestRefused
from bot.services.presets import (
    GONE,
    MOST_MINE,
    MOST_OF_SERVER,
    MOST_REFERENCES,
    NOT_THERE,
    ONLY_LEADS,
    PICTURE_LOST,
    STARTERS_STAY,
    STAYS_PRIVATE,
    Preset,
    Shelf,
    Viewer,
)
from bot.services.requests import Wishes
from bot.storage import SqliteAudit
from tests.services.fakes import NOON
from tests.services.presets.kept import BEN, ELSEWHERE, LEAD, MIA, Shop, preset, servers
from tests.storage.examples import opened

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence
    from pathlib import Path

    from bot.services.policy import Decision
    from tests.storage.examples import Books


@pytest.fixture
async def books(tmp_path: Path) -> AsyncGenerator[Books]:
    async with opened(tmp_path / "data" / "atelier.sqlite3") as found:
        yield found


@pytest.fixture
def shop(books: Books) -> Shop:
    return Shop.open(books.database, books.requests)


def names(presets: Sequence[Preset]) -> list[str]:
    return [each.handle for each in presets if each.shelf is not Shelf.STARTER]


async def decisions(books: Books, server_id: int = 1) -> list[Decision]:
    return [entry.decision for entry in await SqliteAudit(books.database).entries(server_id)]


async def test_own_presets_are_seen_by_nobody_else_and_the_servers_by_all_of_that_server(shop: Shop) -> None:
    await shop.desk.add(MIA, preset())
    await shop.desk.add(LEAD, servers(name="Brand"))
    await shop.desk.add(ELSEWHERE, servers(id=202, name="Theirs"))

    assert names(await shop.desk.shown_to(MIA)) == ["mine:Poster", "server:Brand"]
    assert names(await shop.desk.shown_to(BEN)) == ["server:Brand"]
    assert names(await shop.desk.shown_to(ELSEWHERE)) == ["server:Theirs"]
    for viewer, ref in ((BEN, "101"), (ELSEWHERE, "101"), (ELSEWHERE, "201"), (MIA, "999"), (MIA, "nothing")):
        with pytest.raises(PresetRefusedError, match=re.escape(GONE)):
            await shop.desk.get(viewer, ref)
    assert (await shop.desk.get(BEN, "201")).maker_id == LEAD.user_id


async def test_a_name_means_ones_own_before_the_servers_before_a_starter(shop: Shop) -> None:
    await shop.desk.add(MIA, preset())
    await shop.desk.add(LEAD, servers())

    found = [
        (await shop.desk.find(viewer, typed)).shelf
        for viewer, typed in (
            (MIA, " pOSTER "),
            (MIA, "server:poster"),
            (MIA, "starter:Poster"),
            (BEN, "poster"),
            (ELSEWHERE, "poster"),
        )
    ]

    assert found == [Shelf.MINE, Shelf.SERVER, Shelf.STARTER, Shelf.SERVER, Shelf.STARTER]
    for typed in ("mine:poster", "posters", "server:", "@everyone", "x" * 200):
        with pytest.raises(PresetRefusedError, match=re.escape(NOT_THERE)):
            await shop.desk.find(BEN, typed)


async def test_the_one_of_a_name_is_looked_for_on_one_shelf(shop: Shop) -> None:
    kept = await shop.desk.add(MIA, preset())

    assert await shop.desk.of_name(MIA, Shelf.MINE, "POSTER") == kept
    assert await shop.desk.of_name(MIA, Shelf.SERVER, "Poster") is None
    assert await shop.desk.of_name(BEN, Shelf.MINE, "Poster") is None


async def test_a_preset_is_kept_as_it_was_with_its_options_and_pictures(shop: Shop) -> None:
    logo = await shop.picture(b"logo")
    options = Wishes(model="gpt-image-2", background="transparent", output_format="webp", compression=0)

    kept = await shop.desk.add(MIA, preset(name=" our  logo ", options=options, references=(logo,), private=True))

    assert await shop.desk.get(MIA, "101") == kept
    assert (kept.name, kept.options, kept.present, kept.private) == ("our logo", options, (logo,), True)
    assert (kept.server_id, kept.maker_id, kept.created_at) == (1, MIA.user_id, NOON)


async def test_only_leads_keep_change_and_delete_what_is_the_servers_and_the_audit_has_it(
    shop: Shop, books: Books
) -> None:
    with pytest.raises(PresetRefusedError, match=re.escape(ONLY_LEADS)):
        await shop.desk.add(MIA, servers())
    kept = await shop.desk.add(LEAD, servers())
    after = await shop.desk.change(LEAD, kept, servers(words="a poster", maker_id=kept.maker_id))
    renamed = await shop.desk.change(LEAD, after, servers(name="Sign", words="a poster", maker_id=kept.maker_id))
    for viewer in (MIA, Viewer(1, LEAD.user_id)):  # also who made it, with the role lost
        with pytest.raises(PresetRefusedError, match=re.escape(ONLY_LEADS)):
            await shop.desk.delete(viewer, renamed)
        with pytest.raises(PresetRefusedError, match=re.escape(ONLY_LEADS)):
            await shop.desk.change(viewer, renamed, servers())
    await shop.desk.delete(LEAD, renamed)

    with pytest.raises(PresetRefusedError, match=re.escape(GONE)):
        await shop.desk.delete(LEAD, renamed)
    first = "“a poster of \\{subject=a fox}”".replace("\\{", "{")
    told = [(each.action, each.subject, each.before, each.after) for each in await decisions(books)]
    options = "size 1024x1536; quality high; 2 pictures at a time"
    assert told == [
        ("preset delete", "the preset “Sign”", f"“a poster”; {options}", "deleted"),
        ("preset change", "the preset “Poster”", f"named “Poster”; “a poster”; {options}",
         f"named “Sign”; “a poster”; {options}"),
        ("preset change", "the preset “Poster”", f"{first}; {options}", f"“a poster”; {options}"),
        ("preset save", "the preset “Poster”", "", f"{first}; {options}"),
    ]  # fmt: skip


async def test_what_is_ones_own_is_not_in_the_audit(shop: Shop, books: Books) -> None:
    kept = await shop.desk.add(MIA, preset())
    await shop.desk.change(MIA, kept, preset(name="Other"))
    await shop.desk.delete(MIA, kept)

    assert await decisions(books) == []


async def test_a_name_is_taken_on_one_shelf_only(shop: Shop) -> None:
    await shop.desk.add(MIA, preset())
    await shop.desk.add(LEAD, servers())
    await shop.desk.add(BEN, preset(id=102))
    other = await shop.desk.add(MIA, preset(id=103, name="Other"))

    for again in (preset(id=104, name="POSTER"), servers(id=105)):
        with pytest.raises(PresetRefusedError, match=r"a preset “\w+” already. Choose another name, or change that"):
            await shop.desk.add(LEAD if again.shelf is Shelf.SERVER else MIA, again)
    with pytest.raises(PresetRefusedError, match="You have a preset “Poster” already"):
        await shop.desk.change(MIA, other, preset(id=103))
    assert names(await shop.desk.shown_to(MIA)) == ["mine:Other", "mine:Poster", "server:Poster"]


async def test_no_more_are_kept_than_there_is_room_for(shop: Shop) -> None:
    for number in range(MOST_MINE):
        await shop.desk.add(MIA, preset(id=1000 + number, name=f"no. {number}"))
    for number in range(MOST_OF_SERVER):
        await shop.desk.add(LEAD, servers(id=2000 + number, name=f"no. {number}"))

    with pytest.raises(PresetRefusedError, match=r"You have 25 presets, which is the most\. Delete one first"):
        await shop.desk.add(MIA, preset())
    with pytest.raises(PresetRefusedError, match="This server has 100 presets, which is the most"):
        await shop.desk.add(LEAD, servers(id=202))
    await shop.desk.add(BEN, preset())


async def test_pictures_have_bounds_for_a_preset_a_member_and_a_server(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.services.presets.desk.MOST_BYTES_OF_MEMBER", 30_000_000)
    monkeypatch.setattr("bot.services.presets.desk.MOST_BYTES_OF_SERVER", 50_000_000)
    large = await shop.picture(b"large", byte_size=20_000_000)
    small = await shop.picture(b"small")

    with pytest.raises(PresetRefusedError, match="keeps 8 pictures at most; these are 9"):
        await shop.desk.add(MIA, preset(references=(small,) * (MOST_REFERENCES + 1)))
    with pytest.raises(PresetRefusedError, match="may have 20 MB together"):
        await shop.desk.add(MIA, preset(references=(large, small)))
    kept = await shop.desk.add(MIA, preset(references=(large,)))
    with pytest.raises(PresetRefusedError, match="pictures of your presets may have 30 MB together"):
        await shop.desk.add(MIA, preset(id=102, name="Other", references=(large,)))
    await shop.desk.change(MIA, kept, preset(references=(large,)))  # its own are not counted twice
    await shop.desk.add(LEAD, servers(references=(large,)))
    with pytest.raises(PresetRefusedError, match="pictures of all presets on this server may have 50 MB together"):
        await shop.desk.add(BEN, preset(id=103, references=(large,)))
    await shop.desk.add(BEN, preset(id=103))


async def test_words_that_are_no_template_are_refused(shop: Shop) -> None:
    for words, sentence in (("a {", "stands alone"), (" ", "Say in a few words"), ("a \0", "broken character")):
        with pytest.raises((PresetRefusedError, RequestRefused), match=sentence):
            await shop.desk.add(MIA, preset(words=words))
    with pytest.raises(PresetRefusedError, match="asks for a picture can ask for 4 other things"):
        await shop.desk.add(MIA, preset(words="{a}{b}{c}{d}{e}", takes_picture=True))
    await shop.desk.add(MIA, preset(words="{a}{b}{c}{d}", takes_picture=True))


async def test_a_preset_made_from_a_private_picture_stays_its_owners(shop: Shop) -> None:
    kept = await shop.desk.add(MIA, preset(private=True))

    with pytest.raises(PresetRefusedError, match=re.escape(STAYS_PRIVATE)):
        await shop.desk.add(LEAD, servers(private=True))
    with pytest.raises(PresetRefusedError, match=re.escape(STAYS_PRIVATE)):
        await shop.desk.copy(Viewer(1, MIA.user_id, leads=True), kept, Shelf.SERVER, 300)
    assert (await shop.desk.copy(MIA, kept, Shelf.MINE, 300)).private


async def test_a_copy_gets_a_name_that_is_free_and_the_pictures_that_are_left(shop: Shop) -> None:
    logo = await shop.picture(b"logo")
    kept = await shop.desk.add(LEAD, servers(name="x" * 40, references=(logo,), takes_picture=True))

    first = await shop.desk.copy(MIA, kept, Shelf.MINE, 301)
    second = await shop.desk.copy(MIA, kept, Shelf.MINE, 302)
    await shop.desk.delete(LEAD, kept)

    assert (first.name, second.name) == ("x" * 40, "x" * 38 + " 2")
    assert (first.maker_id, first.shelf, first.words) == (MIA.user_id, Shelf.MINE, kept.words)
    assert (second.references, second.takes_picture) == ((logo,), True)
    assert await shop.blobs.get(logo.digest) == b"logo"
    for number in range(3, 10):
        await shop.desk.copy(MIA, kept, Shelf.MINE, 300 + number)
    with pytest.raises(PresetRefusedError, match="already"):
        await shop.desk.copy(MIA, kept, Shelf.MINE, 400)


async def test_a_copy_of_a_preset_whose_picture_is_lost_is_refused(shop: Shop) -> None:
    logo = await shop.picture(b"logo")
    kept = await shop.desk.add(MIA, preset(references=(logo,)))
    await shop.blobs.delete(logo.digest)

    with pytest.raises(PresetRefusedError, match=re.escape(PICTURE_LOST)):
        await shop.desk.copy(MIA, kept, Shelf.MINE, 300)


async def test_files_stay_while_any_preset_needs_them_and_go_with_the_last(shop: Shop) -> None:
    logo, palette = await shop.picture(b"logo"), await shop.picture(b"palette")
    kept = await shop.desk.add(MIA, preset(references=(logo, palette)))
    other = await shop.desk.add(BEN, preset(id=102, references=(logo,)))

    await shop.file_holds.forget([logo.digest, palette.digest])
    swept = set(shop.blobs.kept.values())
    changed = await shop.desk.change(MIA, kept, preset(references=(logo,)))
    after_change = set(shop.blobs.kept.values())
    await shop.desk.delete(MIA, changed)
    after_deletion = set(shop.blobs.kept.values())
    await shop.desk.delete(BEN, other)

    assert swept == {b"logo", b"palette"}
    assert after_change == after_deletion == {b"logo"}
    assert shop.blobs.kept == {}


async def test_what_was_deleted_meanwhile_is_not_changed(shop: Shop) -> None:
    kept = await shop.desk.add(MIA, preset())
    await shop.desk.delete(MIA, kept)

    with pytest.raises(PresetRefusedError, match=re.escape(GONE)):
        await shop.desk.change(MIA, kept, preset(name="Other"))


async def test_starters_are_everywhere_never_changed_and_copied_by_anybody(shop: Shop) -> None:
    starter = await shop.desk.find(MIA, "starter:sticker")
    copied = await shop.desk.copy(MIA, starter, Shelf.MINE, 300)

    assert await shop.desk.get(BEN, "sticker") == starter
    assert (copied.ref, copied.words, copied.options) == ("300", starter.words, starter.options)
    assert (copied.starter, copied.about) == ("", "")
    for act in (shop.desk.delete(LEAD, starter), shop.desk.change(LEAD, starter, starter)):
        with pytest.raises(PresetRefusedError, match=re.escape(STARTERS_STAY)):
            await act


async def test_leads_hide_a_starter_from_their_server_and_show_it_again(shop: Shop, books: Books) -> None:
    starter = await shop.desk.find(LEAD, "sticker")
    with pytest.raises(PresetRefusedError, match=re.escape(ONLY_LEADS)):
        await shop.desk.hide(MIA, starter, hidden=True)

    done = [await shop.desk.hide(LEAD, starter, hidden=True) for _ in range(2)]

    assert done == [True, False]
    with pytest.raises(PresetRefusedError, match=re.escape(NOT_THERE)):
        await shop.desk.find(MIA, "sticker")
    with pytest.raises(PresetRefusedError, match=re.escape(GONE)):
        await shop.desk.get(MIA, "sticker")
    assert (await shop.desk.find(LEAD, "sticker")).hidden
    assert [each.starter for each in await shop.desk.hidden_from(LEAD)] == ["sticker"]
    assert await shop.desk.hidden_from(MIA) == []
    assert starter.starter not in {each.starter for each in await shop.desk.shown_to(LEAD)}
    assert not (await shop.desk.find(ELSEWHERE, "sticker")).hidden
    assert await shop.desk.hide(LEAD, starter, hidden=False)
    assert await shop.desk.find(MIA, "sticker") == starter
    told = [(each.action, each.subject, each.before, each.after) for each in await decisions(books)]
    assert told == [
        ("preset unhide", "the starter “Sticker”", "hidden", "shown"),
        ("preset hide", "the starter “Sticker”", "shown", "hidden"),
    ]
