"""Promote, hold or review, and why?

Reads metrics/*.json, metrics/golden.csv, models/baseline, models/ledger.yaml, models/evaluations, and through
`dvc metrics diff` the metrics of the baseline commit. Writes metrics/decision.json and metrics/plots/golden.svg. Exits 0 whatever
the verdict; `ratchet gate --check` turns it into an exit code.
"""

from datetime import date
from pathlib import Path
from typing import Any

from stages import artefacts
from stages.decision.attempts import Candidate, golden_since, recipe, rejected, tried_on_golden, tried_on_holdout
from stages.decision.baseline import POINTER, Git, Old, baseline_commit, metrics_diff, pointer_md5, recorded_at, run_git
from stages.decision.golden import best_version
from stages.decision.kept import kept_answers, number, scores, unanswered
from stages.decision.ledger import Ledger, read_ledger
from stages.decision.rule import Best, Evidence
from stages.decision.verdict import decide
from stages.errors import CannotJudge, InputError, one_line_errors
from stages.evidence.answers import read_answers
from stages.evidence.golden_history import Scored, golden_history
from stages.settings import Params, load

LOCK = Path("dvc.lock")


def judge(params: Params, git: Git) -> dict[str, Any]:
    """Today's decision, from the files and the Git history of this clone.

    Raises
    ------
    CannotJudge
        Where the files do not belong together: what was evaluated is not what is there.
    """
    _as_written(params)
    ledger = read_ledger(artefacts.LEDGER)
    comparison = artefacts.read_json(artefacts.COMPARISON)
    compared = _verified(comparison["compared"], ledger)
    card = artefacts.read_json(artefacts.CANDIDATE / "card.json")
    candidate = Candidate(bundle=compared["candidate"], training=str(card.get("training")), recipe=recipe(card))
    old = old_values(compared, git, ledger) if ledger.live.version else _version_zero(comparison, git)
    evidence = _evidence(comparison, old, ledger, candidate, params)
    return decide(evidence, params).as_dict() | {
        "baseline": {"version": ledger.live.version, "md5": compared["baseline"], "commit": old.commit},
        "candidate": {"version": ledger.next_version, "md5": candidate.bundle}
        | {"training": candidate.training, "recipe": candidate.recipe},
        "compared": {name: compared[name] for name in ("holdout", "golden")}
        | {"evaluation": artefacts.file_md5(artefacts.EVALUATION)},
    }


def _evidence(comparison: dict[str, Any], old: Old, ledger: Ledger, candidate: Candidate, params: Params) -> Evidence:
    compared, trigger = comparison["compared"], artefacts.read_json(artefacts.TRIGGER)
    first_use = golden_since(ledger, compared["golden"])
    here = (ledger.live.bundle, candidate.bundle)
    others = {entry.version or 0: entry.bundle for entry in ledger.versions if entry.bundle not in here}
    return Evidence(
        trigger=trigger,
        evaluation=artefacts.read_json(artefacts.EVALUATION),
        comparison=comparison,
        latency=artefacts.read_json(artefacts.LATENCY),
        version=ledger.live.version or 0,
        old_golden={name: old.values.get(f"golden.{name}") for name in params.evaluate.metrics},
        source=old.source,
        doubt=old.doubt,
        rejected=rejected(ledger, candidate, compared["holdout"]),
        tried_holdout=tried_on_holdout(ledger, compared["holdout"], candidate.bundle),
        tried_golden=tried_on_golden(ledger, compared["golden"], candidate.bundle),
        golden_days_old=(date.fromisoformat(trigger["as_of"]) - first_use).days if first_use else None,
        others=len(others),
        best=_best(others, params) if "golden" in comparison else None,
        unanswered=unanswered(others, compared["golden"], params.gate.primary),
    )


def _best(others: dict[int, str], params: Params) -> Best | None:
    """The best of the earlier versions, by the golden answers that were kept of each."""
    kept = kept_answers(others, params.gate.primary, params.task)
    return best_version(read_answers(artefacts.GOLDEN_ANSWERS), kept, params) if kept else None


def old_values(compared: dict[str, Any], git: Git, ledger: Ledger) -> Old:
    """The baseline's recorded metrics: by `dvc metrics diff`, where its commit measured this bundle on this golden set.

    A re-anchoring has put recorded values in their place, with an approval.
    """
    baseline, golden = compared["baseline"], compared["golden"]
    commit, lost = None, ""
    try:
        commit = baseline_commit(git, baseline)
    except CannotJudge as error:
        lost = str(error)
    if anchor := ledger.anchor(golden):
        return _recorded(baseline, golden, commit, None, f"re-anchored on {anchor.as_of} by {anchor.by}")
    if commit is None:
        return _recorded(baseline, golden, None, lost)
    measured = recorded_at(git, commit)
    if measured.get(str(artefacts.CANDIDATE)) != baseline:
        return _recorded(
            baseline,
            golden,
            commit,
            f"the metrics of the baseline commit {commit[:7]} must be the baseline's, got another model's; "
            "work in a clone with its history",
        )
    if measured.get(str(artefacts.GOLDEN)) != golden:
        return _recorded(
            baseline, golden, commit, f"the golden set must be that of the baseline commit {commit[:7]}, got another one"
        )
    rows = metrics_diff(commit).get(str(artefacts.EVALUATION), {})
    _same_as_on_disk({key: row.get("new") for key, row in rows.items()})
    return Old({key: number(row.get("old")) for key, row in rows.items()}, f"dvc metrics diff {commit[:7]}", commit, None)


