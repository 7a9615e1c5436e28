"""The quarantine: one long table of everything that was refused, and of what a person should look at, each line with its rule."""

import hashlib
import json
from collections.abc import Mapping, Sequence, Set
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from stages.reading.privacy import redact
from stages.settings import Params

COLUMNS = pa.schema(
    {
        "batch": pa.string(),  # the file: raw/2026-W40.parquet
        "row": pa.int64(),  # position in the file, from 0; a gap for a whole batch
        "record_id": pa.string(),
        "level": pa.string(),  # row, label or batch
        "rule": pa.string(),
        "severity": pa.string(),  # error: not used; warning: used all the same
        "value": pa.string(),  # what the cell held, redacted and shortened
        "rule_set": pa.string(),  # the rules it was judged by, as `rule_set` names them
        "status": pa.string(),  # one of STATUSES
    }
)
STATUSES = ("quarantined", "released", "review")  # released: a person let it in; review: a person should look
SHORT, SEEN = 40, 400  # characters of a value that are kept, and that are looked at for personal data before


def rule_set(schema_py: Path, params: Params) -> str:
    """Eight hexadecimal digits that change with schema.py and with the settings that rows, labels and batches are judged by."""
    judged_by = params.model_dump(include={"columns", "batches", "labels", "split", "task"}, mode="json")
    text = schema_py.read_bytes() + json.dumps(judged_by, sort_keys=True).encode()
    return hashlib.md5(text).hexdigest()[:8]


def lines(batch: str, frame: pd.DataFrame, masks: Mapping[str, np.ndarray], id_column: str, level: str = "row") -> pd.DataFrame:
    """What some rows of a batch failed: a line a row and rule, in the order of the rows.

    Parameters
    ----------
    masks : by rule, the rows of `frame` it names, bool of shape (rows,).
    """
    failed = {rule: np.flatnonzero(mask) for rule, mask in masks.items() if mask.any()}
    if not failed:
        return line_frame([])
    rows = np.concatenate(list(failed.values()))
    order = np.argsort(rows, kind="stable")
    rules = np.repeat(np.arange(len(failed), dtype="int16"), [len(own) for own in failed.values()])[order]
    held = pd.concat([_held(frame, own, rule) for rule, own in failed.items()], ignore_index=True).iloc[order].array
    rows, none = rows[order], np.zeros(len(rows), dtype="int8")
    found = {
        "batch": _coded(none, [batch]),
        "row": rows,
        "record_id": frame[id_column].iloc[rows].astype("str").array,
        "level": _coded(none, [level]),
        "rule": _coded(rules, list(failed)),
        "severity": _coded(none, ["error"]),
        "value": held,
        "status": _coded(none, STATUSES),
    }
    return pd.DataFrame(found)


def line_frame(rows: list[dict[str, object]]) -> pd.DataFrame:
    """Lines given as dicts; what they leave out is a gap."""
    kinds: dict[str, Any] = {name: "Int64" if name == "row" else "str" for name in COLUMNS.names}
    return pd.DataFrame({name: pd.array([row.get(name) for row in rows], dtype=kind) for name, kind in kinds.items()})


class Quarantine:
    """Writes the table batch by batch, so that it never has to fit into memory; counts rules on the way.

    Parameters
    ----------
    named : the record ids that releases name.
    """

    def __init__(self, path: Path, rules: str, named: Set[str] = frozenset()) -> None:
        self.counts: dict[str, dict[str, int]] = {}  # by rule, lines by status
        self.refused: list[tuple[str, str, int]] = []  # batch, rule, rows or labels in quarantine
        self.freed: set[tuple[str, str, str | None]] = set()  # batch, rule, record id of what was let in; of those not named None
        self._rules, self._named = rules, named
        self._writer = pq.ParquetWriter(path, COLUMNS, compression="zstd")

    def write(self, found: pd.DataFrame) -> None:
        """Append lines."""
        if not len(found):
            return
        tally = found.groupby(["batch", "level", "rule", "status"]).size().reset_index(name="lines")
        for batch, level, rule, status, count in tally.itertuples(index=False):
            own = self.counts.setdefault(rule, {})
            own[status] = own.get(status, 0) + int(count)
            if level != "batch" and status == "quarantined":
                self.refused.append((batch, rule, int(count)))
            elif status == "released":
                self.freed.add((batch, rule, None))
        known = found[(found["status"] == "released") & found["record_id"].isin(self._named)]
        self.freed |= set(known[["batch", "rule", "record_id"]].itertuples(index=False, name=None))
        table = pa.Table.from_pandas(found.assign(rule_set=self._rules), schema=COLUMNS, preserve_index=False)
        self._writer.write_table(table.replace_schema_metadata(None))

    def close(self) -> None:
        """Finish the file."""
        self._writer.close()


def _held(frame: pd.DataFrame, rows: np.ndarray, rule: str) -> pd.Series:
    """What the cells that fail a rule held; gaps where the rule is about whole rows."""
    column = rule.partition(": ")[0]
    return pd.Series(short(frame[column].iloc[rows]) if column in frame else pa.nulls(len(rows), pa.string()), dtype="str")


def _coded(codes: np.ndarray, words: Sequence[str]) -> "pd.Categorical[str]":
    """A word a line, by its number: where every row fails a rule, text would outweigh the batch."""
    coded: pd.Categorical[str] = pd.Categorical.from_codes(codes, pd.Index(list(words), dtype="str"))
    return coded


def short(cells: pd.Series) -> pd.api.extensions.ExtensionArray:
    """Cells as short text of one line, personal data redacted; gaps stay."""
    text = cells.astype("str").where(cells.notna()).str.slice(0, SEEN)
    flat = redact(text).str.replace(r"[\x00-\x1f\x7f]+", " ", regex=True)
    shortened: pd.api.extensions.ExtensionArray = flat.str.slice(0, SHORT).array
    return shortened
