"""What a report is made of. All words in it are plain text: Markdown and HTML escape them, each in its own way."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Tone = Literal["good", "bad", "open", "calm"]


@dataclass(frozen=True)
class Mark:
    """The outcome of a rule in a cell."""

    outcome: str  # pass, fail, inconclusive


Cell = str | Mark


@dataclass(frozen=True)
class Words:
    """A paragraph."""

    text: str


@dataclass(frozen=True)
class Points:
    """A list."""

    items: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Table:
    """Rows under names; the columns in `numbers` stand at the right."""

    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    numbers: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A picture by the name of its file, and what is seen in it."""

    name: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Folded:
    """What only some readers want to see."""

    title: str
    blocks: tuple["Block", ...]


Block = Words | Points | Table | Picture | Folded


@dataclass(frozen=True, kw_only=True)
class Section:
    """Blocks under a title."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, kw_only=True)
class Page:
    """A whole report.

    Attributes
    ----------
    verdict : one word.
    headline : what it means, in a sentence.
    facts : name and value, what a reader needs to know first.
    pictures : SVG by name; None where the file is not what dvc.lock says.
    command, source : of `ratchet` that made it, and from what.
    """

    title: str
    verdict: str
    tone: Tone
    headline: str
    facts: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]
    pictures: dict[str, str | None]
    command: str = "report"
    source: str = "metrics/*.json, as the stages of this run wrote them"


def shortened(rows: Sequence[tuple[Cell, ...]], most: int, place: str) -> tuple[tuple[Cell, ...], ...]:
    """The first rows of a table; a last one says how many more there are, and where."""
    if len(rows) <= most:
        return tuple(rows)
    return (*rows[:most], (f"and {len(rows) - most} more in {place}", *("" for _ in rows[0][1:])))
