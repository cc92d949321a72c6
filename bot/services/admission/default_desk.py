"""Where members choose what is made for them when they say nothing, and leads for everybody on their server."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.errors import RequestRefused
from bot.language import joined, phrase, plural
from bot.services.policy import NOT_SET, Aspect, DefaultChoices, Lead, Requester, Whose, all_qualities
from bot.services.requests import MOST_PICTURES
from bot.services.text import number_of

if TYPE_CHECKING:
    from bot.services.admission.drafting import Drafting
    from bot.services.admission.usual_choices import Usual
    from bot.services.catalog import Catalog
    from bot.services.policy import Choice, Decisions, ServerPolicy

YES, NO, NONE = "yes", "no", "none"
ALL_AT_ONCE = phrase("the defaults")
SUBJECTS = {
    Aspect.MODEL: phrase("the default model"),
    Aspect.SIZE: phrase("the default size"),
    Aspect.QUALITY: phrase("the default quality"),
    Aspect.COUNT: phrase("the default number of pictures"),
    Aspect.FORMAT: phrase("the default format"),
    Aspect.PRIVATE: phrase("who sees results by default"),
    Aspect.PREVIEWS: phrase("the default number of previews"),
}
NOT_OFFERED = phrase("I do not offer that. Use the command once more, and choose one of what it shows.")


@dataclass(frozen=True)
class DefaultsDesk:
    """Shows and changes defaults. `Whose.OWN` are those of a member on a server, `Whose.SERVER` the server's."""

    drafting: Drafting
    decisions: Decisions

    async def usual(self, requester: Requester, whose: Whose) -> Usual:
        """What is usual for a member; or on their server for who has no roles and has chosen nothing."""
        return await self.drafting.usual(requester if whose is Whose.OWN else Requester(requester.server_id, 0, 0))

    async def choose(self, requester: Requester, whose: Whose, aspect: Aspect, text: str) -> str:
        """Let something be the default from now on; an empty text, or `NONE`, takes a default back.

        Args:
            requester: who chooses; a lead, where it is for the server.
            whose: for whom.
            aspect: of what.
            text: an id, a size as people say it, a number, or `YES` or `NO`.

        Returns:
            A sentence, if it is not quite what was said; else nothing.

        Raises:
            RequestRefused: it cannot be.
        """
        if text.strip() in {"", NONE}:
            choice, note = None, ""
        else:
            choice, note = self._read(await self.usual(requester, whose), aspect, text)
        await self._change(requester, whose, SUBJECTS[aspect], {aspect: choice})
        return note

    async def reset(self, requester: Requester, whose: Whose) -> None:
        """Take all defaults back."""
        await self._change(requester, whose, ALL_AT_ONCE, dict.fromkeys(Aspect))

    async def _change(
        self, requester: Requester, whose: Whose, subject: str, choices: dict[Aspect, Choice | None]
    ) -> None:
        def chosen(before: DefaultChoices) -> DefaultChoices:
            after = before
            for aspect, choice in choices.items():
                after = after.having(aspect, choice)
            return after

        if whose is Whose.OWN:
            await self.drafting.member_defaults.change(requester.server_id, requester.user_id, chosen)
            return

        def alter(before: ServerPolicy) -> ServerPolicy:
            return replace(before, defaults=chosen(before.defaults))

        def tell(policy: ServerPolicy) -> str:
            return _told(self.drafting.catalog, policy.defaults, choices)

        lead = Lead(requester.server_id, requester.user_id)
        await self.decisions.change(lead, "studio defaults", subject, alter, tell)

    def _read(self, usual: Usual, aspect: Aspect, text: str) -> tuple[Choice, str]:
        """A choice from what was written, with a sentence if it is another than that."""
        catalog = usual.catalog
        if aspect is Aspect.SIZE:
            found = catalog.model(usual.model().value).find_size(text)
            return found.size, found.note
        if aspect is Aspect.MODEL and usual.serves(text):
            return text, ""
        if aspect is Aspect.PRIVATE and text in {YES, NO}:
            return text == YES, ""
        number = number_of(text)
        counts = {Aspect.COUNT: range(1, MOST_PICTURES + 1), Aspect.PREVIEWS: range(self.drafting.most_partials + 1)}
        if text == str(number) and number in counts.get(aspect, ()):
            return number, ""
        formats = {each for model in catalog.offered(usual.today) for each in model.formats}
        words = {Aspect.QUALITY: all_qualities(catalog), Aspect.FORMAT: formats}
        if text in words.get(aspect, ()):
            return text, ""
        raise RequestRefused(NOT_OFFERED)


def choice_text(catalog: Catalog, aspect: Aspect, choice: Choice) -> str:
    """A choice as people read it."""
    if aspect is Aspect.COUNT:
        return plural("{count} picture", "{count} pictures", int(choice))
    if aspect is Aspect.PRIVATE:
        return phrase("only who asks") if choice else phrase("everybody")
    if aspect is Aspect.PREVIEWS:
        return phrase("at most {count}", count=int(choice)) if choice else phrase("none")
    told = {
        Aspect.MODEL: catalog.title_of(str(choice)),
        Aspect.SIZE: str(choice).replace("x", "×"),
        Aspect.FORMAT: str(choice).upper(),
    }
    return told.get(aspect, str(choice))


def _told(catalog: Catalog, choices: DefaultChoices, aspects: dict[Aspect, Choice | None]) -> str:
    """Some of a server's choices, as the audit keeps them."""
    made = [(aspect, choice) for aspect in aspects if (choice := choices.of(aspect)) is not None]
    if len(aspects) == 1 and made:
        return choice_text(catalog, *made[0])
    told = (joined(": ", [SUBJECTS[each], choice_text(catalog, each, choice)]) for each, choice in made)
    return joined("; ", told) if made else NOT_SET
