"""Two windows are two people: each sees what they may, and nothing else."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from playwright.async_api import expect

from tests.page.windows import PATIENCE

if TYPE_CHECKING:
    from tests.page.windows import Windows


async def test_a_refusal_is_private_and_a_lead_grants_more_in_another_window(windows: Windows) -> None:
    server = windows.sandbox.discord.server
    room, leads = windows.room(), server.channel("leads")
    noor = await windows.open("Noor", leads)
    kit = await windows.open("Kit", room)
    await noor.slash("studio log", channel="leads")
    await noor.messages.filter(has_text="leads").first.wait_for()
    await noor.slash("quota set", kind="allowance", amount="1 picture", window="day", member="Kit")
    await noor.messages.filter(has_text="Kit").first.wait_for()
    await kit.imagine("a fox", quality="low")

    await kit.slash("imagine", prompt="another fox", quality="low")
    refusal = kit.messages.filter(has_text="Only you can see this").filter(has_text="allowance")
    await refusal.get_by_role("button", name="Ask for more").click()
    plea = noor.messages.filter(has=noor.page.get_by_role("button", name=re.compile("^Grant 1 picture")))
    await plea.get_by_role("button", name=re.compile("^Grant 1 picture")).click()
    await expect(noor.messages.filter(has_text=re.compile("granted", re.IGNORECASE)).first).to_be_visible(
        timeout=PATIENCE
    )
    await kit.imagine("another fox", quality="low")

    assert await noor.page.locator(".channel", has_text=room.name).count() == 1
    assert await kit.page.locator(".channel", has_text="leads").count() == 0


async def test_a_private_result_is_in_no_other_window(windows: Windows) -> None:
    room = windows.room()
    mia, noor = await windows.open("Mia", room), await windows.open("Noor", room)

    await mia.slash("imagine", prompt="a secret fox", quality="low", private="True")
    result = mia.messages.filter(has_text="Only you can see this").filter(has=mia.page.locator(".picture"))
    await result.filter(has_text=re.compile(r"#\d+")).wait_for()
    await noor.words.fill("anybody here? :approved:")
    await noor.words.press("Enter")
    asked = mia.messages.filter(has_text="anybody here?")
    await expect(asked.get_by_role("img", name=":approved:")).to_have_js_property("naturalWidth", 128)

    assert await noor.messages.count() == 1
    assert await noor.page.locator(".picture").count() == 0


async def test_somebody_of_another_server_sees_only_that_one(windows: Windows) -> None:
    mia = await windows.open("Mia", windows.room())

    await mia.page.get_by_role("button", name=re.compile("^You are Mia")).click()
    await mia.page.get_by_role("menuitem", name=re.compile("^Oskar")).first.click()
    await expect(mia.page.get_by_role("heading", name="Night shift")).to_be_visible()

    assert await mia.page.locator("nav.servers .server").count() == 2
    assert await mia.page.locator(".channel").all_inner_texts() == ["#\ngeneral"]


async def test_a_channel_follows_its_newest_message_only_at_the_bottom(windows: Windows) -> None:
    room = windows.room()
    mia = await windows.open("Mia", room)
    await mia.page.get_by_text("This is where it begins.").wait_for()  # else many of them come in one piece
    noor = windows.member("Noor")
    for number in range(70):
        await noor.send(room, f"message {number}")
    await expect(mia.messages.last).to_contain_text("message 69")

    pieces = mia.page.locator("[role=log] > ol")  # of which those far away are not laid out
    await expect(pieces).to_have_count(2, timeout=PATIENCE)
    await mia.page.locator(".messages").evaluate("list => { list.scrollTop = 300; }")
    await mia.button("Newest messages ↓").wait_for()
    await noor.send(room, "one more")
    await mia.messages.filter(has_text="one more").wait_for(state="attached")
    stood = await mia.page.locator(".messages").evaluate("list => list.scrollTop")
    await mia.button("Newest messages ↓").click()

    assert stood < 1500
    await expect(mia.messages.filter(has_text="one more")).to_be_in_viewport()
