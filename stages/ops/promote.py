"""`ratchet promote`: the candidate becomes the baseline, in one commit, when the gate says so again and an approver is named."""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stages import artefacts, settings
from stages.decision.baseline import Git
from stages.decision.ledger import Entry, Ledger
from stages.errors import Refused
from stages.gate import judge
from stages.ops.dvc import dvc_output, run_dvc
from stages.ops.versions.approval import may_approve
from stages.ops.versions.evidence import same_when_made_again
from stages.ops.versions.journal import Intent
from stages.ops.versions.record import verified
from stages.ops.versions.switch import INCOMING, alone, clean, commit, finish, put_live, settle, undoable
from stages.ops.versions.tags import check_tags
from stages.settings import Params


@dataclass(frozen=True)
class Approval:
    """Who approved, why, and whether inconclusive rules are accepted."""

    by: str
    reason: str
    accept_review: bool


def promote(approval: Approval, git: Git) -> int:
    """Judge again, then replace the baseline, commit and tag; returns the new version.

    Where an interrupted promotion of this candidate was committed already, only what was missing is done.

    Raises
    ------
    Refused
        Where the tree is not clean, the approver may not approve, the ledger or a tag is not what it was, or the verdict is not a
        promotion; nothing has changed then.
    """
    with alone("promote", git) as finished:
        if finished and finished.kind == "promotion" and finished.bundle == artefacts.dvc_md5(artefacts.CANDIDATE):
            return finished.version
        params = settings.load()
        clean(git)
        _up_to_date()
        may_approve(approval.by, params, git)
        record = verified(git)
        check_tags(record, git)
        decision = judge(params, git)
        _allowed(decision, approval)
        same_when_made_again(params)
        return _promoted(_entry(decision, record.ledger, approval, params), decision, record.ledger, git)


def _promoted(entry: Entry, decision: dict[str, Any], ledger: Ledger, git: Git) -> int:
    version = ledger.next_version
    new = [str(INCOMING), *(str(path) for path in _kept(decision) if not path.exists())]
    head = git("rev-parse", "HEAD").strip()
    intent = Intent(kind="promotion", head=head, version=version, bundle=entry.bundle, new=new)
    with undoable(intent, git):
        _record_evaluation(decision)
        shutil.copytree(artefacts.CANDIDATE, INCOMING)
        put_live(INCOMING, ledger.with_entry(entry))
        run_dvc("add", str(artefacts.BASELINE), quiet=True)
        settle("trigger", "evaluate", "gate")
        commit(intent, git, f"Promote {ledger.model} version {version}", f"Approved by {entry.by}: {entry.reason}")
    finish(intent, git, settling=False)
    return version


def _up_to_date() -> None:
    changed = json.loads(dvc_output("status", "--json"))
    if changed:
        raise Refused(
            f"the pipeline must be up to date, got changes in {', '.join(sorted(changed))}; run `dvc repro` and commit it first"
        )


def _allowed(decision: dict[str, Any], approval: Approval) -> None:
    verdict, reasons = decision["verdict"], "; ".join(decision["reasons"])
    if verdict == "hold":
        raise Refused(f"the verdict must be promote, got hold: {reasons}; production stays as it is")
    if verdict == "review" and not approval.accept_review:
        raise Refused(f"the verdict must be promote, got review: {reasons}; look at it, then add --accept-review")


def _entry(decision: dict[str, Any], ledger: Ledger, approval: Approval, params: Params) -> Entry:
    holdout = artefacts.read_json(artefacts.COMPARISON)["holdout"]
    return Entry(
        kind="promotion",
        as_of=artefacts.read_json(artefacts.VALIDATION)["as_of"],
        bundle=decision["candidate"]["md5"],
        version=ledger.next_version,
        verdict=decision["verdict"],
        reasons=decision["reasons"],
        by=approval.by,
        reason=approval.reason,
        metric=params.gate.primary,
        promised=holdout["primary"]["candidate"],
        rows=holdout["n"],
        holdout=decision["compared"]["holdout"],
        golden=decision["compared"]["golden"],
        training=decision["candidate"]["training"],
        recipe=decision["candidate"]["recipe"],
        change=artefacts.read_json(artefacts.TRIGGER)["change"],
    )


def _record_evaluation(decision: dict[str, Any]) -> None:
    """Keep the candidate's evaluation and golden answers beside the ledger: for other clones, and for golden_best."""
    evaluation, answers = _kept(decision)
    record = artefacts.read_json(artefacts.EVALUATION) | {"golden_md5": decision["compared"]["golden"]}
    artefacts.write_json(evaluation, record)
    artefacts.write_text(answers, artefacts.GOLDEN_ANSWERS.read_text(encoding="utf-8"))


def _kept(decision: dict[str, Any]) -> tuple[Path, Path]:
    """What is kept of the candidate beside the ledger."""
    md5 = decision["candidate"]["md5"]
    return artefacts.evaluation_of(md5), artefacts.answers_of(md5)
