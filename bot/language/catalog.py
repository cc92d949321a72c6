"""A catalog: the messages of one language, read from its `.po` file.

https://www.gnu.org/software/gettext/manual/html_node/PO-Files.html; as much of it as our catalogs use. Babel reads the
same (`tests/language`), but takes longer to be imported than a first start may take for all of this.
"""

from __future__ import annotations

import gettext
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

_SHORT = re.compile(r'^msgid "(.+)"\nmsgstr "(.+)"$(?!\n")', re.MULTILINE)  # most are so, and read in one go
_LINE = re.compile(r'^(msgid|msgid_plural|msgstr(?:\[[0-9]\])?|) ?"(.*)"$', re.MULTILINE)  # without a name it goes on
_ESCAPED = re.compile(r"\\(.)")
_ESCAPES = {"n": "\n", "t": "\t"}  # others mean themselves
_PLURAL_FORMS = re.compile(r"plural=(?P<rule>[^;]+);")


class Catalog:
    """What one language says.

    Args:
        path: of a `.po` file in UTF-8.

    Attributes:
        messages: the forms of each message that is translated whole, by its source; under "" stands the header.
    """

    def __init__(self, path: Path) -> None:
        self.messages: Mapping[str, tuple[str, ...]] = _messages(path.read_text(encoding="utf-8"))
        rule = _PLURAL_FORMS.search(self.messages[""][0])
        self._form: Callable[[int], int] = gettext.c2py("0" if rule is None else rule["rule"])

    def message(self, source: str, count: int | None = None) -> str | None:
        """The translation of an English text, in the plural form that goes with `count`; None if there is none."""
        forms = self.messages.get(source)
        if forms is None:
            return None
        return forms[0 if count is None else self._form(count)]


def _messages(text: str) -> dict[str, tuple[str, ...]]:
    parts = _SHORT.split(text)
    found: dict[str, tuple[str, ...]] = {
        _unescaped(source): (_unescaped(words),) for source, words in zip(parts[1::3], parts[2::3], strict=True)
    }
    for entry in "".join(parts[::3]).split("\n\n"):
        fields: dict[str, str] = {}
        name = ""
        for named, words in _LINE.findall(entry):
            name = named or name
            fields[name] = fields.get(name, "") + words
        forms = tuple(_unescaped(words) for name, words in fields.items() if name.startswith("msgstr"))
        if forms and all(forms):
            found[_unescaped(fields["msgid"])] = forms
    return found


def _unescaped(words: str) -> str:
    return _ESCAPED.sub(lambda escape: _ESCAPES.get(escape[1], escape[1]), words) if "\\" in words else words
