"""Pictures made with a mask: what is sent, what is composed, and what is kept."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bot.services.ledger import ChargeState
from bot.services.requests import StoredImage, pricing
from tests.services.fakes import USAGE, a_house, a_request, finished, recall, until
from tests.services.jobs.bench import Bench

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from pathlib import Path

    from tests.services.fakes import Act

pytestmark = pytest.mark.usefixtures("without_waiting")


EDITED = replace(USAGE, image_input=2000)


@asynccontextmanager
async def a_masked_bench(folder: Path, *acts: Act, exact: bool = True) -> AsyncGenerator[Bench]:
    """A bench for a request that changes a part of a picture and has another for reference."""
    async with a_house(folder, *acts, begun=False) as house:
        sent = [b"original", b"another", b"mask"]
        first, second, mask = [
            StoredImage(await house.blobs.put(one), "image/png", 1024, 1024, len(one)) for one in sent
        ]
        request = a_request(references=(first, second), mask=mask, exact=exact)
        yield Bench(house, await house.reserved("r1", request))


async def test_a_mask_is_sent_after_the_pictures_and_a_drawing_too(tmp_path: Path) -> None:
    async with a_masked_bench(tmp_path) as bench:
        await bench.make()
        request = bench.order.request
        drawn = await bench.house.reserved("r2", replace(request, mask=None, markup=request.mask))
        await bench.house.generation.make(drawn, drawn.jobs[0], lambda _: None, recall())

        sent = [[(file.name, file.role, file.content) for file in each.inputs] for each in bench.house.provider.asked]
        pictures = [("image-1.png", "image", b"original"), ("image-2.png", "image", b"another")]
        assert sent == [
            [*pictures, ("mask.png", "mask", b"mask")],
            [*pictures, ("markup.png", "markup", b"mask")],
        ]
        assert len(bench.house.brush.touched) == 1


async def test_what_is_kept_is_the_composed_picture_and_it_is_known_as_such(tmp_path: Path) -> None:
    async with a_masked_bench(tmp_path, (finished(b"the fox", EDITED),)) as bench:
        made = await bench.make()
        job = await bench.job()

        composed = b"original|mask|the fox"
        assert made.outcome == "settled"
        assert job.picture is not None
        assert job.picture.composed
        assert bench.house.blobs.kept[job.picture.image.digest] == composed
        assert job.picture.image.byte_size == len(composed)
        assert b"the fox" not in bench.house.blobs.kept.values()
        assert job.actual_nano == pricing.cost(job.prices, EDITED)


async def test_who_does_not_want_it_gets_the_providers_own_file(tmp_path: Path) -> None:
    async with a_masked_bench(tmp_path, (finished(b"the fox"),), exact=False) as bench:
        await bench.make()
        job = await bench.job()

        assert job.picture is not None
        assert not job.picture.composed
        assert bench.house.blobs.kept[job.picture.image.digest] == b"the fox"


async def test_a_picture_that_cannot_be_composed_is_paid_for_and_kept_as_it_came(tmp_path: Path) -> None:
    async with a_masked_bench(tmp_path, (finished(b"the fox"),)) as bench:
        bench.house.brush.problem = RuntimeError("a bug")

        made = await bench.make()
        job = await bench.job()

        assert (made.outcome, job.state) == ("settled", ChargeState.SETTLED)
        assert job.picture is not None
        assert not job.picture.composed
        assert bench.house.blobs.kept[job.picture.image.digest] == b"the fox"


async def test_a_shutdown_waits_for_a_picture_that_came_to_be_composed_and_booked(tmp_path: Path) -> None:
    """I19."""
    async with a_masked_bench(tmp_path, (finished(b"the fox", EDITED),)) as bench:
        brush = bench.house.brush
        brush.held = asyncio.Event()
        making = asyncio.create_task(bench.make())
        await until(lambda: len(brush.touched) == 1)

        making.cancel()
        await asyncio.sleep(0)
        brush.held.set()
        with pytest.raises(asyncio.CancelledError):
            await making

        job = await bench.job()
        assert (job.state, job.actual_nano) == (ChargeState.SETTLED, pricing.cost(job.prices, EDITED))
        assert job.picture is not None
        assert job.picture.composed
        assert await bench.held() == job.actual_nano
