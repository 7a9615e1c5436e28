"""What is in production: `ratchet promote`, `rollback`, `history` and `tags`."""

from typing import Annotated

import typer

production = typer.Typer()

PUSH = "dvc push, then git push --follow-tags"


@production.command()
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
    typer.echo(f"version {version} is the baseline now, committed and tagged; next: {PUSH}")


@production.command()
def rollback(
    reason: Annotated[str, typer.Option(help="Why, for the record.")],
    to: Annotated[
        int | None, typer.Option(help="The version to go back to (default: the one before).", metavar="N", min=0)
    ] = None,
    by: Annotated[str | None, typer.Option(help="Who says so (default: Git's author).")] = None,
    force: Annotated[bool, typer.Option("--force", help="Also to a version that was itself rolled back.")] = False,
) -> None:
    """Make an earlier version the baseline again, without training; the next run does not promote what it replaces."""
    from stages.decision.baseline import run_git
    from stages.ops.rollback import Request
    from stages.ops.rollback import rollback as go_back

    done = go_back(Request(to=to, reason=reason, by=by, force=force), run_git)
    if done.unsettled:
        typer.echo(f"the stages are not all settled on it: {done.unsettled}", err=True)
    typer.echo(f"version {done.version} is the baseline again, committed and tagged; next: {PUSH}")


@production.command()
def history() -> None:
    """What was tried, promoted and rolled back, newest last."""
    from stages.ops.history import show_history

    show_history()


@production.command()
def tags() -> None:
    """Write the tags that are missing, of the versions that the ledger and this clone's history know."""
    from stages.decision.baseline import run_git
    from stages.ops.versions.record import verified
    from stages.ops.versions.tags import check_tags, write_tags

    record = verified(run_git)
    check_tags(record, run_git)
    typer.echo("\n".join(write_tags(record, run_git)) or "no tag is missing")
