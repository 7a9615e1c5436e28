"""What is each column of a table? Guessed from names and values; `ratchet init` prints it, params.yaml is where it is mended."""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from stages.errors import InputError, UsageError
from stages.reading.cells import typed

READABLE = 0.99  # share of a column's cells that must read as its kind
FEW, MANY = 20, 1000  # distinct values: up to FEW always make a category, above MANY never
RARE = 0.95  # share of gaps above which a column says too little
WORDS_IN_TEXT = 4  # mean number of words from which a column is free text
SMOOTH = 0.5  # rank correlation of neighbouring counts: codes stay below 0.35, ages and counts are above 0.65
SAMPLE = 20_000  # cells looked at to tell a column's kind

CODE = {"id", "code", "key", "no", "nr", "number", "uuid", "guid", "by", "group", "class", "category", "type", "zip"}
LATER = {
    "actual", "close", "closed", "closing", "closure", "ended", "final", "finished", "outcome", "resolution", "resolved",
    "result", "solution", "solved", "updated",
}  # fmt: skip
BEGIN = {"at", "created", "date", "datetime", "day", "month", "occurred", "opened", "received", "started", "time", "timestamp"}
LABEL = {"target", "label", "outcome", "y", "class"}


@dataclass(frozen=True)
class Column:
    """A column with its role: id, time, target, text, categorical, numeric, or none (left out); `missing` is a share."""

    name: str
    role: str | None
    why: str
    distinct: int
    missing: float


@dataclass(frozen=True)
class Asked:
    """What the user named on the command line; the rest is guessed."""

    target: str | None = None
    id: str | None = None
    time: str | None = None


