"""One long-lived Node process that runs Segment's own runtime and answers questions about it."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections import Counter
from pathlib import Path
from types import TracebackType
from typing import Any, ClassVar

HERE = Path(__file__).parent


def unavailable() -> str | None:
    """Say why the oracle cannot run here; None if it can."""
    if shutil.which("node") is None:
        return "Node.js is not installed, so Segment's own runtime cannot be asked"
    if not (HERE / "node_modules").is_dir():
        return "Segment's runtime is not installed: run `make oracle`"
    return None


class Oracle:
    """A conversation with `server.js`: `ask("mapping", mapping=…, event=…)` gives `{"result": …}` or `{"error": …}`."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            ["node", str(HERE / "server.js")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )

    def __enter__(self) -> Oracle:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    asked: ClassVar[Counter[str]] = Counter()
    """Questions of this run, by operation, whichever process answered them."""

    def ask(self, op: str, **inputs: Any) -> dict[str, Any]:
        """Ask one question; raises `RuntimeError` if the process is gone."""
        self.asked[op] += 1
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"op": op, **inputs}) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"the oracle ended (exit status {self._process.wait()}) on {op} {inputs!r}")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(timeout=10)
        self._process.stdout.close()
