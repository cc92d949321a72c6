"""`python -m bot.demo.browser.child_bot`: the bot, for as long as the process that started it lives.

Standard input is the tether: a pipe whose other end only that process holds. When it ends, however it ends, the pipe
ends too, on every system alike.
"""

from __future__ import annotations

import os
import runpy
import sys
import threading

LET_GO = 70  # the code with which it ends then


def hold_on() -> None:
    """End this process at once, without a word, when standard input ends."""
    while os.read(sys.stdin.fileno(), 64):
        pass
    os._exit(LET_GO)


if __name__ == "__main__":
    threading.Thread(target=hold_on, name="tether", daemon=True).start()
    sys.argv[1:] = ["run"]
    runpy.run_module("bot", run_name="__main__")  # as `python -m bot run`
