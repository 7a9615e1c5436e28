"""Files of a few rows, taken in and judged as the stage does it, for tests of one module of intake at a time."""

from collections.abc import Collection, Sequence
from datetime import date
from pathlib import Path

import pandas as pd
import pandera.pandas as pa

from stages.artefacts import file_md5
from stages.intake.batches import Batch, Rules, take
from stages.intake.releases import Release
from stages.intake.verdicts import Judged, judge_batches
from stages.reading.periods import Incoming, incoming
from stages.settings import Params

HEADER = "id,at,color,size"
SCHEMA = pa.DataFrameSchema(
    {
        "at": pa.Column("datetime64[us, UTC]"),
        "color": pa.Column("str", pa.Check.isin(["red", "blue"])),
        "size": pa.Column("float64", pa.Check.gt(0), nullable=True),
    }
)
COLOR, SIZE = "color: isin(['red', 'blue'])", "size: greater_than(0)"
TODAY = date(2026, 10, 31)


class Desk:
    """A folder of data with settings, a schema, golden ids and releases; takes in what is written to it."""

    def __init__(self, folder: Path, params: Params) -> None:
        self.folder, self.params = folder, params
        self.schema, self.golden = SCHEMA, frozenset[str]()
        self.labels: pa.Column | None = None
        self.releases: list[Release] = []
        self.spool = folder / "spool"
        for name in ("raw", "feedback", "spool"):
            (folder / name).mkdir(parents=True)

    def write(self, name: str, *lines: str, header: str = HEADER) -> None:
        """Write a CSV file (`raw/2026-10-05.csv`)."""
        (self.folder / name).write_text("\n".join([header, *lines, ""]), encoding="utf-8")

    def release(self, batch: str, rule: str, record_id: str | None = None, md5: str | None = None) -> None:
        """Release a rule of a file as it is now, or as it was when its md5 was another one."""
        own = md5 or file_md5(self.folder / batch)
        self.releases.append(Release(batch=batch, rule=rule, record_id=record_id, file=own, by="lead", reason="checked"))

    def files(self, kind: str) -> list[Incoming]:
        return incoming(self.folder / kind)

    def taken(self) -> list[Batch]:
        """Every raw file after the row rules."""
        rules = Rules(schema=self.schema, params=self.params, golden=self.golden, releases=tuple(self.releases), spool=self.spool)
        return [take(k, file, rules) for k, file in enumerate(self.files("raw"))]

    def judged(self) -> list[Judged]:
        """Every raw file with its verdict."""
        return judge_batches(self.taken(), self.params, self.releases, self.spool)

    def rows(self, own: Batch) -> pd.DataFrame:
        """What waits of a batch."""
        return pd.read_parquet(own.rows_file(self.spool))

    def found(self, own: Batch) -> list[tuple[int, str | None, str, str | None, str]]:
        """The quarantine's lines of a batch's rows: row, id, rule, value, status."""
        return said(pd.read_parquet(own.lines_file(self.spool)), "row", "record_id", "rule", "value", "status")


def said(frame: pd.DataFrame, *columns: str) -> list[tuple[object, ...]]:
    """Columns of a frame as tuples; gaps are None."""
    wide = frame[list(columns)].astype(object)
    return [tuple(row) for row in wide.where(wide.notna(), None).itertuples(index=False)]


def day(number: int, *ids: str, color: str = "red", hour: int = 10) -> list[str]:
    """Rows of one day, alike."""
    return [f"{name},2026-10-{number:02}T{hour}:00,{color},1" for name in ids]


def reasons(findings: Sequence[object]) -> Collection[tuple[str, str]]:
    """What was found, by rule and severity."""
    return [(own.rule, own.severity) for own in findings]  # type: ignore[attr-defined]
