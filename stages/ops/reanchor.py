"""`ratchet golden reanchor`: measure the baseline and every version before it on today's golden set, in today's environment.

The gate holds a candidate against what was recorded. Where the golden set or the environment is another one now, the record is no
measure any more; a person approves the new one. Nothing is committed here: the new record is looked at like any other change.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from rich.progress import track

from stages import artefacts, settings
from stages.decision.baseline import Git
from stages.decision.ledger import Entry, Ledger, read_ledger, write_ledger
from stages.errors import CannotJudge, InputError, Refused, UntrustedModel
from stages.evaluate import answered, golden_rows, metrics
from stages.evidence.answers import answers_text, read_answers
from stages.evidence.scores import reads_probabilities
from stages.modelling import bundle
from stages.modelling.bundle import DAMAGE, Bundle
from stages.ops.comparing.named import find
from stages.ops.printing import paper
from stages.ops.versions.approval import may_approve
from stages.settings import Params

Record = dict[Path, str | dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Reanchored:
    """What was measured: the version in production, all versions measured, and why the others could not be."""

    live: int
    scored: list[int]
    missing: dict[int, str]
    rows: int
    follows: bool


def reanchor(by: str, reason: str, git: Git) -> Reanchored:
    """Record the golden metrics and answers of every promoted version that can be had, and who approved it; all or nothing.

    Raises
    ------
    Refused
        Where the approver may not approve, version 0 is in production, or the record is already what would be written.
    InputError
        Where there is no golden set, or models/baseline is not the version in production.
    """
    params = settings.load()
    may_approve(by, params, git)
    ledger, rows, golden = _live(), golden_rows(params), artefacts.dvc_md5(artefacts.GOLDEN)
    if rows.empty:
        raise InputError(f"{artefacts.GOLDEN} must hold labelled rows, got none; add a golden set first")
    record, missing, scored = _measured(ledger, rows, golden, params, git)
    if all(_is_written(path, content) for path, content in record.items()):
        raise Refused("a re-anchoring must change the record, got what is there already; nothing to do")
    follows = _follows(ledger, rows[params.columns.id], golden)
    as_of = artefacts.read_json(artefacts.VALIDATION)["as_of"]
    entry = Entry(kind="reanchor", as_of=as_of, bundle=ledger.live.bundle, by=by, reason=reason, golden=golden, scored=scored)
    _write(record, ledger.with_entry(entry.model_copy(update={"follows": follows})))
    return Reanchored(live=ledger.live.version or 0, scored=scored, missing=missing, rows=len(rows), follows=follows is not None)


def _live() -> Ledger:
    """The ledger, where it and models/baseline name the same promoted version."""
    ledger = read_ledger(artefacts.LEDGER)
    if not ledger.live.version:
        raise Refused("a promoted version must be in production, got version 0, a dummy without recorded values; nothing to do")
    if artefacts.dvc_md5(artefacts.BASELINE) != ledger.live.bundle:
        raise InputError(f"{artefacts.BASELINE} must be the bundle of the ledger, got another md5; run `dvc checkout`")
    return ledger


def _measured(
    ledger: Ledger, rows: pd.DataFrame, golden: str, params: Params, git: Git
) -> tuple[Record, dict[int, str], list[int]]:
    """What to write for each version that can be had, and why the others cannot; without the baseline there is nothing to do."""
    record: Record = {}
    missing: dict[int, str] = {}
    versions = {entry.bundle: entry.version or 0 for entry in ledger.versions}
    for md5, version in _with_progress(versions):
        live = md5 == ledger.live.bundle
        try:
            model = bundle.load(artefacts.BASELINE, params.train.packages) if live else _had(version, params, git)
            record |= _record(model, rows, golden, params)
        except (CannotJudge, InputError, UntrustedModel) as error:
            if live:
                raise
            missing[version] = str(error)
    return record, missing, sorted(set(versions.values()) - set(missing))


def _with_progress(versions: dict[str, int]) -> Iterable[tuple[str, int]]:
    """To fetch a version takes seconds: a person sees that, a log does not."""
    console = paper()
    return track(list(versions.items()), "measuring", console=console, transient=True, disable=not console.is_terminal)


def _had(version: int, params: Params, git: Git) -> Bundle:
    found = find(str(version), "the version", params.train.packages, git).bundle
    then, now = found.card["columns"], params.columns.model_dump()
    if any(then.get(kind) != now[kind] for kind in ("text", "categorical", "numeric", "target")):
        raise CannotJudge(f"version {version} must read today's columns, got a model of other ones; it stays as it was recorded")
    return found


def _record(model: Bundle, rows: pd.DataFrame, golden: str, params: Params) -> Record:
    try:
        said = answered(rows, model.model, params)
    except DAMAGE as error:
        got = type(error).__name__
        raise CannotJudge(f"a version's model must run in today's environment, got {got}; it stays as recorded") from None
    path = artefacts.evaluation_of(model.md5)
    before = artefacts.read_json(path) if path.is_file() else {}
    answers = answers_text(rows[params.columns.id], said, probabilities=reads_probabilities(params.gate.primary))
    new = before | {"golden": metrics(said, params), "golden_md5": golden}
    return {path: artefacts.rounded(new), artefacts.answers_of(model.md5): answers}


def _follows(ledger: Ledger, ids: "pd.Series[str]", golden: str) -> str | None:
    """The golden set before this one, where most of today's rows were in it: a few new rows win nothing back."""
    answers, record = artefacts.answers_of(ledger.live.bundle), artefacts.evaluation_of(ledger.live.bundle)
    if not answers.is_file() or not record.is_file():
        return None
    before = artefacts.read_json(record).get("golden_md5")
    return before if before != golden and ids.isin(read_answers(answers).index).mean() > 0.5 else None


def _is_written(path: Path, content: str | dict[str, Any]) -> bool:
    if not path.is_file():
        return False
    return (artefacts.read_json(path) if isinstance(content, dict) else path.read_text(encoding="utf-8")) == content


def _write(record: Record, ledger: Ledger) -> None:
    before = {path: path.read_bytes() if path.is_file() else None for path in [*record, artefacts.LEDGER]}
    try:
        for path, content in record.items():
            artefacts.write_json(path, content) if isinstance(content, dict) else artefacts.write_text(path, content)
        write_ledger(artefacts.LEDGER, ledger)
    except BaseException:
        for path, old in before.items():
            path.unlink(missing_ok=True) if old is None else path.write_bytes(old)
        raise
