"""The `ratchet` command. Every verb imports what it needs when it is called, so that `--help` is quick.

Its context object is the folder that holds the installed `stages/`.
"""

from pathlib import Path
from typing import Annotated

import typer

from stages.ops.ci import ci
from stages.ops.golden import golden
from stages.ops.judging import judging
from stages.ops.production import production

app = typer.Typer(
    no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False, help="A retraining loop that only moves forward."
)

quarantine = typer.Typer(no_args_is_help=True, help="What was refused, by which rule, and its release.")
app.add_typer(quarantine, name="quarantine")
app.add_typer(golden, name="golden")
app.add_typer(ci, name="ci")
app.add_typer(judging)
app.add_typer(production)


@app.command()
def init(
    installed: typer.Context,
    file: Annotated[Path, typer.Argument(help="Rows with their target: CSV, JSON lines or parquet.", metavar="FILE")],
    target: Annotated[str | None, typer.Option(help="The column to predict (guessed: by name, else the last one).")] = None,
    key: Annotated[str | None, typer.Option("--id", help="The column that names a row.")] = None,
    time: Annotated[str | None, typer.Option(help="The column that says when a row came in.")] = None,
    every: Annotated[str, typer.Option(help="Cut the rows into batches by week, month or day.")] = "week",
) -> None:
    """Start a loop around a file of rows: guess its columns, write the settings, cut it into batches."""
    from stages.adoption.guess import Asked
    from stages.decision.baseline import run_git
    from stages.ops.init import init as start_loop
    from stages.ops.init_report import show_start

    show_start(start_loop(file, Asked(target, key, time), every, installed.obj, run_git))


@app.command()
def upgrade(installed: typer.Context) -> None:
    """Replace this repository's copy of the stages with the installed one, as a diff to review."""
    from stages.decision.baseline import run_git
    from stages.ops.upgrade import upgrade as replace_code

    done = replace_code(installed.obj, run_git)
    if not done.changed:
        typer.echo("stages/ is what is installed: nothing to upgrade")
        return
    if done.dvc_yaml:
        typer.echo(f"dvc.yaml was edited here and stays; make the same change in it:\n\n{done.dvc_yaml}")
    if done.params:
        typer.echo(f"params.yaml needs a change: {done.params.removeprefix('error: ')}")
    typer.echo("stages/ is the installed one now\nnext: git diff, then dvc repro, then commit")


@app.command()
def run() -> None:
    """Look for a reason to retrain; with one: train, evaluate, decide and record the attempt."""
    from stages import artefacts
    from stages.decision.baseline import run_git
    from stages.ops.run import run as run_loop
    from stages.ops.verdict import show

    decision = run_loop(run_git)
    show(artefacts.read_json(artefacts.TRIGGER), artefacts.read_json(artefacts.VALIDATION), decision)


@app.command()
def status(
    max_age: Annotated[
        int | None, typer.Option(help="Exit 1 where the newest accepted batch ended longer ago.", metavar="DAYS", min=0)
    ] = None,
) -> None:
    """What is live, since when, and what the last run said."""
    from stages.ops.status import show_status

    show_status()
    if max_age is not None:
        _overdue(max_age)


def _overdue(max_age_days: int) -> None:
    """The only place that reads the calendar."""
    from datetime import UTC, datetime

    from stages import artefacts
    from stages.ops.feed import overdue

    late = overdue(artefacts.read_json(artefacts.VALIDATION), datetime.now(UTC).date(), max_age_days)
    if late:
        typer.echo(f"late: {late}", err=True)
        raise typer.Exit(1)


@app.command()
def trigger(
    explain: Annotated[bool, typer.Option("--explain", help="Also every signal, every fact, and the clause.")] = False,
) -> None:
    """Show what the trigger last said: the verdict, why, and when to look again."""
    from stages.ops.explain import show_trigger

    show_trigger(explain)


@app.command()
def gate(
    check: Annotated[
        bool, typer.Option("--check", help="Exit 0 on promote, 1 on hold or review, 3 where the gate cannot judge.")
    ] = False,
) -> None:
    """Judge today's files in today's clone again, and show the verdict."""
    from stages import artefacts, settings
    from stages.decision.baseline import run_git
    from stages.errors import CannotJudge, InputError, ToolError
    from stages.gate import judge
    from stages.ops.verdict import show

    try:
        decision = judge(settings.load(), run_git)
        trigger, validation = artefacts.read_json(artefacts.TRIGGER), artefacts.read_json(artefacts.VALIDATION)
    except (InputError, ToolError) as error:
        raise CannotJudge(str(error)) from None
    show(trigger, validation, decision)
    if check and decision["verdict"] != "promote":
        raise typer.Exit(1)


@app.command()
def report(
    md: Annotated[Path | None, typer.Option(help="Write it as Markdown (default: print it).", metavar="FILE")] = None,
    html: Annotated[Path | None, typer.Option(help="Write it as one HTML page, with pictures.", metavar="FILE")] = None,
) -> None:
    """The last run for whoever reviews it: verdict, why, metrics before and after, data, drift."""
    from stages import settings
    from stages.decision.baseline import run_git
    from stages.ops.report import report as make_report

    text = make_report(settings.load(), run_git, md, html)
    for path in (md, html):
        if path:
            typer.echo(f"written to {path}")
    if not (md or html):
        typer.echo(text, nl=False)


@quarantine.command("list")
def list_findings(
    batch: Annotated[str | None, typer.Option(help="Only this batch (raw/2026-W40.parquet).")] = None,
    rule: Annotated[str | None, typer.Option(help="Only this rule.")] = None,
    status: Annotated[str | None, typer.Option(help="Only quarantined, released or review findings.")] = None,
    csv: Annotated[
        Path | None, typer.Option(help="Also write the findings, one a line, into a new CSV file.", metavar="FILE")
    ] = None,
) -> None:
    """Count the findings by batch and rule."""
    from stages.ops.findings import Wanted, export
    from stages.ops.quarantine import show_list

    wanted = Wanted(batch, rule, status)
    show_list(wanted)
    if csv:
        typer.echo(f"written to {csv}: {export(wanted, csv):,}")


@quarantine.command()
def show(
    batch: Annotated[str, typer.Argument(help="The batch (raw/2026-W40.parquet).", metavar="BATCH")],
    rule: Annotated[str | None, typer.Option(help="Only this rule.")] = None,
    limit: Annotated[int, typer.Option(help="How many findings.", min=1)] = 20,
) -> None:
    """Show the findings of a batch, with shortened values."""
    from stages.ops.quarantine import show_batch

    show_batch(batch, rule, limit)


@quarantine.command()
def release(
    by: Annotated[str, typer.Option(help="Who answers for it.")],
    reason: Annotated[str, typer.Option(help="Why, for the record.")],
    batch: Annotated[str, typer.Option(help="The batch (raw/2026-W40.parquet).")],
    rule: Annotated[str, typer.Option(help="The rule, as `ratchet quarantine list` names it.")],
    ids: Annotated[
        list[str] | None, typer.Option("--id", help="Only the row with this id; may be repeated.", metavar="ID")
    ] = None,
) -> None:
    """Let rows, labels or a whole batch pass a rule that refused them, from the next run on."""
    from stages import settings
    from stages.ops.release import Asked
    from stages.ops.release import release as write_release

    asked = Asked(batch=batch, rule=rule, ids=tuple(ids or ()), by=by, reason=reason)
    said = write_release(asked, settings.load().columns.id)
    typer.echo(f"released in data/releases.yaml: {said}\nnext: dvc repro, then commit it all: a review sees the entry")