@dataclass(frozen=True)
class Facts:
    """What a column's cells look like: `kind` is nested, empty, time, whole, fraction, words or name."""

    name: str
    kind: str
    rows: int
    distinct: int
    missing: float
    smooth: bool

    @property
    def tokens(self) -> set[str]:
        """The words of its name."""
        return {word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+", self.name)}

    @property
    def few(self) -> bool:
        """Whether its values are few enough to be categories: at most a tenth of the rows."""
        return self.distinct <= max(FEW, min(MANY, self.rows * (1 - self.missing) / 10))

    @property
    def unique(self) -> bool:
        """Whether every row has another value (but for a stray repeat), none is a gap, and it could name a row."""
        return self.kind in ("whole", "name") and self.missing == 0 and self.distinct >= READABLE * self.rows


def look(column: pd.Series) -> Facts:
    """Describe one column."""
    name, rows, present = str(column.name), len(column), column.dropna()
    missing = 1 - len(present) / rows if rows else 1.0
    try:
        distinct = int(present.nunique())
    except TypeError:  # lists and dicts
        return Facts(name, "nested", rows, 0, missing, False)
    kind = _kind(present.iloc[:: max(1, len(present) // SAMPLE)])
    return Facts(name, kind, rows, distinct, missing, kind == "whole" and _smooth(present))


def guess(frame: pd.DataFrame, file: Path, asked: Asked) -> tuple[str, list[Column]]:
    """The task (classification or regression) and every column's role, in the order of the file.

    Raises
    ------
    UsageError
        Where a column named on the command line is not there.
    InputError
        Where there is no usable time, id or target; the message names the option that names one.
    """
    for option, name in vars(asked).items():
        if name is not None and name not in frame:
            raise UsageError(f"--{option} must name a column of {file.name}, got {name!r}; it has {', '.join(frame.columns)}")
    facts = {name: look(frame[name]) for name in frame.columns}
    time = asked.time or _time(facts, asked, file)
    if typed(frame, file, text=[], numeric=[], times=[time])[0][time].notna().mean() < READABLE:
        raise InputError(f"{file.name}: {time} must hold ISO 8601 times (2026-10-05T14:30), got others; name --time")
    key = asked.id or _id({name: own for name, own in facts.items() if name not in (time, asked.target)}, file)
    if facts[key].distinct < READABLE * len(frame):
        raise InputError(f"{file.name}: {key} must be another one in every row, got repeats; name the right column with --id")
    target, why = _target({name: own for name, own in facts.items() if name not in (time, key)}, asked, file)
    task, because = _task(facts[target], file)
    given = {time: ("time", "when the row came in"), key: ("id", "another one in every row")}
    given[target] = ("target", f"{why}: {because}")
    roles: dict[str, tuple[str | None, str]] = {name: given.get(name) or role(own) for name, own in facts.items()}
    return task, [Column(name, *roles[name], own.distinct, own.missing) for name, own in facts.items()]


def role(facts: Facts) -> tuple[str | None, str]:
    """A feature's role, or None, with the reason."""
    if facts.kind == "nested":
        return None, "lists or objects in its cells"
    if facts.distinct <= 1:
        return None, "one value, or none"
    if facts.missing > RARE:
        return None, "nearly always missing"
    if facts.kind == "time":
        return None, "a time"
    if facts.tokens & LATER:
        return None, "its name says it is known only later"
    if facts.kind in ("words", "fraction"):
        return ("text", "several words") if facts.kind == "words" else ("numeric", "numbers with decimals")
    if facts.unique:
        return None, "another one in nearly every row"
    if facts.kind == "name":
        return ("categorical", "few distinct values") if facts.few else (None, "too many distinct values")
    return _whole(facts)


def _whole(facts: Facts) -> tuple[str | None, str]:
    """Whole numbers are codes or quantities: of a quantity, neighbouring values are about as frequent."""
    if facts.distinct <= FEW:
        return "categorical", "whole numbers, few distinct values"
    if facts.smooth and not facts.tokens & CODE:
        return "numeric", "whole numbers, neighbours equally frequent"
    if facts.few:
        return "categorical", "whole numbers that look like codes"
    return (None, "too many codes") if facts.tokens & CODE else ("numeric", "whole numbers, many distinct values")


def _kind(present: pd.Series) -> str:
    if not len(present):
        return "empty"
    if pd.api.types.is_datetime64_any_dtype(present):
        return "time"
    if pd.api.types.is_bool_dtype(present):
        return "name"
    text = present.astype("str")
    numbers = pd.to_numeric(text, errors="coerce")
    if numbers.notna().mean() >= READABLE and not text.str.match(r"0\d").any():
        return "whole" if np.equal(np.floor(numbers.dropna()), numbers.dropna()).all() else "fraction"
    if pd.to_datetime(text, format="ISO8601", utc=True, errors="coerce").notna().mean() >= READABLE:
        return "time"
    return "words" if text.str.count(r"\S+").mean() >= WORDS_IN_TEXT else "name"


def _smooth(present: pd.Series) -> bool:
    counts = pd.to_numeric(present, errors="coerce").value_counts().sort_index().to_numpy()
    ranks = [pd.Series(side).rank() for side in (counts[:-1], counts[1:])]
    if any(side.nunique() < 2 for side in ranks):
        return False
    return bool(ranks[0].corr(ranks[1]) > SMOOTH)


def _time(facts: dict[str, Facts], asked: Asked, file: Path) -> str:
    """The first time column without gaps; names that say "begin" come first, names that say "later" never."""
    named = (asked.id, asked.target)
    known = [own for own in facts.values() if own.kind == "time" and own.missing <= 1 - READABLE and own.name not in named]
    usable = [own for own in known if not own.tokens & LATER]
    if not usable:
        raise InputError(
            f"{file.name} must have a column that says when each row came in, got no ISO 8601 times; name it with --time"
        )
    return next((own.name for own in usable if own.tokens & BEGIN), usable[0].name)


def _id(facts: dict[str, Facts], file: Path) -> str:
    usable = [own for own in facts.values() if own.unique]
    if not usable:
        raise InputError(f"{file.name} must have a column that names each row, got none without repeats; name it with --id")
    return next((own.name for own in usable if own.tokens & CODE), usable[0].name)


def _target(facts: dict[str, Facts], asked: Asked, file: Path) -> tuple[str, str]:
    if asked.target:
        return asked.target, "--target"
    usable = [own for own in facts.values() if own.kind in ("whole", "fraction", "name") and own.distinct > 1 and not own.unique]
    if not usable:
        raise InputError(f"{file.name} must have a column to predict, got none with more than one value; name it with --target")
    named = next((own.name for own in usable if own.name.lower() in LABEL), None)
    return (named, "its name") if named else (usable[-1].name, "the last column")


def _task(target: Facts, file: Path) -> tuple[str, str]:
    if target.distinct < 2:
        raise InputError(f"{file.name}: {target.name} must have two values or more, got {target.distinct}; name --target")
    if target.kind == "fraction" or (target.kind == "whole" and target.distinct > FEW and (target.smooth or not target.few)):
        return "regression", "a quantity"
    if target.kind in ("whole", "name") and target.few:
        return "classification", f"{target.distinct} classes"
    raise InputError(
        f"{file.name}: {target.name} must hold classes or numbers, got {target.distinct} values that are neither; name --target"
    )
