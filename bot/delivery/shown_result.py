"""How a result is shown, and what stands under it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from typing_extensions import override

from bot.delivery.ladder import Saying
from bot.delivery.posting import Upload, uploads_of
from bot.presentation.result import BUTTONLESS, result_text
from bot.presentation.turns import words_text
from bot.presentation.wordings import wording_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    import discord

    from bot.services.jobs import Result
    from bot.services.requests import ImageRequest


class Buttons(Protocol):
    """Makes the rows of buttons, anew for each message: discord.py forgets the classes of a view that is used twice."""

    def of_result(self, result: Result) -> discord.ui.View | None:
        """Buttons under a result."""
        ...

    def of_words(self, result: Result) -> discord.ui.View | None:
        """Buttons under words about a prompt."""
        ...

    def of_progress(self, request_id: str) -> discord.ui.View | None:
        """Buttons under a request that waits or is being made."""
        ...

    def of_late(self, request_id: str) -> discord.ui.View | None:
        """The button with which a result can be fetched that came too late for its place, or was taken nowhere."""
        ...

    def of_failure(self, request_id: str, request: ImageRequest) -> discord.ui.View | None:
        """Buttons under a failure: the same once more, or with other words."""
        ...


@dataclass(frozen=True, slots=True)
class ShownResult(Saying):
    """A result as it is shown. Args as those of `MessageDelivery`."""

    result: Result
    model_title: str
    buttons: Buttons
    notes: tuple[str, ...] = ()

    @override
    async def fitted(self, limit: int, notes: Sequence[str], *, lean: bool) -> tuple[str, Sequence[Upload]]:
        """Files as large as the place takes."""
        if not self.result.files:
            tell = wording_text if self._is_wording else words_text
            return tell(self.result, [*notes, *self.notes]), ()
        posting = await uploads_of(self.result, limit)
        said = [*notes, *([BUTTONLESS] if lean else []), *self.notes, *posting.notes]
        return result_text(self.result, self.model_title, said, posting.copied), posting.uploads

    @override
    def view(self) -> discord.ui.View | None:
        request = self.result.request
        if self._is_wording:
            return self.buttons.of_words(self.result)
        if not self.result.files and any(answer.refusal for answer in self.result.answers):
            return self.buttons.of_failure(request.id, request.request)
        return self.buttons.of_result(self.result) if self.result.files and self.result.is_numbered else None

    @property
    def _is_wording(self) -> bool:
        return self.result.request.request.is_wording
