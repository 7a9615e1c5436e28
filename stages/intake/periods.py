"""A batch's file name declares its period: `2026-W40` (ISO week), `2026-10` (month) or `2026-10-05` (day)."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from stages.errors import InputError

SUFFIXES = (".csv", ".csv.gz", ".jsonl", ".jsonl.gz", ".parquet")
_NAME = re.compile(r"(?P<year>[12]\d{3})-(?:W(?P<week>\d\d)|(?P<month>\d\d)(?:-(?P<day>\d\d))?)", re.ASCII)


@dataclass(frozen=True, order=True)
class Period:
    """A span of days, `first` and `last` included; ordered by time."""

    last: date
    first: date
    name: str


def period(name: str) -> Period:
    """The period that a batch name declares.

    Raises
    ------
    InputError
        Where the name declares none.

    Examples
    --------
    >>> period("2026-W40").last
    datetime.date(2026, 10, 4)
    """
    found = _NAME.fullmatch(name)
    try:
        if found:
            first, last = _span(found)
            return Period(last, first, name)
    except ValueError:
        pass
    raise InputError(
        f"batch {name!r} must be named by its period (2026-W40, 2026-10 or 2026-10-05), got another name; rename the file"
    )


def files_by_period(folder: Path) -> dict[Period, Path]:
    """The batch files of a folder, oldest first; files that are not data are left alone.

    Raises
    ------
    InputError
        Where a name declares no period, or two files declare the same one.
    """
    found: dict[Period, Path] = {}
    for file in sorted(folder.glob("*")):
        suffix = next((s for s in SUFFIXES if file.name.lower().endswith(s)), None)
        if suffix is None or file.name.startswith("."):
            continue
        key = period(file.name[: -len(suffix)])
        if key in found:
            raise InputError(f"{folder} must hold one file a period, got {found[key].name} and {file.name}; keep one of them")
        found[key] = file
    return dict(sorted(found.items()))


def _span(found: re.Match[str]) -> tuple[date, date]:
    year = int(found["year"])
    if found["week"]:
        first = date.fromisocalendar(year, int(found["week"]), 1)
        return first, first + timedelta(days=6)
    if found["day"]:
        day = date(year, int(found["month"]), int(found["day"]))
        return day, day
    first = date(year, int(found["month"]), 1)
    return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
