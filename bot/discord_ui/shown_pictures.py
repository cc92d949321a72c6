"""One picture shown once more, with live buttons: by the answer to an interaction, or by a message of its own."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bot.delivery.ladder import NoWayError, ShownResult, Spot, Way, climb
from bot.delivery.languages import language_of_reader, shown_in, translated
from bot.delivery.uploads import files_of, upload_limit
from bot.discord_retries import steadily
from bot.discord_ui.buttons import picture_of
from bot.errors import PictureGoneError, UserFacingError
from bot.language import phrase
from bot.services.jobs import Posted, Result

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    import discord

    from bot.delivery.ladder import Buttons
    from bot.delivery.uploads import Upload
    from bot.discord_ui.interactions import AtelierClient, Interaction
    from bot.services.ledger import Order, Picture
    from bot.wiring import Services


def answer_by(
    interaction: discord.Interaction[Any],
) -> Callable[[str, Sequence[Upload], discord.ui.View | None], Awaitable[Posted]]:
    """Shows something as the interaction's own answer, which was promised before."""

    async def show(text: str, uploads: Sequence[Upload], view: discord.ui.View | None) -> Posted:
        language = language_of_reader(interaction)
        below = translated(view, language)
        await steadily(
            lambda: interaction.edit_original_response(
                attachments=files_of(uploads, language), view=below, **shown_in(text, language)
            )
        )
        return Posted()

    return show


async def saying_of(client: AtelierClient, order: Order, pictures: Sequence[Picture], *notes: str) -> ShownResult:
    """Pictures of a result as they are shown, from their original files, with what they alone have cost.

    Raises:
        PictureGoneError: a file is lost.
    """
    title = client.services.catalog.title_of(order.request.model)
    return ShownResult(await result_of(client.services, order, pictures), title, client.buttons, notes)


async def result_of(services: Services, order: Order, pictures: Sequence[Picture]) -> Result:
    """A request as if nothing had come of it but these pictures, with their original files.

    Raises:
        PictureGoneError: a file is lost.
    """
    files: list[tuple[Picture, bytes]] = []
    for picture in pictures:
        content = await services.blobs.get(picture.image.digest)
        if content is None:
            number = f"#{picture.number}"
            raise PictureGoneError(
                phrase("I have lost the original of {number}. Its message may still show it.", number=number)
            )
        files.append((picture, content))
    shown = _alone(order, pictures[0]) if len(pictures) == 1 else order.showing([each.number for each in pictures])
    return Result(shown, tuple(files), ())


def rows_of(buttons: Buttons, order: Order, number: int) -> discord.ui.View | None:
    """The rows under a result that stands there already, as they would be made now.

    Args:
        buttons: makes them.
        order: the request behind it.
        number: of the picture that is shown out of several; 0 where all are that are left.

    Raises:
        PictureGoneError: nothing is left of what is shown.
    """
    if number:
        order = _alone(order, picture_of(order, number))
    pictures = order.pictures
    if not pictures:
        raise PictureGoneError
    return buttons.of_result(Result(order, tuple((picture, b"") for picture in pictures), ()))


def _alone(order: Order, picture: Picture) -> Order:
    """A request as if nothing had come of it but this picture."""
    return replace(order, jobs=tuple(job for job in order.jobs if job.id == picture.job_id))


async def show_privately(interaction: Interaction, order: Order, picture: Picture) -> None:
    """Show a picture to whoever acts alone, in place of the answer that was promised.

    Raises:
        UserFacingError: Discord does not take it there.
    """
    saying = await saying_of(interaction.client, order, [picture])
    way = Way(Spot.RESPONSE, answer_by(interaction), upload_limit(interaction.guild))
    try:
        await climb([way], saying, interaction.channel_id or 0)
    except NoWayError as nowhere:
        number = f"#{picture.number}"
        raise UserFacingError(
            phrase("I cannot show {number} here, because {why}.", number=number, why=nowhere.why)
        ) from nowhere
