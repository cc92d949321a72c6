"""Private answers are in the language of who asks, public ones in the server's; also after a restart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.discord import Permission
from bot.sandbox.images import ImageOptions
from tests.wire.house import choose, labels

if TYPE_CHECKING:
    from tests.wire.house import House, OpenHouse


async def test_everybody_reads_their_own_language_and_a_channel_reads_its_servers(house: House) -> None:
    server = house.discord.server
    server.set_locale("ja")
    mia = server.add_member("Mia")
    mia.user.locale = "de"

    result = await house.imagine(mia, "a fox", quality="low")
    private = await house.refusal(await mia.slash("imagine", prompt="an owl", quality="low", private=True))
    refusal = await house.refusal(await mia.slash("imagine", prompt="a fox", quality="best"))

    assert "さんへ" in result.content
    assert "今日24枚" in result.content
    assert "für <@" in private
    assert "23 Bilder heute (du)" in private
    assert "ist keine Qualität von GPT Image 2.5 Flare. Wähle low" in refusal


async def test_a_picture_is_described_in_the_language_of_its_server_or_of_who_alone_sees_it(house: House) -> None:
    server = house.discord.server
    server.set_locale("de")
    mia = server.add_member("Mia")
    mia.user.locale = "fr"

    (public,) = (await house.imagine(mia, "a fox", quality="low")).attachments
    invocation = await mia.slash("imagine", prompt="an owl", quality="low", private=True)
    await house.ended(invocation)

    assert invocation.response
    (private,) = invocation.response.attachments
    assert public.description == "Generiertes Bild #1: a fox"
    assert private.description == "Image générée #2\u202f: an owl"


async def test_what_waited_is_answered_in_its_language_after_a_restart(open_house: OpenHouse) -> None:
    house = await open_house(images=ImageOptions(pace=0.5, canned_bytes=1))
    await house.start_bot()
    house.discord.server.set_locale("fr")
    invocation = await house.discord.server.add_member("Mia").slash("imagine", prompt="a fox", quality="low")
    await house.in_mid_job()
    await house.restart_bot()

    await house.ended(invocation)
    posted = house.posted(invocation)

    told = house.words(invocation) if posted is None else posted.content
    assert " pour <@" in told or "Aucune image" in told


async def test_money_of_another_country_gets_a_sentence_in_ones_own_language(house: House) -> None:
    noor = house.discord.server.add_member("Noor", permissions=Permission.MANAGE_GUILD)
    noor.user.locale = "de"

    refusal = await house.refusal(await noor.slash("quota set", kind="budget", amount="50€", window="month"))

    assert "Ich rechne in US-Dollar, wie der Anbieter: Schreibe $50." in refusal


async def test_who_presses_star_reads_it_in_their_language_and_the_button_stays_in_the_servers(house: House) -> None:
    server = house.discord.server
    server.set_locale("de")
    mia = server.add_member("Mia")
    mia.user.locale = "fr"
    result = await house.imagine(mia, "a fox", quality="low")

    press = await mia.click(result, "Stern")
    await house.until(lambda: press.followups)

    assert "est maintenant dans tes favoris" in press.followups[0].content
    assert "Stern · 1 Stern" in labels(result)


async def test_details_and_the_original_file_are_told_in_the_language_of_who_asks(house: House) -> None:
    mia = house.discord.server.add_member("Mia")
    mia.user.locale = "de"
    fox = await house.imagine(mia, "a fox", quality="low")

    details = await (await mia.message_command("Image details", fox)).shown()
    original = await choose(mia, fox, "original")
    await house.until(lambda: "Originaldatei" in house.words(original))

    (embed,) = details.embeds
    assert embed["title"] == "Details zu #1"
    assert {"Erstellt mit", "Angefordert von", "Bilder"} <= {field["name"] for field in embed["fields"]}
    assert house.words(original) == "#1: die Originaldatei, unverändert."
