"""What a command costs: the time it takes, and the processor time and peak memory of its whole process tree.

Linux counts the memory of the process that starts a command as the command's own, until the new program is loaded. So
whoever measures has to stay small: this module needs nothing but the standard library, and data is made in other processes.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

MAXRSS_UNIT = 1 if sys.platform == "darwin" else 1024  # bytes; Linux counts in KiB


@dataclass(frozen=True)
class Run:
    """One run of a command: `cpu_s` is user and system time of all its processes, `peak_mib` the largest single one of them."""

    wall_s: float
    cpu_s: float
    peak_mib: float
    output: str


def run(command: Sequence[str], folder: Path) -> Run:
    """Run a command in a folder.

    wait4(2) returns the sum over the child and every descendant that was waited for, and the largest resident size of any.

    Raises
    ------
    RuntimeError
        Where the command fails; the message ends with the last line it said.
    """
    started = time.perf_counter()
    with subprocess.Popen(command, cwd=folder, env=_environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as child:
        output = (child.stdout.read() if child.stdout else b"").decode(errors="replace")
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    wall_s = time.perf_counter() - started
    if child.returncode:
        last = (output.strip().splitlines() or ["nothing"])[-1]
        raise RuntimeError(f"bench: `{' '.join(command[:3])}` must succeed, got exit code {child.returncode}; it said: {last}")
    return Run(wall_s, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * MAXRSS_UNIT / 2**20, output)


def python_with(module: str, variable: str) -> str | None:
    """The Python that the environment variable names, or this one; None where it cannot import the module."""
    python = os.environ.get(variable, sys.executable)
    try:
        done = subprocess.run([python, "-c", f"import {module}"], capture_output=True, check=False)
    except OSError:
        return None
    return python if done.returncode == 0 else None


def in_turns(ours: Callable[[], Run], reference: Callable[[], Run], pairs: int) -> list[tuple[Run, Run]]:
    """Both in turns, so that a slow moment hits both alike."""
    return [(ours(), reference()) for _ in range(pairs)]


def progress(what: str) -> None:
    """Say what is being done, to a person who waits."""
    if sys.stderr.isatty():
        print(f"bench: {what}", file=sys.stderr)


def _environment() -> dict[str, str]:
    """This process's own, with its Python first: stages call `python`."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    return os.environ | {"PATH": path, "DVC_NO_ANALYTICS": "1"}
