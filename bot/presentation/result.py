"""What the message of a request says, while people wait and when it is done, and what its files are called."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.discord_limits import LONGEST_MESSAGE
from bot.language import beginning, composed, decimal, joined, phrase, plural
from bot.presentation.picture_descriptions import kept_how, made_how, numbers
from bot.services.calendar import Window
from bot.services.jobs import FILE_ENDINGS, Downtime, why_paused
from bot.services.policy import Metric, Scope, amount_text
from bot.services.quotas import Headroom, hint_text
from bot.services.requests import format_usd
from bot.services.text import one_line, shown

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from bot.services.jobs import Result
    from bot.services.ledger import LimitStatus, Picture
    from bot.services.policy import Limit, Pause
    from bot.services.requests import ImageRequest
    from bot.services.turns import GenerationProgress

LONGEST_NOTE = 300  # characters
PROMPT_SHOWN = 280  # characters of the prompt in a result; the rest is in the details
LONGEST_REASONS = 600  # characters of why pictures were not made
WHOSE = {Scope.MEMBER: phrase("your"), Scope.SERVER: phrase("this server"), Scope.INSTALLATION: phrase("this bot")}
MOST_LIMITS = 3  # of which it is said what is left
KEPT = phrase("Your place in line is kept; nothing is charged for it yet.")
SPANS = {
    Window.HOUR: phrase("this hour"),
    Window.DAY: phrase("today"),
    Window.WEEK: phrase("this week"),
    Window.MONTH: phrase("this month"),
}
ANSWER = phrase("Your answer")
WORDS_SHOWN = 1_500  # characters of the main model's words that stand alone
WORDS_BESIDE = 400  # the same beside a picture
NOT_HELD_HERE = phrase("This endpoint has no conversations, so the last picture was changed by your words alone.")
BAR = 5  # signs
FULL, EMPTY = "▰", "▱"
LEAST_TOLD = 0.05  # of it, from which it is told
MINUTES_FROM = 120  # seconds
BUTTONLESS = phrase("Discord refused the buttons that belong here. With /edit on the server you can change it too.")
_HEADLINE = re.compile(r"\*\*(#[0-9]+(?:, #[0-9]+)*)\*\*", re.ASCII)
_FILE_NAME = re.compile(r"atelier-([0-9]{1,18})(?:-preview)?\.[a-z]+", re.ASCII)


def file_name(number: int, media_type: str, *, preview: bool = False) -> str:
    """A name in plain ASCII, which alone keeps links to the attachment whole; `preview` if it shows how one looks."""
    return f"atelier-{number or 'new'}{'-preview' if preview else ''}.{FILE_ENDINGS[media_type]}"


def number_in(name: str) -> int | None:
    """The picture that a file in a message of ours shows, by its name; None if it shows none that is finished."""
    match = _FILE_NAME.fullmatch(name)
    return None if match is None else int(match[1])


def queued_text(position: int, turn_at: int) -> str:
    """In line.

    Args:
        position: 1 for the next in line.
        turn_at: when the turn will come, by guess, in seconds since 1970; Discord counts down to it.
    """
    when = f"<t:{turn_at}:R>"
    if position == 1:
        return phrase("⏳ You are next in line. Your turn comes about {when}.", when=when)
    return phrase("⏳ You are number {position} in line. Your turn comes about {when}.", position=position, when=when)


def paused_text(pause: Pause | Downtime | str) -> str:
    """In line, while a lead has paused, the image API is down, or nothing can be kept: then `pause` says why.

    The mention stands in an edit, which calls nobody.
    """
    if isinstance(pause, str):
        return joined(" ", [phrase("⏳ {why}, so nothing is begun just now.", why=pause), KEPT])
    if isinstance(pause, Downtime):
        told: list[str] = [phrase("⏳ {why}, so nothing is begun just now.", why=pause.reason)]
        if pause.next_look is not None:
            told.append(phrase("I try again {when}.", when=f"<t:{pause.next_look}:R>"))
        return joined(" ", [*told, KEPT])
    return phrase(
        "⏸️ Paused by {who}{why}. Your place in line is kept.", who=f"<@{pause.actor_id}>", why=why_paused(pause)
    )


def generating_text(count: int, previews: int, far: str = "") -> str:
    """Being made. `previews` of the `count` pictures can be seen already, unfinished; `far` as of `far_text`."""
    told = [plural("🎨 Drawing your picture…", "🎨 Drawing your {count} pictures…", count), far]
    if previews:
        told.append(phrase("What you see is an unfinished preview."))
    return joined(" ", [words for words in told if words])


def discarded_text() -> str:
    """What is being made is for nobody any more."""
    return phrase(
        "⏳ Discarded: what the image API makes of this is not shown when it comes. What it costs stays charged."
    )


def far_text(progress: GenerationProgress, now: float) -> str:
    """How far a picture usually is after so long.

    Args:
        progress: of a request whose pictures are generated.
        now: by the clock of `time.monotonic`.
    """
    overtime, share = progress.overtime(now), progress.share(now)
    facts: list[str] = []
    if progress.done:
        facts.append(phrase("{done} of {total} done", done=progress.done, total=progress.total))
    if overtime is not None:
        facts.append(phrase("{time} so far", time=span_text(overtime)))
    facts = [phrase("{facts}.", facts=joined(", ", [*facts, _expected(progress)]))]
    if overtime is not None:
        slow = phrase("Longer than usual") if progress.usual.is_measured else phrase("Longer than I guessed")
        return phrase("{how}: {facts}", how=slow, facts=facts[0])
    if share < LEAST_TOLD or not progress.sent_at:
        return beginning(facts[0])
    full = int(share * BAR)
    bar, about = f"{FULL * full}{EMPTY * (BAR - full)}", phrase("About {share}%", share=round(share * 100))
    return f"{bar} " + phrase("{how}: {facts}", how=about, facts=facts[0])


def _expected(progress: GenerationProgress) -> str:
    """How long it usually takes."""
    time = span_text(progress.usual.seconds)
    if progress.usual.is_measured:
        return phrase("each usually {time}", time=time) if progress.total > 1 else phrase("usually {time}", time=time)
    return phrase("each {time} by guess", time=time) if progress.total > 1 else phrase("{time} by guess", time=time)


def span_text(seconds: float) -> str:
    """``40 s``, ``3 min``."""
    if seconds < MINUTES_FROM:
        return phrase("{seconds} s", seconds=max(1, round(seconds)))
    return phrase("{minutes} min", minutes=round(seconds / 60))


def foretold_text(text: str, notes: Sequence[str]) -> str:
    """With what is left out of the request or changed in it below, as much as a message holds."""
    return _with_notes([text], notes, [])


def late_text() -> str:
    """A private answer that takes longer than Discord lets us edit it."""
    return phrase(
        "⏳ This takes longer than Discord lets me update this message. "
        "I will send you the result as a direct message; if none comes, press Show."
    )


def result_text(result: Result, model_title: str, notes: Sequence[str] = (), copied: Collection[int] = ()) -> str:
    """What stands above the pictures: numbers, prompt, how they were made, cost, what is left.

    Args:
        result: with at least one picture.
        model_title: what people call the model.
        notes: sentences about inputs and smaller copies; the last are left out if a message does not hold them all.
        copied: the numbers of pictures of which a copy is shown that is not the same pixel by pixel.
    """
    request, order = result.request.request, result.request
    pictures = [picture for picture, _ in result.files]
    how = [*made_how(request, model_title, pictures), took(pictures), format_usd(result.cost_nano)]
    lines: list[str] = [
        phrase("{pictures} for {who}", pictures=headline(pictures), who=f"<@{order.requester.user_id}>")
    ]
    if request.prompt.strip():  # a change may have no words of its own
        lines.append(f"> {shown(request.prompt, PROMPT_SHOWN)}")
    lines += said_beside(result)
    lines.append("-# " + joined(" · ", how))
    left = left_in_line(result.limits, result.cost_nano // len(pictures))
    if left:
        lines.append("-# " + phrase("Left: {left}", left=left))
    if result.hint is not None and result.hint.headroom is not Headroom.ENOUGH:
        lines.append(joined("", ["-# ", hint_text(result.hint)]))
    if not result.is_numbered:
        trouble = result.trouble or phrase("I could not write this down yet")
        lines.append("-# " + phrase("⚠️ {trouble}: it has no number and no buttons yet.", trouble=trouble))
    return _with_notes(lines, [*kept_how(request, pictures, copied), *notes], _not_made(result))


def words_text(result: Result, notes: Sequence[str] = ()) -> str:
    """What stands for a turn that was answered in words alone: those, that no picture was made, and what they cost."""
    lines: list[str] = []
    for answer in result.answers:
        if answer.refusal:
            lines.append(f"❌ {answer.refusal}")
        if answer.words.strip():
            lines.append(shown(answer.words, WORDS_SHOWN))
        if not (answer.refusal or answer.words.strip()):
            lines.append(phrase("The model said nothing and made no picture. Say it in other words."))
    who, cost = f"<@{result.request.requester.user_id}>", format_usd(result.cost_nano)
    lines.append("-# " + phrase("No picture was made for {who}; these words cost {cost}.", who=who, cost=cost))
    lines += ["-# " + composed(_as_note, [note]) for note in notes]
    return composed(lambda told: "\n".join(told)[:LONGEST_MESSAGE], lines)


def said_beside(result: Result) -> list[str]:
    """What is said beside pictures of a conversation: the main model's words, or that there was no conversation."""
    request = result.request
    if request.request.talk is None:
        return []
    answers = [job.answer for job in request.jobs if job.answer is not None and job.picture is not None]
    if not answers:
        return ["-# " + NOT_HELD_HERE]
    return [shown(answer.words, WORDS_BESIDE) for answer in answers if answer.words.strip()]


