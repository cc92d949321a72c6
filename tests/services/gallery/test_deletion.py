"""Deleting pictures: who may, what is written down, which messages change, and which files go."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest
from typing_extensions import override

from bot.errors import DatabaseError, DecisionRefusedError, NotYoursError, PictureGoneError
from bot.services.gallery import Deleter, Deletions, FileHolds, ResultMessage, Upkeep
from bot.services.ledger import Settlement
from bot.services.requests import StoredImage
from bot.storage.policies import SqliteAudit
from bot.storage.result_messages import SqliteResultMessages
from tests.services.fakes import MIA, NOON, USAGE, House, a_house, a_request
from tests.services.gallery.wall import Wall

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence
    from pathlib import Path

    from bot.services.ledger import Order

OWNER = Deleter(MIA.user_id, MIA.server_id, moderates=False)
STRANGER = Deleter(MIA.user_id + 1, MIA.server_id, moderates=False)
MODERATOR = Deleter(MIA.user_id + 2, MIA.server_id, moderates=True)


class Headroom:
    """A house with a result of three pictures, of which two show the same bytes."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.audit = SqliteAudit(house.database)
        self.file_holds = FileHolds(house.requests, house.blobs)
        self.upkeep = Upkeep(house.requests, SqliteResultMessages(house.database))
        self.deletions = Deletions(house.requests, self.upkeep, self.file_holds, self.audit, house.clock)
        self.wall = Wall()

    async def order(self) -> Order:
        return await self.house.kept("r1")

    async def numbers(self) -> list[int]:
        return [picture.number for picture in (await self.order()).pictures]

    async def delete(self, number: int | None, deleter: Deleter = OWNER) -> bool:
        return await self.deletions.delete(await self.order(), number, deleter, self.wall)

    async def subjects(self) -> list[str]:
        return [entry.decision.subject for entry in await self.audit.entries(MIA.server_id)]


@asynccontextmanager
async def a_room(folder: Path, messages: Sequence[int] = (70,)) -> AsyncGenerator[Headroom]:
    async with a_house(folder, begun=False) as house:
        await house.reserved("r1", a_request(count=3))
        for index, content in ((1, b"the fox"), (2, b"the fox"), (3, b"the hare")):
            await house.ledger.dispatch(f"r1:{index}", NOON)
            image = StoredImage(await house.blobs.put(content), "image/png", 1024, 1024, len(content))
            await house.ledger.settle(f"r1:{index}", Settlement(7_000, USAGE, image, 2.5, "req_1"), NOON)
        await house.requests.delivered("r1", NOON, 5, messages)
        yield Headroom(house)


@pytest.mark.parametrize("deleter", [OWNER, MODERATOR])
async def test_who_asked_and_who_moderates_may(deleter: Deleter, tmp_path: Path) -> None:
    async with a_room(tmp_path) as room:
        assert await room.delete(None, deleter)

        assert await room.numbers() == []


async def test_nobody_else_may(tmp_path: Path) -> None:
    async with a_room(tmp_path) as room:
        with pytest.raises(NotYoursError):
            await room.delete(None, STRANGER)

        assert await room.numbers() == [1, 2, 3]
        assert room.wall.done == []


async def test_all_of_a_result_takes_its_messages_and_files_away(tmp_path: Path) -> None:
    async with a_room(tmp_path, [70, 71]) as room:
        digests = [picture.image.digest for picture in (await room.order()).pictures]

        assert await room.delete(None)

        assert room.wall.done == [(70, None), (71, None)]
        assert [await room.house.blobs.get(digest) for digest in digests] == [None, None, None]


async def test_one_of_a_result_leaves_the_others_and_what_they_share(tmp_path: Path) -> None:
    async with a_room(tmp_path) as room:
        fox, _, hare = [picture.image.digest for picture in (await room.order()).pictures]

        assert await room.delete(1)
        shared = await room.house.blobs.get(fox)
        assert await room.delete(3)

        assert room.wall.done == [(70, [1]), (70, [1, 3])]
        assert shared == await room.house.blobs.get(fox) == b"the fox"
        assert await room.house.blobs.get(hare) is None


async def test_the_last_one_takes_the_message_with_it(tmp_path: Path) -> None:
    async with a_room(tmp_path) as room:
        for number in (1, 2, 3):
            await room.delete(number)

        assert room.wall.done[-1] == (70, None)


async def test_two_of_one_result_at_once_do_not_bring_each_other_back(tmp_path: Path) -> None:
    async with a_room(tmp_path) as room:
        await asyncio.gather(room.delete(1), room.delete(2))

        assert [sorted(gone or ()) for _, gone in room.wall.done] in ([[1], [1, 2]], [[2], [1, 2]])


