"""Publishing private pictures and taking them back: whose decision it is, what is kept, what a restart goes on with."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bot.errors import DecisionRefusedError, NotPermittedError, NotYoursError, PictureGoneError, UserFacingError
from bot.services.gallery import Poster, Publication, Publications, Upkeep
from bot.services.ledger import Destination, Settlement
from bot.services.policy import Lead, Requester
from bot.services.requests import StoredImage
from bot.storage.policies import SqliteAudit
from bot.storage.publications import SqlitePublications
from bot.storage.showings import SqliteShowings
from tests.services.fakes import MIA, NOON, USAGE, House, a_house, a_request
from tests.services.gallery.wall import Wall

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence
    from pathlib import Path

    from bot.services.ledger import Order

PRIVATE = Destination(7, "", NOON + 900, None, private=True)
HERE = replace(MIA, channel_id=5)
BEN = replace(MIA, user_id=MIA.user_id + 1, channel_id=5)


class Pillar(Poster):
    """Fulfils `Poster`: remembers what was posted, and does as it is told.

    Attributes:
        posted: the numbers of the pictures of each message, and whether it was looked for before.
        refusal: raised instead.
    """

    def __init__(self) -> None:
        self.posted: list[tuple[list[int], bool]] = []
        self.refusal: Exception | None = None

    async def post(self, order: Order, publication: Publication, *, again: bool) -> int:
        assert publication.owner.channel_id == 5
        await asyncio.sleep(0)  # another press may try to come between
        if self.refusal is not None:
            raise self.refusal
        self.posted.append(([each.number for each in order.pictures if each.number in publication.numbers], again))
        return 100 + len(self.posted)


class Square:
    """A house with a private result of three pictures, and one that was made for everybody."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.pillar = Pillar()
        self.wall = Wall()
        self.gone_back_at: int | None = None
        self.publications = Publications(
            house.requests,
            SqlitePublications(house.database),
            Upkeep(house.requests, SqliteShowings(house.database)),
            house.policies,
            self._gone_back,
            house.clock,
        )

    async def _gone_back(self) -> int | None:
        return self.gone_back_at

    async def publish(self, *numbers: int, owner: Requester = HERE, press: str = "900", of: str = "10") -> list[int]:
        order = await self.house.kept(of)
        made = await self.publications.publish(order, numbers, owner, press, self.pillar)
        return [picture.number for picture in made]

    async def take_back(self, *numbers: int, user_id: int = MIA.user_id, of: str = "10") -> Sequence[int]:
        order = await self.house.kept(of)
        left = await self.publications.take_back(order, numbers, user_id, self.pillar, self.wall)
        return [showing.message_id for showing in left]

    async def public(self) -> list[int]:
        return [picture.number for picture in (await self.house.kept("10")).pictures if picture.published]

    async def audit(self) -> list[str]:
        entries = await SqliteAudit(self.house.database).entries(MIA.server_id)
        return [f"{each.decision.action} {each.decision.subject}" for each in entries][::-1]


@asynccontextmanager
async def a_square(folder: Path) -> AsyncGenerator[Square]:
    async with a_house(folder, begun=False) as house:
        for request_id, count, destination in (("10", 3, PRIVATE), ("20", 1, replace(PRIVATE, private=False))):
            await house.reserved(request_id, a_request(count=count))
            await house.requests.acknowledged(request_id, destination)
            for index in range(1, count + 1):
                await house.ledger.dispatch(f"{request_id}:{index}", NOON)
                image = StoredImage(await house.blobs.put(b"a fox"), "image/png", 1024, 1024, 5)
                await house.ledger.settle(f"{request_id}:{index}", Settlement(7_000, USAGE, image, 2.5, "req"), NOON)
            await house.requests.delivered(request_id, NOON, 5, [int(request_id)])
        yield Square(house)


async def test_one_and_then_all_are_published_each_once_and_written_down(tmp_path: Path) -> None:
    async with a_square(tmp_path) as square:
        first = await square.publish(2)
        again = await square.publish(2, press="901")
        rest = await square.publish(1, 2, 3, press="902")

        assert (first, again, rest) == ([2], [], [1, 3])
        assert square.pillar.posted == [([2], False), ([1, 3], False)]
        assert await square.public() == [1, 2, 3]
        mia = f"<@{MIA.user_id}>"
        assert await square.audit() == [f"picture publish #2 of {mia}", f"picture publish #1 and #3 of {mia}"]


async def test_two_presses_at_once_post_one_message(tmp_path: Path) -> None:
    async with a_square(tmp_path) as square:
        made = await asyncio.gather(square.publish(1, 2), square.publish(1, 2, press="901"))

        assert sorted(made) == [[], [1, 2]]
        assert len(square.pillar.posted) == 1


async def test_nobody_but_the_owner_decides(tmp_path: Path) -> None:
    async with a_square(tmp_path) as square:
        with pytest.raises(NotYoursError):
            await square.publish(1, owner=BEN)
        await square.publish(1)
        with pytest.raises(NotYoursError):
            await square.take_back(1, user_id=BEN.user_id)

        assert await square.public() == [1]


async def test_the_leads_rules_are_asked(tmp_path: Path) -> None:
    async with a_square(tmp_path) as square:
        await square.house.pausing.pause(Lead(MIA.server_id, 1), "")

        with pytest.raises(NotPermittedError, match="has paused me"):
            await square.publish(1)
        assert square.pillar.posted == []


async def test_what_is_refused_changes_nothing(tmp_path: Path) -> None:
    async with a_square(tmp_path) as square:
        square.pillar.refusal = DecisionRefusedError("I may not post it.")
        with pytest.raises(DecisionRefusedError):
            await square.publish(1)
        square.pillar.refusal = None

        assert await square.public() == []
        assert await square.publish(1) == [1]


