"""Where concrete classes meet: what is refused at the start, and what is let go at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot import wiring
from bot.errors import AlreadyRunningError, ConfigurationError
from bot.wiring import open_services
from tests.examples import settings_for

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("bare_environment")


async def test_a_second_process_on_the_same_data_is_refused(tmp_path: Path) -> None:
    async with open_services(settings_for(tmp_path)):
        with pytest.raises(AlreadyRunningError):
            async with open_services(settings_for(tmp_path)):
                pass


async def test_when_all_is_closed_it_can_be_opened_again(tmp_path: Path) -> None:
    async with open_services(settings_for(tmp_path)) as first:
        key = await first.state.secret(wiring.SAFETY_KEY)
    async with open_services(settings_for(tmp_path)) as second:
        assert await second.state.secret(wiring.SAFETY_KEY) == key


async def test_a_fault_on_the_way_lets_everything_go(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        async with open_services(settings_for(tmp_path)):
            raise ZeroDivisionError

    async with open_services(settings_for(tmp_path)) as services:
        assert services.settings.data_dir == tmp_path


async def test_a_default_model_that_is_not_known_is_refused_at_the_start(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as refusal:
        async with open_services(settings_for(tmp_path, ATELIER_MODEL="dall-e-3")):
            pass

    (fault,) = refusal.value.faults
    assert fault.startswith("ATELIER_MODEL: ")
    assert "gpt-image-2.5-flare" in fault
    assert not settings_for(tmp_path).database_path.exists()


async def test_a_default_model_that_was_shut_down_is_refused_at_the_start(tmp_path: Path) -> None:
    official = {"OPENAI_BASE_URL": "https://api.openai.com/v1", "ATELIER_MODEL": "gpt-image-1"}
    with pytest.raises(ConfigurationError) as refusal:
        async with open_services(settings_for(tmp_path, **official)):
            pass

    assert "was shut down on 2026-10-23. Use gpt-image-2.5-" in refusal.value.faults[0]


async def test_another_endpoint_may_still_serve_what_the_provider_has_shut_down(tmp_path: Path) -> None:
    elsewhere = {"OPENAI_BASE_URL": "http://127.0.0.1:9/v1", "ATELIER_MODEL": "gpt-image-1"}
    async with open_services(settings_for(tmp_path, **elsewhere)) as services:
        assert services.settings.model == "gpt-image-1"
