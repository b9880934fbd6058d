"""Where the time of one event goes: samples of our runtime at work, by module and by function. Needs py-spy."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from actions_core import Object
from benchmarks.ab import Run
from benchmarks.accounts import usermotion_account
from benchmarks.peers import HERE, Peer, PeerError
from benchmarks.results import Figure, Row
from benchmarks.suites.sizes import SIZES

_SECONDS: Final = 10
_SHOWN: Final = 20
"""Functions in the table."""
_FRAME: Final = re.compile(r"(?P<function>.+) \((?P<file>[^():]+)(:\d+)?\)\Z")
_OURS: Final = ("actions_core/", "destinations/")


@dataclass(frozen=True)
class Frame:
    """One function of a stack."""

    function: str
    file: str

    @property
    def is_ours(self) -> bool:
        """Whether it belongs to the runtime or a destination."""
        return self.file.startswith(_OURS)


def rows(run: Run) -> Iterator[Row]:
    """Sample the full path with parsing, through UserMotion's presets."""
    for size, title in SIZES.items():
        work = {"work": "path", "corpus": run.corpus(size), "parse": True, "alone": False, **usermotion_account()}
        with Peer("ours", work) as peer:
            length = peer.lengths[0]
            microseconds = peer.ask({"op": "run", "count": length})["cpu_us"] / length
        count = 200 if run.quick else int(_SECONDS * 1e6 / microseconds)
        samples = list(_samples(run.folder, work, count))
        total = sum(times for _, times in samples)
        modules: Counter[str] = Counter()
        functions: Counter[Frame] = Counter()
        below: Counter[Frame] = Counter()
        for frames, times in samples:
            own = [frame for frame in frames if frame.is_ours] or frames[-1:]
            modules[own[-1].file] += times
            functions[own[-1]] += times
            below.update(dict.fromkeys(own, times))

        def shares(spent: int, all_of: int = total, event: float = microseconds) -> tuple[Figure, Figure]:
            return (
                Figure("share", "%", (100 * spent / all_of,)),
                Figure("of an event", "µs", (event * spent / all_of,)),
            )

        for module, spent in modules.most_common():
            yield Row("profile", module, shares(spent), table=f"by module, {title}")
        for frame, spent in functions.most_common(_SHOWN):
            called = Figure("with what it calls", "%", (100 * below[frame] / total,))
            name = f"{frame.function} ({frame.file})"
            yield Row("profile", name, (*shares(spent), called), table=f"by function, {title}")
    if run.flame is not None:
        _record(work, count, run.flame, "flamegraph")


def _samples(folder: Path, work: Object, count: int) -> Iterator[tuple[list[Frame], int]]:
    """Yield stacks, outermost function first, and how often each was met; those of getting ready are left out."""
    file = folder / "samples.txt"
    _record(work, count, file, "raw")
    for line in file.read_text("utf-8").splitlines():
        stack, _, times = line.rpartition(" ")
        frames = [Frame(found["function"], found["file"]) for found in map(_FRAME.match, stack.split(";")) if found]
        if _TIMED in frames:
            yield frames[frames.index(_TIMED) :], int(times)


_TIMED: Final = Frame("Waiting.run", "benchmarks/works.py")
"""Where the steps of a work begin."""


def _record(work: Object, count: int, file: Path, kind: str) -> None:
    """Run a work under py-spy; raises `PeerError` where that cannot be."""
    spy = shutil.which("py-spy", path=str(Path(sys.executable).parent)) or shutil.which("py-spy")
    if spy is None:
        raise PeerError("the profile needs py-spy: pip install py-spy")
    command = [spy, "record", "--rate", "1000", "--function", "--format", kind, "--output", str(file), "--"]
    done = subprocess.run(  # noqa: S603 - our own command
        [*command, sys.executable, "-m", "benchmarks.ours"],
        input=f"{json.dumps(work)}\n{json.dumps({'op': 'run', 'count': count})}\n".encode(),
        cwd=HERE.parent,
        capture_output=True,
        check=False,
    )
    if done.returncode != 0:
        raise PeerError(f"the profile cannot be made: {done.stderr.decode().strip().splitlines()[-1]}")
