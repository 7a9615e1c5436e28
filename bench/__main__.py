"""`make bench`: print every ratio as a Markdown table; progress goes to stderr.

Takes about an hour and a quarter on two cores, and a quarter of an hour more where the peers of `bench.drift` are installed.

Usage: python -m bench [PART]...      only these parts; without any, all of them

Parts: loop, idle, help, rows, labels, drift, rollback, gate, evidence, coverage.
"""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from bench import rows
from bench.measure import Run, in_turns, progress, run
from bench.table import HEAD, cpu, machine, peak, row, wall

ROOT = Path(__file__).resolve().parents[1]
REPRO = ["dvc", "repro"]
REFERENCE = [sys.executable, str(ROOT / "bench" / "reference.py")]
TICKETS_PER_WEEK = 6700  # 30 weeks: 200,000 tickets
WARM_UP_TICKETS_PER_WEEK = 100
SLOW_PAIRS, QUICK_PAIRS = 2, 9


def main(names: list[str]) -> None:
    """Measure the parts named, or all, and print the tables."""
    unknown = [name for name in names if name not in {*PARTS, *APART}]
    if unknown:
        raise SystemExit(f"bench: parts must be among {', '.join([*PARTS, *APART])}, got {unknown[0]!r}; name one of them")
    with tempfile.TemporaryDirectory(prefix="bench") as folder:
        lines = [line for name, part in PARTS.items() if name in names or not names for line in part(Path(folder))]
    if lines:
        print(HEAD, *lines, f"\n{machine()}", sep="\n", flush=True)
    for name in APART:
        if name in names or not names:
            subprocess.run([sys.executable, "-m", f"bench.{name}"], cwd=ROOT, check=True)


def whole_loop(place: Path) -> list[str]:
    """All stages against one plain script, each time in a new copy; the copies of the last pair stay."""
    made_in_turns(place, "warm-up", WARM_UP_TICKETS_PER_WEEK, 1)
    pairs = made_in_turns(place, "loop", TICKETS_PER_WEEK, SLOW_PAIRS)
    return [row("all stages, 200k tickets, against bench/reference.py", figure, pairs) for figure in (cpu(1.5), peak(1.5))]


def made_in_turns(place: Path, name: str, tickets_per_week: int, pairs: int) -> list[tuple[Run, Run]]:
    """Build a loop, and run its stages and the reference in turns in copies of it, called NAME-run."""
    made(place / name, "loop", str(tickets_per_week))
    progress(f"all stages, {30 * tickets_per_week} tickets, {pairs} pairs")

    def ours() -> Run:
        copy = place / f"{name}-run"
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(place / name, copy, symlinks=True)
        return run(REPRO, copy)

    return in_turns(ours, lambda: run(REFERENCE, place / name), pairs)


def nothing_to_do(place: Path) -> list[str]:
    """DVC in the loop just run, or in a small one, against DVC where there is less to look at."""
    if not (place / "loop-run").exists():
        made(place / "loop-run", "loop", str(WARM_UP_TICKETS_PER_WEEK))
        run(REPRO, place / "loop-run")
    lines = []
    for kind, against in (("empty", "as many empty stages"), ("hollow", "the same graph with empty files and commands")):
        made(place / kind, kind)
        progress(f"nothing to do, against {against}")
        pairs = warm(place / "loop-run", place / kind)
        lines += [row(f"`dvc repro` with nothing to do, against {against}", figure, pairs) for figure in (wall(1.2), cpu(1.2))]
    return lines


def warm(ours: Path, reference: Path) -> list[tuple[Run, Run]]:
    """`dvc repro` in both folders in turns, but for the first pair, which warms up."""
    return in_turns(lambda: settled(ours), lambda: settled(reference), QUICK_PAIRS + 1)[1:]


def settled(folder: Path) -> Run:
    """`dvc repro` in a folder where nothing changed."""
    done = run(REPRO, folder)
    if "up to date" not in done.output:
        raise RuntimeError("bench: `dvc repro` must have nothing to do here, got stages that ran")
    return done


def help_page(pairs: int = QUICK_PAIRS) -> list[str]:
    """`ratchet --help` against the `--help` of a bare typer app."""
    progress("ratchet --help")
    script = Path(sys.executable).with_name("ratchet")
    ours = [str(script)] if script.exists() else [sys.executable, "-c", "import ratchet; ratchet.main()"]
    count = "from stages.ops.cli import app; print(len(app.registered_commands) + len(app.registered_groups))"
    commands = run([sys.executable, "-c", count], ROOT).output.strip()
    bare = [sys.executable, "-m", "bench.bare_typer", commands]
    taken = in_turns(lambda: run([*ours, "--help"], ROOT), lambda: run([*bare, "--help"], ROOT), pairs + 1)[1:]
    what = f"`ratchet --help`, against a bare typer app with {commands} commands"
    return [row(what, figure, taken) for figure in (wall(1.5), cpu(1.5))]


def made(folder: Path, kind: str, *arguments: str) -> None:
    """Make a folder to measure in, by a process of its own: this one has to stay small."""
    progress(f"making the folder {folder.name}")
    run([sys.executable, "-m", "bench.workspace", kind, str(folder), *arguments], ROOT)


APART = ("labels", "drift", "rollback", "gate", "evidence", "coverage")  # parts with tables of their own
PARTS: dict[str, Callable[[Path], list[str]]] = {
    "loop": whole_loop,
    "idle": nothing_to_do,
    "help": lambda _: help_page(),
    "rows": rows.measured,
}

if __name__ == "__main__":
    main(sys.argv[1:])
