"""From a word to a picture, and from a picture to the next."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from PIL import Image
from playwright.async_api import expect

from tests.page.windows import PATIENCE, as_file, mask, picture

if TYPE_CHECKING:
    from tests.page.windows import Window, Windows

# Notes every picture that the screen has shown in the newest message, by what is painted: an average colour of each of
# 64 fields. Fields of a blurred preview and of the finished picture differ.
WATCH = """() => {
  window.painted = [];
  const canvas = new OffscreenCanvas(8, 8);
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  const look = () => {
    const shown = [...document.querySelectorAll(".messages .picture img")].at(-1);
    if (shown?.complete && shown.naturalWidth) {
      pen.drawImage(shown, 0, 0, 8, 8);
      const seen = `${shown.currentSrc} ${pen.getImageData(0, 0, 8, 8).data.join()}`;
      if (window.painted.at(-1) !== seen) window.painted.push(seen);
    }
    requestAnimationFrame(look);
  };
  look();
}"""


async def test_a_picture_sharpens_on_the_screen(windows: Windows) -> None:
    mia = await windows.open("Mia", windows.room())
    await mia.page.evaluate(WATCH)

    result = await mia.imagine("a lighthouse on a cliff at dusk", quality="max")
    await result.get_by_role("button", name="Finish").or_(result.get_by_role("button", name="Vary")).first.wait_for()
    await mia.page.wait_for_function(
        "window.painted.at(-1)?.startsWith([...document.querySelectorAll('.messages .picture img')].at(-1).currentSrc)"
    )

    painted: list[str] = await mia.page.evaluate("window.painted")
    assert len({seen.split()[1] for seen in painted}) >= 3, "two previews and the result were not all seen"
    assert await result.locator("img").get_attribute("alt")


async def test_words_change_a_picture_and_both_can_be_compared(windows: Windows) -> None:
    mia = await windows.open("Mia", windows.room())
    lighthouse = await mia.imagine("a lighthouse", quality="low")

    await mia.reply(lighthouse, "make it a stormy night with snow")
    storm = await mia.result(before=1)
    await storm.locator(".picture").click()
    await mia.button("Before and after").click()
    await mia.page.get_by_role("slider").fill("30")

    sources = await mia.page.locator(".compare img").evaluate_all("all => all.map(one => one.getAttribute('src'))")
    assert sources == [await each.locator(".picture img").get_attribute("src") for each in (lighthouse, storm)]
    await mia.page.keyboard.press("Escape")
    assert await storm.locator(".picture").evaluate("one => one === document.activeElement")


async def test_what_is_circled_is_sent_as_a_drawing(windows: Windows) -> None:
    room = windows.room()
    mia = await windows.open("Mia", room)
    lighthouse = await mia.imagine("a lighthouse", quality="low")

    await lighthouse.locator(".picture").click()
    await mia.button("Draw on it").click()
    await circle(mia)
    await mia.button("Reply with it").click()
    await mia.page.locator(".staged img").wait_for()
    await mia.words.fill("a red sailing boat here")
    await mia.words.press("Enter")
    await mia.result(before=1)

    (drawn,) = next(message for message in room.messages if message.content == "a red sailing boat here").attachments
    assert (drawn.filename, drawn.width) == ("drawn.png", room.messages[0].attachments[0].width)
    assert {file.field for file in windows.sandbox.images.calls[-1].files} == {"image", "markup"}


async def test_a_mask_is_drawn_with_the_keyboard_alone(windows: Windows) -> None:
    room = windows.room()
    mia = await windows.open("Mia", room)
    lighthouse = await mia.imagine("a lighthouse", quality="low")

    await lighthouse.locator(".picture").click()
    await mia.button("Draw on it").click()
    await mia.page.get_by_label("Draw here").focus()
    for key in ("z", "b", "Space", "ArrowUp", "Space", "z", "r", "Shift+ArrowDown", "Space"):
        await mia.page.keyboard.press(key)
    said = mia.page.locator(".draw-tools [role=status]")
    await expect(said).to_have_text("Rectangle down, 50 % from the left, 58 % from the top.", timeout=PATIENCE)
    for key in ("Shift+ArrowLeft", "Shift+ArrowLeft", "Shift+ArrowDown", "ArrowDown", "Space"):
        await mia.page.keyboard.press(key)
    await expect(said).to_have_text("Rectangle lifted.", timeout=PATIENCE)
    await mia.page.get_by_label("as a mask").press("Space")
    await mia.button("Reply with it").press("Enter")
    await mia.page.locator(".staged img").wait_for()
    await mia.words.fill("a whale")
    await mia.words.press("Enter")
    await mia.result(before=1)

    (sent,) = windows.sandbox.images.calls[-1].named("mask")
    with Image.open(io.BytesIO(sent.content)) as drawn:
        clear = drawn.getchannel("A").point(lambda alpha: 255 - alpha).getbbox()
        shares = [round(at / side, 1) for at, side in zip(clear or (), (*drawn.size, *drawn.size), strict=True)]
    assert shares == [0.3, 0.6, 0.5, 0.7]


async def circle(window: Window) -> None:
    """Draw a circle with the mouse in the lower left part of the picture."""
    box = await window.page.locator(".easel canvas").bounding_box()
    assert box is not None
    x, y, r = box["x"] + box["width"] * 0.3, box["y"] + box["height"] * 0.7, box["width"] * 0.12
    mouse = window.page.mouse
    await mouse.move(x + r, y)
    await mouse.down()
    for dx, dy in ((0.7, 0.7), (0, 1), (-0.7, 0.7), (-1, 0), (-0.7, -0.7), (0, -1), (0.7, -0.7), (1, -0.1)):
        await mouse.move(x + dx * r, y + dy * r, steps=4)
    await mouse.up()


async def test_a_mask_that_is_dropped_on_its_option_is_used(windows: Windows) -> None:
    mia = await windows.open("Mia", windows.room())

    await mia.words.press_sequentially("/edit ")
    await mia.option("prompt").fill("a boat")
    await mia.option("image").set_input_files([as_file("mine.png", picture())])
    await mia.add_option("mask")
    data = await mia.page.evaluate_handle(
        """bytes => {
          const data = new DataTransfer();
          data.items.add(new File([new Uint8Array(bytes)], "mask.png", { type: "image/png" }));
          return data;
        }""",
        [*mask()],
    )
    await mia.page.locator(".chip.file").filter(has=mia.option("mask")).dispatch_event("drop", {"dataTransfer": data})
    await mia.page.locator(".command .go").click()
    await mia.result()

    assert {file.field for file in windows.sandbox.images.calls[-1].files} == {"image", "mask"}


async def test_a_dialog_takes_words_and_files(windows: Windows) -> None:
    mia = await windows.open("Mia", windows.room())
    fox = await mia.imagine("a fox", quality="low")

    await fox.get_by_role("button", name="Edit").click()
    dialog = mia.page.get_by_role("dialog")
    await dialog.get_by_role("textbox").first.fill("a fox and this")
    await dialog.locator("input[type=file]").set_input_files([as_file("mine.png", picture())])
    await dialog.get_by_text("mine.png").wait_for()
    await dialog.get_by_role("button", name="Submit").click()
    await mia.result(before=1)

    call = windows.sandbox.images.calls[-1]
    assert call.prompt == "a fox and this"
    assert len(call.named("image")) >= 2
