"""Which rows and labels can be trusted?

Reads data/raw, data/feedback, data/golden, data/releases.yaml, schema.py. Writes data/training and data/holdout (trusted labels),
data/recent (the newest rows, without labels), data/quarantine (what was refused, and why), metrics/validation.json and pictures.
Where nothing can train, it says so and why, and leaves data/training, data/holdout and data/recent as they were.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import pandera.pandas as pa

from stages import artefacts
from stages.errors import InputError, one_line_errors
from stages.intake.batches import ROW, Rules, take
from stages.intake.feedback import (
    FeedbackFile,
    beside_rows,
    file_lines,
    judge_files,
    not_heard,
    released_lines,
    take_feedback,
)
from stages.intake.golden import golden_ids, read_golden
from stages.intake.held import disjoint, held_against
from stages.intake.pictures import quarantine_picture, reviewers_picture
from stages.intake.quarantine import Quarantine, rule_set
from stages.intake.releases import Release, read_releases
from stages.intake.report import ROWS, report
from stages.intake.review import suspected_lines
from stages.intake.rows import curated, split_schema, user_schema
from stages.intake.settle import Held, Settled, label_rows, settle
from stages.intake.split import NO_DAY, Roles, assign
from stages.intake.stale import release_report
from stages.intake.verdicts import Judged, judge_batches
from stages.labels.trust import Trusted, trust
from stages.partitions import Partitions, mapped, scratch
from stages.reading.periods import Incoming, incoming
from stages.settings import Params, load

SPOOL = Path("data/.intake")  # the rows that passed, until all batches have been seen
SCHEMA_PY = Path("schema.py")
OUTS = {
    "training": artefacts.TRAINING,
    "holdout": artefacts.HOLDOUT,
    "recent": artefacts.RECENT,
    "quarantine": artefacts.QUARANTINE,
}


@dataclass(frozen=True, kw_only=True)
class World:
    """Everything that came in, judged: batches of rows, files of feedback, roles, labels; the golden set, labelled or not."""

    batches: list[Judged]
    files: list[FeedbackFile]
    roles: Roles
    trusted: Trusted
    golden: pd.DataFrame
    releases: tuple[Release, ...]
    labels: pa.Column | None  # what the schema says of the target

    def role(self, own: Judged) -> str:
        """training, holdout, immature, expired or blocked."""
        return "blocked" if own.verdict == "blocked" or not own.batch.period else self.roles.role[own.batch.period.name]


@dataclass(frozen=True, kw_only=True)
class Written:
    """All rows counted, by what became of them; the quarantine; by what near-duplicates were looked for, or why not.

    `raw_labels`: what became of the labels that the newest training batch with any brought; those that judge raise no alarm.
    """

    counts: Counter[str]
    quarantine: Quarantine
    near_duplicates: str
    raw_labels: dict[str, Any]


def main() -> None:
    """Run the stage."""
    params = load()
    with scratch(SPOOL) as spool:
        world = _world(params, spool)
        outs = {name: Partitions(folder) for name, folder in OUTS.items() if name == "quarantine" or not world.roles.problem}
        written = _write(world, outs, params, spool)
    found = _report(world, written, params)
    for out in outs.values():
        out.close()
    artefacts.write_json(artefacts.VALIDATION, found)
    quarantine_picture(written.quarantine.refused, found["batches"], artefacts.PLOTS / "quarantine.svg")
    reviewers_picture(found["reviewers"], artefacts.PLOTS / "reviewers.svg")
    if world.roles.problem:
        raise InputError(world.roles.problem)
    rows = found["rows"]
    refused = rows["quarantined"] + rows["blocked"]
    print(f"validate: {rows['in']} rows in, {rows['training']} train, {rows['holdout']} judge, {refused} refused")


def _world(params: Params, spool: Path) -> World:
    releases = tuple(read_releases(artefacts.RELEASES))
    schema, labels = split_schema(user_schema(), params.columns.target)
    rules = Rules(schema=schema, params=params, golden=golden_ids(artefacts.GOLDEN, params), releases=releases, spool=spool)
    came = [file for file in incoming(artefacts.RAW) if not _later(file, params.as_of)]
    batches = mapped(take, [(k, file, rules) for k, file in enumerate(came)], params.parallel, _bytes(came))
    judged = judge_batches(batches, params, releases, spool)
    usable = [own.batch.period for own in judged if own.batch.period and own.verdict != "blocked"]
    blocked = [own.batch.period for own in judged if own.verdict == "blocked"]
    roles = assign(usable, blocked, params.as_of, params.labels, params.split)
    came = incoming(artefacts.FEEDBACK)
    early = [file for file in came if file.period and file.period.first > roles.as_of]
    heard = [file for file in came if file not in early]
    files = mapped(take_feedback, [(file, params) for file in heard], params.parallel, _bytes(heard))
    lines = beside_rows(files, judged, rules.golden, params, spool, labels)
    files = judge_files(files, lines, params, releases)
    if not params.as_of and roles.as_of != NO_DAY:  # a day that a person set leaves out what is later, as it does with rows
        files += [not_heard(file, roles.as_of) for file in early]
    golden = read_golden(artefacts.GOLDEN, params, disjoint(params), unlabelled=True)
    curated(golden[params.columns.target], labels, artefacts.GOLDEN)
    trusted = _trusted(lines, files, judged, roles, golden.dropna(subset=params.columns.target), params, releases)
    return World(batches=judged, files=files, roles=roles, trusted=trusted, golden=golden, releases=releases, labels=labels)


def _trusted(
    lines: pd.DataFrame,
    files: list[FeedbackFile],
    batches: list[Judged],
    roles: Roles,
    golden: pd.DataFrame,
    params: Params,
    releases: Sequence[Release],
) -> Trusted:
    names = params.columns
    usable = {own.batch.key: own.batch.period for own in batches if own.batch.period and own.verdict != "blocked"}
    lines = lines.assign(
        blocked=lines["file"].isin([file.key for file in files if file.verdict == "blocked"]),
        role=lines["batch"].map({key: roles.role[period.name] for key, period in usable.items()}),
        last=pd.to_datetime(lines["batch"].map({key: period.last for key, period in usable.items()})),
    )
    asked = golden if params.task == "classification" else golden.head(0)
    gold = asked.set_index(names.id)[names.target]
    free = partial(released_lines, lines=lines, files=files, releases=releases)
    return trust(lines, gold, params.labels, roles.as_of, params.task, free, params.split.training_days)


def _write(world: World, outs: dict[str, Partitions], params: Params, spool: Path) -> Written:
    """Write every batch to where its role says."""
    named = frozenset(own.record_id for own in world.releases if own.record_id)
    quarantine = Quarantine(outs["quarantine"].draft / "quarantine.parquet", rule_set(SCHEMA_PY, params), named)
    counts: Counter[str] = Counter()
    judges = [own for own in world.batches if world.role(own) == "holdout"]
    judging = {own.batch.key: _settled(own, "holdout", None, world, params, spool) for own in judges}
    training = (_rows(own, spool) for own in world.batches if world.role(own) == "training")
    held, looked = held_against([done.usable for done in judging.values()], world.golden, training, params)
    places, raw_labels = dict[str, pd.DataFrame](), dict[str, Any]()
    for own in world.batches:
        name, role = own.batch.key, world.role(own)
        quarantine.write(own.lines(spool))
        counts["in"] += own.batch.rows
        if role in ("training", "holdout"):
            done = judging.get(name) or _settled(own, role, held, world, params, spool)
            outs[role].write(_name(own), done.usable)
            if role == "training":
                raw_labels = {"file": name, **done.brought} if done.brought["lines"] else raw_labels
                places[_name(own)] = pd.DataFrame({"batch": name, "row": done.usable.index})
            quarantine.write(done.found)
            counts += done.counts
            counts["quarantined"] += own.refused
        elif role == "blocked":
            counts["blocked"] += own.batch.rows
        else:
            counts[role] += own.batch.rows - own.refused
            counts["quarantined"] += own.refused
        if _name(own) in world.roles.recent and role != "blocked":
            outs["recent"].write(_name(own), _rows(own, spool).drop(columns=params.columns.target, errors="ignore"))
    for file in world.files:
        quarantine.write(file_lines(file, world.trusted.lines))
    if params.task == "classification" and places:
        quarantine.write(suspected_lines(outs["training"].draft, places, params.columns))
    quarantine.close()
    _conserved(counts)
    return Written(counts=counts, quarantine=quarantine, near_duplicates=looked, raw_labels=raw_labels)


def _report(world: World, written: Written, params: Params) -> dict[str, Any]:
    batches, files = [own.batch for own in world.batches], world.files
    md5s = {own.key: own.md5 for own in batches} | {own.key: own.md5 for own in files}
    blocked = [own.batch.key for own in world.batches if own.verdict == "blocked"]
    blocked += [own.key for own in files if own.verdict == "blocked"]
    unseen = set(md5s if world.roles.problem else blocked)
    return report(
        world.batches,
        world.files,
        world.roles,
        world.trusted,
        written.counts,
        written.quarantine.counts,
        golden_rows=int(world.golden[params.columns.target].notna().sum()),
        releases=release_report(world.releases, written.quarantine.freed, md5s, unseen, params.columns.id),
        near_duplicates=written.near_duplicates,
        raw_labels=written.raw_labels,
    )


def _settled(own: Judged, role: str, held: Held | None, world: World, params: Params, spool: Path) -> Settled:
    labelled = label_rows(own.batch, _rows(own, spool), world.trusted, params, world.roles.as_of, world.releases, world.labels)
    return settle(own.batch, role, labelled, held, params, world.releases)


def _rows(own: Judged, spool: Path) -> pd.DataFrame:
    """The rows of a batch that count; index: their positions in the file."""
    rows: pd.DataFrame = pd.read_parquet(own.batch.rows_file(spool)).set_index(ROW).loc[own.batch.passed[own.passed]]
    return rows


def _conserved(counts: Counter[str]) -> None:
    accounted = sum(counts[name] for name in ROWS[1:])
    if counts["in"] != accounted:
        raise AssertionError(f"every row must be counted once: {counts['in']} came in, {accounted} are accounted for")


def _later(file: Incoming, as_of: date | None) -> bool:
    return bool(as_of and file.period and file.period.last > as_of)


def _bytes(files: Sequence[Incoming]) -> int:
    return sum(file.size for file in files)


def _name(own: Judged) -> str:
    """The partition of a batch is named by its period."""
    return own.batch.period.name if own.batch.period else own.batch.key


if __name__ == "__main__":
    one_line_errors(main)()
