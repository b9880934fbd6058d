"""The two sides of a comparison as processes that are asked over their standard input."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Final, Literal, TypeAlias

from actions_core import Object
from actions_core.js import loads

Runtime: TypeAlias = Literal["reference", "ours"]

HERE: Final = Path(__file__).parent
_COMMANDS: Final[dict[Runtime, list[str]]] = {
    "reference": ["node", str(HERE / "reference/peer.js")],
    "ours": [sys.executable, "-m", "benchmarks.ours"],
}


class PeerError(Exception):
    """A side of a comparison could not do what it was asked for."""


class Peer:
    """One process with one piece of work."""

    def __init__(self, runtime: Runtime, work: Object) -> None:
        """Start the process and have it make the work ready; raises `PeerError`."""
        self._what: Final = f"{runtime}, {work['work']}"
        self._process: Final = subprocess.Popen(  # noqa: S603 - our own commands
            _COMMANDS[runtime], cwd=HERE.parent, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        try:
            ready = self.ask(work)
        except PeerError:
            self.close()
            raise
        self.lengths: Final[list[int]] = ready["lengths"]
        """How many steps there are before they repeat, for each part of the work."""
        self.version: Final[str] = ready["version"]
        """Of Node.js or Python."""

    def __enter__(self) -> Peer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def ask(self, request: Object) -> Object:
        """Ask for something and wait for the answer; raises `PeerError` if there is none, or it is an error."""
        assert self._process.stdin is not None  # noqa: S101 - for the type checker: both are pipes
        assert self._process.stdout is not None  # noqa: S101 - likewise
        try:
            self._process.stdin.write(json.dumps(request).encode() + b"\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            raise PeerError(f"{self._what}: the process ended (its own words are above)") from None
        line = self._process.stdout.readline()
        if not line:
            raise PeerError(f"{self._what}: the process ended (its own words are above)")
        answer: Object = loads(line)
        if "error" in answer:
            raise PeerError(f"{self._what}: {answer['error']}")
        return answer

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._process.pid

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.communicate()
