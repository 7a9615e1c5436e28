"""`ratchet health`: is this loop healthy? Its ledger and its metrics at every version, and each version on later rows."""

from pathlib import Path

from stages import artefacts, settings
from stages.decision.baseline import Git
from stages.decision.kept import scores
from stages.decision.ledger import Ledger, read_ledger
from stages.health.verdict import health as judged
from stages.health.versions import versions
from stages.ops.health_history import history
from stages.ops.health_later import later
from stages.ops.reporting.health_json import as_json
from stages.ops.reporting.health_page import page
from stages.ops.reporting.html import html
from stages.ops.reporting.markdown import markdown
from stages.settings import Params


def health(git: Git, md: Path | None = None, json: Path | None = None, web: Path | None = None) -> str:
    """Judge the loop; write what is asked for, and return it as Markdown.

    Raises
    ------
    CannotJudge
        Where there is no history.
    """
    params, ledger = settings.load(), read_ledger(artefacts.LEDGER)
    past = history(git)
    lived = versions(ledger, past.looks, {}, {}, params.gate.primary)
    found = judged(ledger, past.looks, _golden(ledger, params), later(lived, params, git), params)
    made = page(found, ledger, past.doubts, params)
    text = markdown(made)
    if md:
        artefacts.write_text(md, text)
    if json:
        artefacts.write_json(json, as_json(found, past.doubts))
    if web:
        artefacts.write_text(web, html(made))
    return text


def _golden(ledger: Ledger, params: Params) -> dict[int, float]:
    """The score of each version on the golden set that judged last."""
    used = [entry.golden for entry in ledger.entries if entry.golden]
    return {own.version: own.value for own in scores(ledger, used[-1], params.gate.primary)} if used else {}
