"""Answers of the image API that arrive at once: what it takes to get the pictures out of their streams.

Ours beside the library's typed stream with base64 on a thread, each in a process of its own, before the same server in
a third. `python -m tests.bench.answers` prints it alone.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

import openai
import psutil
from aiohttp import web
from rich.console import Console

from bot.http_server import HttpServer
from bot.memory import give_back
from bot.openai_images import OpenAIImages
from bot.services.jobs import FinishedImage
from bot.services.requests import ImageRequest
from tests.bench.figures import MEBIBYTES, MILLISECONDS, Figure, table
from tests.bench.peak import peak_memory
from tests.bench.playing import ROOT, BrokenRunError
from tests.bench.ticker import Stall, watch_stalls

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Generator

AT_ONCE = 10
FULL, QUICK = (4_000_000, 8_000_000), (1_000_000, 2_000_000)  # bytes of an answer's preview and picture
WRITTEN = 64 * 1024  # bytes that the server writes at a time
LONGEST = 60  # seconds that a process may take
ASKED: dict[str, Any] = {"model": "gpt-image-2.5-flare", "size": "1024x1024", "quality": "high"}


def _event(kind: str, size: int, more: dict[str, Any]) -> bytes:
    text = base64.b64encode(os.urandom(size)).decode()
    event = {"type": f"image_generation.{kind}", "b64_json": text, "created_at": 1, "output_format": "png", **more}
    return f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode()


def _answer(preview: int, picture: int) -> memoryview:
    details = {"text_tokens": 10, "image_tokens": 0}
    usage = {"input_tokens": 10, "output_tokens": 50, "total_tokens": 60, "input_tokens_details": details}
    partial = _event("partial_image", preview, {"partial_image_index": 0})
    return memoryview(partial + _event("completed", picture, {"usage": usage}))


async def _serve(preview: int, picture: int) -> None:
    """Answer until the standard input is closed: a small answer to the first call, large ones to the others."""
    small, large = _answer(1000, 2000), _answer(preview, picture)

    async def respond(request: web.Request) -> web.StreamResponse:
        body = small if json.loads(await request.read())["prompt"] == "small" else large
        response = web.StreamResponse(headers={"content-type": "text/event-stream; charset=utf-8"})
        await response.prepare(request)
        for start in range(0, len(body), WRITTEN):
            await response.write(body[start : start + WRITTEN])
        return response

    app = web.Application()
    app.router.add_post("/v1/images/generations", respond)
    server = HttpServer()
    _tell(await server.open(app, backlog=AT_ONCE))
    await asyncio.to_thread(sys.stdin.read)
    await server.close()


async def _ours(images: OpenAIImages, prompt: str) -> bytes:
    """One picture as the product makes it."""
    request = ImageRequest(prompt, partial_images=1, **ASKED)
    async for image in images.make(request, (), "someone"):
        if isinstance(image, FinishedImage):
            return image.content
        del image
    raise RuntimeError("no picture")


async def _floor(client: openai.AsyncOpenAI, prompt: str) -> bytes:
    """One picture as the library gives it."""
    stream = await client.images.generate(prompt=prompt, stream=True, partial_images=1, output_format="png", **ASKED)
    async with stream:
        async for event in stream:
            content = await asyncio.to_thread(base64.b64decode, event.b64_json)
            if event.type == "image_generation.completed":
                return content
            del event, content
    raise RuntimeError("no picture")


async def _measured(draw: Callable[[str], Awaitable[bytes]], size: int) -> dict[str, float]:
    """All of them at once: processor time, stalls of the loop (both in seconds) and memory above the idle (bytes)."""
    await draw("small")
    stalls: list[Stall] = []
    ticker = asyncio.create_task(watch_stalls(stalls))
    await asyncio.sleep(0.1)
    stalls.clear()
    idle, busy, began = psutil.Process().memory_info().rss, time.process_time(), time.perf_counter()
    pictures = await asyncio.gather(*(draw("large") for _ in range(AT_ONCE)))
    took = {"seconds": time.perf_counter() - began, "busy": time.process_time() - busy}
    await asyncio.sleep(0.05)
    ticker.cancel()
    if {len(picture) for picture in pictures} != {size}:
        raise RuntimeError("pictures are missing or damaged")
    late, worked = (max((getattr(stall, name) for stall in stalls), default=0.0) for name in ("late", "worked"))
    return {**took, "late": late, "worked": worked, "memory": peak_memory() - idle}


async def _draw(whose: str, size: int) -> None:
    base_url = sys.stdin.readline().strip()  # it has loaded what it needs
    if whose == "ours":
        give_back()  # as `bot.running.run`
        async with OpenAIImages("key", base_url, LONGEST) as images:
            _tell(await _measured(lambda prompt: _ours(images, prompt), size))
    else:
        async with openai.AsyncOpenAI(api_key="key", base_url=base_url, max_retries=0) as client:
            _tell(await _measured(lambda prompt: _floor(client, prompt), size))


def _tell(value: object) -> None:
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


@contextmanager
def _server(sizes: tuple[int, int]) -> Generator[str]:
    """The address of a server in its own process."""
    command = [sys.executable, "-m", __spec__.name, "serve", *map(str, sizes)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - a module of ours
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{int(process.stdout.readline())}/v1"
        finally:
            process.kill()


@contextmanager
def _drawers(size: int) -> Generator[dict[str, subprocess.Popen[str]]]:
    """Both processes, which load what they need at the same time."""
    with ExitStack() as stack:
        drawers: dict[str, subprocess.Popen[str]] = {}
        for whose in ("ours", "floor"):
            command, pipe = [sys.executable, "-m", __spec__.name, whose, str(size)], subprocess.PIPE
            started = subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, stderr=pipe, text=True)  # noqa: S603 - a module of ours
            drawers[whose] = stack.enter_context(started)
            stack.callback(started.kill)
        yield drawers


def _run(drawer: subprocess.Popen[str], base_url: str) -> dict[str, float]:
    try:
        said, complaint = drawer.communicate(f"{base_url}\n", timeout=LONGEST)
    except subprocess.TimeoutExpired as error:
        raise BrokenRunError(str(error)) from None
    if drawer.returncode:
        raise BrokenRunError(complaint)
    told: dict[str, float] = json.loads(said)
    return told


def _both(base_url: str, size: int) -> tuple[dict[str, float], dict[str, float]]:
    with _drawers(size) as drawers:
        return _run(drawers["ours"], base_url), _run(drawers["floor"], base_url)


def measure(*, quick: bool) -> list[Figure]:
    """The best of some runs each, by turns: what else the machine does makes them only worse."""
    sizes = preview, picture = QUICK if quick else FULL
    with _server(sizes) as base_url:
        runs = [_both(base_url, picture) for _ in range(1 if quick else 3)]

    def best(name: str, divisor: float = 1.0) -> tuple[float, float]:
        ours, floor = (min(run[name] for run in whose) / divisor for whose in zip(*runs, strict=True))
        return ours, floor

    megabytes = AT_ONCE * (preview + picture) / 1e6
    kind = f"{AT_ONCE} answers of {megabytes / AT_ONCE:.0f} MB at once"
    size = f"a picture has {MEBIBYTES.say(picture)}"
    return [
        Figure(
            "answers.processor",
            f"processor time per MB, {kind}",
            *best("busy", megabytes),
            MILLISECONDS,
            most_ratio=0.45,
        ),
        Figure("answers.stall", f"worst stall of the loop, {kind}", *best("late"), MILLISECONDS, at_most=0.02),
        Figure("answers.work", f"… most work in one go, {kind}", *best("worked"), MILLISECONDS, at_most=0.02),
        Figure(
            "answers.memory",
            f"memory per job, {kind}",
            *best("memory", AT_ONCE),
            MEBIBYTES,
            at_most=1.2 * picture,
            note=size,
        ),
    ]


if __name__ == "__main__":
    if sys.argv[1:2] == ["serve"]:
        preview, picture = map(int, sys.argv[2:])
        asyncio.run(_serve(preview, picture))
    elif sys.argv[1:]:
        whose, size = sys.argv[1:]
        asyncio.run(_draw(whose, int(size)))
    else:
        Console(width=150).print(f"load {os.getloadavg()[0]:.2f}", table(measure(quick=False)))
