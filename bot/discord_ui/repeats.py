"""First answers to interactions that discord.py sent more than once: after a 5xx it tries again by itself.

The first attempt may have arrived all the same. Then Discord refuses the second as one too many (40060), and that means
that ours is there, not that somebody else was before us.
"""

from __future__ import annotations

import re
from collections import OrderedDict

_FIRST_ANSWER = re.compile(r"/interactions/([0-9]+)/[^/]+/callback$")
MOST_REMEMBERED = 1000  # interactions


class Repeats:
    """Knows of which interactions the first answer was sent again."""

    def __init__(self) -> None:
        self._sent: OrderedDict[int, int] = OrderedDict()

    def sent(self, path: str) -> None:
        """A request goes to Discord."""
        found = _FIRST_ANSWER.search(path)
        if found is None:
            return
        interaction_id = int(found[1])
        self._sent[interaction_id] = self._sent.get(interaction_id, 0) + 1
        if len(self._sent) > MOST_REMEMBERED:
            self._sent.popitem(last=False)

    def __contains__(self, interaction_id: int) -> bool:
        return self._sent.get(interaction_id, 0) > 1
