"""What a run left behind, for its report: read once, and only what its stages wrote.

A report shows what people decide by. So the verdict is judged again, as `ratchet gate` does; a file that is not what dvc.lock
says is refused or left out; and what could not be checked in this clone is said.
"""

import json
import re
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from stages import artefacts
from stages.artefacts import COMPARISON, DECISION, EVALUATION, LATENCY, PLOTS, TRIGGER, VALIDATION
from stages.decision.attempts import golden_bundles, golden_since
from stages.decision.baseline import Git, Old
from stages.decision.ledger import Ledger, read_ledger
from stages.errors import CannotJudge, InputError, ToolError
from stages.gate import LOCK, judge, old_values
from stages.ops.dvc import dvc_output
from stages.settings import Params

PICTURES = ("gain", "golden", "confusion_change", "calibration", "drift", "performance", "quarantine", "reviewers")


@dataclass(frozen=True, kw_only=True)
class Judged:
    """A candidate that was judged.

    Attributes
    ----------
    old : the baseline's recorded metrics; None where there are none, or this clone cannot tell.
    settings : `dvc params diff` against the baseline commit; None likewise.
    cards : of the baseline and of the candidate; empty where the bundle is not here.
    tried, days_old : how many candidates the golden set has judged, and its age.
    """

    decision: dict[str, Any]
    comparison: dict[str, Any]
    latency: dict[str, Any]
    old: Old | None
    settings: dict[str, dict[str, Any]] | None
    cards: tuple[dict[str, Any], dict[str, Any]]
    tried: int
    days_old: int


@dataclass(frozen=True, kw_only=True)
class Run:
    """What a report is made from. `trigger` is empty where validation stopped, `judged` None where there is no candidate."""

    params: Params
    ledger: Ledger
    validation: dict[str, Any]
    trigger: dict[str, Any] = field(default_factory=dict)
    judged: Judged | None = None
    doubts: tuple[str, ...] = ()
    pictures: dict[str, str | None] = field(default_factory=dict)


@dataclass(frozen=True)
class Lock:
    """dvc.lock: the md5 of what the stages wrote, and of what each had read."""

    outs: dict[str, str]
    deps: dict[str, dict[str, str]]

    def holds(self, path: Path) -> bool:
        """Whether a file is what its stage wrote."""
        return path.exists() and artefacts.dvc_md5(path) == self.outs.get(path.as_posix())

    def used(self, stage: str, *paths: Path) -> bool:
        """Whether a stage has read these files as they are now."""
        read = self.deps.get(stage, {})
        return all(path.exists() and artefacts.dvc_md5(path) == read.get(path.as_posix()) for path in paths)


def read_run(params: Params, git: Git) -> Run:
    """Read what the last run left.

    Raises
    ------
    CannotJudge
        Where a file is not what its stage wrote.
    """
    validation, ledger = artefacts.read_json(VALIDATION), read_ledger(artefacts.LEDGER)
    if validation.get("problem"):
        return Run(params=params, ledger=ledger, validation=validation)
    trigger, lock = artefacts.read_json(TRIGGER), _read_lock()
    for path in (VALIDATION, TRIGGER):
        if not lock.holds(path):
            raise CannotJudge(f"{path} must be what its stage wrote, got another md5; run `dvc repro`")
    if not lock.used("trigger", VALIDATION):
        raise CannotJudge(f"{TRIGGER} must be made from today's {VALIDATION}, got an older one; run `dvc repro trigger`")
    judged, doubts = _judged(params, git, ledger, trigger, lock)
    pictures = {path.stem: path.read_text(encoding="utf-8") if lock.holds(path) else None for path in _drawn(lock)}
    return Run(
        params=params,
        ledger=ledger,
        validation=validation,
        trigger=trigger,
        judged=judged,
        doubts=doubts,
        pictures=pictures,
    )


def _read_lock() -> Lock:
    try:
        stages = artefacts.read_yaml(LOCK)["stages"]
        outs = {out["path"]: out.get("md5", "") for stage in stages.values() for out in stage.get("outs", [])}
        deps = {name: {dep["path"]: dep.get("md5", "") for dep in stage.get("deps", [])} for name, stage in stages.items()}
    except (AttributeError, KeyError, TypeError):
        raise InputError(f"{LOCK} must record the stages of a run, got something else; run `dvc repro`") from None
    return Lock(outs, deps)


def _drawn(lock: Lock) -> list[Path]:
    """The pictures that this loop's stages draw."""
    return [path for path in (PLOTS / f"{name}.svg" for name in PICTURES) if path.as_posix() in lock.outs]


def _judged(
    params: Params, git: Git, ledger: Ledger, trigger: dict[str, Any], lock: Lock
) -> tuple[Judged | None, tuple[str, ...]]:
    planned = trigger["verdict"] == "retrain"
    if not planned and not lock.used("gate", TRIGGER):
        return None, ()  # the run ended with the trigger; what lies here is of an earlier one
    decision, doubts = _decision(params, git, lock)
    if decision is None:
        return None, doubts
    if not planned and decision["candidate"]["md5"] == decision["baseline"]["md5"]:
        return None, ()  # the candidate of the last promotion: there is no other one
    comparison = artefacts.read_json(COMPARISON)
    first_use = golden_since(ledger, comparison["compared"]["golden"])
    judged = Judged(
        decision=decision,
        comparison=comparison,
        latency=artefacts.read_json(LATENCY),
        old=_old(comparison, git, ledger),
        settings=_settings(decision["baseline"]["commit"]),
        cards=(_card(artefacts.BASELINE), _card(artefacts.CANDIDATE)),
        tried=len({*golden_bundles(ledger, comparison["compared"]["golden"]), decision["candidate"]["md5"]}),
        days_old=(date.fromisoformat(trigger["as_of"]) - first_use).days if first_use else 0,
    )
    return judged, doubts


def _decision(params: Params, git: Git, lock: Lock) -> tuple[dict[str, Any] | None, tuple[str, ...]]:
    """Today's decision and what to doubt in it; where this clone cannot judge, the one of the run whose files these are."""
    kept = artefacts.read_json(DECISION) if DECISION.is_file() else None
    try:
        decision = judge(params, git)
    except (CannotJudge, InputError, ToolError) as error:
        if kept and lock.holds(DECISION) and lock.used("gate", TRIGGER, EVALUATION, COMPARISON, LATENCY):
            return kept, (f"this clone could not judge again, so this is the verdict that was committed: {error}",)
        return None, (f"no candidate can be judged here: {error}",)
    if kept and kept.get("verdict") != decision["verdict"]:
        return decision, (f"{DECISION} says {kept.get('verdict')}; judged again here it is {decision['verdict']}",)
    return decision, ()


def _old(comparison: dict[str, Any], git: Git, ledger: Ledger) -> Old | None:
    if not ledger.live.version:
        return None  # the dummy was never measured before
    try:
        return old_values(comparison["compared"], git, ledger)
    except (CannotJudge, InputError, ToolError):
        return None


def _settings(commit: str | None) -> dict[str, dict[str, Any]] | None:
    """Every setting that is not what it was in the baseline commit, `{old, new}` by its dotted name."""
    if not re.fullmatch("[0-9a-f]{40,64}", commit or ""):
        return None
    try:
        said = json.loads(dvc_output("params", "diff", "--json", "--targets", "params.yaml", "--", str(commit)) or "{}")
    except (ToolError, ValueError):
        return None
    return dict(said.get("params.yaml", {}))


def _card(folder: Path) -> dict[str, Any]:
    return artefacts.read_json(folder / "card.json") if (folder / "card.json").is_file() else {}