def main() -> None:
    """Run the stage."""
    params = load()
    decision = judge(params, run_git)
    artefacts.write_json(artefacts.DECISION, decision)
    _draw(decision, params)
    print(f"gate: {decision['verdict']} ({decision['reasons'][0]})")


def _draw(decision: dict[str, Any], params: Params) -> None:
    """The golden score of every version, and of the candidate unless it is in production already."""
    points = scores(read_ledger(artefacts.LEDGER), decision["compared"]["golden"], params.gate.primary)
    new = number(artefacts.read_json(artefacts.EVALUATION).get("golden", {}).get(params.gate.primary))
    if new is not None and decision["candidate"]["md5"] != decision["baseline"]["md5"]:
        points.append(Scored(version=decision["candidate"]["version"], value=new, candidate=True))
    picture = golden_history(points, params.gate.primary, params.gate.max_golden_drop)
    artefacts.write_text(artefacts.PLOTS / "golden.svg", picture)


def _version_zero(comparison: dict[str, Any], git: Git) -> Old:
    """The dummy was never evaluated before: it is scored in this run, and a person approves what replaces it."""
    scored = comparison.get("golden", {}).get("baseline", {})
    values = {f"golden.{name}": number(value) for name, value in scored.items()}
    try:
        commit = baseline_commit(git, comparison["compared"]["baseline"])
    except CannotJudge:
        commit = None
    return Old(values, "version 0, scored in this run", commit, None)


def _recorded(baseline: str, golden: str, commit: str | None, doubt: str | None, source: str = "the recorded evaluation") -> Old:
    """The evaluation kept beside the ledger; without one there is nothing to compare with the past."""
    path = artefacts.evaluation_of(baseline)
    if not path.is_file():
        return Old({}, "nothing recorded", commit, doubt)
    record = artefacts.read_json(path)
    if record.get("golden_md5") != golden:
        return Old({}, "nothing recorded on this golden set", commit, doubt)
    values = {f"golden.{name}": number(value) for name, value in record.get("golden", {}).items()}
    return Old(values, source, commit, doubt)


def _as_written(params: Params) -> None:
    """The metrics must be what the stages wrote, and wrote under today's settings: dvc.lock says both."""
    try:
        stages = artefacts.read_yaml(LOCK)["stages"]
        written = {out["path"]: out["md5"] for name in ("trigger", "evaluate") for out in stages[name]["outs"]}
    except (KeyError, TypeError):
        raise CannotJudge(f"{LOCK} must record the stages trigger and evaluate, got less; run `dvc repro`") from None
    for path in (artefacts.TRIGGER, artefacts.EVALUATION, artefacts.COMPARISON, artefacts.GOLDEN_ANSWERS, artefacts.LATENCY):
        if artefacts.dvc_md5(path) != written.get(path.as_posix()):
            raise CannotJudge(f"{path} must be what its stage wrote, got another md5; run `dvc repro`")
    today = params.model_dump(mode="json")
    for stage in (stages.get(name, {}) for name in ("validate", "trigger", "train", "evaluate")):
        for name, value in stage.get("params", {}).get("params.yaml", {}).items():
            if _setting(today, name) != value:
                raise CannotJudge(f"params.yaml: {name} must be what the run was made with, got another value; run `dvc repro`")
    for stage in (stages.get(name, {}) for name in ("validate", "trigger", "train")):  # what `evaluate` read: see _verified
        for dep in stage.get("deps", []):
            if Path(dep["path"]).exists() and artefacts.dvc_md5(Path(dep["path"])) != dep.get("md5"):
                raise CannotJudge(f"{dep['path']} must be what the run was made with, got another md5; run `dvc repro`")


def _setting(section: Any, name: str) -> Any:
    """One value of the settings; None where today's have no such key."""
    for part in name.split("."):
        section = section.get(part) if isinstance(section, dict) else None
    return section


def _verified(compared: dict[str, Any], ledger: Ledger) -> dict[str, Any]:
    """What was compared, if it is still what is there."""
    now = {"baseline": artefacts.BASELINE, "candidate": artefacts.CANDIDATE, "golden": artefacts.GOLDEN}
    for name, path in now.items():
        if artefacts.dvc_md5(path) != compared[name]:
            raise CannotJudge(f"{path} must be what metrics/comparison.json compared, got another md5; run `dvc repro`")
    pointer = pointer_md5(POINTER.read_text(encoding="utf-8")) if POINTER.is_file() else None
    if pointer != compared["baseline"]:
        raise CannotJudge(f"{POINTER} must name the md5 of models/baseline, got {pointer}; run `dvc checkout models/baseline`")
    if ledger.live.bundle != compared["baseline"]:
        raise InputError(f"{artefacts.LEDGER} must name the bundle in models/baseline, got another md5; restore both from Git")
    return compared


def _same_as_on_disk(new: dict[str, Any]) -> None:
    golden = artefacts.read_json(artefacts.EVALUATION).get("golden", {})
    if any(number(new.get(f"golden.{name}")) != number(value) for name, value in golden.items()):
        raise CannotJudge("`dvc metrics diff` must show the values of metrics/evaluation.json, got others; run `dvc repro`")


if __name__ == "__main__":
    one_line_errors(main)()
