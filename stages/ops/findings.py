"""The table of data/quarantine, read a few thousand rows at a time: it may hold millions."""

import functools
import operator
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as csv
import pyarrow.parquet as pq

from stages import artefacts
from stages.errors import InputError, Refused, UsageError

TABLE = artefacts.QUARANTINE / "quarantine.parquet"
COLUMNS = ("batch", "row", "record_id", "level", "rule", "severity", "value", "rule_set", "status")
GROUPS = ("batch", "rule", "severity", "status")
STATUSES = ("quarantined", "released", "review")
FORMULA = "^( *[=+\\-@＝＋－＠]|[\t\r\n])"  # how a cell starts that a spreadsheet takes for a formula (OWASP: CSV injection)


@dataclass(frozen=True)
class Wanted:
    """Which findings; None asks for all."""

    batch: str | None = None
    rule: str | None = None
    status: str | None = None

    def __post_init__(self) -> None:
        if self.status not in (None, *STATUSES):
            raise UsageError(f"--status must be one of {', '.join(STATUSES)}, got {self.status!r}; choose one")


def findings(columns: Sequence[str], wanted: Wanted) -> Iterator[pa.RecordBatch]:
    """The findings that are wanted, in the order of the table.

    Raises
    ------
    InputError
        Where the table is not there, damaged or of another version.
    """
    asked = [pc.field(name) == value for name, value in asdict(wanted).items() if value is not None]
    try:
        missing = sorted(set(COLUMNS) - set(pq.read_schema(TABLE).names))
        if missing:
            raise InputError(f"{TABLE} must have the column {missing[0]!r}, got others; run `dvc repro validate`")
        with pq.ParquetFile(TABLE, read_dictionary=list(GROUPS)) as file:
            for part in file.iter_batches(columns=sorted({*columns, *GROUPS})):
                kept = part.filter(functools.reduce(operator.and_, asked)) if asked else part
                yield kept.select(list(columns))
    except FileNotFoundError:
        raise InputError(f"{TABLE} must exist, got nothing there; run `dvc repro validate` to make it") from None
    except (pa.ArrowException, OSError) as error:
        raise InputError(f"{TABLE} must be parquet, got {type(error).__name__}; run `dvc repro validate` anew") from None


def counts(wanted: Wanted) -> Counter[tuple[str, ...]]:
    """How many findings there are, by batch, rule, severity and status."""
    found = Counter[tuple[str, ...]]()
    for part in findings(GROUPS, wanted):
        grouped = pa.Table.from_batches([part]).group_by(list(GROUPS)).aggregate([([], "count_all")])
        for own in grouped.to_pylist():
            found[tuple(own[name] for name in GROUPS)] += own["count_all"]
    return found


def export(wanted: Wanted, path: Path) -> int:
    """Write the findings as CSV, whole or not at all; returns how many.

    A cell that a spreadsheet would take for a formula gets an apostrophe in front, which makes it text there.

    Raises
    ------
    Refused
        Where something is at `path`: it may be data.
    InputError
        Where nothing can be written there.
    """
    if path.exists():
        raise Refused(f"--csv must name a new file, got {path}, which is there; choose another name or remove it")
    if not path.parent.is_dir():
        raise InputError(f"--csv must name a file in a folder that is there, got {path}; make the folder first")
    schema = pa.schema([(name, pa.int64() if name == "row" else pa.string()) for name in COLUMNS])
    draft = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with csv.CSVWriter(str(draft), schema) as writer:
            n = sum(_write(writer, part.cast(schema)) for part in findings(COLUMNS, wanted))
        draft.replace(path)
    except OSError as error:
        raise InputError(f"--csv must name a file that can be written, got {type(error).__name__}; choose another") from None
    finally:
        draft.unlink(missing_ok=True)
    return n


def _write(writer: csv.CSVWriter, part: pa.RecordBatch) -> int:
    for k, name in enumerate(COLUMNS):
        if name != "row":
            safe = pc.replace_substring_regex(part[name], pattern=FORMULA, replacement=r"'\1")
            part = part.set_column(k, name, safe)
    writer.write(part)
    return int(part.num_rows)
