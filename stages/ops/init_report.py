"""What `ratchet init` says at the end: the guesses, column by column, what to check, and the next command."""

from collections.abc import Iterator

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from stages.adoption.limits import LIMITS
from stages.ops.init import LOCK, Done
from stages.ops.printing import lines, paper

SMALL = 200  # rows of a holdout below which hardly any gain can be proven
RARE = 20  # rows of a class below which it is called rare


def show_start(done: Done, console: Console | None = None) -> None:
    """Print it."""
    console = console or paper()
    start, batches = done.start, list(done.start.labelled)
    for tool in done.new:
        console.print(f"{tool} init: this folder had no {tool} repository")
    console.print(
        escape(
            f"{start.file.name}: {len(start.raw):,} rows in {len(batches)} {start.every}s, {batches[0]} to {batches[-1]}; "
            f"{start.task} of {start.target}, model {done.params.model}, version 0 is a dummy"
        ),
        soft_wrap=True,
    )
    console.print(_columns(done))
    console.print("\ncheck before you trust it:")
    for line in _checks(done):
        console.print(f"  - {escape(line)}", soft_wrap=True)
    console.print("\nnext: dvc repro")
    console.print('then: git add -A && git commit -m "Start the loop"; ratchet gate', soft_wrap=True)


def _columns(done: Done) -> Table:
    table = lines("column", "role", "why", "distinct", "missing", numbers=("distinct", "missing"))
    order = ("id", "time", "target", "text", "categorical", "numeric", None)
    for own in sorted(done.start.columns, key=lambda own: order.index(own.role)):
        style = "dim" if own.role is None else ""
        table.add_row(
            escape(own.name), own.role or "left out", escape(own.why), f"{own.distinct:,}", f"{own.missing:.1%}", style=style
        )
    return table


def _checks(done: Done) -> Iterator[str]:
    start, split = done.start, done.params.split
    yield from (f"{start.file.name}: {warning}" for warning in start.warnings)
    yield "a column that is only known after the prediction is made is a leak: take it out of params.yaml: columns"
    for name, share in start.leaks.items():
        yield f"{name} alone settles {share:.0%} of {start.target}: left out; add it back if it is known in time"
    for name, share in start.answers.items():
        yield f"{name} equals {start.target} on {share:.0%} of the rows: if it is what was served, move it to `prediction`"
    judges = list(start.labelled.values())[-split.holdout_batches :]
    few = ", too few to prove a small gain" if sum(judges) < SMALL else ""
    size = f"{sum(judges):,} labelled rows{few}"
    yield f"the newest {len(judges)} of {len(start.labelled)} batches judge ({size}), the others train"
    sizes = start.read[start.target].value_counts()
    if start.task == "classification" and (sizes < RARE).any():
        yield f"{(sizes < RARE).sum()} of {len(sizes)} classes have fewer than {RARE} rows: hard to learn, and to judge"
    moving = done.params.batches.calendar
    if moving:
        yield f"{', '.join(moving)} moved from batch to batch, so batches.calendar exempts them; take out what should not move"
    lenient = [name for name in LIMITS if LIMITS[name]["block"] and getattr(done.params.batches, name).block is None]
    if lenient:
        names = ", ".join(f"batches.{name}" for name in lenient)
        yield f"some of these batches are unlike those before, so {names} only warn, and do not block; is that as it should be?"
    yield "schema.py holds what the first rows showed: which gaps and which new values are errors?"
    if done.ignored:
        yield f"Git ignores {done.ignored}: its rows are in data/raw, which DVC keeps"
    if "dvc" in done.new:
        yield "the DVC remote is the folder dvcstore, which Git ignores; point it at real storage: dvc remote modify store url …"
    else:
        yield "the DVC repository was there: its remote and cache stay as they are"
    if not LOCK.is_file():
        yield "there is no requirements.lock: pin what is installed (pip freeze), a model's bytes depend on it"
