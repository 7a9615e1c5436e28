"""What becomes of the rows of a mature batch: they train or judge, or they wait, lack a label, or leave."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pandera.pandas as pa

from stages.intake.batches import Batch
from stages.intake.equal_rows import EqualRows
from stages.intake.leaks import OtherSide
from stages.intake.quarantine import lines, short
from stages.intake.releases import Release, released
from stages.intake.rows import failing_labels
from stages.labels.trust import Trusted
from stages.settings import Params

RAW = "raw"  # the source of a label that came with its row
DISAGREE, UNKNOWN, REPEATS = "label: reviewers disagree", "label: unknown source", "label: repeats the prediction"
NEAR, GROUP = "row: near-duplicate of a test row", "row: group of a test row"
Free = Callable[[str], np.ndarray]  # the rows, bool of shape (rows,), that a person released from a rule


@dataclass(frozen=True, kw_only=True)
class Settled:
    """The rows that are used, with label, label_source and selection_reason; the lines of what left; all rows counted.

    `brought` counts the labels that came with the rows, are old enough, and stand without feedback: `lines` in all; the
    `refused` do not count; of the others so many `correct` or `confirm` the prediction that was served, where that can be told.
    """

    usable: pd.DataFrame
    found: pd.DataFrame
    counts: Counter[str]
    brought: Counter[str]


@dataclass(frozen=True, kw_only=True)
class Held:
    """What training rows are held against: the words (without text: the features) and the groups of the rows that judge."""

    words: OtherSide | None
    groups: frozenset[str]
    equal: EqualRows | None = None

    def leaking(self, rows: pd.DataFrame, params: Params) -> dict[str, np.ndarray]:
        """By rule, the rows that must not train; bool of shape (rows,)."""
        names, found = params.columns, dict[str, np.ndarray]()
        if self.words is not None:
            found[NEAR] = self.words.repeated(row_text(rows, names.text))
        if self.equal is not None:
            found[NEAR] = self.equal.repeated(rows)
        if names.group and self.groups:
            found[GROUP] = rows[names.group].isin(self.groups).to_numpy()
        return found


@dataclass(frozen=True, kw_only=True)
class Labelled:
    """Rows with their labels; the labels they came with; by rule, labels that do not count; rows whose labels have to wait."""

    rows: pd.DataFrame
    given: pd.Series
    problems: dict[str, np.ndarray]
    waiting: np.ndarray


def row_text(rows: pd.DataFrame, columns: Sequence[str]) -> pd.Series:
    """All text of each row; shape (rows,)."""
    text = rows[columns[0]].fillna("")
    for name in columns[1:]:
        text = text + " " + rows[name].fillna("")
    return text


def label_rows(
    batch: Batch,
    rows: pd.DataFrame,
    trusted: Trusted,
    params: Params,
    as_of: date,
    releases: Sequence[Release],
    labels: pa.Column | None = None,
) -> Labelled:
    """Give the rows of a mature batch their trusted labels; feedback counts before a label that came with the row.

    Parameters
    ----------
    rows : the rows that passed; index: their positions in the file.
    labels : what the schema says of the target.
    """
    names, ids = params.columns, rows[params.columns.id]
    disagree, free = ids.isin(trusted.conflicts.index).to_numpy(), _free(batch, ids, releases)
    let_in = trusted.conflicts[trusted.conflicts.index.isin(ids[disagree & free(DISAGREE)])]
    said = (pd.concat([trusted.labels, let_in]) if len(let_in) else trusted.labels).reindex(ids)
    label, source, reason = (
        pd.Series(said[name].to_numpy(dtype=object), index=rows.index) for name in ("label", "label_source", "selection_reason")
    )
    problems = {DISAGREE: disagree}
    waiting = ids.isin(trusted.waiting).to_numpy()
    if names.target in rows:
        own, refused, unripe = _raw_labels(batch, rows, params, as_of, free, labels)
        source = source.where(label.notna(), own.notna().map({True: RAW, False: None}))
        label, waiting, problems = label.where(label.notna(), own), waiting | unripe, problems | refused
    number = params.task == "regression"
    column = pd.to_numeric(label, errors="coerce") if number else label.astype("str").where(label.notna())
    said_so = {names.target: column, "label_source": source.astype("str"), "selection_reason": reason.astype("str")}
    given = rows.get(names.target, pd.Series(index=rows.index, dtype="str"))
    return Labelled(rows=rows.assign(**said_so), given=given, problems=problems, waiting=waiting)


def settle(
    batch: Batch, role: str, labelled: Labelled, held: Held | None, params: Params, releases: Sequence[Release]
) -> Settled:
    """Account for every row of a mature batch.

    Parameters
    ----------
    role : training or holdout.
    held : what training rows are held against; None for a batch that judges.
    """
    names, rows = params.columns, labelled.rows
    has, free = rows[names.target].notna().to_numpy(), _free(batch, rows[names.id], releases)
    leaks = held.leaking(rows, params) if held else {}
    problems = labelled.problems | {rule: mask & has for rule, mask in leaks.items()}
    gone = np.zeros(len(rows), dtype=bool)
    for rule in (DISAGREE, *leaks):
        gone |= problems[rule] & ~free(rule)
    open_rows = ~has & ~gone
    counts = Counter(
        {
            role: int((has & ~gone).sum()),
            "quarantined": int(gone.sum()),
            "immature": int((open_rows & labelled.waiting).sum()),
            "unlabelled": int((open_rows & ~labelled.waiting).sum()),
        }
    )
    found = _lines(batch.key, labelled, problems, free, names.id)
    return Settled(usable=rows[has & ~gone], found=found, counts=counts, brought=_brought(labelled, params))


def _raw_labels(
    batch: Batch, rows: pd.DataFrame, params: Params, as_of: date, free: Free, labels: pa.Column | None
) -> tuple[pd.Series, dict[str, np.ndarray], np.ndarray]:
    """The labels that came with the rows and count; those that do not, by rule; those that have to wait."""
    own, names = rows[params.columns.target], params.columns
    given, none = own.notna().to_numpy(), np.zeros(len(rows), dtype=bool)
    source = params.labels.sources.get(RAW)
    if source is None:
        return own.where(none), {UNKNOWN: given}, none
    if batch.period and as_of < batch.period.last + timedelta(days=source.maturity_days):
        return own.where(none), {}, given
    refused = failing_labels(own, labels)
    if not source.independent and names.prediction is not None and params.task == "classification":
        refused[REPEATS] = given & (own == rows[names.prediction]).to_numpy()
    out = np.any([none, *(mask & ~free(rule) for rule, mask in refused.items())], axis=0)
    return own.mask(out), refused, none


def _brought(labelled: Labelled, params: Params) -> Counter[str]:
    """A source that only repeats what was served confirms nothing, so what it corrects is no share of anything."""
    names, rows, source = params.columns, labelled.rows, params.labels.sources.get(RAW)
    label, used = rows[names.target], (rows["label_source"] == RAW).to_numpy() & ~labelled.problems[DISAGREE]
    bad = np.any([mask for rule, mask in labelled.problems.items() if rule != DISAGREE], axis=0)
    refused = int((labelled.given.notna() & label.isna() & bad).sum())
    counts = Counter(lines=int(used.sum()) + refused, refused=refused)
    if names.prediction and source and source.independent and params.task == "classification":
        told, same = used & rows[names.prediction].notna(), label == rows[names.prediction]
        counts |= Counter(correct=int((told & ~same).sum()), confirm=int((told & same).sum()))
    return counts


def _free(batch: Batch, ids: pd.Series, releases: Sequence[Release]) -> Free:
    return lambda rule: released(releases, batch.key, batch.md5, rule, ids)


def _lines(key: str, labelled: Labelled, problems: dict[str, np.ndarray], free: Free, id_column: str) -> pd.DataFrame:
    """The quarantine's lines; `row` is the position in the file, `value` a label that came with the row and does not count."""
    parts = []
    for rule, mask in problems.items():
        found = lines(key, labelled.rows, {rule: mask}, id_column, rule.partition(":")[0])
        where = found["row"].to_numpy(dtype="int64")
        status = np.where(free(rule)[where], "released", "quarantined")
        of_it = rule.startswith("label: ") and rule != DISAGREE
        value = short(labelled.given.iloc[where].mask(np.full(len(where), not of_it)))
        parts.append(found.assign(row=labelled.rows.index.to_numpy()[where], value=value, status=status))
    return pd.concat(parts, ignore_index=True)
