"""A request in the words of the image API: what is sent, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.services.catalog import GIF, SVG
from bot.services.requests import UNSTREAMED_FORMATS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.services.jobs import InputImage
    from bot.services.requests import ImageRequest


def order_of(request: ImageRequest, inputs: Sequence[InputImage], safety_identifier: str) -> dict[str, Any]:
    """The arguments of ``images.edit`` if there are inputs, else of ``images.generate``, for one picture."""
    order: dict[str, Any] = {
        "model": request.model,
        "prompt": request.sent_prompt,
        "size": request.size,
        "quality": request.quality,
        "output_format": request.output_format,
        "n": 1,
        "safety_identifier": safety_identifier,
        **_of_format(request),
    }
    if request.background != "auto":
        order["background"] = request.background
    if request.complexity is not None:
        order["complexity"] = request.complexity
    if not inputs:
        return order | {"moderation": request.moderation}
    if request.input_fidelity is not None:
        order["input_fidelity"] = request.input_fidelity
    # images.edit has no argument for it, but the API takes it.
    return order | _files(inputs) | {"extra_body": {"moderation": request.moderation}}


def _of_format(request: ImageRequest) -> dict[str, Any]:
    """What only some formats have."""
    order: dict[str, Any] = {}
    if request.output_format not in UNSTREAMED_FORMATS:
        order |= {"stream": True, "partial_images": request.partial_images}
    if request.compression is not None:
        order["output_compression"] = request.compression
    if request.output_format == GIF:
        order |= {"frame_count": request.frames, "frame_duration_ms": request.frame_ms}
    if request.output_format == SVG:
        order["svg"] = {"model": request.svg_author}
    return order


def _files(inputs: Sequence[InputImage]) -> dict[str, Any]:
    """The input pictures in their order, and the mask or the drawing. Without a type the API would refuse them."""
    files: dict[str, Any] = {
        "image": [(file.name, file.content, file.media_type) for file in inputs if file.role == "image"]
    }
    overlays = [file for file in inputs if file.role != "image"]
    return files | {file.role: (file.name, file.content, file.media_type) for file in overlays}
