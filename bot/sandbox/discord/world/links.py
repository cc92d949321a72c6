"""Signed links to files, which die: `ex`, `is` and `hm`, as Discord's own carry them.

Source: https://discord.com/developers/docs/reference#signed-attachment-cdn-urls
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.sandbox.discord.wire.clock import Clock
    from bot.sandbox.discord.world.records import Attachment


class Links:
    """Writes and checks links; `origin` is set once the port is known."""

    def __init__(self, clock: Clock, lifetime: float) -> None:
        self.origin = ""
        self._clock = clock
        self._lifetime = lifetime
        self._secret = secrets.token_bytes(16)

    def to(self, attachment: Attachment) -> str:
        """A link to the file's bytes, alive for the lifetime from now on."""
        folder = "ephemeral-attachments" if attachment.ephemeral else "attachments"
        path = f"/{folder}/{attachment.owner_id}/{attachment.id}/{attachment.filename}"
        issued = int(self._clock.now())
        query = f"ex={int(issued + self._lifetime):x}&is={issued:x}"
        return f"{self.origin}{path}?{query}&hm={self._signature(path, query)}&"

    def allows(self, path: str, query: Mapping[str, str]) -> bool:
        """Whether a link is ours and alive."""
        signed = f"ex={query.get('ex', '')}&is={query.get('is', '')}"
        if not hmac.compare_digest(self._signature(path, signed), query.get("hm", "")):
            return False
        return self._clock.now() < int(query["ex"], 16)

    def _signature(self, path: str, query: str) -> str:
        return hmac.new(self._secret, f"{path}?{query}".encode(), hashlib.sha256).hexdigest()
