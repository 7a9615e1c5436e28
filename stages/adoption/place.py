"""Move a prepared folder into place: all of it or, where something is in the way or it is interrupted, none of it."""

from collections.abc import Iterator
from pathlib import Path

from stages.errors import Refused


def place(draft: Path, here: Path, merged: frozenset[str], skipped: frozenset[str]) -> None:
    """Move everything in `draft` into `here`.

    Parameters
    ----------
    merged : names of files whose missing lines are added where they exist already.
    skipped : names that stay behind where they exist already.

    Raises
    ------
    Refused
        Where another file is in the way; nothing has moved then.
    """
    moves = list(_moves(draft, here, skipped))
    lines = [(source, goal) for source, goal in moves if goal.exists() and goal.name in merged]
    moves = [pair for pair in moves if pair not in lines]
    blocked = next((goal for _, goal in moves if goal.exists()), None)
    if blocked is not None:
        raise Refused(f"{blocked} must not be there yet, got one; `ratchet init` overwrites nothing: move it away")
    done: list[tuple[Path, Path]] = []
    try:
        for source, goal in moves:
            source.rename(goal)
            done.append((source, goal))
        for source, goal in lines:
            _add_lines(source, goal)
    except BaseException:
        for source, goal in reversed(done):
            goal.rename(source)
        raise


def _moves(source: Path, goal: Path, skipped: frozenset[str]) -> Iterator[tuple[Path, Path]]:
    """Whole folders where they are new; their contents where they exist."""
    for child in sorted(source.iterdir()):
        there = goal / child.name
        if not there.exists():
            yield child, there
        elif child.name in skipped:
            continue
        elif child.is_dir() and there.is_dir():
            yield from _moves(child, there, skipped)
        else:
            yield child, there


def _add_lines(source: Path, goal: Path) -> None:
    old = goal.read_text(encoding="utf-8")
    missing = [line for line in source.read_text(encoding="utf-8").splitlines() if line not in old.splitlines()]
    if missing:
        goal.write_text(old + ("" if old.endswith("\n") or not old else "\n") + "\n".join(missing) + "\n", encoding="utf-8")
