"""`ratchet compare`, `ratchet samples` and `ratchet health`: the options of the verbs that judge without a run."""

from pathlib import Path
from typing import Annotated

import typer

judging = typer.Typer()


@judging.command()
def compare(
    candidate: Annotated[
        str | None,
        typer.Option(
            help="A promoted version (43), a Git revision (its models/baseline, or REV:models/candidate), or a bundle's folder "
            "(default: models/candidate).",
            show_default=False,
        ),
    ] = None,
    baseline: Annotated[str | None, typer.Option(help="Likewise (default: models/baseline).", show_default=False)] = None,
    predictions: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="CSV or parquet of any two models' answers instead: id, y_true, baseline, candidate; optional group, "
            "baseline_score and candidate_score, and columns whose values are segments.",
        ),
    ] = None,
    metric: Annotated[
        str | None, typer.Option(help="scikit-learn's scorer name (default: gate.primary, else by the values).")
    ] = None,
    min_gain: Annotated[str | None, typer.Option(help="Smallest gain that counts: 0.01, or 1% of the baseline's value.")] = None,
    strict: Annotated[
        bool | None, typer.Option("--strict/--no-strict", help="Whether to prove a gain of min-gain, not only one above 0.")
    ] = None,
    confidence: Annotated[float | None, typer.Option(help="One-sided confidence of every proof.")] = None,
    group: Annotated[
        str | None, typer.Option(help="The column whose rows belong together (a user, a caller).", metavar="COLUMN")
    ] = None,
    segments: Annotated[
        str | None,
        typer.Option(
            help="Columns whose values are judged for themselves: a,b (default: evaluate.segments; of a file all others).",
            metavar="COLUMNS",
        ),
    ] = None,
    critical: Annotated[
        list[str] | None, typer.Option(help="A segment that must be shown not to lose; may be repeated.", metavar="COLUMN=VALUE")
    ] = None,
    json: Annotated[
        Path | None, typer.Option(help="Also write the decision, in the form of decision.json.", metavar="FILE")
    ] = None,
) -> None:
    """Is one model better than another on the same rows? Exit 0: proven better; 1: not; 3: cannot judge; 2: wrong usage."""
    from stages.decision.baseline import run_git
    from stages.ops.compare import compare_by_hand
    from stages.ops.comparing.by_hand import Asked

    asked = Asked(
        candidate=candidate,
        baseline=baseline,
        predictions=predictions,
        metric=metric,
        min_gain=min_gain,
        strict=strict,
        confidence=confidence,
        group=group,
        segments=None if segments is None else [name.strip() for name in segments.split(",") if name.strip()],
        critical=critical or None,
    )
    raise typer.Exit(compare_by_hand(asked, json, run_git))


@judging.command()
def samples(
    min_gain: Annotated[str | None, typer.Option(help="Smallest gain that counts (default: gate.min_gain, else 0.01).")] = None,
    disagreement: Annotated[
        float | None,
        typer.Option(help="Share of rows on which only one model is right (default: the last run's, else 0.1).", min=0, max=1),
    ] = None,
    confidence: Annotated[float | None, typer.Option(help="One-sided confidence (default: gate.confidence, else 0.95).")] = None,
) -> None:
    """How many labelled rows does a decision need?"""
    from stages.ops.comparing.by_hand import gain, proper
    from stages.ops.samples import Asked, show_samples

    wanted = None if min_gain is None else gain(min_gain)
    show_samples(Asked(min_gain=wanted, disagreement=disagreement, confidence=proper(confidence)))


@judging.command()
def health(
    md: Annotated[Path | None, typer.Option(help="Write it as Markdown (default: print it).", metavar="FILE")] = None,
    json: Annotated[Path | None, typer.Option(help="Write it for machines.", metavar="FILE")] = None,
    html: Annotated[Path | None, typer.Option(help="Write it as one HTML page, with pictures.", metavar="FILE")] = None,
) -> None:
    """Is this loop healthy? The ledger and the metrics of every commit, and each version on later rows."""
    from stages.decision.baseline import run_git
    from stages.ops.health import health as judge_loop

    text = judge_loop(run_git, md, json, html)
    for path in (md, json, html):
        if path:
            typer.echo(f"written to {path}")
    if not (md or json or html):
        typer.echo(text, nl=False)
