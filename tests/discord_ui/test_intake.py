"""From an interaction to the studio: in time, in private where that is possible, and leaving nothing behind."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING

import aiohttp
import discord
import pytest
from typing_extensions import override

from bot.delivery.posted_results import ShownResults
from bot.discord_ui import intake as room
from bot.discord_ui.request_context import Acknowledgement, AnsweredBeforeError, Asker, RequestContext
from bot.errors import RequestRefused
from bot.inputs import Sources, sources
from bot.services.admission import Admission, Start
from bot.services.gallery import Deleter
from bot.services.policy import Requester
from bot.services.requests import Change, Wishes, validation
from bot.services.requests.pricing import estimate
from tests.cogs.house import DEFERRED, SAID
from tests.delivery.errors import refused
from tests.examples import DESTINATION, REQUEST, png
from tests.inputs.doubles import Attached

if TYPE_CHECKING:
    from pathlib import Path

    from bot.services.ledger import Order
    from bot.services.requests import ImageRequest
    from tests.cogs.house import House
    from tests.conftest import OpenHouse

FOX = ("fox.png", png(64, 64))


def kept_files(house: House) -> list[Path]:
    return [path for path in (house.directory / "images").rglob("*") if path.is_file()]


async def only_request(house: House) -> Order:
    """The request behind picture 1."""
    found = await house.services.requests.of_picture(1, house.server.id)
    assert found is not None
    return found


# --- attachments


async def test_a_file_that_is_declared_too_large_is_not_downloaded(
    opened: OpenHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "LARGEST_INPUT", 100)
    async with opened() as house:
        answer = await house.imagine(image1=FOX)

        assert answer.response is not None
        assert answer.response.content.startswith("❌ “fox.png” is too large: ")
        assert kept_files(house) == []


async def test_who_was_about_to_fetch_files_when_the_bot_stops_is_told(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.bot.intake.close()

        answer = await house.imagine(image1=FOX)

        assert answer.response is not None
        assert answer.response.content.startswith(
            "❌ I am about to restart, so this was not begun. Nothing was charged."
        )
        assert kept_files(house) == []


@pytest.mark.parametrize("problem", [aiohttp.ServerDisconnectedError(), TimeoutError()], ids=repr)
async def test_a_file_that_cannot_be_downloaded_is_to_be_attached_again(
    problem: Exception, opened: OpenHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def drop(*_: object, **__: object) -> bytes:
        raise problem

    async with opened() as house:
        monkeypatch.setattr(discord.Attachment, "read", drop)

        answer = await house.imagine(image1=FOX)

        assert answer.response is not None
        assert answer.response.content == "❌ I could not download “fox.png”. Attach it once more."
        assert house.painter.asked == []


async def test_too_many_pictures_for_a_model_are_refused(opened: OpenHouse) -> None:
    async with opened() as house:
        catalog = house.services.catalog
        model = next(each for each in catalog.models if each.id == "gpt-image-2")
        object.__setattr__(model, "reference_limit", 1)

        answer = await house.imagine(model="gpt-image-2", image1=FOX, image2=("other.png", png(32, 32)))

        assert answer.response is not None
        assert "takes at most 1 input pictures. Leave 1 out." in answer.response.content


async def test_what_an_input_lost_is_told_under_the_result(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.imagine(image1=("long.png", png(4200, 64)))

        (note,) = [line for line in house.posted[0].content.splitlines() if "long.png" in line]
        assert note.startswith("-# ")


async def test_the_inputs_of_a_refused_request_are_not_kept(opened: OpenHouse) -> None:
    async with opened(ATELIER_MONTHLY_BUDGET=1_000) as house:
        answer = await house.imagine(image1=FOX)

        assert answer.response is not None
        assert "monthly budget" in answer.response.content
        assert kept_files(house) == []


async def test_an_input_that_another_request_needs_is_kept(opened: OpenHouse) -> None:
    async with opened(ATELIER_MEMBER_DAILY_IMAGES=1) as house:
        await house.imagine(image1=FOX)
        before = len(kept_files(house))

        await house.imagine(image1=FOX)

        assert len(kept_files(house)) == before
        assert before > 0


async def test_a_file_is_counted_before_it_is_downloaded(opened: OpenHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    read = discord.Attachment.read
    downloads: list[str] = []

    async def budget_alerts(attachment: discord.Attachment) -> bytes:
        downloads.append(attachment.filename)
        return await read(attachment)

    async with opened() as house:
        monkeypatch.setattr(discord.Attachment, "read", budget_alerts)
        monkeypatch.setattr(validation, "MOST_INPUT_BYTES", 100)

        answer = await house.imagine(image1=FOX, image2=FOX)

        assert answer.response is not None
        assert answer.response.content.startswith("❌ The input pictures are more than")
        assert downloads == []


async def nothing() -> None:
    """Nobody is told."""


async def unsaid(text: str) -> None:
    """The same of words."""


async def test_what_the_inputs_cost_is_refused_before_they_are_downloaded(
    opened: OpenHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[ImageRequest] = []

    async with opened() as house:
        check = house.services.studio.check

        async def budget_alerts(request: ImageRequest, requester: Requester) -> None:
            checked.append(request)
            await check(request, requester)

        monkeypatch.setattr(house.services.studio, "check", budget_alerts)

        asker = Asker(Requester(house.server.id, house.channel.id, house.mia.id), None)
        context = RequestContext(
            "81", asker, replace(DESTINATION, interaction_token=""), nothing, nothing, unsaid, nothing
        )
        sources = Sources(attachments=(Attached("fox.png", FOX[1], shape=(64, 64)),))
        await house.bot.intake.take_by(context, REQUEST, sources)
        await house.env.settle()

        (foreseen,) = checked
        made = (await only_request(house)).request
        model = house.services.catalog.model(made.model)
        assert estimate(model, foreseen) == estimate(model, made)


async def test_a_picture_that_is_deleted_while_its_edit_is_accepted_is_edited_all_the_same(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.imagine()
        order = await only_request(house)

        class Meanwhile(Attached):
            """Who asked for the picture deletes it while this file is on its way."""

            @override
            async def read(self, *, use_cached: bool = False) -> bytes:
                deleter = Deleter(house.mia.id, house.server.id, moderates=False)
                assert await house.services.deletions.delete(order, None, deleter, ShownResults(house.bot))
                return await super().read()

        request = await house.services.drafting.draft(
            order.requester, Change.EDIT, Wishes(prompt="in snow"), Start(order, order.pictures[0])
        )
        asker, destination = Asker(order.requester, None), replace(DESTINATION, interaction_token="")
        context = RequestContext("81", asker, destination, nothing, nothing, unsaid, nothing)
        await house.bot.intake.take_by(context, request, Sources(order, order.pictures[0], (Meanwhile(*FOX),)))
        await house.env.settle()

        assert [each.content for each in house.painter.inputs[-1]] == [house.painter.content, FOX[1]]
        assert (await house.services.requests.of_picture(2, house.server.id)) is not None


async def test_how_strictly_a_request_is_screened_is_what_the_leads_have_decided(
    opened: OpenHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def low(admission: Admission, requester: Requester) -> str:
        assert not admission.allow_retired
        return "low" if requester.user_id else "auto"

    async with opened() as house:
        monkeypatch.setattr(Admission, "moderation", low)

        await house.imagine()

        assert [asked.moderation for asked in house.painter.asked] == ["low"]
        assert (await only_request(house)).request.moderation == "low"


# --- in time


def download_slowly(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Downloads end only once the interaction is acknowledged."""

    async def read(_: discord.Attachment) -> bytes:
        while not house.callbacks:  # noqa: ASYNC110 - SimCord has no event for it
            await asyncio.sleep(0.01)
        return FOX[1]

    monkeypatch.setattr(room, "GRACE", 0.01)
    monkeypatch.setattr(discord.Attachment, "read", read)


