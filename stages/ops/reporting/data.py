"""The data behind a report: what came in and became of it, and what the trigger saw in it."""

from collections.abc import Iterator
from typing import Any

from stages.artefacts import TRIGGER, VALIDATION, shown
from stages.drawing import short
from stages.ops.reporting.blocks import Block, Cell, Folded, Picture, Section, Table, Words, shortened
from stages.ops.reporting.read import Run

MOST = 30  # lines of a table; a loop may have thousands of batches and columns
NEWEST = 8  # files that are shown whatever was said of them
LONGEST = 100  # letters of a name
FATES = (
    ("training", "trusted; what a candidate learns from"),
    ("holdout", "trusted and newest; what a candidate is judged by"),
    ("quarantined", "refused by a rule"),
    ("blocked", "in a batch that was refused as a whole"),
    ("immature", "too new: their labels may still change"),
    ("unlabelled", "nobody has said the truth yet"),
    ("expired", "older than what may train"),
)
ORDER = ("fired", "underpowered", "unknown", "quiet")
QUARANTINE = "How many rows of each batch were refused, and by which rule."
REVIEWERS = "How often each reviewer is right, with bounds."
DRIFT = "How far each column has moved from what the baseline was trained on, week by week."
PERFORMANCE = "The baseline's metric week by week, with what it promised."


def data_sections(run: Run) -> Iterator[Section]:
    """All that is said of the data, and, where the trigger looked, of the world."""
    yield _rows(run)
    if run.trigger:
        yield _signals(run)
        yield _weeks(run)


def _rows(run: Run) -> Section:
    rows = run.validation["rows"]
    fates = tuple((name, f"{rows[name]:,}", words) for name, words in FATES)
    in_all = ("in all", f"{rows['in']:,}", "each row is counted once")
    table = Table(head=("", "rows", "meaning"), rows=(*fates, in_all), numbers=("rows",))
    return Section(title="Data", blocks=(table, *_findings(run), *_batches(run), *_seen(run, "reviewers", REVIEWERS)))


def _findings(run: Run) -> tuple[Block, ...]:
    rules = run.validation["rules"]
    if not rules:
        return (Words("No rule refused anything."),)
    states = ("quarantined", "review", "released")
    order = sorted(rules, key=lambda name: (-sum(rules[name].values()), name))
    counts = {name: [_count(rules[name].get(state, 0)) for state in states] for name in order}
    rows = [(short(name, LONGEST), *own) for name, own in counts.items()]
    head = ("rule", "refused", "for a person's look", "released by a person")
    table = Table(head=head, rows=shortened(rows, MOST, str(VALIDATION)), numbers=head[1:])
    return (*_drawn(run, "quarantine", QUARANTINE), Folded(title=f"Findings, by {len(rows)} rules", blocks=(table,)))


def _batches(run: Run) -> tuple[Block, ...]:
    """The newest files, and of the older ones those that are not simply accepted."""
    every = sorted(run.validation["batches"].items(), key=lambda own: (own[1]["batch"] or "", own[0]), reverse=True)
    odd = [own for own in every if own[1]["verdict"] != "accepted"]
    batches = every[:NEWEST] + [own for own in every[NEWEST:] if own in odd]
    rows = [
        (short(key, LONGEST), f"{own['rows']:,}", _count(own.get("quarantined", 0)), own["verdict"], "; ".join(own["reasons"]))
        for key, own in batches
    ]
    head = ("file", "rows", "refused", "verdict", "why")
    table = Table(head=head, rows=shortened(rows, MOST, str(VALIDATION)), numbers=head[1:3])
    title = f"The newest of {len(every)} files; in all, {len(odd)} were warned of or blocked"
    return (Folded(title=title, blocks=(table,)),)


def _signals(run: Run) -> Section:
    signals, said = run.trigger["signals"], run.trigger
    order = sorted(signals, key=lambda name: (ORDER.index(signals[name]["state"]), name))
    rows = [(name, signals[name]["state"], signals[name]["why"]) for name in order]
    head = ("signal", "state", "why")
    loud = tuple(row for row in rows if row[1] != "quiet")
    quiet = tuple(row for row in rows if row[1] == "quiet")
    blocks: list[Block] = [Words(f"The trigger says {said['verdict']}: {'; '.join(said['reasons'])}.")]
    if said["diagnosis"]:
        found = said["diagnosis"]
        blocks.append(Words(f"Diagnosis of {found['of']}: {found['cause']} ({'; '.join(found['because'])})."))
    blocks += [Table(head=head, rows=loud)] if loud else [Words("No signal fired.")]
    if quiet:
        blocks.append(Folded(title=f"{len(quiet)} quiet signals", blocks=(Table(head=head, rows=quiet),)))
    return Section(title="Is there a reason to retrain?", blocks=tuple(blocks))


def _weeks(run: Run) -> Section:
    columns = [(_column(own), own["state"], own["where"]) for own in run.trigger["drift"]]
    table = Table(head=("column", "state", "largest change"), rows=shortened(columns, MOST, str(TRIGGER)))
    drift = (Folded(title=f"Drift of {len(columns)} columns, the largest change first", blocks=(table,)),) if columns else ()
    weeks = [_week(own) for own in run.trigger["weeks"]["performance"]][::-1]
    head = ("batch", "rows", run.params.gate.primary, "bounds")
    by_week = Table(head=head, rows=shortened(weeks, MOST, str(TRIGGER)), numbers=head[1:])
    performance = (Folded(title="The baseline's performance by week", blocks=(by_week,)),) if weeks else ()
    return Section(
        title="Drift and performance over the weeks",
        blocks=(*_drawn(run, "drift", DRIFT), *drift, *_drawn(run, "performance", PERFORMANCE), *performance),
    )


def _column(own: dict[str, Any]) -> str:
    return short(own["column"], LONGEST) + (" (labels)" if own["family"] == "label" else "")


def _week(own: dict[str, Any]) -> tuple[Cell, ...]:
    bounds = "none" if own["low"] is None or own["high"] is None else f"{own['low']:.4f} … {own['high']:.4f}"
    return own["batch"], f"{own['n']:,}", shown(own["value"]), bounds


def _drawn(run: Run, name: str, text: str) -> tuple[Picture, ...]:
    return (Picture(name=name, text=text),) if name in run.pictures else ()


def _seen(run: Run, name: str, text: str) -> tuple[Block, ...]:
    pictures = _drawn(run, name, text)
    return (Folded(title="Reviewers", blocks=pictures),) if pictures else ()


def _count(number: int) -> str:
    return f"{number:,}" if number else ""
