"""Feedback in: files as lines, each line beside the row that it is about, each file with a verdict."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
import pandera.pandas as pa

from stages.errors import InputError
from stages.history.past import Past
from stages.history.rules import Finding, judge
from stages.history.sketch import Sketch, sketch_feedback
from stages.intake.batches import ROW, hashes
from stages.intake.quarantine import short
from stages.intake.releases import Release, released
from stages.intake.rows import failing_labels
from stages.intake.sources import RawRows, read_feedback
from stages.intake.verdicts import Judged, finding_lines, sifted, usual, verdict_of
from stages.labels.rules import refusals, with_confirmed
from stages.reading.periods import Incoming, Period
from stages.settings import Params

DEFAULT_SOURCE = "feedback"
EARLY = "batch: early"
# Few words on many lines: as codes they take a tenth of the room.
WORDS = ["reviewer", "action", "source", "selection_reason", "file", "served", "batch", "rule"]
JUDGED = ["known", "at", "version", "model_version", "unreadable"]  # what the rules of a line alone look at


@dataclass(frozen=True, kw_only=True)
class FeedbackFile:
    """One file of feedback, and what is wrong with it as a whole; a file that cannot be read has no rows.

    Its `lines` go once they stand beside the rows that they are about.
    """

    key: str
    period: Period | None
    md5: str
    rows: int
    lines: pd.DataFrame
    findings: tuple[Finding, ...]
    released: tuple[Finding, ...] = ()

    @property
    def verdict(self) -> str:
        """`accepted`, `warned` or `blocked`."""
        return verdict_of(self.findings)


def take_feedback(file: Incoming, params: Params) -> FeedbackFile:
    """Read one file; the first rule that a cell of a line fails while it is read is kept in `unreadable`."""
    try:
        if file.problem or not file.period:
            raise InputError(file.problem or f"{file.path} must be named by its period, got another name; rename it")
        read = read_feedback(file.path, params)
        lines, found = _lines(read, file.key, file.period), _findings("warn", read.warnings)
    except InputError as error:
        lines, found = _no_lines(), _findings("block", [str(error)])
    return FeedbackFile(key=file.key, period=file.period, md5=file.md5, rows=len(lines), lines=lines, findings=found)


def not_heard(file: Incoming, as_of: date) -> FeedbackFile:
    """A file about days after `as_of`: it waits, and says so."""
    why = f"its period starts after {as_of}, the end of the newest accepted batch of rows: it waits for one that reaches it"
    found = Finding(rule=EARLY, severity="warn", why=why)
    return FeedbackFile(key=file.key, period=file.period, md5=file.md5, rows=0, lines=_no_lines(), findings=(found,))


def _findings(severity: Literal["block", "warn"], reasons: Sequence[str]) -> tuple[Finding, ...]:
    return tuple(Finding(rule="batch: file", severity=severity, why=why) for why in reasons)


def _lines(read: RawRows, key: str, period: Period) -> pd.DataFrame:
    """The lines of a file; what a line leaves out is filled with what its absence means."""
    unreadable = pd.Series(pd.NA, index=read.frame.index, dtype="str")
    for rule, mask in read.unreadable.items():
        unreadable = unreadable.mask(unreadable.isna() & mask, rule)
    source = read.frame["source"].fillna(DEFAULT_SOURCE)
    return read.frame.assign(
        unreadable=unreadable,
        row=np.arange(len(read.frame)),
        file=key,
        ends=pd.Timestamp(period.last + timedelta(days=1), tz="UTC"),
        action=read.frame["action"].fillna("outcome"),
        source=source,
        named=read.frame["reviewer"].notna(),
        reviewer=read.frame["reviewer"].fillna(source),
    )


def beside_rows(
    files: Sequence[FeedbackFile],
    judged: Sequence[Judged],
    golden: Collection[str],
    params: Params,
    spool: Path,
    labels: pa.Column | None = None,
) -> pd.DataFrame:
    """All lines, in the order of arrival, with what is known of the row that each is about, and the rule that it fails.

    Parameters
    ----------
    labels : what the schema says of the target.

    Returns
    -------
    DataFrame with the columns of a file's lines but for JUDGED, and with `served`, `batch` (the row's file, a gap where the row
    does not count), `rule` (a gap where the line fails none); WORDS are categories.
    """
    lines = pd.concat([_no_lines(), *(file.lines for file in files)], ignore_index=True)
    if params.task == "regression":
        lines = lines.assign(label=pd.to_numeric(lines["label"]))
    wanted = np.unique(hashes(lines["id"].dropna()))
    rows = pd.concat([_no_rows(), *(_rows(own, wanted, params, spool) for own in judged)])
    rows = rows.sort_values("batch", kind="stable", na_position="last")  # a row that counts before one that does not
    rows = rows[~rows.index.duplicated()]
    found = lines.join(rows, on="id")
    known = found["known"].notna() | found["id"].isin(golden) | _may_come(found["ends"], judged)
    found = with_confirmed(found.assign(known=known))
    found = found.assign(rule=refusals(found, params.labels, failing_labels(found["label"], labels)))
    return found.drop(columns=JUDGED).astype(dict.fromkeys(WORDS, "category"))


def _may_come(ends: pd.Series, judged: Sequence[Judged]) -> "pd.Series[bool]":
    """Which lines may be about rows that nobody has seen: of a file that cannot be read, or of days that no file covers yet."""
    covered = max((own.batch.period.last for own in judged if own.batch.period), default=date.min)
    unread = any(not own.batch.rows for own in judged)
    return (ends > pd.Timestamp(covered + timedelta(days=1), tz="UTC")) | unread


def judge_files(
    files: Sequence[FeedbackFile], lines: pd.DataFrame, params: Params, releases: Sequence[Release]
) -> list[FeedbackFile]:
    """Every file with its findings, oldest first; history as for batches of rows.

    Parameters
    ----------
    lines : all lines, as `beside_rows` gives them.
    """
    past, judged = Past(params.batches.history), list[FeedbackFile]()
    for number, file in enumerate(files):
        own = lines[lines["file"] == file.key]
        drawn = _sketch(own, file, releases) if len(own) else None
        volumes, old = past.volumes(file.period), past.ended(number) if drawn else []
        found = judge(drawn, past.history, params.batches, past.content, volumes) if drawn else []
        kept, freed = sifted([*file.findings, *found], old, file.key, file.md5, releases)
        judged.append(replace(file, lines=_no_lines(), findings=kept, released=freed))
        if drawn and judged[-1].verdict != "blocked":
            past.content.add(drawn.content)
        if drawn and usual(kept):
            past.add(number, file.key, file.period, drawn)
    return judged


def _sketch(lines: pd.DataFrame, file: FeedbackFile, releases: Sequence[Release]) -> Sketch:
    lines, rules = lines.astype(dict.fromkeys(WORDS, "str")), {}
    for rule in lines["rule"].dropna().unique():
        freed = released(releases, file.key, file.md5, rule, lines["id"])
        rules[str(rule)] = int(((lines["rule"] == rule) & ~freed).sum())
    acted = lines.loc[lines["action"] != "outcome", "reviewer"].value_counts()  # of an outcome nobody is the reviewer
    reviewers = {str(name): int(count) for name, count in acted.items()}
    return replace(sketch_feedback(lines), rules=rules, refused=sum(rules.values()), reviewers=reviewers)


def released_lines(rule: str, lines: pd.DataFrame, files: Sequence[FeedbackFile], releases: Sequence[Release]) -> np.ndarray:
    """The lines of any file that a person released from a rule; bool of shape (lines,)."""
    freed = np.zeros(len(lines), dtype=bool)
    for file in files:
        own = (lines["file"] == file.key).to_numpy()
        freed[own] = released(releases, file.key, file.md5, rule, lines.loc[own, "id"])
    return freed


def file_lines(file: FeedbackFile, lines: pd.DataFrame) -> pd.DataFrame:
    """The quarantine's lines of one file: its refused labels, and the file as a whole."""
    own = lines[(lines["file"] == file.key) & lines["rule"].notna() & (lines["state"] != "blocked")]
    labels = pd.DataFrame(
        {
            "batch": file.key,
            "row": own["row"],
            "record_id": own["id"],
            "level": "label",
            "rule": own["rule"].astype("str"),
            "severity": "error",
            "value": short(own["label"]),
            "status": np.where(own["released"], "released", "quarantined"),
        }
    )
    return pd.concat([labels, finding_lines(file.key, file.findings, file.released)], ignore_index=True)


