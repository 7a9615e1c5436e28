"""Which rows and labels can be trusted?

Reads data/raw, data/feedback, data/golden, schema.py. Writes data/training and data/holdout (trusted labels), data/recent
(the newest rows, without labels), data/quarantine (what was refused, and why) and metrics/validation.json.
"""

from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pandera.pandas as pa

from stages import artefacts
from stages.errors import one_line_errors
from stages.intake.batches import Batch, check_batch, verdict, without_repeats
from stages.intake.periods import Period, files_by_period
from stages.intake.rows import user_schema
from stages.intake.sources import golden_ids, read_feedback, read_rows
from stages.intake.split import Roles, assign
from stages.intake.trust import ACTIONS, Trusted, trust, with_labels
from stages.partitions import Partitions, scratch
from stages.settings import Params, load

SPOOL = Path("data/.intake")  # the rows that passed, until all batches have been seen
ROWS = ("in", "training", "holdout", "quarantined", "immature", "unlabelled", "expired", "blocked")
REFUSED = {"batch": "str", "row": "int64", "record_id": "str", "level": "str", "rule": "str"}


def main() -> None:
    """Run the stage."""
    params = load()
    files = _arrived(files_by_period(artefacts.RAW), params.as_of)
    schema = user_schema()
    golden = golden_ids(artefacts.GOLDEN, params)
    with scratch(SPOOL) as spool:
        batches = [_take(file, period, schema, params, golden, spool) for period, file in files.items()]
        batches = without_repeats(batches, params)
        verdicts = {batch.period.name: verdict(batch, params) for batch in batches}
        accepted = [batch.period for batch in batches if verdicts[batch.period.name][0] != "blocked"]
        roles = assign(accepted, params.as_of, params.labels, params.split)
        feedback = read_feedback(artefacts.FEEDBACK, params, roles.as_of)
        trusted = trust(feedback, params.labels)
        counts, refused = _write(batches, roles, trusted, params, spool)
    report = _report(batches, verdicts, roles, trusted, feedback, counts, refused, len(golden))
    artefacts.write_json(artefacts.VALIDATION, report)
    rows = report["rows"]
    refused_rows = rows["quarantined"] + rows["blocked"]
    print(f"validate: {rows['in']} rows in, {rows['training']} train, {rows['holdout']} judge, {refused_rows} refused")


def _arrived(files: dict[Period, Path], as_of: date | None) -> dict[Period, Path]:
    return {period: file for period, file in files.items() if as_of is None or period.last <= as_of}


def _take(file: Path, period: Period, schema: pa.DataFrameSchema, params: Params, golden: frozenset[str], spool: Path) -> Batch:
    """Read and judge one batch, and put the rows that passed aside in `spool`."""
    frame = read_rows(file, params)
    batch, good = check_batch(frame, period, schema, params, golden)
    good.to_parquet(spool / f"{period.name}.parquet", index=True, compression=None)
    return batch


def _write(
    batches: list[Batch], roles: Roles, trusted: Trusted, params: Params, spool: Path
) -> tuple[Counter[str], pd.DataFrame]:
    """Write every batch to where its role says; returns the rows by name and everything refused."""
    outs = {
        name: Partitions(path)
        for name, path in (("training", artefacts.TRAINING), ("holdout", artefacts.HOLDOUT), ("recent", artefacts.RECENT))
    }
    counts: Counter[str] = Counter()
    refused = []
    for batch in batches:
        name = batch.period.name
        counts["in"] += batch.rows
        role = roles.role.get(name, "blocked")
        refused.append(batch.failures.assign(batch=name, level="row"))
        if role == "blocked":
            counts["blocked"] += batch.rows
            continue
        counts["quarantined"] += batch.quarantined
        good = pd.read_parquet(spool / f"{name}.parquet").loc[batch.ids.index]
        if name in roles.recent:
            outs["recent"].write(name, good.drop(columns=params.columns.target, errors="ignore"))
        if role in ("training", "holdout"):
            conflicts = _settle(good, name, trusted, params, outs[role], role, counts)
            refused.append(conflicts)
        else:
            counts[role] += len(good)
    table = pd.concat(
        [pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in REFUSED.items()}), *refused], ignore_index=True
    )[list(REFUSED)]
    quarantine = Partitions(artefacts.QUARANTINE)
    quarantine.write("quarantine", table.astype(REFUSED).sort_values(["batch", "row", "rule"], ignore_index=True))
    _conserved(counts)
    for out in (*outs.values(), quarantine):
        out.close()
    return counts, table


def _settle(
    good: pd.DataFrame, name: str, trusted: Trusted, params: Params, out: Partitions, role: str, counts: Counter[str]
) -> pd.DataFrame:
    """Write the labelled rows of a mature batch, count all of them; returns the rows whose reviewers disagree."""
    ids = good[params.columns.id]
    conflict = ids.isin(trusted.conflicts)
    labelled = with_labels(good.loc[~conflict], trusted, params)
    usable = labelled[labelled[params.columns.target].notna()]
    out.write(name, usable)
    counts[role] += len(usable)
    counts["unlabelled"] += len(labelled) - len(usable)
    counts["quarantined"] += int(conflict.sum())
    return pd.DataFrame(
        {
            "batch": name,
            "row": good.index[conflict],
            "record_id": ids[conflict].to_numpy(),
            "level": "label",
            "rule": "label: reviewers disagree",
        }
    )


def _conserved(counts: Counter[str]) -> None:
    accounted = sum(counts[name] for name in ROWS[1:])
    if counts["in"] != accounted:
        raise AssertionError(f"every row must be counted once: {counts['in']} came in, {accounted} are accounted for")


def _report(
    batches: list[Batch],
    verdicts: dict[str, tuple[str, list[str]]],
    roles: Roles,
    trusted: Trusted,
    feedback: pd.DataFrame,
    counts: Counter[str],
    refused: pd.DataFrame,
    golden_rows: int,
) -> dict[str, Any]:
    return {
        "as_of": roles.as_of.isoformat(),
        "rows": {name: counts[name] for name in ROWS},
        "batches": {
            batch.period.name: {
                "rows": batch.rows,
                "quarantined": batch.quarantined,
                "role": roles.role.get(batch.period.name, "blocked"),
                "verdict": verdicts[batch.period.name][0],
                "reasons": verdicts[batch.period.name][1],
            }
            for batch in batches
        },
        "rules": dict(Counter(refused["rule"])),
        "holdout": roles.named("holdout"),
        "recent": sorted(roles.recent),
        "feedback": _newest_feedback(feedback, roles.as_of),
        "label_conflicts": len(trusted.conflicts),
        "reviewers": trusted.reviewers,
        "golden_rows": golden_rows,
    }


def _newest_feedback(feedback: pd.DataFrame, as_of: date) -> dict[str, int]:
    """What reviewers did in the seven days that end with `as_of`."""
    if "reviewed_at" not in feedback:
        return dict.fromkeys(ACTIONS, 0)
    start = pd.Timestamp(as_of - timedelta(days=6), tz="UTC")
    newest = feedback.loc[feedback["reviewed_at"] >= start, "action"]
    return {action: int((newest == action).sum()) for action in ACTIONS}


if __name__ == "__main__":
    one_line_errors(main)()