async def test_what_takes_long_is_acknowledged_first_and_refused_in_its_place(
    opened: OpenHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def nothing_yet(*_: object) -> None:
        """Others take the last of the budget only while the file is on its way."""

    async with opened(ATELIER_MONTHLY_BUDGET=1_000) as house:
        monkeypatch.setattr(house.services.studio, "check", nothing_yet)
        download_slowly(house, monkeypatch)

        answer = await house.imagine(image1=FOX)

        assert house.callbacks == [DEFERRED]
        assert answer.response is not None
        assert answer.response.content.startswith("❌ This would pass this bot's monthly budget")


async def test_what_no_limit_allows_is_refused_in_private_before_anything_is_downloaded(
    opened: OpenHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(ATELIER_MONTHLY_BUDGET=1_000) as house:
        download_slowly(house, monkeypatch)

        answer = await house.imagine(image1=FOX)

        assert house.callbacks == [SAID]
        assert answer.response is not None
        assert answer.response.ephemeral
        assert answer.response.content.startswith("❌ This would pass this bot's monthly budget")


async def test_what_is_refused_at_once_is_never_deferred(opened: OpenHouse) -> None:
    async with opened(ATELIER_MONTHLY_BUDGET=1_000) as house:
        answer = await house.imagine()

        assert house.callbacks == [SAID]
        assert answer.response is not None
        assert answer.response.ephemeral


async def test_it_is_deferred_once_however_long_it_takes(opened: OpenHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened() as house:
        download_slowly(house, monkeypatch)

        await house.imagine(image1=FOX)

        assert house.callbacks == [DEFERRED]
        assert len(house.posted) == 1


async def test_a_request_that_could_not_be_acknowledged_is_not_made_and_not_charged(opened: OpenHouse) -> None:
    async with opened() as house:
        house.expected = (discord.NotFound,)
        house.env.inject_error("POST", "*/callback", status=404, code=10062, times=None)

        await house.imagine()

        assert house.painter.asked == []
        assert house.posted == []
        assert await house.services.requests.undelivered() == []


class Answer:
    """As much of an interaction as its acknowledgement uses: meets these problems before it succeeds."""

    def __init__(self, *problems: Exception, repeated: bool = False) -> None:
        self.id = 81
        self.client = SimpleNamespace(repeats={81} if repeated else set[int]())
        self.channel_id = 22
        self.response = self
        self.message_id = 44
        self.deferred: list[dict[str, bool]] = []
        self._problems = list(problems)

    async def defer(self, **words: bool) -> Answer:
        self.deferred.append(words)
        if self._problems:
            raise self._problems.pop(0)
        return self

    async def original_response(self) -> discord.Object:
        return discord.Object(55)


def acknowledgement(interaction: Answer, *, private: bool = False) -> Acknowledgement:
    return Acknowledgement(interaction, private=private)  # type: ignore[arg-type]  # enough of one


@pytest.mark.parametrize("private", [False, True])
async def test_whoever_comes_first_defers_and_all_learn_the_response(private: bool) -> None:  # noqa: FBT001 - a table's column
    answer = Answer()
    acknowledge = acknowledgement(answer, private=private)

    learnt: list[int | None] = await asyncio.gather(*(acknowledge() for _ in range(3)))

    assert learnt == [44, 44, 44]
    assert answer.deferred == [{"ephemeral": private, "thinking": True}]


async def test_a_connection_that_drops_while_deferring_is_made_good() -> None:
    answer = Answer(aiohttp.ServerDisconnectedError())

    assert await acknowledgement(answer)() == 44
    assert len(answer.deferred) == 2


async def test_an_acknowledgement_whose_receipt_was_lost_counts() -> None:
    answer = Answer(aiohttp.ServerDisconnectedError(), refused(400, 40060))

    assert await acknowledgement(answer)() == 55


async def test_what_discord_refuses_otherwise_is_raised() -> None:
    answer = Answer(aiohttp.ServerDisconnectedError(), refused(404, 10062))

    with pytest.raises(discord.NotFound):
        await acknowledgement(answer)()


async def test_what_somebody_else_has_answered_is_not_deferred_again() -> None:
    answer = Answer(refused(400, 40060))

    with pytest.raises(AnsweredBeforeError):
        await acknowledgement(answer)()

    assert len(answer.deferred) == 1


async def test_what_discord_py_sent_again_by_itself_was_ours() -> None:
    answer = Answer(refused(400, 40060), repeated=True)

    assert await acknowledgement(answer)() == 55
    assert len(answer.deferred) == 1


@pytest.mark.parametrize("problems", [(), (aiohttp.ServerDisconnectedError(),)])
async def test_what_discord_lets_us_not_answer_is_said_in_words(problems: tuple[Exception, ...]) -> None:
    answer = Answer(*problems, refused(403, 50083))

    with pytest.raises(RequestRefused, match="because the thread is archived or locked"):
        await acknowledgement(answer)()


# --- who asks


async def test_who_asked_where_and_with_which_roles_is_kept(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.moderator.slash(house.channel, "imagine", prompt="a fox")

        requester = (await only_request(house)).requester
        assert (requester.server_id, requester.channel_id) == (house.server.id, house.channel.id)
        assert requester.user_id == house.moderator.id
        assert requester.role_ids == (house.server.roles["moderators"].id,)


async def test_the_token_is_kept_only_until_the_result_is_there(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.imagine()

        destination = (await only_request(house)).destination
        assert destination.interaction_token == ""
        assert destination.application_id == house.bot.application_id