def _rows(own: Judged, wanted: np.ndarray, params: Params, spool: Path) -> pd.DataFrame:
    """The rows of a batch that some feedback is about, by id; those that did not pass are known, and no more."""
    batch, names = own.batch, params.columns
    if batch.sketch is None:
        return _no_rows()
    said = {names.id: "id", names.time: "at", names.prediction: "served", names.model_version: "version"}
    columns = {name: own for name, own in said.items() if name}
    heard, used = _among(wanted, batch.ids), own.passed & (own.verdict != "blocked")
    rows = pd.read_parquet(batch.rows_file(spool), columns=[ROW, *columns]).set_index(ROW).loc[batch.passed[heard]]
    rows = rows.rename(columns=columns).assign(known=True, batch=pd.Series(batch.key, rows.index).where(used[heard]))
    refused = pd.read_parquet(batch.lines_file(spool), columns=["record_id"])["record_id"].dropna().drop_duplicates()
    others = refused[_among(wanted, hashes(refused))]
    found: pd.DataFrame = pd.concat([_no_rows(), rows.set_index("id"), pd.DataFrame({"known": True}, index=pd.Index(others))])
    return found


def _among(wanted: np.ndarray, ids: np.ndarray) -> np.ndarray:
    """Which ids are wanted; bool of shape (ids,). `wanted` is sorted, which makes this far faster than `np.isin`."""
    if not len(wanted):
        return np.zeros(len(ids), dtype=bool)
    found: np.ndarray = wanted[np.minimum(np.searchsorted(wanted, ids), len(wanted) - 1)] == ids
    return found


def _no_lines() -> pd.DataFrame:
    text = ["id", "label", "reviewer", "action", "source", "selection_reason", "model_version", "unreadable", "file"]
    times = {"reviewed_at": "datetime64[us, UTC]", "ends": "datetime64[us, UTC]"}
    kinds = dict.fromkeys(text, "str") | times | {"seconds": "float64", "row": "int64", "named": "bool"}
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in kinds.items()})


def _no_rows() -> pd.DataFrame:
    """What `_rows` gives, by id."""
    kinds = {"at": "datetime64[us, UTC]", "served": "str", "version": "str", "known": "boolean", "batch": "str"}
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in kinds.items()}, index=pd.Index([], dtype="str"))
