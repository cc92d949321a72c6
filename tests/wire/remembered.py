"""Imported by the process from which bots are forked: what a start reads of our own files is read before."""

from __future__ import annotations

from tests.starting import ONCE

for owner, name, made in ONCE:
    setattr(owner, name, made)
    if name != "version":  # which asks of what
        made()