@pytest.mark.parametrize("number", [None, 1])
async def test_what_is_deleted_already_is_gone(number: int | None, tmp_path: Path) -> None:
    async with a_room(tmp_path) as room:
        await room.delete(None)

        with pytest.raises(PictureGoneError):
            await room.delete(number)


@pytest.mark.parametrize("number", [None, 1])
async def test_a_message_that_stays_is_told_and_the_files_go_all_the_same(number: int | None, tmp_path: Path) -> None:
    async with a_room(tmp_path, [70, 71]) as room:
        room.wall.stuck = {70}

        assert not await room.delete(number)

        assert 1 not in await room.numbers()


@pytest.mark.parametrize("number", [None, 1])
async def test_a_message_that_stayed_is_changed_after_the_next_start(number: int | None, tmp_path: Path) -> None:
    async with a_room(tmp_path, [70, 71]) as room:
        room.wall.stuck = {70}
        await room.delete(number)
        room.wall = Wall()
        await room.upkeep.bring_all_up(room.wall)
        await room.upkeep.bring_all_up(room.wall)

        assert room.wall.done == [(70, None if number is None else [number])]


async def test_a_process_that_dies_has_marked_the_picture_and_the_next_changes_the_messages(
    tmp_path: Path,
) -> None:
    class Dying(Wall):
        @override
        async def remove(self, channel_id: int, message_id: int) -> bool:
            raise SystemExit

    async with a_room(tmp_path) as room:
        room.wall = Dying()
        with pytest.raises(SystemExit):
            await room.delete(None)
        room.wall = Wall()
        await room.upkeep.bring_all_up(room.wall)

        assert await room.numbers() == []
        assert room.wall.done == [(70, None)]


async def test_a_file_that_a_request_holds_goes_once_it_is_let_go(tmp_path: Path) -> None:
    async with a_room(tmp_path) as room:
        hare = (await room.order()).pictures[2].image.digest
        held = await room.file_holds.hold(hare)
        await room.delete(3)
        meanwhile = await room.house.blobs.get(hare)
        await room.file_holds.let_go([hare])

        assert held == meanwhile == b"the hare"
        assert await room.house.blobs.get(hare) is None


async def test_a_private_result_has_no_message_that_could_be_changed(tmp_path: Path) -> None:
    async with a_room(tmp_path, ()) as room:
        assert not await room.delete(None)


async def test_what_is_deleted_of_others_is_in_the_audit_and_ones_own_is_not(tmp_path: Path) -> None:
    async with a_room(tmp_path) as room:
        await room.delete(1, OWNER)
        await room.delete(2, MODERATOR)

        assert await room.subjects() == [f"#2 of <@{MIA.user_id}>"]


async def test_what_cannot_be_written_down_is_not_deleted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(*_: object) -> None:
        raise OSError("no room")

    async with a_room(tmp_path) as room:
        monkeypatch.setattr(room.audit, "record", fail)
        with pytest.raises(OSError, match="no room"):
            await room.delete(None, MODERATOR)

        assert await room.numbers() == [1, 2, 3]
        assert room.wall.done == []


PROBLEMS = [
    (
        DatabaseError("locked", "Another program keeps my books locked"),
        (
            "Another program keeps my books locked, so I deleted nothing: all is there as before. "
            "Try again in a few minutes; if it stays so, tell whoever runs me."
        ),
    ),
    (
        DatabaseError("malformed", "My books are damaged", is_damage=True),
        (
            "My books are damaged, so I deleted nothing: all is there as before. "
            "Please tell whoever runs me: it does not pass by itself."
        ),
    ),
]


@pytest.mark.parametrize("number", [None, 1])
@pytest.mark.parametrize(("problem", "sentence"), PROBLEMS)
async def test_what_cannot_be_written_is_not_deleted_and_the_cure_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int | None, problem: DatabaseError, sentence: str
) -> None:
    async with a_room(tmp_path) as room:

        async def fail(*_: object) -> Sequence[str]:
            raise problem

        monkeypatch.setattr(room.house.requests, "delete_pictures", fail)
        monkeypatch.setattr(room.house.requests, "delete_picture", fail)

        with pytest.raises(DecisionRefusedError) as refused:
            await room.delete(number)

        assert refused.value.sentence == sentence
        assert await room.numbers() == [1, 2, 3]
        assert room.wall.done == []


async def test_what_is_deleted_is_said_to_be_although_its_messages_cannot_be_looked_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with a_room(tmp_path) as room:

        async def fail(*_: object) -> Sequence[ResultMessage]:
            raise PROBLEMS[0][0]

        monkeypatch.setattr(SqliteResultMessages, "outdated", fail)

        assert not await room.delete(None)

        assert await room.numbers() == []
