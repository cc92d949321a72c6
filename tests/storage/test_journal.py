from __future__ import annotations

from typing import TYPE_CHECKING

from bot.storage.journal import KEPT, SIZE, FileJournal

if TYPE_CHECKING:
    from pathlib import Path


async def test_lines_outlast_the_process_in_their_order_until_they_are_cleared(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    for line in ("one", "zwei: ä", "three"):
        await FileJournal(path).add(line)

    kept = list(await FileJournal(path).entries())
    await FileJournal(path).clear()

    assert kept == ["one", "zwei: ä", "three"]
    assert list(await FileJournal(path).entries()) == []
    assert path.stat().st_mode & 0o777 == 0o600


async def test_its_size_is_taken_at_the_start_and_never_changes(tmp_path: Path) -> None:
    journal = FileJournal(tmp_path / "journal")
    await journal.entries()
    sizes = {(tmp_path / "journal").stat().st_size}

    lines = [f"{number} {'x' * 500}" for number in range(300)]
    for line in lines:
        await journal.add(line)
        sizes.add((tmp_path / "journal").stat().st_size)

    assert sizes == {SIZE}
    kept = list(await journal.entries())
    assert kept == lines[-len(kept) :]
    assert len(kept) > KEPT


async def test_where_the_latest_lines_have_no_room_all_that_are_kept_are_whole(tmp_path: Path) -> None:
    journal = FileJournal(tmp_path / "journal")

    lines = [f"{number:02} {'x' * 5000}" for number in range(20)]
    for line in lines:
        await journal.add(line)

    kept = list(await journal.entries())
    assert kept == lines[-len(kept) :]
    assert len(kept) >= SIZE // 5100 - 1


async def test_what_a_crash_left_behind_the_lines_is_no_part_of_the_next(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    journal = FileJournal(path)
    await journal.entries()
    await journal.add("whole")
    with path.open("r+b") as file:  # the later block of a line reached the disk, the earlier did not
        file.seek(8)
        file.write(b"the rest of a line\n")

    await journal.add("next")

    assert list(await journal.entries()) == ["whole", "next"]


async def test_a_line_that_a_crash_cut_off_counts_for_nothing_and_is_written_over(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    journal = FileJournal(path)
    await journal.entries()
    await journal.add("whole")
    with path.open("r+b") as file:
        file.seek(6)
        file.write(b"cut of")

    assert list(await journal.entries()) == ["whole"]
    await journal.add("next")
    assert list(await journal.entries()) == ["whole", "next"]


async def test_where_no_file_can_be_made_there_is_nothing(tmp_path: Path) -> None:
    (tmp_path / "journal").mkdir()

    assert list(await FileJournal(tmp_path / "journal").entries()) == []
