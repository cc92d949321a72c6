"""Who uses the bot in a soak, and what they do: whatever is offered to them, in any order."""

from __future__ import annotations

import asyncio
import itertools
from typing import TYPE_CHECKING, Any, cast

from PIL import Image

from bot.sandbox.discord import CannotDoThatError, Permission, Upload
from bot.sandbox.discord.checks.components import SELECTS, Kind, walk
from bot.sandbox.discord.checks.modals import fields_of
from bot.services.accounting import Billing
from tests.pictures.samples import encoded, gradient

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator
    from random import Random

    from bot.sandbox.discord import Invocation, Member, Message, Server
    from tests.wire.house import House

SERVERS, MEMBERS = 3, 6  # members of each
NEWEST = 25  # messages of a channel that people look at
PATIENCE = 8.0  # seconds that somebody waits for a dialog
AT_REST = 120.0  # seconds until what nothing disturbs is answered, for a slow machine's sake
QUALITIES, SIZES = ("low", "low", "medium"), ("1024x1024", "1536x1024", "1024x1536")
FILES = (
    Upload("photo.jpg", encoded(gradient(640, 480), "JPEG")),
    Upload("tall.png", encoded(gradient(300, 500), "PNG")),
    Upload("red.webp", encoded(Image.new("RGB", (256, 256), "red"), "WEBP")),
    Upload("broken.png", encoded(gradient(300, 300), "PNG")[:2000]),
)
MASK = Upload("mask.png", encoded(Image.new("L", (640, 480), 255), "PNG"))
LEAD = Permission.MANAGE_GUILD | Permission.MANAGE_MESSAGES
AMOUNTS = ("3 pictures", "60 pictures", "400 pictures", "$0.20", "$3", "$40", "nonsense")
WORDS = ("make it stormy", "in the rain", "as a woodcut", "without the boat", "thanks!", "why is it blue?")


