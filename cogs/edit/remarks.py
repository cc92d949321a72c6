"""Whether words below a picture are talk, and no wish to change it: a question, praise, thanks, a reaction. Pure.

In doubt it is talk where something speaks for that, in whatever language: a question's mark or word, a sentence that
tells something, nothing but praise. All else is a wish. The words are in remarks.toml.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from importlib import resources

LONGEST = 400  # characters: nobody praises longer
SHORTEST_BENT = 5  # letters of a word of praise that may be bent: "schönes", "bellissimi"
MOST_SAID = 8  # words around thanks
MOST_EXCLAIMED = 4  # words that are an outcry with an exclamation mark or a smiling face, in whatever language
_NAMED = re.compile(r"\s*#[0-9]{1,18}[\s:,]*")  # the picture that is meant
_INVERTED = re.compile(r"-(?:tu|vous|ce|t-il|il|elle|ils|elles)$")  # "peux-tu", "est-ce"
_ENDING = re.compile(r"(?:issim[oiae]|isim[oa]s?|e[sn]|em|[esaio]|(?<=(.))\1)$")
_QUESTION = re.compile("[?¿؟՞⸮፧꘏⁇⁈⁉❓❔\u037e]|[\u0370-\u03ff]\\s*;")
_CLAUSES = re.compile(
    r"[.,;:!…\n()\"“”„«»、。،؛।॥•—–]+|\s-+\s|\b(?:but|aber|mais|pero|но|mas|maar|ale|ama|fakat|але|lekin|tapi)\b|但是|但|不过|でも|하지만|لكن"  # noqa: RUF001 - signs between parts of sentences
)
_MARKS = re.compile("[\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670\u0640]")  # accents, and vowels written as signs
_STRETCHED = re.compile(r"(.)\1{2,}")  # "sooo", "شكرااا"
_BARRED = str.maketrans("łıøđ", "liod")  # letters that have no accent to take off
_FACES = re.compile(
    "[\U0001f600-\U0001f64f\U0001f910-\U0001f92f\U0001f970-\U0001f97a\U0001f90d-\U0001f90f\U0001f493-\U0001f49f❤♥\U0001f44a-\U0001f450"
    "\U0001f64c\U0001f64f\U0001f525\U0001f4af\U0001f389\U0001f38a\U0001f929\U0001f91d\U0001f973\U0001f60d\U0001f44f✌☺]"
)


def is_talk(spoken: str) -> bool:
    """Whether somebody talks about a picture instead of saying how it shall be.

    Args:
        spoken: with letters in it; without mentions, links, and a server's own emoji.
    """
    words = _plain(spoken)
    if _is_question(words):
        return True
    if len(words) > LONGEST or not _clauses(words):
        return False
    told = [_Clause(clause) for clause in _clauses(_SAYINGS.sub(" ok ", _folded(words)))]
    if any(clause.wishes for clause in told):
        return False
    tells_of_it = any(clause.tells for clause in told) and any(clause.praises for clause in told)
    thanks = any(clause.thanks for clause in told) and not any(clause.words[0] in _OPENERS for clause in told)
    return tells_of_it or thanks or all(clause.is_talk for clause in told) or _is_outcry(words, told)


def asks(spoken: str) -> bool:
    """Whether it is a question, whatever else it says. Args: as those of `is_talk`."""
    return _is_question(_plain(spoken))


def _plain(spoken: str) -> str:
    """In small letters of usual width, without the number of the picture that is meant."""
    words = unicodedata.normalize("NFC", re.sub("[\uff00-\uffef]+", _narrow, spoken)).replace("\u2019", "'").casefold()
    return words[named.end() :] if (named := _NAMED.match(words)) else words


def _is_question(words: str) -> bool:
    if _QUESTION.search(words):
        return True
    return len(words) <= LONGEST and any(_asks(clause) for clause in _clauses(words))


class _Clause:
    """A part of a sentence, and what speaks for talk or for a wish in it."""

    def __init__(self, clause: str) -> None:
        self.words = _letters(clause)
        self._whole = "".join(_letters(clause))
        self._unspaced = any(map(_is_unspaced, self._whole))

    @property
    def wishes(self) -> bool:
        if self._unspaced and _UNSPACED_WISHES.search(self._whole):
            return True
        first = next((word for word in self.words if word not in _BEFORE_WISHES and not _is_hard(word)), "")
        return first in _IMPERATIVES or any(word in _WISHING for word in self.words)

    @property
    def tells(self) -> bool:
        return any(word in _COPULAS or word in _LINKING for word in self.words) or self._begins_telling

    @property
    def praises(self) -> bool:
        return any(_is_hard(word) or _is_soft(word) for word in self.words)

    @property
    def thanks(self) -> bool:
        return any(word in _THANKS for word in self.words) and len(self.words) <= MOST_SAID

    @property
    def is_talk(self) -> bool:
        if self._unspaced:
            return self._is_unspaced_talk
        first = next((word for word in self.words if word not in _OUTCRIES), "")
        if _is_hard(first) or _is_hard(self.words[-1]) or self._begins_telling:
            return True
        if self.praises and all(_is_hard(word) or _is_soft(word) or word in _FILLERS for word in self.words):
            return True
        return any(word in _COPULAS for word in self.words[1:])

    @property
    def _begins_telling(self) -> bool:
        second = self.words[1] if len(self.words) > 1 else ""
        if _KOREAN_TELLING.search(self.words[-1]):
            return True
        return (
            self.words[0] in _TELLING and second not in _NO_TELLING and not (second == "as" and self.words[0] in _DONE)
        )

    @property
    def _is_unspaced_talk(self) -> bool:
        if _JAPANESE_TELLING.search(self._whole):
            return True
        rest = _UNSPACED_REMARKS.sub("", self._whole)
        return rest != self._whole and not _UNSPACED_FILLERS.sub("", rest)


def _is_outcry(words: str, told: list[_Clause]) -> bool:
    """Whether it is short, and said with a mark or a face that people do not wish with."""
    said = [word for clause in told for word in clause.words]
    moved = words.rstrip().endswith("!") or _FACES.search(words) is not None
    return moved and len(said) <= MOST_EXCLAIMED and said[0] not in _OPENERS


def _asks(clause: str) -> bool:
    """Whether a part of a sentence is a question without its mark."""
    words = _letters(clause)
    whole = "".join(words)
    if any(map(_is_unspaced, whole)) and _UNSPACED_ASKING.search(whole):
        return True
    if (
        _KOREAN_ASKING.search(words[-1])
        or words[-1] == "mi"
        or any(map(_INVERTED.search, words))
        or any(word in _PARTICLES for word in words[1:])
    ):
        return True
    first = next((place for place, word in enumerate(words) if not _is_hard(_folded(word))), 0)
    second = words[first + 1] if first + 1 < len(words) else ""
    if 1 < len(words) <= MOST_EXCLAIMED and words[-1] in _ASKING - _AMBIGUOUS:
        return True
    if words[first] == "do":
        return second in _ASKED - _DONE
    return words[first] in _ASKING and (words[first] not in _AMBIGUOUS or second in _ASKED)


def _clauses(words: str) -> list[str]:
    return [clause for clause in _CLAUSES.split(words) if _letters(clause)]


def _narrow(wide: re.Match[str]) -> str:
    """Letters and signs of full width as those of usual width."""
    return unicodedata.normalize("NFKC", wide[0])


def _letters(clause: str) -> list[str]:
    """The words of it, without any other sign."""
    kept = "".join(
        sign if sign == "'" or unicodedata.category(sign)[0] in "LM" or sign == "-" else " " for sign in clause
    )
    return [word for part in kept.split() if (word := part.strip("'-"))]


def _folded(words: str) -> str:
    """Without accents and vowel signs."""
    parts = (
        unicodedata.normalize("NFD", sign) if sign < "\u0700" or "\u1e00" <= sign < "\u2000" else sign for sign in words
    )
    return unicodedata.normalize("NFC", _MARKS.sub("", "".join(parts))).translate(_BARRED)


def _in(word: str, known: frozenset[str]) -> bool:
    """Whether it is one of these, also if it is drawn out, as people do it: "sooo", "cooool"."""
    if word in known:
        return True
    return any(_STRETCHED.sub(shorter, word) in known for shorter in (r"\1", r"\1\1"))


def _is_hard(word: str) -> bool:
    return _in(word, _HARD) or _LAUGHTER.fullmatch(word) is not None or word.startswith(_KOREAN_HARD)


def _is_soft(word: str) -> bool:
    if _in(word, _SOFT) or word.startswith(_KOREAN_SOFT):
        return True
    return len(word) >= SHORTEST_BENT and any(_ENDING.sub(stem, word) in _SOFT for stem in ("", "o", "e"))


def _is_unspaced(sign: str) -> bool:
    """Whether it belongs to a script without spaces: kana, Han, Thai."""
    return "\u3040" <= sign <= "\u30ff" or "\u3400" <= sign <= "\u9fff" or "\u0e00" <= sign <= "\u0e7f"


def _is_korean(word: str) -> bool:
    return "\u3131" <= word[0] <= "\u318e" or "\uac00" <= word[0] <= "\ud7a3"


def _set(words: str) -> frozenset[str]:
    return frozenset(_folded(words.casefold()).split())


def _pattern(alternatives: str) -> re.Pattern[str]:
    return re.compile("|".join(sorted(alternatives.split(), key=len, reverse=True)))


_DATA: dict[str, str] = tomllib.loads(resources.files("cogs.edit").joinpath("remarks.toml").read_text("utf-8"))
_HARD, _SOFT, _FILLERS = _set(_DATA["hard"]), _set(_DATA["soft"]), _set(_DATA["fillers"])
_IMPERATIVES, _WISHING = _set(_DATA["imperatives"]), _set(_DATA["wishing"])
_TELLING, _COPULAS = _set(_DATA["telling"]), _set(_DATA["copulas"])
_ASKING, _AMBIGUOUS, _ASKED = (frozenset(_DATA[name].casefold().split()) for name in ("asking", "ambiguous", "asked"))
_OPENERS, _NO_TELLING = _set(_DATA["openers"]), _set(_DATA["no_telling"])
_PARTICLES = frozenset(_DATA["particles"].split())
_BEFORE_WISHES = (_FILLERS | _SOFT | _set("then just maybe next please")) - _IMPERATIVES
_KOREAN_HARD, _KOREAN_SOFT = (tuple(word for word in known if _is_korean(word)) for known in (_HARD, _SOFT))
_LAUGHTER = re.compile("|".join(_DATA["laughter"].split()))
_SAID = (re.escape(_folded(saying.strip())) for saying in re.split(r"[|\n]", _DATA["sayings"]) if saying.strip())
_SAYINGS = re.compile(rf"(?<!\w)(?:{'|'.join(_SAID)})(?!\w)")
_UNSPACED_REMARKS, _UNSPACED_FILLERS = _pattern(_DATA["unspaced_remarks"]), _pattern(_DATA["unspaced_fillers"])
_UNSPACED_WISHES, _UNSPACED_ASKING = _pattern(_DATA["unspaced_wishes"]), re.compile(_DATA["unspaced_asking"])
_KOREAN_ASKING, _LINKING = re.compile(_DATA["korean_asking"]), _set(_DATA["linking"])
_OUTCRIES = frozenset(["oh", "ah", "so", "and", "well"])  # before what is said
_THANKS, _KOREAN_TELLING = _set(_DATA["thanks"]), re.compile(_DATA["korean_telling"])
_JAPANESE_TELLING = re.compile(_DATA["japanese_telling"])
_DONE = frozenset(["it", "this", "that", "the"])  # behind "do", which then is no question
