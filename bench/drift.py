"""Drift against Evidently and NannyML: `python -m bench.drift` prints how much it costs, how often it is wrong, what it finds.

Neither peer is a dependency. Install each into an environment of its own and name that environment's Python:

    python -m venv /tmp/evidently && /tmp/evidently/bin/pip install evidently==0.7.23 'pandas<3'
    python -m venv /tmp/nannyml && /tmp/nannyml/bin/pip install nannyml==0.13.1 statsmodels
    BENCH_EVIDENTLY=/tmp/evidently/bin/python BENCH_NANNYML=/tmp/nannyml/bin/python python -m bench.drift

The rows that the cost is measured on, and the peers' side of it, come from `drift_frame.py` and `drift_peers.py` of the shared
benchmarks: in the folder that BENCH_SHARED names, or in the one beside the project.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

from bench.measure import Run, in_turns, progress, python_with, run
from bench.table import HEAD, peak, row, said_cpu

ROOT = Path(__file__).resolve().parents[1]
SHARED = Path(os.environ.get("BENCH_SHARED", ROOT.parent / "shared" / "bench"))
ROWS_EACH, PAIRS = 500_000, 3
MEMORY = 0.6


@dataclass(frozen=True, kw_only=True)
class Peer:
    """A peer: the variable that names its Python, what to install there, and the ratio of CPU time to stay below."""

    name: str
    variable: str
    install: str
    cpu: float


PEERS = {
    "evidently": Peer(name="Evidently", variable="BENCH_EVIDENTLY", install="evidently==0.7.23 'pandas<3'", cpu=0.08),
    "nannyml": Peer(name="NannyML", variable="BENCH_NANNYML", install="nannyml==0.13.1 statsmodels", cpu=0.2),
}


def main() -> None:
    """Print all tables, or what of them needs no peer where there is none."""
    with tempfile.TemporaryDirectory(prefix="bench") as folder:
        lines = cost(Path(folder))
    if lines:
        print(HEAD, *lines, "", sep="\n", flush=True)
    subprocess.run([sys.executable, "-m", "bench.drift_alarms"], cwd=ROOT, check=True)


def python_of(module: str) -> str | None:
    """The Python to run a peer with; None where there is none that imports it, and the reader learns how to have it."""
    peer = PEERS[module]
    if python := python_with(module, peer.variable):
        return python
    how = f"install {peer.install} into an environment of its own and set {peer.variable} to its Python"
    print(f"bench: {peer.name} must be importable, got a Python without it; its figures are left out. {how}", file=sys.stderr)
    return None


def cost(place: Path) -> list[str]:
    """The lines on time and memory, or none where the rows cannot be made."""
    if not (SHARED / "drift_frame.py").is_file():
        print(f"bench: {SHARED}/drift_frame.py must exist to measure the cost; it is left out. Set BENCH_SHARED", file=sys.stderr)
        return []
    pythons = {module: python for module in PEERS if (python := python_of(module))}
    if pythons:
        progress("making rows")
        run([sys.executable, str(SHARED / "drift_frame.py"), str(ROWS_EACH), str(place)], ROOT)
        run([sys.executable, "-m", "bench.drift_work", "split", str(place)], ROOT)
    return [line for module, python in pythons.items() for line in against(module, python, place)]


def against(module: str, python: str, place: Path) -> list[str]:
    """Processor time of the comparison once the rows are in memory, and memory of the whole process."""
    peer, lines = PEERS[module], []
    for work, what, share in (("rows", "both sides' rows", 1.0), ("profile", "recent rows and the profile", 0.5)):
        progress(f"drift from {what}, against {peer.name}, {PAIRS} pairs")
        taken = in_turns(lambda work=work: ours(work, place), lambda: theirs(module, python, place), PAIRS)
        said = f"2 × {ROWS_EACH // 1000}k rows × 20, {what}, against {peer.name}"
        lines += [row(said, figure, taken) for figure in (said_cpu(peer.cpu * share), peak(MEMORY * share))]
    return lines


def ours(work: str, place: Path) -> Run:
    """One run of `bench.drift_work`."""
    return run([sys.executable, "-m", "bench.drift_work", work, str(place)], ROOT)


def theirs(module: str, python: str, place: Path) -> Run:
    """One run of a peer, whose last line ends "…: 37.9 CPU s, peak 1118 MB"."""
    done = run([python, str(SHARED / "drift_peers.py"), module, str(place)], ROOT)
    (seconds,) = re.findall(r"([\d.]+) CPU s", done.output.splitlines()[-1])
    return replace(done, output=seconds)


def peer_alarms(module: str, seeds: int, *kinds: str) -> dict[str, str]:
    """What a peer calls where nothing changed, by family and size; nothing where it is not installed."""
    python = python_of(module)
    if python is None:
        return {}
    progress(f"{PEERS[module].name}'s false alarms")
    found: dict[str, str] = json.loads(
        run([python, "-m", "bench.drift_peer", module, str(seeds), *kinds], ROOT).output.splitlines()[-1]
    )
    return found


if __name__ == "__main__":
    main()
