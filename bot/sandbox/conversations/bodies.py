"""What the API shows of a response: its body, its items and its usage."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.sandbox.conversations.response_request import ResponseRequest
    from bot.sandbox.images.tokens import Usage


def body_of(asked: ResponseRequest, response_id: str, created_at: int) -> dict[str, Any]:
    """The body of a response that has just begun."""
    fields = asked.fields
    return {
        "id": response_id,
        "object": "response",
        "created_at": created_at,
        "status": "queued" if asked.background else "in_progress",
        "background": asked.background,
        "error": None,
        "incomplete_details": None,
        "instructions": fields.get("instructions"),
        "max_output_tokens": asked.most_output,
        "max_tool_calls": fields.get("max_tool_calls"),
        "metadata": fields.get("metadata", {}),
        "model": asked.model.id,
        "output": [],
        "parallel_tool_calls": fields.get("parallel_tool_calls", True),
        "previous_response_id": fields.get("previous_response_id"),
        "reasoning": {"effort": asked.effort, "summary": None},
        "safety_identifier": fields.get("safety_identifier"),
        "service_tier": "default",
        "store": asked.store,
        "temperature": 1.0,
        "text": {"format": {"type": "text"}, "verbosity": "medium"},
        "tool_choice": fields.get("tool_choice", "auto"),
        "tools": [_shown(tool) for tool in fields.get("tools", [])],
        "top_p": 1.0,
        "truncation": fields.get("truncation", "disabled"),
        "usage": None,
    }


def _shown(tool: Mapping[str, Any]) -> dict[str, Any]:
    """A tool without the mask's bytes."""
    return {name: value for name, value in tool.items() if name != "input_image_mask"}


def tool_usage(usage: Usage | None) -> dict[str, Any]:
    """The ``tool_usage`` object; None counts nothing."""
    text, image, output = (0, 0, 0) if usage is None else (usage.text, usage.image, usage.output)
    counted: dict[str, Any] = {
        "input_tokens": text + image,
        "input_tokens_details": {"text_tokens": text, "image_tokens": image},
        "output_tokens": output,
        "output_tokens_details": {"image_tokens": output, "text_tokens": 0},
        "total_tokens": text + image + output,
    }
    if usage is not None and usage.cached_image:
        counted["cached_tokens"] = usage.cached_image
        counted["cached_tokens_details"] = {"cached_image_tokens": usage.cached_image, "cached_text_tokens": 0}
    return {"image_gen": counted, "web_search": {"num_requests": 0}}


def message_item(item_id: str, words: str, status: str, *, declines: bool = False) -> dict[str, Any]:
    """What the main model says."""
    content = [text_part(words, declines=declines)] if words else []
    return {"id": item_id, "type": "message", "status": status, "role": "assistant", "content": content}


def text_part(words: str, *, declines: bool = False) -> dict[str, Any]:
    """A part of a message; `declines` if it is a refusal."""
    if declines:
        return {"type": "refusal", "refusal": words}
    return {"type": "output_text", "text": words, "annotations": [], "logprobs": []}
