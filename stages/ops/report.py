"""`ratchet report`: the run for people who have to say yes or no to it, as Markdown and as an HTML page."""

from pathlib import Path

from stages import artefacts
from stages.decision.baseline import Git
from stages.errors import InputError
from stages.ops.reporting.blocks import Page
from stages.ops.reporting.data import data_sections
from stages.ops.reporting.html import html
from stages.ops.reporting.look import look_at
from stages.ops.reporting.markdown import markdown
from stages.ops.reporting.models import model_sections
from stages.ops.reporting.read import Run, read_run
from stages.ops.reporting.verdict import TONES, facts, glossary, headline, next_steps, verdict_of, why
from stages.settings import Params


def report(params: Params, git: Git, md: Path | None = None, page: Path | None = None) -> str:
    """Write the report of the last run as Markdown, as HTML, or both; return the Markdown.

    Raises
    ------
    CannotJudge, InputError
        Where a file is missing, or not what its stage wrote.
    """
    run = read_run(params, git)
    try:
        made = report_page(run)
    except (AttributeError, IndexError, KeyError, TypeError) as error:
        got = f"{type(error).__name__}: {error}"
        raise InputError(f"metrics/*.json must be of this version, got others ({got}); run `dvc repro`") from None
    text = markdown(made)
    if md:
        artefacts.write_text(md, text)
    if page:
        artefacts.write_text(page, html(made))
    return text


def report_page(run: Run) -> Page:
    """What the report says: verdict, why and next step first, then what to look at, then everything behind it."""
    verdict = verdict_of(run)
    models = tuple(model_sections(run.judged, run)) if run.judged else ()
    return Page(
        title=f"Retraining report: {run.ledger.model}",
        verdict=verdict,
        tone=TONES[verdict],
        headline=headline(run),
        facts=facts(run),
        sections=(why(run), next_steps(run), look_at(run), *models, *data_sections(run), glossary()),
        pictures=run.pictures,
    )
