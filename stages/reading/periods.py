"""A batch's file name declares its period: `2026-W40` (ISO week), `2026-10` (month) or `2026-10-05` (day)."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from stages.artefacts import LITTER, file_md5
from stages.errors import InputError
from stages.reading.manifests import MANIFEST

SUFFIXES = (".csv", ".csv.gz", ".jsonl", ".jsonl.gz", ".parquet")
NOTES = LITTER | {"README.md", "LICENSE"}  # beside hidden files and DVC's own, what may lie among data without being any
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
    """A file of a folder of data: its period, or what is wrong with its name or kind."""

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
    """What lies in a folder of data: oldest first, then what has no period.

    A name that declares no period, or the period of another file, is a problem of those files and of no other.
    """
    by_period: dict[Period, list[Path]] = {}
    files, others = delivered(folder)
    nameless = [Incoming(path, None, why) for path, why in others.items()]
    for file in files:
        suffix = next(own for own in SUFFIXES if file.name.lower().endswith(own))
        try:
            by_period.setdefault(period(file.name[: -len(suffix)]), []).append(file)
        except InputError as error:
            nameless.append(Incoming(file, None, str(error)))
    named = [Incoming(file, own, _problem(own, files)) for own, files in sorted(by_period.items()) for file in files]
    return named + sorted(nameless, key=lambda own: own.path)


def delivered(folder: Path) -> tuple[list[Path], dict[Path, str]]:
    """The files of a folder that can be read, and what else lies there, with the reason why it is not read.

    Notes, hidden files, what DVC or a desktop leaves, and the manifest of a file are neither.
    """
    files, others = list[Path](), dict[Path, str]()
    for path in sorted(folder.glob("*")):
        if path.name.startswith(".") or path.name in NOTES or path.suffix == ".dvc":
            continue
        whose = path.with_name(path.name.removesuffix(MANIFEST))
        if path.is_dir():
            others[path] = f"{path} must be a file, got a folder; put its files into {folder}, each named by its period"
        elif path.name.lower().endswith(SUFFIXES):
            files.append(path)
        elif whose == path:
            kinds = ", ".join(SUFFIXES)
            others[path] = f"{path} must be one of {kinds}, got another kind of file; export it as one of them or take it away"
        elif not whose.is_symlink() and not whose.exists():
            others[path] = f"{path} must lie beside its file, got no {whose.name}; deliver that file, or remove the manifest"
    return files, others


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
