"""What a request for a response is refused for, and in which words."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import openai
import pytest

from bot.sandbox.conversations import SandboxOpenAI
from bot.sandbox.images import Trouble
from tests.sandbox.conversations.conftest import FORCED, MAIN, address, ask, said, tool
from tests.sandbox.images.conftest import client_of, holed, options, picture

if TYPE_CHECKING:
    from openai import AsyncOpenAI

GIF_IN_PREVIEW = "requires access to a preview"
CASES: list[tuple[dict[str, Any], str, str]] = [
    ({"extra_body": {"colour": "red"}}, "colour", "Unknown parameter"),
    ({"temperature": 1.0}, "temperature", "Unsupported parameter"),
    ({"model": "gpt-image-2"}, "model", "does not exist"),
    ({"model": 6}, "model", "Invalid type"),
    ({"max_output_tokens": True}, "max_output_tokens", "Invalid type"),
    ({"max_output_tokens": 15}, "max_output_tokens", "below minimum"),
    ({"max_tool_calls": 0}, "max_tool_calls", "below minimum"),
    ({"background": True, "store": False}, "background", "requires 'store'"),
    ({"truncation": "some"}, "truncation", "Supported values are"),
    ({"safety_identifier": "x" * 129}, "safety_identifier", "too long"),
    ({"reasoning": {"effort": "huge"}}, "reasoning.effort", "Supported values are"),
    ({"reasoning": {"effort": "minimal"}}, "tools", "'minimal': image_gen"),
    ({"model": "gpt-6.1-sol", "reasoning": {"effort": "none"}}, "reasoning.effort", "Unsupported value"),
    ({"model": "gpt-5.3-codex-spark"}, "tools", "is not supported with gpt-5.3-codex-spark"),
    ({"tool_choice": {"type": "web_search"}}, "tool_choice", "not found in 'tools'"),
    ({"tools": [], **FORCED}, "tool_choice", "not found in 'tools'"),
    ({"tools": [], "tool_choice": "required"}, "tool_choice", "must be specified with"),
    ({"tool_choice": "perhaps"}, "tool_choice", "Supported values are"),
    ({"tools": [{"type": "web_search"}]}, "tools[0].type", "Supported values are"),
    ({"tools": [*tool(), *tool()]}, "tools[1]", "Duplicate"),
    ({"tools": tool(n=2)}, "tools[0].n", "Unknown parameter"),
    ({"tools": tool(size="1000x1000")}, "tools[0].size", "divisible by 16"),
    ({"tools": tool(quality="best")}, "tools[0].quality", "Supported values are"),
    ({"tools": tool(output_format="gif")}, "tools[0].output_format", GIF_IN_PREVIEW),
    ({"tools": tool(action="draw")}, "tools[0].action", "Supported values are"),
    ({"tools": tool(action="edit")}, "tools[0].action", "requires an image"),
    ({"tools": tool(input_fidelity="high")}, "tools[0].input_fidelity", "does not support"),
    ({"tools": tool(input_image_mask={"image_url": address()})}, "tools[0].input_image_mask", "requires an image"),
    ({"tools": tool(input_image_mask={})}, "tools[0].input_image_mask.image_url", "Missing"),
    ({"tools": tool(model="gpt-image-1")}, "tools[0]", "deprecated"),
    ({"previous_response_id": "resp_none"}, "previous_response_id", "not found"),
    ({"input": []}, "input", "empty array"),
    ({"input": ["hello"]}, "input[0]", "expected an object"),
    ({"input": [{"type": "web_search_call"}]}, "input[0].type", "Supported values are"),
    ({"input": [{"role": "robot", "content": "hello"}]}, "input[0].role", "Supported values are"),
    ({"input": [{"role": "user"}]}, "input[0].content", "Missing"),
    ({"input": [{"role": "user", "content": [{"type": "output_text"}]}]}, "input[0].content[0].type", "Supported"),
    ({"input": [{"role": "user", "content": [{"type": "input_text"}]}]}, "input[0].content[0].text", "Missing"),
    ({"input": said("a fox", b"no picture")}, "input[0].content[1]", "valid image"),
    ({"input": [{"type": "image_generation_call"}]}, "input[0].id", "Missing"),
    ({"input": "fox " * 280_000}, "input", "context window"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "param", "words"), CASES, ids=[f"{case[1]} {case[2]}" for case in CASES])
async def test_what_is_wrong_is_refused_and_free(
    client: AsyncOpenAI, api: SandboxOpenAI, changes: dict[str, Any], param: str, words: str
) -> None:
    with pytest.raises(openai.APIStatusError) as refused:
        await ask(client, **{"words": "a red fox", **changes} if "input" not in changes else changes)

    body: Any = refused.value.body
    assert refused.value.status_code in {400, 404}
    assert words in body["message"]
    assert body["param"] == param
    assert [(line.outcome, line.cost_nano) for line in api.bill.lines] == [("refused", 0)]


async def test_a_picture_needs_a_known_detail_type_and_address(client: AsyncOpenAI) -> None:
    def sent(**fields: object) -> list[dict[str, Any]]:
        return [{"role": "user", "content": [{"type": "input_image", **fields}]}]

    refused: list[str] = []
    for fields in (
        {"detail": "sharp", "image_url": address()},
        {"file_id": "file-1"},
        {"image_url": "https://pictures.example/fox.png"},
        {"image_url": address().replace("png", "tiff", 1)},
    ):
        with pytest.raises(openai.APIStatusError) as failed:
            await ask(client, sent(**fields))
        refused.append(failed.value.message)

    for words, message in zip(
        ("Supported values", "No such File", "data: URLs", "unsupported image"), refused, strict=True
    ):
        assert words in message


async def test_a_mask_of_another_size_is_refused_before_anything_is_made(
    client: AsyncOpenAI, api: SandboxOpenAI
) -> None:
    mask = {"image_url": address(holed((64, 64), (1, 1, 9, 9)))}
    with pytest.raises(openai.BadRequestError) as refused:
        await ask(client, said("a boat", picture()), tools=tool(input_image_mask=mask))

    assert "mask size does not match" in refused.value.message
    assert api.bill.nano == 0


async def test_a_blocked_word_is_refused_before_anything_is_made(client: AsyncOpenAI, api: SandboxOpenAI) -> None:
    with pytest.raises(openai.BadRequestError) as refused:
        await ask(client, "a forbidden fox")

    assert refused.value.code == "moderation_blocked"
    assert api.bill.nano == 0


async def test_a_main_model_is_gone_after_its_last_day() -> None:
    gone = SandboxOpenAI(options(today=date(2026, 12, 11)))
    async with gone, client_of(gone) as client:
        with pytest.raises(openai.NotFoundError) as refused:
            await ask(client, model="gpt-5-mini")

    assert refused.value.code == "model_not_found"


async def test_key_account_and_rates_are_looked_at_as_for_pictures() -> None:
    api = SandboxOpenAI(options(images_per_minute=1, input_images_per_minute=1))
    async with api, client_of(api) as client, client_of(api, api_key="sk-wrong") as stranger:
        with pytest.raises(openai.AuthenticationError):
            await ask(stranger)
        api.account.trouble = Trouble.INSUFFICIENT_QUOTA
        with pytest.raises(openai.RateLimitError) as poor:
            await ask(client)
        api.account.trouble, api.account.model = Trouble.UNVERIFIED, "gpt-image-2.5-flare"
        with pytest.raises(openai.PermissionDeniedError):
            await ask(client)
        api.account.trouble = None
        first = await ask(client)
        with pytest.raises(openai.RateLimitError) as busy:
            await ask(client, previous_response_id=first.id)
        words_only = await ask(client, "change something", previous_response_id=first.id)

    assert poor.value.code == "insufficient_quota"
    assert busy.value.code == "rate_limit_exceeded"
    assert words_only.model == MAIN
