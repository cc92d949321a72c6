"""What the Responses API is asked for one turn of a conversation, or for words about a prompt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pybase64 import b64encode

from bot.services.requests import UNSTREAMED_FORMATS, Task, sent_words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.services.jobs import InputImage
    from bot.services.requests import ImageRequest, Talk

TOOL = "image_generation"
DETAIL = (
    "high"  # bounds what the main model reads of a picture: https://developers.openai.com/api/docs/guides/images-vision
)


def turn_order(
    request: ImageRequest,
    talk: Talk,
    inputs: Sequence[InputImage],
    safety_identifier: str,
    names: Mapping[str, str],
    *,
    anew: bool = False,
) -> dict[str, Any]:
    """The arguments of ``responses.create``. Encodes every picture: run it off the event loop.

    A stored turn runs in the background, so that one can ask what became of it; it is streamed all the same. Where
    words are asked for there is no tool.

    Args:
        request: what is asked for.
        talk: its own.
        inputs: the pictures in their order, and perhaps a mask of the first.
        safety_identifier: of the member.
        names: what the endpoint calls models.
        anew: what it goes on from is not kept any more: all of it is sent.
    """
    goes_on = talk.previous is not None and not anew
    images = [file for file in inputs if file.role == "image" and talk.task is not Task.ENHANCE]
    pictures = [
        {"type": "input_image", "image_url": _address(file), "detail": DETAIL}
        for file in images[talk.kept_inputs if goes_on else 0 :]
    ]
    words = {"type": "input_text", "text": request.prompt if goes_on else sent_words(talk, request.prompt)}
    order: dict[str, Any] = {
        "model": names.get(talk.main_model, talk.main_model),
        "instructions": talk.instructions,
        "input": [{"role": "user", "content": [words, *pictures]}],
        "max_output_tokens": talk.most_written,
        "reasoning": {"effort": talk.effort},
        "truncation": "disabled",
        "stream": True,
        "store": talk.is_stored,
        "background": talk.is_stored,
        "safety_identifier": safety_identifier,
        "prompt_cache_key": talk.key,
    }
    if not request.is_wording:
        order |= {"tools": [_tool(request, inputs, names)], "max_tool_calls": 1, "parallel_tool_calls": False}
    return order | {"previous_response_id": talk.previous} if goes_on else order


def _tool(request: ImageRequest, inputs: Sequence[InputImage], names: Mapping[str, str]) -> dict[str, Any]:
    tool: dict[str, Any] = {
        "type": TOOL,
        "model": names.get(request.model, request.model),
        "action": "auto",
        "size": request.size,
        "quality": request.quality,
        "output_format": request.output_format,
        "moderation": request.moderation,
    }
    if request.output_format not in UNSTREAMED_FORMATS:
        tool["partial_images"] = request.partial_images
    if request.background != "auto":
        tool["background"] = request.background
    chosen = {
        "complexity": request.complexity,
        "input_fidelity": request.input_fidelity,
        "output_compression": request.compression,
    }
    tool |= {name: value for name, value in chosen.items() if value is not None}
    mask = next((file for file in inputs if file.role == "mask"), None)
    return tool if mask is None else tool | {"input_image_mask": {"image_url": _address(mask)}}


def _address(file: InputImage) -> str:
    return f"data:{file.media_type};base64,{b64encode(file.content).decode('ascii')}"