def _as_note(told: Sequence[str]) -> str:
    return one_line(told[0], LONGEST_NOTE)


def failure_text(sentence: str, request: ImageRequest) -> str:
    """Why there is no picture, above the words that were asked for, so that they are not lost."""
    words = f"\n> {shown(request.prompt, PROMPT_SHOWN)}" if request.prompt.strip() else ""
    return joined("", ["❌ ", sentence, words])


def sent_directly_text(what: str, user_id: int, why: str) -> str:
    """In place of the progress, when the answer went by direct message. `what` came of it: ``#12``."""
    return phrase(
        "✅ {what}: sent to {who} as a direct message, because {why}.", what=what, who=f"<@{user_id}>", why=why
    )


def posted_text(what: str) -> str:
    """In place of progress that could not be removed, when the answer is a message of its own."""
    return phrase("✅ {what}: shown in a message of its own.", what=what)


def kept_text(what: str, user_id: int, why: str, *, button: bool) -> str:
    """That the pictures are made, and how their member gets to see them."""
    who = f"<@{user_id}>"
    kept = phrase("✅ {what} for {who}: made and kept, but not shown, because {why}.", what=what, who=who, why=why)
    if button:
        return joined(" ", [kept, phrase("To see it, press Show.")])
    return joined(" ", [kept, phrase("To see it, use any command of mine on the server: then I offer it.")])


