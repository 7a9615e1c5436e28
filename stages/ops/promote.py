"""`ratchet promote`: the candidate becomes the baseline, in one commit, when the gate says so again and an approver is named."""

import shutil
from dataclasses import dataclass
from typing import Any

from stages import artefacts, settings
from stages.decision.baseline import Git
from stages.decision.ledger import Entry, Ledger, read_ledger, write_ledger
from stages.errors import Refused
from stages.gate import judge
from stages.ops.dvc import dvc_output, run_dvc
from stages.settings import Params

COMMITTED = ("dvc.lock", "models", "metrics")


@dataclass(frozen=True)
class Approval:
    """Who approved, why, and whether inconclusive rules are accepted."""

    by: str
    reason: str
    accept_review: bool


def promote(approval: Approval, git: Git) -> int:
    """Judge again, then replace the baseline and commit; returns the new version.

    Raises
    ------
    Refused
        Where the tree is not clean, the approver may not approve, or the verdict is not a promotion; nothing has changed then.
    """
    params = settings.load()
    _clean(git)
    _may_approve(approval, params, git)
    decision = judge(params, git)
    _allowed(decision, approval)
    ledger = read_ledger(artefacts.LEDGER)
    entry = _entry(decision, ledger, approval, params)
    git("var", "GIT_COMMITTER_IDENT")  # a commit that cannot be made is refused before anything moves
    try:
        _switch(decision, ledger.with_entry(entry))
        git("add", "--update", "--", *COMMITTED)
        git("add", "--", str(artefacts.evaluation_of(decision["candidate"]["md5"])))
        subject = f"Promote {params.model} version {entry.version}"
        git("commit", "-m", subject, "-m", f"Approved by {approval.by}: {approval.reason}")
    except BaseException:
        _undo(decision, git)
        raise
    return ledger.next_version


def _switch(decision: dict[str, Any], ledger: Ledger) -> None:
    _record_evaluation(decision)
    shutil.rmtree(artefacts.BASELINE)
    shutil.copytree(artefacts.CANDIDATE, artefacts.BASELINE)
    run_dvc("add", str(artefacts.BASELINE), quiet=True)
    write_ledger(artefacts.LEDGER, ledger)
    run_dvc("repro", quiet=True)


def _undo(decision: dict[str, Any], git: Git) -> None:
    """Back to the last commit: only what a promotion writes, and only because all of it was committed before."""
    artefacts.evaluation_of(decision["candidate"]["md5"]).unlink(missing_ok=True)
    git("reset", "--quiet")
    git("checkout", "--", *COMMITTED)
    run_dvc("checkout", "--quiet", str(artefacts.BASELINE), quiet=True)


def _clean(git: Git) -> None:
    if git("status", "--porcelain", "--untracked-files=no").strip():
        raise Refused(
            "the working tree must be clean, got uncommitted changes; commit the run first, so that its evidence is on record "
            "(after a promotion that was killed: `git checkout -- models metrics dvc.lock && dvc checkout`)"
        )
    if dvc_output("status", "--json") != "{}":
        raise Refused(
            "the pipeline must be up to date, got changed data, parameters or code; run `dvc repro` and commit it first"
        )


def _may_approve(approval: Approval, params: Params, git: Git) -> None:
    if approval.by not in params.approval.approvers:
        raise Refused(
            f"--approved-by must be listed in params.yaml: approval.approvers, got {approval.by!r}; "
            f"ask one of {', '.join(params.approval.approvers)}"
        )
    author = git("log", "-1", "--format=%an").strip()
    if approval.by == author and not params.approval.allow_author:
        raise Refused(
            f"--approved-by must not be the author of the run, got {author!r}; ask another approver, or set approval.allow_author"
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
    )


def _record_evaluation(decision: dict[str, Any]) -> None:
    """Keep the candidate's evaluation beside the ledger, for clones that do not hold this commit."""
    record = artefacts.read_json(artefacts.EVALUATION) | {"golden_md5": decision["compared"]["golden"]}
    artefacts.write_json(artefacts.evaluation_of(decision["candidate"]["md5"]), record)
