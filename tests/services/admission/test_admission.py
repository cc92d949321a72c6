"""The door of the studio: the leads' rules and the catalog of today, for new requests and old ones."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest

from bot.errors import NotPermittedError, RequestRefused, UnknownModelError, UnsupportedOptionError
from bot.services.policy import Requester
from bot.services.requests import check_request
from tests.examples import CATALOG, NOW, REQUEST
from tests.services.council import LEA, SERVER, a_council

if TYPE_CHECKING:
    from pathlib import Path

    from bot.services.requests import ImageRequest
    from tests.services.council import Council

MIA = Requester(SERVER, 22, SERVER + 6)
RETIRED = replace(REQUEST, model="gpt-image-1")


async def check(council: Council, request: ImageRequest = REQUEST, references: int = 0) -> None:
    await council.admission.check(request, MIA, references=references, joined_at=NOW - 86_400)


async def test_what_leads_decide_counts_at_the_next_request(tmp_path: Path) -> None:
    async with a_council(tmp_path) as council:
        await check(council)
        await council.settings.block(LEA, MIA.user_id, 7, "spam")

        with pytest.raises(NotPermittedError, match="blocked"):
            await check(council)
        await council.settings.unblock(LEA, MIA.user_id)
        await check(council)


async def test_a_server_is_screened_as_its_leads_have_decided(tmp_path: Path) -> None:
    async with a_council(tmp_path) as council:
        usual = await council.admission.moderation(MIA)
        await council.settings.set_moderation(LEA, "low")

        assert (usual, await council.admission.moderation(MIA)) == ("auto", "low")
        assert await council.admission.moderation(replace(MIA, server_id=SERVER + 1)) == "auto"


async def test_after_the_first_look_no_database_is_asked(tmp_path: Path) -> None:
    async with a_council(tmp_path) as council:
        await council.rules.allow_model(LEA, REQUEST.model)

    await check(council)  # the database is closed
    assert (await council.admission.permit(MIA)).served == (REQUEST.model,)


async def test_an_old_request_for_a_model_that_was_shut_down_is_refused_unless_it_may_be_served(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    async with a_council(tmp_path) as council, a_council(tmp_path / "other", allow_retired=True) as elsewhere:
        with pytest.raises(RequestRefused, match="was shut down on 2026-10-23"):
            await check(council, RETIRED)
        await check(elsewhere, RETIRED)


@pytest.mark.parametrize(
    ("request_", "error", "sentence"),
    [
        (replace(REQUEST, model="gone"), UnknownModelError, "is not a model that I know"),
        (replace(REQUEST, size="17x17"), UnsupportedOptionError, "does not make 17x17"),
        (replace(REQUEST, quality="splendid"), UnsupportedOptionError, "is not a quality"),
        (replace(REQUEST, output_format="tiff"), UnsupportedOptionError, "is not a format"),
        (replace(REQUEST, background="golden"), UnsupportedOptionError, "is not a background"),
        (
            replace(REQUEST, background="transparent", output_format="jpeg"),
            UnsupportedOptionError,
            "cannot be transparent",
        ),
    ],
)
def test_an_old_request_that_the_catalog_allows_no_more_is_refused(
    request_: ImageRequest, error: type[RequestRefused], sentence: str
) -> None:
    with pytest.raises(error, match=sentence):
        check_request(CATALOG, request_, date(2026, 11, 20))
