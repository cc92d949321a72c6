"""Imported by the process from which bots are forked: what a start reads of our own files is read before."""

from __future__ import annotations

from bot import client, wiring
from bot.discord_ui import commands
from tests.starting import ONCE

for owner, name, made in ONCE:
    setattr(owner, name, made)
client.catalogs_digest()
commands.load_catalogs()
wiring.open_starters()