def ended_text() -> str:
    """In place of progress that stood longer than the work it told of."""
    return phrase("✅ This request has ended.")


def _not_made(result: Result) -> list[str]:
    """How many pictures were not made, and why."""
    if not result.failures:
        return []
    missing = sum(job.picture is None for job in result.request.jobs)
    reasons = composed(lambda parts: one_line(" ".join(parts), LONGEST_REASONS), result.failures)
    count = result.request.request.count
    return [
        phrase("⚠️ {missing} of {count} pictures not made: {reasons}", missing=missing, count=count, reasons=reasons)
    ]


def _with_notes(lines: list[str], notes: Sequence[str], ends: list[str]) -> str:
    """As many of the notes as fit between the lines and the ends."""
    first, last = len(lines), len(lines) + len(notes)

    def fitted(parts: Sequence[str]) -> str:
        told = list(parts[:first])
        for note in parts[first:last]:
            told.append(f"-# {one_line(note, LONGEST_NOTE)}")
            if len("\n".join([*told, *parts[last:]])) > LONGEST_MESSAGE:
                told.pop()
                break
        return "\n".join([*told, *parts[last:]])[:LONGEST_MESSAGE]

    return composed(fitted, [*lines, *notes, *ends])


def headline(pictures: Sequence[Picture]) -> str:
    """How a result's text begins: the numbers of its pictures, unless one has none yet."""
    if not all(picture.number for picture in pictures):
        return plural("**Your picture**", "**Your {count} pictures**", len(pictures))
    return f"**{numbers(pictures)}**"


def without(text: str, gone: Collection[int]) -> str:
    """A result's text that names only what is left of its pictures, as far as it names any."""
    match = _HEADLINE.match(text)
    if match is None:
        return text
    left = [number for number in match[1].split(", ") if int(number[1:]) not in gone]
    return f"**{', '.join(left)}**{text[match.end() :]}"


def took(pictures: Sequence[Picture]) -> str:
    """Seconds until the last of the pictures was there."""
    return phrase("{seconds} s", seconds=decimal(f"{max(picture.seconds for picture in pictures):.1f}"))


def left_in_line(limits: Sequence[LimitStatus], picture_nano: int) -> str:
    """``your 24 pictures today · this server $8.10 this month``: of the strictest limits, the strictest first.

    `picture_nano`, what a picture costs in nano-dollars, tells how many more each limit allows.
    """

    def pictures_left(status: LimitStatus) -> int:
        left = _left(status)
        return left if status.limit.metric is Metric.IMAGES else left // max(1, picture_nano)

    shown_here = sorted(worth_showing(limits), key=pictures_left)[:MOST_LIMITS]
    if len(shown_here) == 1:
        return what_is_left(shown_here[0])
    return joined(
        " · ",
        [phrase("{whose} {left}", whose=whose(each.limit), left=what_is_left(each)) for each in shown_here],
    )


def worth_showing(limits: Sequence[LimitStatus]) -> list[LimitStatus]:
    """All, but for the installation's budget where each of the server's in dollars leaves as little, or less."""
    own = [_left(each) for each in limits if (each.limit.scope, each.limit.metric) == (Scope.SERVER, Metric.USD)]
    return [each for each in limits if each.limit.scope is not Scope.INSTALLATION or not own or _left(each) < max(own)]


def whose(limit: Limit) -> str:
    """Whose limit it is, in a word or two."""
    if limit.scope is Scope.CHANNEL:
        return f"<#{limit.scope_id}>"
    if limit.scope is Scope.ROLE:
        return f"<@&{limit.scope_id}>"
    return WHOSE[limit.scope]


def what_is_left(status: LimitStatus) -> str:
    """``$19.98 this month``, ``24 pictures today``."""
    amount = amount_text(status.limit.metric, max(0, _left(status)))
    return phrase("{amount} {span}", amount=amount, span=SPANS[status.limit.window])


def _left(status: LimitStatus) -> int:
    return status.limit.maximum - status.used
