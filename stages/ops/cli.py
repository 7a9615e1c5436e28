"""The `ratchet` command. Every verb imports what it needs when it is called, so that `--help` is quick."""

from typing import Annotated

import typer

app = typer.Typer(
    no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False, help="A retraining loop that only moves forward."
)


@app.command()
def run() -> None:
    """Look for a reason to retrain; with one: train, evaluate, decide and record the attempt."""
    from stages import artefacts
    from stages.ops.run import run as run_loop
    from stages.ops.verdict import show

    decision = run_loop()
    show(artefacts.read_json(artefacts.TRIGGER), artefacts.read_json(artefacts.VALIDATION), decision)


@app.command()
def status() -> None:
    """What is live, since when, and what the last run said."""
    from stages.ops.status import show_status

    show_status()


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
    except (InputError, ToolError) as error:
        raise CannotJudge(str(error)) from None
    show(artefacts.read_json(artefacts.TRIGGER), artefacts.read_json(artefacts.VALIDATION), decision)
    if check and decision["verdict"] != "promote":
        raise typer.Exit(1)


@app.command()
def promote(
    approved_by: Annotated[str, typer.Option(help="Who approves; listed in params.yaml: approval.approvers.")],
    reason: Annotated[str, typer.Option(help="Why, for the record.")],
    accept_review: Annotated[bool, typer.Option("--accept-review", help="Promote although rules are inconclusive.")] = False,
) -> None:
    """Make the candidate the baseline, in one commit, if the gate agrees again."""
    from stages.decision.baseline import run_git
    from stages.ops.promote import Approval
    from stages.ops.promote import promote as promote_candidate

    version = promote_candidate(Approval(approved_by, reason, accept_review), run_git)
    typer.echo(f"version {version} is the baseline now, and committed; `dvc push` before `git push`")
