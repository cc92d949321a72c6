"""A bill that is kept in a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aiohttp
import pytest

from bot.errors import OperatorError
from bot.sandbox.images import Bill, ImageOptions, SandboxImages
from bot.sandbox.images.bill import BillLine
from bot.sandbox.images.tokens import AuthorUsage, Usage

if TYPE_CHECKING:
    from pathlib import Path

DRAWN = Usage(10, 20, 400, AuthorUsage("gpt-6-luna", 5, 300, 100))


def line(number: int, usage: Usage | None = DRAWN) -> BillLine:
    cost = 0 if usage is None else 12_345
    return BillLine(
        f"req_{number:032x}", "generations", "completed", None, "gpt-image-2.5-flare", "1024x1024", "low", "a fox",
        1, 2, 0, usage, cost,
    )  # fmt: skip


def test_a_bill_goes_on_where_it_ended(tmp_path: Path) -> None:
    path = tmp_path / "bill.jsonl"
    Bill(path).book(line(7))
    Bill(path).book(line(9, usage=None))

    assert Bill(path).lines == (line(7), line(9, usage=None))


def test_a_line_that_was_being_written_at_the_end_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "bill.jsonl"
    Bill(path).book(line(1))
    with path.open("ab") as file:
        file.write(b'{"call_id": "req_')

    Bill(path).book(line(2))

    assert Bill(path).lines == (line(1), line(2))


def test_a_damaged_bill_is_said_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "bill.jsonl"
    path.write_bytes(b'{"call_id": 1}\nunfinished')

    with pytest.raises(OperatorError, match="damaged"):
        Bill(path)

    assert path.read_bytes() == b'{"call_id": 1}\nunfinished'


async def test_only_the_latest_calls_are_remembered() -> None:
    async with SandboxImages(ImageOptions(remembered_bytes=5000)) as images, aiohttp.ClientSession() as session:
        for number in range(9):
            await session.post(
                f"{images.base_url}/images/generations",
                json={"model": "none", "prompt": f"{number}"},
                headers={"Authorization": f"Bearer {images.api_key}"},
            )

    assert [call.prompt for call in images.calls] == ["5", "6", "7", "8"]


async def test_no_request_is_numbered_twice(tmp_path: Path) -> None:
    path = tmp_path / "bill.jsonl"
    Bill(path).book(line(40))

    async with SandboxImages(ImageOptions(bill=path)) as images, aiohttp.ClientSession() as session:
        answer = await session.get(f"{images.base_url}/models")

    assert answer.headers["x-request-id"] == f"req_{41:032x}"
