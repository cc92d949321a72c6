"""Why a member cannot do what a script asked of them."""

from __future__ import annotations


class CannotDoThatError(Exception):
    """Discord's own client would not let this member do it: no such command, button, option or permission.

    The text says what there is instead.
    """
