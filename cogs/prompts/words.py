"""What stands under words about a prompt: the picture by the new ones or the old ones, the words to edit, nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Self

import discord
from typing_extensions import override

from bot.delivery.languages import ask_in
from bot.discord_ui.buttons import (
    CHOSEN,
    CHOSEN_IN_PRIVATE,
    AtelierButton,
    LastingDialog,
    asker_for,
    is_private,
    offer_of,
    opened_by,
    with_price,
)
from bot.discord_ui.interactions import Interaction, read_words
from bot.discord_ui.request_context import show_press
from bot.errors import PictureGoneError
from bot.language import phrase
from bot.presentation.choices import Asked
from bot.presentation.prompt_words import is_prompt
from bot.services.requests import Change, Task, check_prompt
from bot.services.text import number_of
from cogs.edit.dialog import COUNT, QUALITY, SIZE, select_of, words_field
from cogs.edit.dialog_choices import SAME_SIZE, Offer
from cogs.edit.dialog_submit import Filled
from cogs.imagine.retry import failure_buttons, request_behind

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Sequence

    from bot.discord_ui.rows import Item
    from bot.services.admission import Drafting
    from bot.services.jobs import Result
    from bot.services.ledger import Order
    from bot.services.requests import ImageRequest

NO_WORDS = phrase("There are no words here to go on with.")


class WordsButton(AtelierButton, action="(?!)"):
    """A button under words about a prompt; the end of its id tells whether a picture that it makes is for everybody."""

    def __init_subclass__(cls, *, action: str) -> None:
        """Give the class the pattern by which discord.py finds it."""
        super().__init_subclass__(action=action, ending="(?P<chosen>!{1,2})")

    @classmethod
    @override
    def read(cls, match: re.Match[str]) -> Self:
        return cls(number_of(match["id"]), ending=match["chosen"])


class NewWordsButton(WordsButton, action="words-new"):
    """Makes the picture by the new words; the price stands on the button."""

    label = phrase("Draw the new words")
    emoji = "🎨"
    style = discord.ButtonStyle.primary

    @override
    async def pressed(self, interaction: Interaction) -> None:
        """Ask the studio for it."""
        order, words = await _words_behind(interaction, self.subject)
        await _make(interaction, order, made_of(order.request, words))


class OldWordsButton(WordsButton, action="words-old"):
    """Makes the picture by the words as they were."""

    label = phrase("Draw the old words")

    @override
    async def pressed(self, interaction: Interaction) -> None:
        """Ask the studio for it."""
        order, _ = await _words_behind(interaction, self.subject)
        await _make(interaction, order, made_of(order.request, order.request.prompt))


class EditWordsButton(WordsButton, action="words-edit"):
    """Opens the new words in a dialog, with the options of the picture."""

    label = phrase("Edit first")
    emoji = "✏️"

    @override
    async def pressed(self, interaction: Interaction) -> None:
        """Open the dialog."""
        order, words = await _words_behind(interaction, self.subject)
        asker, services = await asker_for(interaction, order), interaction.client.services
        request = made_of(order.request, words)
        usual = await services.drafting.usual(asker.requester)
        asked = Asked(
            request.partial_images,
            inputs=tuple((file.width, file.height) for file in request.files),
            output_format=request.output_format,
            frames=request.frames,
            fidelity=request.input_fidelity,
        )
        offer = Offer(request, services.catalog.model(request.model), usual.permit, asked)
        dialog = WordsDialog(order.id, offer, opened_by(interaction))
        await ask_in(interaction, dialog)


class LeaveButton(WordsButton, action="words-leave"):
    """Makes nothing of it."""

    label = phrase("Nothing")

    @override
    async def pressed(self, interaction: Interaction) -> None:
        """Take the buttons away; the words stay to be read."""
        await show_press(interaction, view=None)


class WordsDialog(LastingDialog, template=r"words:(?P<id>[0-9]{1,20}):[0-9]+!{1,2}"):
    """Asks for the words of a picture, and for its options."""

    def __init__(self, request_id: str, offer: Offer, ends_with: str) -> None:
        """As it is opened.

        Args:
            request_id: of the words that stand there.
            offer: the picture as it would be, and what may be chosen.
            ends_with: ends the `custom_id`: see `bot.discord_ui.buttons.opened_by`.
        """
        super().__init__(phrase("A picture by these words"), f"words:{request_id}{ends_with}")
        request = offer.request
        self._ask(phrase("What to make"), words_field(request.prompt))
        if request.change is Change.NEW:
            self._ask(phrase("Size"), select_of(SIZE, offer.sizes, SAME_SIZE))
        self._ask(phrase("Quality"), select_of(QUALITY, offer.qualities, request.quality))
        self._ask(phrase("How many"), select_of(COUNT, offer.counts, str(request.count)))

    def _ask(self, text: str, field: discord.ui.Item[Any]) -> None:
        self.add_item(discord.ui.Label(text=text, component=field))


async def make_edited(interaction: Interaction, match: re.Match[str]) -> None:
    """Make what the dialog says."""
    order = await request_behind(interaction, number_of(match["id"]))
    filled = Filled.of(interaction)
    words = await read_words(interaction, filled.prompt)
    before = made_of(order.request, words)
    check_prompt(words, before.change)
    request = replace(
        before,
        size=filled.size or before.size,
        quality=filled.quality or before.quality,
        count=filled.count or before.count,
    )
    await _make(interaction, order, request, offer_of(interaction))


def made_of(request: ImageRequest, words: str) -> ImageRequest:
    """The picture that a request for words is about, by these words."""
    picture = replace(request, prompt=words, talk=None)
    is_description = request.talk is not None and request.talk.task is Task.DESCRIBE
    return replace(picture, references=()) if is_description else picture


def offered(drafting: Drafting) -> Callable[[Result], Sequence[Item]]:
    """What makes the buttons under words about a prompt; under what is none, those of a failure."""

    def make(result: Result) -> Sequence[Item]:
        order = result.request
        number, request, talk = number_of(order.id), order.request, order.request.talk
        answer = next((answer for answer in result.answers if is_prompt(answer)), None)
        if answer is None or talk is None:
            return failure_buttons(drafting, number, request)
        ending = CHOSEN_IN_PRIVATE if talk.is_private else CHOSEN
        new = drafting.again_price(made_of(request, answer.words))
        edit, leave = EditWordsButton(number, ending=ending), LeaveButton(number, ending=ending)
        if talk.task is Task.DESCRIBE:
            return NewWordsButton(number, with_price(phrase("Draw it"), new), ending), edit, leave
        old = with_price(OldWordsButton.label, drafting.again_price(made_of(request, request.prompt)))
        return (
            NewWordsButton(number, with_price(NewWordsButton.label, new), ending),
            OldWordsButton(number, old, ending),
            edit,
            leave,
        )

    return make


async def _make(interaction: Interaction, order: Order, request: ImageRequest, offer: int | None = None) -> None:
    asker = await asker_for(interaction, order)
    again = await interaction.client.services.drafting.again(asker.requester, request)
    private = is_private(interaction)
    await interaction.client.intake.take(interaction, again, private=private, asker=asker, offer=offer)


async def _words_behind(interaction: Interaction, request_id: int) -> tuple[Order, str]:
    """The request for words, and the new ones.

    Raises:
        PictureGoneError: it is not theirs, or there are none.
    """
    order = await request_behind(interaction, request_id)
    answer = next((job.answer for job in order.jobs if job.answer is not None and is_prompt(job.answer)), None)
    if answer is None or not order.request.is_wording:
        raise PictureGoneError(NO_WORDS)
    return order, answer.words