@pytest.mark.parametrize("how", ["press", "restart", "take back"])
async def test_what_was_begun_is_finished_by_the_next_press_or_start_and_not_posted_twice(
    tmp_path: Path, how: str
) -> None:
    async with a_square(tmp_path) as square:
        square.pillar.refusal = OSError("the connection broke")
        with pytest.raises(OSError, match="broke"):
            await square.publish(1)
        square.pillar.refusal = None

        if how == "press":
            assert await square.publish(1, press="901") == []
        elif how == "restart":
            await square.publications.go_on(square.pillar)
        else:
            await square.take_back(1)

        assert square.pillar.posted == [([1], True)]
        assert await square.public() == ([] if how == "take back" else [1])


async def test_what_is_refused_after_a_restart_is_given_up(tmp_path: Path) -> None:
    async with a_square(tmp_path) as square:
        square.pillar.refusal = OSError("the connection broke")
        with pytest.raises(OSError, match="broke"):
            await square.publish(1)
        square.pillar.refusal = UserFacingError("I may not post it.")

        await square.publications.go_on(square.pillar)
        square.pillar.refusal = None
        await square.publications.go_on(square.pillar)

        assert square.pillar.posted == []
        assert await square.public() == []


async def test_what_is_taken_back_before_its_turn_comes_after_a_restart_is_not_posted_again(tmp_path: Path) -> None:
    async with a_square(tmp_path) as square:
        square.pillar.refusal = OSError("the connection broke")
        with pytest.raises(OSError, match="broke"):
            await square.publish(1)
        square.pillar.refusal = None

        async with square.publications.upkeep.turn("10"):
            taking_back = asyncio.create_task(square.take_back(1))
            await asyncio.sleep(0.05)
            going_on = asyncio.create_task(square.publications.go_on(square.pillar))
            await asyncio.sleep(0.05)
        await asyncio.gather(taking_back, going_on)

        assert square.pillar.posted == [([1], True)]
        mia = f"<@{MIA.user_id}>"
        assert await square.audit() == [f"picture publish #1 of {mia}", f"picture unpublish #1 of {mia}"]


async def test_what_cannot_be_posted_yet_after_a_restart_keeps_nothing_else_back(tmp_path: Path) -> None:
    async with a_square(tmp_path) as square:
        square.pillar.refusal = OSError("the connection broke")
        with pytest.raises(OSError, match="broke"):
            await square.publish(1)

        await square.publications.go_on(square.pillar)
        assert await square.public() == []

        square.pillar.refusal = None
        await square.publications.go_on(square.pillar)
        assert await square.public() == [1]


async def test_what_a_restored_database_had_begun_is_not_posted(tmp_path: Path) -> None:
    async with a_square(tmp_path) as square:
        square.pillar.refusal = OSError("the connection broke")
        with pytest.raises(OSError, match="broke"):
            await square.publish(1)
        square.pillar.refusal, square.gone_back_at = None, int(square.house.clock())

        await square.publications.go_on(square.pillar)

        assert square.pillar.posted == []
        assert await square.publications.records.pending() == []


@pytest.mark.parametrize("left", [[], [2]])
async def test_of_what_was_begun_only_what_is_not_deleted_since_is_posted(tmp_path: Path, left: list[int]) -> None:
    async with a_square(tmp_path) as square:
        square.pillar.refusal = OSError("the connection broke")
        with pytest.raises(OSError, match="broke"):
            await square.publish(1, 2)
        square.pillar.refusal = None
        for number in {1, 2} - set(left):
            await square.house.requests.delete_picture(number, NOON)

        await square.publications.go_on(square.pillar)

        assert square.pillar.posted == [(left, True)] * bool(left)
        assert await square.public() == left
        assert await square.publications.records.pending() == []


async def test_what_is_deleted_is_neither_published_nor_taken_back(tmp_path: Path) -> None:
    async with a_square(tmp_path) as square:
        await square.publish(1)
        await square.house.requests.delete_picture(1, NOON)

        with pytest.raises(PictureGoneError):
            await square.publish(1, press="901")
        with pytest.raises(PictureGoneError):
            await square.take_back(1)


async def test_messages_go_with_what_is_taken_back_and_private_ones_stay(tmp_path: Path) -> None:
    async with a_square(tmp_path) as square:
        await square.publish(1, 2)
        await square.publish(3, press="901")

        one = await square.take_back(2)
        done = list(square.wall.done)
        rest = await square.take_back(1, 2, 3)
        nothing = await square.take_back(1, 2, 3)

        assert (one, rest, nothing) == ([], [], [])
        assert done == [(101, [2]), (102, [2])]
        assert square.wall.done[2:] == [(101, None), (102, None)]
        assert await square.public() == []
        assert (await square.audit())[2:] == [
            f"picture unpublish #2 of <@{MIA.user_id}>",
            f"picture unpublish #1 and #3 of <@{MIA.user_id}>",
        ]


async def test_a_message_that_cannot_be_changed_is_told_and_tried_after_the_next_start(tmp_path: Path) -> None:
    async with a_square(tmp_path) as square:
        await square.publish(1)
        square.wall.stuck = {101}
        left = await square.take_back(1)
        square.wall = Wall()
        await square.publications.upkeep.bring_all_up(square.wall)

        assert left == [101]
        assert square.wall.done == [(101, None)]


@pytest.mark.parametrize("of", ["20"])
async def test_what_was_made_for_everybody_stays_so(tmp_path: Path, of: str) -> None:
    async with a_square(tmp_path) as square:
        published = await square.publish(4, of=of)
        with pytest.raises(DecisionRefusedError, match="#4 was made for everybody"):
            await square.take_back(4, of=of)

        assert published == []
        assert square.pillar.posted == []
