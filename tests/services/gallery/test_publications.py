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
from bot.storage.result_messages import SqliteResultMessages
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
        posted: the numbers of the pictures of each message.
        refusal: raised instead of posting, or behind it.
        arrives: whether a message stands in spite of the refusal.
        blind: raised by whoever looks.
        against: raised by whoever asks whether it may be posted.
    """

    def __init__(self) -> None:
        self.posted: list[list[int]] = []
        self.refusal: Exception | None = None
        self.arrives = False
        self.blind: Exception | None = None
        self.against: Exception | None = None
        self._standing: dict[str, int] = {}

    async def find(self, publication: Publication) -> int | None:
        await asyncio.sleep(0)
        if self.blind is not None:
            raise self.blind
        return self._standing.get(publication.id)

    async def check(self, order: Order, publication: Publication) -> None:
        assert order.requester.user_id == publication.owner.user_id
        if self.against is not None:
            raise self.against

    async def post(self, order: Order, publication: Publication) -> int:
        assert publication.owner.channel_id == 5
        await asyncio.sleep(0)  # another press may try to come between
        if self.refusal is None or self.arrives:
            self.posted.append([each.number for each in order.pictures if each.number in publication.numbers])
            self._standing[publication.id] = 100 + len(self.posted)
        if self.refusal is not None:
            raise self.refusal
        return self._standing[publication.id]


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
            Upkeep(house.requests, SqliteResultMessages(house.database)),
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
        return [message.message_id for message in left]

    async def begun(self, *numbers: int, stands: bool = False) -> None:
        """A press of which it is not known what came of it."""
        self.pillar.refusal, self.pillar.arrives = OSError("the connection broke"), stands
        with pytest.raises(OSError, match="broke"):
            await self.publish(*numbers)
        self.pillar.refusal = None

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
        assert square.pillar.posted == [[2], [1, 3]]
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


async def test_what_stands_already_is_found_by_the_next_press_or_start_and_not_posted_twice(tmp_path: Path) -> None:
    for how in ("press", "restart"):
        async with a_square(tmp_path / how) as square:
            await square.begun(1, stands=True)
            if how == "press":
                assert await square.publish(1, press="901") == []
            else:
                await square.publications.go_on(square.pillar)

            assert square.pillar.posted == [[1]]
            assert await square.public() == [1]
            assert await square.audit() == [f"picture publish #1 of <@{MIA.user_id}>"]


async def test_what_stands_already_is_found_and_taken_back(tmp_path: Path) -> None:
    async with a_square(tmp_path) as square:
        await square.begun(1, stands=True)

        assert await square.take_back(1) == []
        assert square.wall.done == [(101, None)]
        assert await square.public() == []
        mia = f"<@{MIA.user_id}>"
        assert await square.audit() == [f"picture publish #1 of {mia}", f"picture unpublish #1 of {mia}"]


async def test_what_does_not_stand_is_taken_back_without_being_seen_for_a_moment(tmp_path: Path) -> None:
    async with a_square(tmp_path) as square:
        await square.begun(1)

        assert await square.take_back(1) == []
        await square.publications.go_on(square.pillar)

        assert square.pillar.posted == []
        assert square.wall.done == []
        assert await square.audit() == []


async def test_what_does_not_stand_is_published_elsewhere_by_another_press(tmp_path: Path) -> None:
    async with a_square(tmp_path) as square:
        await square.begun(1, 2)

        assert await square.publish(2, press="901") == [2]
        await square.publications.go_on(square.pillar)

        assert square.pillar.posted == [[2]]
        assert await square.public() == [2]


async def test_what_does_not_stand_is_posted_after_a_restart(tmp_path: Path) -> None:
    async with a_square(tmp_path) as square:
        await square.begun(1)

        await square.publications.go_on(square.pillar)

        assert square.pillar.posted == [[1]]
        assert await square.public() == [1]


@pytest.mark.parametrize("why", ["the leads' rules", "the place", "the post"])
async def test_what_a_press_would_be_refused_now_is_given_up_after_a_restart(tmp_path: Path, why: str) -> None:
    async with a_square(tmp_path) as square:
        await square.begun(1)
        lead = Lead(MIA.server_id, 1)
        if why == "the leads' rules":
            await square.house.pausing.pause(lead, "")
        elif why == "the place":
            square.pillar.against = NotPermittedError("You may not write there.")
        else:
            square.pillar.refusal, square.pillar.arrives = UserFacingError("I may not post it."), False

        await square.publications.go_on(square.pillar)
        square.pillar.against = square.pillar.refusal = None
        await square.house.pausing.resume(lead)
        await square.publications.go_on(square.pillar)

        assert square.pillar.posted == []
        assert await square.public() == []


async def test_where_it_cannot_be_seen_what_stands_nothing_is_said_or_posted(tmp_path: Path) -> None:
    async with a_square(tmp_path) as square:
        await square.begun(1, stands=True)
        square.pillar.blind = DecisionRefusedError("I may not read there.")

        with pytest.raises(DecisionRefusedError, match="may not read"):
            await square.take_back(1)
        with pytest.raises(DecisionRefusedError, match="may not read"):
            await square.publish(1, press="901")
        await square.publications.go_on(square.pillar)
        await square.publications.clear_up(await square.house.kept("10"), square.pillar)
        assert len(await square.publications.records.pending()) == 1

        square.pillar.blind = None
        assert await square.take_back(1) == []
        assert square.wall.done == [(101, None)]
        assert square.pillar.posted == [[1]]


async def test_what_is_taken_back_before_its_turn_comes_after_a_restart_is_not_posted_again(tmp_path: Path) -> None:
    async with a_square(tmp_path) as square:
        await square.begun(1)

        async with square.publications.upkeep.turn("10"):
            taking_back = asyncio.create_task(square.take_back(1))
            await asyncio.sleep(0.05)
            going_on = asyncio.create_task(square.publications.go_on(square.pillar))
            await asyncio.sleep(0.05)
        await asyncio.gather(taking_back, going_on)

        assert square.pillar.posted == []
        assert await square.audit() == []


async def test_what_cannot_be_posted_yet_after_a_restart_keeps_nothing_else_back(tmp_path: Path) -> None:
    async with a_square(tmp_path) as square:
        await square.begun(1)
        square.pillar.refusal = OSError("the connection broke")

        await square.publications.go_on(square.pillar)
        assert await square.public() == []

        square.pillar.refusal = None
        await square.publications.go_on(square.pillar)
        assert await square.public() == [1]


@pytest.mark.parametrize("stands", [False, True])
async def test_what_a_restored_database_had_begun_is_not_posted(tmp_path: Path, *, stands: bool) -> None:
    async with a_square(tmp_path) as square:
        await square.begun(1, stands=stands)
        square.gone_back_at = int(square.house.clock())

        await square.publications.go_on(square.pillar)

        assert square.pillar.posted == [[1]] * stands
        assert await square.public() == [1] * stands
        assert await square.publications.records.pending() == []


@pytest.mark.parametrize("left", [[], [2]])
async def test_of_what_was_begun_only_what_is_not_deleted_since_is_posted(tmp_path: Path, left: list[int]) -> None:
    async with a_square(tmp_path) as square:
        await square.begun(1, 2)
        for number in {1, 2} - set(left):
            await square.house.requests.delete_picture(number, NOON)

        await square.publications.go_on(square.pillar)

        assert square.pillar.posted == [left] * bool(left)
        assert await square.public() == left
        assert await square.publications.records.pending() == []


@pytest.mark.parametrize(("left", "gone"), [([], None), ([2], [1, 3])])
async def test_what_stands_and_is_deleted_before_that_is_known_goes(
    tmp_path: Path, left: list[int], gone: list[int] | None
) -> None:
    async with a_square(tmp_path) as square:
        await square.begun(1, 2, stands=True)
        for number in {1, 2} - set(left):
            await square.house.requests.delete_picture(number, NOON)

        await square.publications.go_on(square.pillar)
        await square.publications.upkeep.bring_all_up(square.wall)

        assert square.wall.done[-1] == (101, gone)
        assert await square.public() == left
        assert len(await square.audit()) == len(left)


async def test_a_deleted_picture_whose_message_stands_is_taken_out_by_who_takes_it_back(tmp_path: Path) -> None:
    async with a_square(tmp_path) as square:
        await square.begun(1, stands=True)
        await square.house.requests.delete_picture(1, NOON)

        with pytest.raises(PictureGoneError):
            await square.take_back(1)
        assert square.wall.done[-1] == (101, None)


@pytest.mark.parametrize("stands", [False, True])
async def test_before_a_deletion_it_is_found_out_what_stands(tmp_path: Path, *, stands: bool) -> None:
    async with a_square(tmp_path) as square:
        await square.begun(1, stands=stands)

        await square.publications.clear_up(await square.house.kept("10"), square.pillar)

        assert await square.public() == [1] * stands
        assert square.pillar.posted == [[1]] * stands
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
