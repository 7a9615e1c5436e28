"""A batch's file name declares its period: `2026-W40` (ISO week), `2026-10` (month) or `2026-10-05` (day)."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from stages.artefacts import file_md5
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


@dataclass(frozen=True)
class Incoming:
    """A data file of a folder: its period, or the problem with its name."""

    path: Path
    period: Period | None
    problem: str | None

    @property
    def key(self) -> str:
        """Folder and file name, `raw/2026-W40.parquet`: what the batch is called in reports."""
        return f"{self.path.parent.name}/{self.path.name}"

    @property
    def md5(self) -> str:
        """The file's md5; "" where nothing can be read: a folder, a link to a file that is gone."""
        try:
            return file_md5(self.path)
        except OSError:
            return ""

    @property
    def size(self) -> int:
        """Bytes; 0 where nothing can be read."""
        try:
            return self.path.stat().st_size
        except OSError:
            return 0


def incoming(folder: Path) -> list[Incoming]:
    """The data files of a folder: oldest first, then those without a period; files that are not data are left alone.

    A name that declares no period, or the period of another file, is a problem of those files and of no other.
    """
    by_period: dict[Period, list[Path]] = {}
    nameless: list[Incoming] = []
    for file in sorted(folder.glob("*")):
        suffix = next((own for own in SUFFIXES if file.name.lower().endswith(own)), None)
        if suffix is None or file.name.startswith("."):
            continue
        try:
            by_period.setdefault(period(file.name[: -len(suffix)]), []).append(file)
        except InputError as error:
            nameless.append(Incoming(file, None, str(error)))
    named = [Incoming(file, own, _problem(own, files)) for own, files in sorted(by_period.items()) for file in files]
    return named + nameless


def _problem(own: Period, files: list[Path]) -> str | None:
    """Of two files of one period, none can be told to be the right one."""
    if len(files) == 1:
        return None
    return f"{own.name} must come in one file, got {' and '.join(file.name for file in files)}; keep one of them"


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
