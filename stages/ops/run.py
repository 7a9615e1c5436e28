"""`ratchet run`: look for a reason to retrain, and go on only when there is one. This is what a schedule calls."""

from typing import Any

from stages import artefacts, settings
from stages.decision.baseline import Git, run_git
from stages.decision.ledger import Entry, read_ledger, write_ledger
from stages.gate import judge
from stages.ops.dvc import run_dvc
from stages.ops.versions.switch import alone


def run(git: Git = run_git) -> dict[str, Any] | None:
    """Reproduce up to the trigger; on `retrain` train, evaluate, decide, and record the attempt in the ledger.

    Returns
    -------
    dict or None
        The decision as in metrics/decision.json; None where the trigger gave no reason to retrain.
    """
    params = settings.load()
    with alone("run", git):
        run_dvc("repro", "trigger")
        trigger = artefacts.read_json(artefacts.TRIGGER)
        if trigger["verdict"] != "retrain":
            return None
        run_dvc("repro", "evaluate")
        _record(judge(params, git), trigger)
        run_dvc("repro", quiet=True)  # the ledger is a dependency: trigger and gate run on the longer one, and say the same
        return artefacts.read_json(artefacts.DECISION)


def _record(decision: dict[str, Any], trigger: dict[str, Any]) -> None:
    """Append the attempt; the same candidate on the same data is one attempt, however often it runs."""
    compared, request = decision["compared"], trigger["signals"]["request"]
    entry = Entry(
        kind="attempt",
        as_of=trigger["as_of"],
        bundle=decision["candidate"]["md5"],
        verdict=decision["verdict"],
        reasons=decision["reasons"],
        holdout=compared["holdout"],
        golden=compared["golden"],
        training=decision["candidate"]["training"],
        recipe=decision["candidate"]["recipe"],
        request=request["why"] if request["state"] == "fired" else None,
    )
    write_ledger(artefacts.LEDGER, read_ledger(artefacts.LEDGER).with_entry(entry))
