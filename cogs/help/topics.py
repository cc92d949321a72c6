"""What the help tells by topic, and the select that turns to one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import discord
from typing_extensions import override

from bot.delivery.languages import language_of_reader, translated
from bot.discord_retries import steadily
from bot.discord_ui.buttons import LastingItem
from bot.discord_ui.interactions import Interaction, is_lead
from bot.discord_ui.request_context import take_press
from bot.discord_ui.rows import view_of
from bot.language import joined, phrase

if TYPE_CHECKING:
    import re

LEADING = "leading"
TITLES = {
    "drawing": phrase("Drawing a picture"),
    "changing": phrase("Changing a picture"),
    "presets": phrase("Presets: words to use again"),
    "finding": phrase("Finding and bringing back"),
    "paying": phrase("Prices, limits, what is left"),
    "privacy": phrase("Private pictures, and deleting"),
    "trouble": phrase("When something goes wrong"),
    LEADING: phrase("For leads: money and rules"),
}
TEXTS = {
    "drawing": (
        phrase(
            "- `/imagine` and your words: subject, setting, style, light, details. The more you say, the less "
            "is guessed."
        ),
        phrase("- Words that shall stand in the picture: put them in quotation marks."),
        phrase(
            "- `size` takes pixels (1536x1024), shapes (16:9) and words (landscape, 4K). `quality` is what "
            "costs: draft with low, finish with ⬆️ below the picture."
        ),
        phrase("- `count` makes up to four at once; `image1` to `image4` are pictures to start from."),
        phrase(
            "- Not sure what to say? *Guided picture* of `/preset use` asks for subject, setting, style, light and "
            "details."
        ),
        phrase(
            "- `/enhance` writes your words anew with more of the picture in them; `/describe`, or *Apps*, *Describe "
            "image* on a message, turns a picture into a prompt. The price comes first, and only you see the words."
        ),
        phrase("- `/settings` keeps what you usually choose, with its price."),
        phrase("- Or mention me and say what to draw: I show the price, and you press."),
        phrase("- A preview sharpens while it is drawn. ✖️ *Cancel* is free until the image API has it."),
    ),
    "changing": (
        phrase(
            "- **Reply** to a picture of mine: your words change it. A reply to the result goes on from there, "
            "a reply to an earlier one goes back to that."
        ),
        phrase(
            "- **Attach** pictures to your reply: as references; or the picture itself with something drawn "
            "upon it, to say where; or a mask of the same shape, white where it may change."
        ),
        phrase(
            "- **Buttons:** ✏️ the words, 🎲 once more, 🔀 otherwise, ⬆️ in a higher quality; behind ⋯ zoom out, "
            "other shapes, background away, details, the original file, delete."
        ),
        phrase(
            "- **Other people's pictures:** on the message, *Apps*, *Edit image*. With `/edit` your own photo; "
            "what a mask keeps stays exactly as it was."
        ),
        phrase("- With several pictures in a result, begin with the number: #12 make it snowy."),
        phrase(
            "- `/converse`, or *Continue in a thread* behind ⋯: a thread in which each message is the next instruction."
        ),
    ),
    "presets": (
        phrase(
            "- `/preset use` draws with words, options and pictures that are kept; each choice of its name "
            "shows the price. `/imagine` takes one as `preset`, and your prompt fills it."
        ),
        phrase(
            "- `/preset list` shows yours, this server's, and starters that come with me: poster, sticker, "
            "icon set, floor plan and more. Copy one to change it."
        ),
        phrase(
            "- `/preset save` keeps your own, and *Save as preset* behind ⋯ what a picture was made with. In "
            "its words, `{subject}` is asked for at each use; `{subject=a fox}` has a default, "
            "`{style=oil|ink}` choices; `{{` is a brace itself."
        ),
        phrase("- Pictures that you attach are kept with it and sent each time: a logo, a palette, a figure."),
        phrase("- Yours only you see. Those of the server all members see, and leads keep them."),
    ),
    "finding": (
        phrase(
            "- `/history` searches by words of the prompt, member, model, day, channel; nine to a page, each "
            "with its number."
        ),
        phrase("- `/show` brings a picture into this channel with live buttons, also when its message is gone."),
        phrase("- *Details* behind ⋯ tells how it was asked for, what it cost, and what it was made from."),
        phrase(
            "- ⭐ under a result keeps it among your favourites: `favourites` of `/history` finds them. With "
            "enough stars a picture comes into the server's gallery, if leads have chosen one."
        ),
        phrase("- You find what was made where you can read, and never somebody's private pictures."),
    ),
    "paying": (
        phrase(
            "- The price stands beside what you choose and on the buttons; whoever asks or presses pays. It is "
            "the most that it can cost: what it did cost stands below the result."
        ),
        phrase(
            "- **Allowances** are yours, **budgets** are shared. All must hold; `/usage` shows what is left of "
            "each, and when it resets."
        ),
        phrase("- Nothing is charged for what was refused, cancelled in time, or failed before the image API had it."),
        phrase("- Not enough left? Under the refusal, 🙋 *Ask for more* asks your leads."),
    ),
    "privacy": (
        phrase(
            "- `private` shows the result to you alone, also in `/history`; `/settings` can make that your default."
        ),
        phrase(
            "- *Publish* behind ⋯ shows a private picture of yours to everybody in a channel, and *Unpublish* takes it "
            "back; what others made of it stays. Only its owner can do either."
        ),
        phrase("- Of a file of yours only the picture is kept and sent: no position, author or earlier version."),
        phrase(
            "- *Delete* behind ⋯ removes a picture for good, from here and from my store: yours by you, any by "
            "a moderator. What it cost stays in the books."
        ),
    ),
    "trouble": (
        phrase(
            "- **A refusal** says what to change, and costs nothing. **A failure** says why, and what it cost; "
            "where that helps, *Try again* or *Change the words* below it takes your words along."
        ),
        phrase(
            "- **It waits:** the line below tells your place and about how long. Nobody is overtaken by "
            "somebody's forty pictures."
        ),
        phrase("- **The image API is down:** what waits is kept, and made when it is back."),
        phrase(
            "- **I was restarted:** nothing is lost. What was being drawn comes, or it is said that its "
            "outcome is not known."
        ),
        phrase("- **Still wrong?** Tell a lead the reference number, if the answer has one."),
    ),
    LEADING: (
        phrase("- `/studio setup`: budget, daily allowance, log channel, time zone and lead role in one step."),
        phrase(
            "- `/quota set`, `/quota show`, `/quota grant`: limits in pictures or dollars, for the server, a "
            "channel, a role, a member."
        ),
        phrase("- `/quota report`, `/quota export`: a month by member, model, day or channel; every job as CSV."),
        phrase("- `/studio pause` stops at once, `/studio resume` goes on, `/studio status` tells how things stand."),
        phrase(
            "- `/studio models`, `/studio channels`, `/studio roles`: what may be asked for, and where. "
            "`/studio replies`: when words in a reply change a picture. `/studio defaults`: what pictures are "
            "like for who chooses nothing. `/studio gallery`: where starred pictures are shown."
        ),
        phrase("- `/studio language`: the language of what everybody reads here."),
        phrase(
            "- `/studio audit`: who decided what, when and why. `/studio log`: where alerts and questions for "
            "more are posted."
        ),
    ),
}


class TopicSelect(LastingItem[discord.ui.Select[Any]], template=r"help(?P<leads>:leads)?"):
    """Turns the help to a topic; `leads` for those to whom the one for leads is offered."""

    def __init__(self, *, leads: bool, chosen: str | None = None) -> None:
        options = [
            discord.SelectOption(label=title, value=topic, default=topic == chosen)
            for topic, title in TITLES.items()
            if leads or topic != LEADING
        ]
        custom_id = "help:leads" if leads else "help"
        super().__init__(
            discord.ui.Select[Any](placeholder=phrase("Read about …"), options=options, custom_id=custom_id)
        )

    @classmethod
    @override
    def read(cls, match: re.Match[str]) -> Self:
        return cls(leads=match["leads"] is not None)

    @override
    async def pressed(self, interaction: Interaction) -> None:
        """Show the topic in place of what stands there."""
        (topic,) = self.item.values or ("drawing",)
        leads = await is_lead(interaction)
        await take_press(interaction)
        language = language_of_reader(interaction)
        told = language.translate(topic_text(topic if topic in TEXTS else "drawing"))
        text = await interaction.client.command_links.linked(told)
        view = translated(view_of([TopicSelect(leads=leads, chosen=topic)]), language)
        await steadily(lambda: interaction.edit_original_response(content=text, view=view))


def topic_text(topic: str) -> str:
    """A topic under its title."""
    return joined("\n", [joined("", ["**", TITLES[topic], "**"]), *TEXTS[topic]])