class Crowd:
    """Members and leads of some servers. What they ask for carries a number, by which it is found in all books."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._numbers = itertools.count(1)
        self._servers: dict[int, Server] = {}  # by the account of whoever is there
        self.members: list[Member] = []
        self.leads: list[Member] = []

    def come(self) -> None:
        """Everybody comes; the bot must have been there once, so that its commands are known."""
        discord = self._house.discord
        others = [discord.add_server(f"Server {number}", ("general", "art")) for number in range(1, SERVERS)]
        for number, server in enumerate([discord.server, *others]):
            self.leads.append(server.add_member(f"Lead {number}", permissions=LEAD))
            self.members += [server.add_member(f"Member {number}.{each}") for each in range(MEMBERS)]
            self._servers |= {member.id: server for member in server.members.values()}

    async def act(self, dice: Random) -> str:
        """Somebody does something; what. Raises CannotDoThatError or TimeoutError where it came to nothing."""
        acts: dict[Callable[[Random], Awaitable[str]], float] = {
            self._imagine: 8,
            self._edit: 2,
            self._reply: 3,
            self._press: 7,
            self._star: 2,
            self._publish: 3,
            self._cancel: 4,
            self._look: 1,
            self._type: 0.5,
            self._menu: 1,
            self._use_preset: 1.5,
            self._keep_preset: 0.7,
            self._moderate: 0.3,
            self._lead: 1.5,
        }
        (chosen,) = dice.choices(list(acts), list(acts.values()))
        return await chosen(dice)

    async def open_galleries(self) -> None:
        """Leads choose where starred pictures are shown."""
        for lead in self.leads:
            here = self._servers[lead.id]
            await (await lead.slash("studio gallery", channel_=here.channels[-1], stars=1)).answered(AT_REST)

    async def let_all_go_on(self) -> None:
        """Leads take back every pause."""
        for lead in self.leads:
            await (await lead.slash("studio resume")).answered(AT_REST)

    # --- members -------------------------------------------------------------------------------------------------

    async def _imagine(self, dice: Random) -> str:
        member, options = dice.choice(self.members), self._wishes(dice)
        if dice.random() < 0.2:
            options["image1"] = dice.choice(FILES)
        await member.slash("imagine", channel=dice.choice(self._servers[member.id].channels), **options)
        return f"{member.name}: imagine {options['prompt']} {options['count']}"

    async def _edit(self, dice: Random) -> str:
        member, options = dice.choice(self.members), self._wishes(dice)
        options["image"] = dice.choice(FILES)
        if dice.random() < 0.4:
            options |= {"image": FILES[0], "mask": MASK}
        await member.slash("edit", **options)
        return f"{member.name}: edit {options['prompt']}"

    def _wishes(self, dice: Random) -> dict[str, Any]:
        wishes: dict[str, Any] = {
            "prompt": self._words(dice, "a lighthouse at dusk"),
            "count": dice.choice((1, 1, 1, 2, 4)),
            "quality": dice.choice(QUALITIES),
            "size": dice.choice(SIZES),
        }
        if dice.random() < 0.15:
            wishes["private"] = True
        return wishes

    def _words(self, dice: Random, words: str = "") -> str:
        return f"{words or dice.choice(WORDS)} [{next(self._numbers)}]"

    async def _reply(self, dice: Random) -> str:
        member = dice.choice(self.members)
        message = self._some_message(dice, member, lambda one: bool(one.attachments))
        files = [dice.choice(FILES)] if dice.random() < 0.2 else []
        words = self._words(dice)
        await member.reply(message, words, files, ping=dice.random() < 0.9)
        return f"{member.name}: replies {words}"

    async def _press(self, dice: Random) -> str:
        member = dice.choice(self.members)
        message = self._some_message(dice, member, lambda one: any(_usable(one)))
        part = dice.choice(list(_usable(message)))
        name = str(part.get("label") or part["custom_id"])
        if part["type"] == Kind.BUTTON:
            pressed = await member.click(message, part["custom_id"])
        else:
            option = dice.choice(part.get("options") or [{"value": member.user}])
            pressed = await member.select(message, part["custom_id"], option["value"])
            name = str(option["value"])
        await self._fill_in(dice, member, pressed)
        return f"{member.name}: presses {name}"

    async def _star(self, dice: Random) -> str:
        """Star a picture, or take that back; of several, say which."""
        member = dice.choice(self.members)
        message = self._some_message(dice, member, lambda one: any(map(_is_star, _usable(one))))
        pressed = await member.click(message, next(part for part in _usable(message) if _is_star(part))["custom_id"])
        await pressed.answered(PATIENCE)
        asked = pressed.response
        if asked is not None and asked is not message:
            await member.click(asked, dice.choice(list(_usable(asked)))["custom_id"])
        return f"{member.name}: stars {message.content[:20]!r}"

    async def _publish(self, dice: Random) -> str:
        """Publish something private, or take it back, where that is offered; else make something private."""
        member = dice.choice(self.members)
        if not any(any(_publicities(one)) for one in self._seen_by(member)):
            words = self._words(dice, "a secret castle")
            await member.slash("imagine", prompt=words, count=2, quality="low", private=True)
            return f"{member.name}: imagine {words}, privately"
        message = self._some_message(dice, member, lambda one: any(_publicities(one)))
        custom_id, value = dice.choice(list(_publicities(message)))
        question = await (await member.select(message, custom_id, value)).shown(PATIENCE)
        await member.click(question, dice.choice(list(_usable(question)))["custom_id"])
        return f"{member.name}: {value} {message.content[:20]!r}"

    async def _fill_in(self, dice: Random, member: Member, pressed: Invocation) -> None:
        """Answer a dialog, if one comes: with what stands in it, and new words where words are asked for."""
        await pressed.answered(PATIENCE)
        if pressed.modal is None:
            return
        values: dict[str, object] = {}
        for _, field in fields_of(pressed.modal):
            if field["type"] == Kind.TEXT_INPUT and (field["custom_id"] == "prompt" or not field.get("value")):
                values[field["custom_id"]] = self._words(dice) if dice.random() < 0.9 else dice.choice(AMOUNTS)
            elif field["type"] == Kind.FILE_UPLOAD and (field.get("required", True) or dice.random() < 0.2):
                values[field["custom_id"]] = [dice.choice(FILES)]
        await member.submit_modal(pressed, values)

    async def _cancel(self, dice: Random) -> str:
        """Cancel something of one's own, mostly; and answer the question, now and then."""
        candidates = [
            (member, message)
            for member in self.members
            for message in self._seen_by(member)
            if any(part.get("label") == "Cancel" for part in _usable(message))
        ]
        own = [
            (member, message) for member, message in candidates if member.mention in message.content or message.origin
        ]
        if not candidates:
            raise CannotDoThatError("There is nothing to cancel.")
        member, message = dice.choice(own or candidates)
        pressed = await member.click(message, "Cancel")
        question = await pressed.shown(PATIENCE)
        labels = [str(part.get("label")) for part in _usable(question)]
        answer = dice.choice(["nothing", *labels])
        if answer != "nothing":
            await member.click(question, answer)
        return f"{member.name}: cancels, and says {answer}"

    async def _look(self, dice: Random) -> str:
        """What is left to them, or their defaults: the panel is pressed like everything else."""
        member, command = dice.choice(self.members), dice.choice(("usage", "settings"))
        await member.slash(command)
        return f"{member.name}: {command}"

    async def _type(self, dice: Random) -> str:
        member = dice.choice(self.members)
        await member.autocomplete("imagine", focused=dice.choice(("size", "quality", "model")), prompt="a fox", count=2)
        return f"{member.name}: types"

    async def _menu(self, dice: Random) -> str:
        member = dice.choice(self.members)
        message = self._some_message(dice, member, lambda one: bool(one.attachments) and one.only_for is None)
        entry = dice.choice(("Edit image", "Vary image", "Image details", "Star image"))
        await self._fill_in(dice, member, await member.message_command(entry, message))
        return f"{member.name}: {entry}"

    async def _use_preset(self, dice: Random) -> str:
        """One of their own, of the server or a starter, by the quick way or by its dialog."""
        member = dice.choice(self.members)
        offered = await member.autocomplete("preset use", focused="name", value="")
        name = str(dice.choice(offered)["value"])
        options: dict[str, Any] = {"prompt": self._words(dice)} if dice.random() < 0.5 else {}
        if dice.random() < 0.2:
            options["image1"] = dice.choice(FILES)
        await self._fill_in(dice, member, await member.slash("preset use", name=name, **options))
        return f"{member.name}: uses {name} {options.get('prompt', '')}"

    async def _keep_preset(self, dice: Random) -> str:
        """A lead's for the server, or a member's own; or one is deleted."""
        member = dice.choice([*self.members, *self.leads])
        if dice.random() < 0.3:
            offered = await member.autocomplete("preset delete", focused="name", value="")
            name = str(dice.choice(offered)["value"])
            question = await (await member.slash("preset delete", name=name)).shown(PATIENCE)
            await member.click(question, "Delete for good")
            return f"{member.name}: deletes the preset {name}"
        name = f"no. {next(self._numbers)}"
        options: dict[str, Any] = {"scope": "server's" if member in self.leads else "mine"}
        if dice.random() < 0.5:
            options["image1"] = dice.choice(FILES)
        words = self._words(dice, "a {subject=fox}, {style=oil|ink}")
        await member.slash("preset save", name=name, prompt=words, **options)
        return f"{member.name}: keeps the preset {name}"

    # --- leads ---------------------------------------------------------------------------------------------------

    async def _moderate(self, dice: Random) -> str:
        """A moderator deletes something of the bot's, its progress perhaps; or the server is away for a moment."""
        lead = dice.choice(self.leads)
        if dice.random() < 0.3:
            server = self._servers[lead.id]
            server.fail_for_a_while()
            return f"{server.guild.name} is away for a moment"
        message = self._some_message(dice, lead, lambda one: one.only_for is None)
        await lead.delete(message)
        return f"{lead.name}: deletes {message.content[:20]!r}"

    async def _lead(self, dice: Random) -> str:
        """A lead looks or decides; what would keep everybody from asking is soon taken back."""
        lead = dice.choice(self.leads)
        name, options = dice.choice(list(self._decisions(dice, lead)))
        told = await lead.slash(name, **options)
        undone = {"studio pause": "studio resume", "studio block": "studio unblock"}.get(name)
        if undone is not None:
            await asyncio.sleep(dice.uniform(0.5, 6.0))
            await told.answered(PATIENCE)
            await lead.slash(undone, **{key: value for key, value in options.items() if key == "member"})
        return f"{lead.name}: {name} {list(options.values())}"

    def _decisions(self, dice: Random, lead: Member) -> Iterator[tuple[str, dict[str, Any]]]:
        here = self._servers[lead.id]
        member = dice.choice([one for one in here.members.values() if one is not lead])
        amount, window = dice.choice(AMOUNTS), dice.choice(("hour", "day", "week", "month"))
        yield "studio pause", {"reason": "a look at the bill"}
        yield "studio resume", {}
        yield "studio status", {}
        yield "studio audit", {}
        yield "studio log", {"channel_": dice.choice(here.channels)}
        yield "studio gallery", {"channel_": dice.choice(here.channels), "stars": dice.choice((1, 2))}
        yield "studio defaults", {}
        yield "studio replies", {"mode": dice.choice(("at once", "at once", "ask"))}
        yield "studio models", {"action": "show"}
        yield "studio block", {"member": member, "reason": "spam"}
        yield "quota show", {"member": member}
        yield "quota report", {"by": dice.choice(("member", "model", "day", "channel"))}
        yield "quota export", {}
        yield "quota set", {"kind": "allowance", "amount": amount, "window": window, "member": member}
        yield "quota set", {"kind": "allowance", "amount": "400 pictures", "window": window}
        yield "quota set", {"kind": "budget", "amount": dice.choice(("$40", "$60")), "window": window}
        yield "quota grant", {"amount": amount, "reason": "a deadline", "window": window, "member": member}
        charge, outcome = f"#{dice.randint(1, 200)}", dice.choice(list(Billing)).value
        yield "quota resolve", {"charge": charge, "outcome": outcome, "reason": "the dashboard says so"}

    # --- what they see ---------------------------------------------------------------------------------------------

    def _some_message(self, dice: Random, member: Member, is_meant: Callable[[Message], bool]) -> Message:
        found = [message for message in self._seen_by(member) if is_meant(message)]
        if not found:
            raise CannotDoThatError("There is nothing of the kind.")
        return dice.choice(found)

    def _seen_by(self, member: Member) -> Iterator[Message]:
        """The newest messages of the bot that a member sees."""
        bot = self._house.discord.bot
        for channel in [*self._servers[member.id].channels, member.direct_channel]:
            for message in channel.history[-NEWEST:]:
                if message.author is bot and message.is_visible_to(member.user):
                    yield message


def _is_star(part: dict[str, Any]) -> bool:
    return str(part["custom_id"]).startswith("star:")


def _publicities(message: Message) -> Iterator[tuple[str, str]]:
    """The menus under a message that offer to publish or unpublish it, and which of these."""
    for part in _usable(message):
        for option in part.get("options") or ():
            if option["value"] in {"publish", "unpublish"}:
                yield part["custom_id"], option["value"]


def _usable(message: Message) -> Iterator[dict[str, Any]]:
    """The buttons and menus under a message that can be used, and tell the bot so."""
    for _, part in walk([*cast("list[Any]", message.components)]):
        if part.get("type") in {Kind.BUTTON, *SELECTS} and part.get("custom_id") and not part.get("disabled"):
            yield part
