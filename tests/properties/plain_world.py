"""What comes in, as plain Python: rows, lines of feedback, files, and what a person released of them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

GONE, NEAR, GROUP = "label: reviewers disagree", "row: near-duplicate of a test row", "row: group of a test row"
NEVER = ("id: ", "at: not an ISO time", "label: no id", "label: missing", "label: unknown source", NEAR, GROUP)  # of those here


@dataclass(frozen=True)
class Row:
    """One line of a raw file; cells are text, empty where there is none."""

    id: str
    at: str
    color: str
    size: str
    label: str
    served: str
    who: str
    text: str


@dataclass(frozen=True)
class Line:
    """One line of a feedback file."""

    id: str
    label: str
    reviewer: str
    action: str
    source: str
    reviewed_at: str


@dataclass(frozen=True)
class File:
    """A file: the days of its period (none: its name declares none), and its rows or lines (none: it cannot be read)."""

    key: str
    first: date | None
    last: date | None
    rows: list[Any] | None


@dataclass(frozen=True)
class World:
    """All that comes in, oldest file first; `releases` holds (file, rule, id or None)."""

    raw: list[File]
    feedback: list[File]
    golden: list[Row]
    releases: Collection[tuple[str, str, str | None]]
    params: Any


def time(text: str) -> datetime | None:
    """An ISO time of 10 letters or more; anything else is none."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def free(world: World, key: str, rule: str, name: str) -> bool:
    """Whether a person released this row, or all of them, from a rule."""
    return not rule.startswith(NEVER) and bool({(key, rule, None), (key, rule, name or "?")} & set(world.releases))
