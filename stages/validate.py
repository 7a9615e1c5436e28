"""Which rows and labels can be trusted?

Reads data/raw, data/feedback, data/golden, data/releases.yaml, schema.py. Writes data/training and data/holdout (trusted labels),
data/recent (the newest rows, without labels), data/quarantine (what was refused, and why), metrics/validation.json and pictures.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path

import pandas as pd

from stages import artefacts
from stages.errors import one_line_errors
from stages.intake.batches import ROW, Rules, take
from stages.intake.feedback import FeedbackFile, beside_rows, file_lines, judge_files, released_lines, take_feedback
from stages.intake.golden import golden_ids, read_golden
from stages.intake.leaks import other_side
from stages.intake.pictures import quarantine_picture, reviewers_picture
from stages.intake.quarantine import Quarantine, rule_set
from stages.intake.releases import Release, read_releases
from stages.intake.report import ROWS, report
from stages.intake.review import suspected_lines
from stages.intake.rows import user_schema
from stages.intake.settle import Held, Settled, label_rows, row_text, settle
from stages.intake.split import Roles, assign
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
    """Everything that came in, judged: batches of rows, files of feedback, roles, labels."""

    batches: list[Judged]
    files: list[FeedbackFile]
    roles: Roles
    trusted: Trusted
    golden: pd.DataFrame
    releases: tuple[Release, ...]

    def role(self, own: Judged) -> str:
        """training, holdout, immature, expired or blocked."""
        return "blocked" if own.verdict == "blocked" or not own.batch.period else self.roles.role[own.batch.period.name]


def main() -> None:
    """Run the stage."""
    params = load()
    with scratch(SPOOL) as spool:
        world = _world(params, spool)
        outs = {name: Partitions(folder) for name, folder in OUTS.items()}
        counts, quarantine = _write(world, outs, params, spool)
    found = report(world.batches, world.files, world.roles, world.trusted, counts, quarantine.counts, len(world.golden))
    for out in outs.values():
        out.close()
    artefacts.write_json(artefacts.VALIDATION, found)
    quarantine_picture(quarantine.refused, found["batches"], artefacts.PLOTS / "quarantine.svg")
    reviewers_picture(found["reviewers"], artefacts.PLOTS / "reviewers.svg")
    rows = found["rows"]
    refused = rows["quarantined"] + rows["blocked"]
    print(f"validate: {rows['in']} rows in, {rows['training']} train, {rows['holdout']} judge, {refused} refused")


def _world(params: Params, spool: Path) -> World:
    releases = tuple(read_releases(artefacts.RELEASES))
    rules = Rules(
        schema=user_schema(), params=params, golden=golden_ids(artefacts.GOLDEN, params), releases=releases, spool=spool
    )
    came = [file for file in incoming(artefacts.RAW) if not _later(file, params.as_of)]
    batches = mapped(take, [(k, file, rules) for k, file in enumerate(came)], params.parallel, _bytes(came))
    judged = judge_batches(batches, params, releases, spool)
    usable = [own.batch.period for own in judged if own.batch.period and own.verdict != "blocked"]
    roles = assign(usable, params.as_of, params.labels, params.split)
    heard = [file for file in incoming(artefacts.FEEDBACK) if not (file.period and file.period.first > roles.as_of)]
    files = mapped(take_feedback, [(file, params) for file in heard], params.parallel, _bytes(heard))
    lines = beside_rows(files, judged, rules.golden, params, spool)
    files = judge_files(files, lines, params, releases)
    golden = read_golden(artefacts.GOLDEN, params, _groups(params))
    trusted = _trusted(lines, files, judged, roles, golden, params, releases)
    return World(batches=judged, files=files, roles=roles, trusted=trusted, golden=golden, releases=releases)


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
    return trust(lines, gold, params.labels, roles.as_of, params.task, free)


def _write(world: World, outs: dict[str, Partitions], params: Params, spool: Path) -> tuple[Counter[str], Quarantine]:
    """Write every batch to where its role says; returns the rows by name, and what the quarantine counted."""
    quarantine = Quarantine(outs["quarantine"].draft / "quarantine.parquet", rule_set(SCHEMA_PY, params))
    counts: Counter[str] = Counter()
    judges = [own for own in world.batches if world.role(own) == "holdout"]
    judging = {own.batch.key: _settled(own, "holdout", None, world, params, spool) for own in judges}
    held = _held(judging, world.golden, params)
    places: dict[str, pd.DataFrame] = {}
    for own in world.batches:
        name, role = own.batch.key, world.role(own)
        quarantine.write(own.lines(spool))
        counts["in"] += own.batch.rows
        if role in ("training", "holdout"):
            done = judging.get(name) or _settled(own, role, held, world, params, spool)
            outs[role].write(_name(own), done.usable)
            if role == "training":
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
    if params.task == "classification":
        quarantine.write(suspected_lines(outs["training"].draft, places, params.columns))
    quarantine.close()
    _conserved(counts)
    return counts, quarantine


def _settled(own: Judged, role: str, held: Held | None, world: World, params: Params, spool: Path) -> Settled:
    labelled = label_rows(own.batch, _rows(own, spool), world.trusted, params, world.roles.as_of, world.releases)
    return settle(own.batch, role, labelled, held, params, world.releases)


def _held(judging: dict[str, Settled], golden: pd.DataFrame, params: Params) -> Held:
    """What training rows are held against: the rows that judge, of the holdout and of the golden set."""
    names = params.columns
    rows = [*(done.usable for done in judging.values()), golden]
    words = pd.concat([row_text(own, names.text) for own in rows], ignore_index=True) if names.text else None
    groups = [own[name] for own in rows for name in _groups(params)]
    return Held(
        words=None if words is None else other_side(words, params.split.near_duplicate),
        groups=frozenset(str(value) for own in groups for value in own.dropna()),
    )


def _groups(params: Params) -> list[str]:
    """The column whose values must not be on both sides; none where they may."""
    return [params.columns.group] if params.columns.group and params.split.disjoint_groups else []


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
