"""Which batches can be trusted as a whole: each is held against the accepted ones before it, oldest first."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from stages.history.past import Past
from stages.history.rules import Finding, judge
from stages.intake.batches import Batch
from stages.intake.quarantine import line_frame
from stages.intake.releases import Release, batch_released
from stages.intake.repeats import Brought, changed, repeated, repeats, replay, under_new_ids
from stages.settings import Params

# What may be said of a batch that is as usual, but for some of its rows; or of its history, not of itself.
BESIDE = {"batch: file", "batch: reviewer_share", "batch: one_rule", "batch: overlap", "batch: refused", "batch: old history"}


def usual(findings: Sequence[Finding]) -> bool:
    """Whether a batch may be what later ones are held against: nothing of what it looks like as a whole was remarkable."""
    return all(own.severity == "warn" and own.rule in BESIDE for own in findings)


def verdict_of(findings: Sequence[Finding]) -> str:
    """`accepted`, `warned` or `blocked`."""
    kinds = {finding.severity for finding in findings}
    return "blocked" if "block" in kinds else "warned" if kinds else "accepted"


@dataclass(frozen=True, kw_only=True)
class Judged:
    """A batch with what was found of it as a whole.

    `passed` marks the rows of `batch.passed` that no earlier batch brought already; `repeats` are the quarantine's lines of the
    others. `findings` are in force, `released` were let go by a person.
    """

    batch: Batch
    passed: np.ndarray
    repeats: pd.DataFrame
    findings: tuple[Finding, ...]
    released: tuple[Finding, ...]

    @property
    def verdict(self) -> str:
        """`accepted`, `warned` or `blocked`."""
        return verdict_of(self.findings)

    @property
    def refused(self) -> int:
        """How many of its rows do not count."""
        return self.batch.rows - int(self.passed.sum())

    def lines(self, spool: Path) -> pd.DataFrame:
        """The quarantine's lines of this batch: its rows, its repeats, and the batch as a whole."""
        rows = [pd.read_parquet(self.batch.lines_file(spool))] if self.batch.sketch else []  # a file that was read
        whole = finding_lines(self.batch.key, self.findings, self.released)
        return pd.concat([*rows, self.repeats, whole], ignore_index=True)


def sifted(
    findings: Sequence[Finding], old: Sequence[Finding], batch: str, md5: str, releases: Sequence[Release]
) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
    """The findings in force, and those that a person released; of a file that cannot be read there is nothing to let in.

    Parameters
    ----------
    old : what there is to say of an old history, where the batch itself does not renew it.
    """

    def freed(own: Finding) -> bool:
        return (own.rule, own.severity) != ("batch: file", "block") and batch_released(releases, batch, md5, own.rule)

    said = [*findings, *([] if usual([own for own in findings if not freed(own)]) else old)]
    return tuple(own for own in said if not freed(own)), tuple(own for own in said if freed(own))


def finding_lines(batch: str, findings: Sequence[Finding], freed: Sequence[Finding]) -> pd.DataFrame:
    """The quarantine's lines of what was found of a batch as a whole: those in force, and those a person released."""
    status = {"block": "quarantined", "warn": "review"}
    severity = {"block": "error", "warn": "warning"}
    return line_frame(
        [
            {
                "batch": batch,
                "level": "batch",
                "rule": own.rule,
                "severity": severity[own.severity],
                "value": own.why,
                "status": "released" if own in freed else status[own.severity],
            }
            for own in (*findings, *freed)
        ]
    )


def judge_batches(batches: Sequence[Batch], params: Params, releases: Sequence[Release], spool: Path) -> list[Judged]:
    """Every batch with what was found of it, oldest first.

    The first batch that brings an id keeps it. A blocked batch brings nothing. An unusual one, blocked or warned, does not enter
    the history that later ones are judged by, unless a person released what was found.
    """
    past, before = Past(params.batches.history), Brought(spool, params.batches.history)
    judged = list[Judged]()
    for batch in batches:
        own = _judged(batch, past, before, params, releases)
        judged.append(own)
        if batch.sketch is None or own.verdict == "blocked":
            continue
        before.add(batch, own.passed)
        past.content.add(batch.sketch.content)
        if usual(own.findings):
            past.add(batch.number, batch.key, batch.period, batch.sketch)
    return judged


def _judged(batch: Batch, past: Past, before: Brought, params: Params, releases: Sequence[Release]) -> Judged:
    keeper = before.by(batch.ids)
    again = repeats(batch, keeper, before, params.columns.id)
    findings = [*batch.findings, *_of_rows(batch, keeper < 0, again, past, before, params)]
    old = past.ended(batch.number) if batch.sketch else []
    kept, freed = sifted(findings, old, batch.key, batch.md5, releases)
    return Judged(batch=batch, passed=keeper < 0, repeats=again, findings=kept, released=freed)


def _of_rows(batch: Batch, new: np.ndarray, again: pd.DataFrame, past: Past, before: Brought, params: Params) -> list[Finding]:
    """What the rows of a batch say of it, where there was a file to read."""
    if batch.sketch is None:
        return []
    own = replace(batch.sketch, refused=batch.refused + changed(again))
    found = judge(own, past.history, params.batches, past.content, past.volumes(batch.period))
    return found if replay(found) else [*repeated(batch, again), *under_new_ids(batch, new, before), *found]
