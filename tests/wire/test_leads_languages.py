"""Leads read their own language, channels the server's or the one that leads choose; also after a restart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.sandbox.discord import Permission

if TYPE_CHECKING:
    from bot.sandbox.discord import Channel, Member, Message
    from tests.wire.house import House, OpenHouse

ONE_A_DAY = {"ATELIER_MEMBER_DAILY_IMAGES": "1"}


def a_lead(house: House, locale: str = "de") -> Member:
    lea = house.discord.server.add_member("Lea", permissions=Permission.MANAGE_GUILD)
    lea.user.locale = locale
    return lea


async def told(member: Member, command: str, **options: Any) -> str:  # noqa: ANN401 - the command's options
    message = await (await member.slash(command, **options)).shown()
    return "\n".join([message.content, *(str(embed) for embed in message.embeds), str(message.components)])


def last(channel: Channel) -> Message:
    return channel.messages[-1]


async def test_a_language_is_chosen_at_once_audited_kept_and_given_back_to_discord(open_house: OpenHouse) -> None:
    house = await open_house()
    await house.start_bot()
    house.discord.server.set_locale("fr")
    lea, mia = a_lead(house), house.discord.server.add_member("Mia")

    french = await house.imagine(mia, "a fox", quality="low")
    chosen = await told(lea, "studio language", language="ja")
    japanese = await house.imagine(mia, "a fox", quality="low")
    await house.restart_bot()
    later = await house.imagine(mia, "a fox", quality="low")
    status, audit = await told(lea, "studio status"), await told(lea, "studio audit")
    shown = await told(lea, "studio language")
    await told(lea, "studio language", language="auto")
    own = await told(lea, "studio language")
    again = await house.imagine(mia, "a fox", quality="low")

    assert " pour <@" in french.content
    assert "Die Sprache dieses Servers: vorher automatisch, jetzt 日本語." in chosen
    assert "さんへ" in japanese.content
    assert "さんへ" in later.content
    assert "Sprache: 日本語." in status
    assert "Die Sprache dieses Servers: vorher automatisch, jetzt 日本語." in audit
    assert "in dieser Sprache: 日本語" in shown
    assert "in der Sprache des Servers: Français" in own
    assert " pour <@" in again.content


async def test_leads_and_the_log_and_who_asks_for_more_read_each_their_own(open_house: OpenHouse) -> None:
    house = await open_house()
    await house.start_bot(**ONE_A_DAY)
    house.discord.server.set_locale("fr")
    log, lea, mia = house.discord.server.channel("random"), a_lead(house), house.discord.server.add_member("Mia")
    mia.user.locale = "es-ES"

    set_up = await told(lea, "studio log", channel_=log)
    await house.imagine(mia, quality="low")
    refused = await (await mia.slash("imagine", prompt="a fox", quality="low")).shown()
    asked = await mia.click(refused, "Pedir más")
    await house.ended(asked)
    increase = last(log)
    press = await lea.click(increase, "Accorder 1 image")
    await house.restart_bot(**ONE_A_DAY)
    await house.until(lambda: mia.direct_channel.messages)
    budget = await told(lea, "quota set", kind="budget", amount="1 Bild", window="month")
    await house.refusal(await house.discord.server.add_member("Zoe").slash("imagine", prompt="a fox", quality="low"))
    await house.until(lambda: "🔴" in last(log).content)

    assert "Der Log-Kanal: vorher nicht gewählt, jetzt" in set_up
    assert log.messages[0].content.startswith("📒 Les alertes de budget")
    assert house.words(asked).startswith("Pedido. Tus responsables")
    assert "a demandé un supplément dans" in increase.content
    assert "a accordé 1 image" in increase.content
    assert press.user is lea.user
    (notice,) = mia.direct_channel.messages
    assert "Pediste más en" in notice.content
    assert "concedió 1 imagen" in notice.content
    assert "Das Monatsbudget dieses Servers: vorher nicht festgelegt, jetzt 1 Bild." in budget
    assert last(log).content.startswith("🔴 Le budget mensuel de ce serveur est épuisé (1 image sur 1 image)")


async def test_a_safe_configuration_takes_four_choices_from_joining(house: House) -> None:
    await house.ready.wait()
    new = house.discord.add_server("New", ("talk", "log"), furnish=lambda server: server.set_locale("de"))
    lea = new.add_member("Lea", permissions=Permission.MANAGE_GUILD)
    lea.user.locale = "de"
    talk, log = new.channel("talk"), new.channel("log")
    await house.until(lambda: talk.messages)
    greeting = last(talk)

    dialog = await lea.click(greeting, "Einrichten (für die Leitung)")
    await house.until(lambda: dialog.modal is not None)
    values: dict[str, object] = {"log": log, "zone": "Europe/Berlin"}
    answer = await lea.submit_modal(dialog, values)
    await house.ended(answer)
    choices = len(["the button", *values, "Submit"])
    text = house.words(answer)

    assert choices <= 4
    assert greeting.content.startswith("👋 Ich mache aus Worten Bilder")
    assert "✅ Ab jetzt:\n- Das Monatsbudget dieses Servers: 20,00\xa0$\n" in text
    assert "Das Tageskontingent für alle: 10 Bilder" in text
    assert "Zeitzone Europe/Berlin" in text
    assert f"Log-Kanal <#{log.id}>" in text
    assert last(log).content.startswith("📒 Warnungen zu Budgets")
