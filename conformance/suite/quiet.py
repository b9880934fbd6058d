"""Keeps what a plugin prints and logs, which may be secrets, out of the output of the suite."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout


@contextmanager
def quiet() -> Iterator[None]:
    """Let nothing be printed or logged while the block runs; who wants to know takes over inside of it."""
    root = logging.getLogger()
    handlers = root.handlers[:]
    # Not a name but the list itself: a logger that is asked meanwhile finds no handler.
    root.handlers[:] = []
    try:
        with open(os.devnull, "w", encoding="utf-8") as nowhere, redirect_stdout(nowhere), redirect_stderr(nowhere):
            yield
    finally:
        root.handlers[:] = [*handlers, *(one for one in root.handlers if one not in handlers)]
