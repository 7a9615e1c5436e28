"""The gate judges what the stages wrote, under today's settings, and nothing else."""

from pathlib import Path

import pytest
import yaml
from made_gate import CHANGES, FakeGit, edit, write_answers, write_lock

from stages import artefacts, gate
from stages.artefacts import write_json
from stages.decision.ledger import Entry, Ledger, write_ledger
from stages.errors import CannotJudge, InputError


def test_judging_changes_no_file(judged, files):
    before = {path: path.read_bytes() for path in files.rglob("*") if path.is_file()}
    judged()
    assert {path: path.read_bytes() for path in files.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize(
    ("path", "keys", "value"),
    [
        (artefacts.COMPARISON, ("holdout", "primary", "delta"), 0.5),
        (artefacts.COMPARISON, ("holdout", "primary", "lower"), float("nan")),
        (artefacts.COMPARISON, ("segments",), []),
        (artefacts.COMPARISON, ("compared",), "nothing"),
        (artefacts.EVALUATION, ("golden", "accuracy"), 0.99),
        (artefacts.EVALUATION, ("holdout",), None),
        (artefacts.LATENCY, ("batch", "ratio_p50"), 0.1),
        (artefacts.TRIGGER, ("verdict",), "skip"),
    ],
)
def test_a_metric_changed_by_hand_cannot_be_judged(judged, path, keys, value):
    edit(path, *keys, value=value)
    with pytest.raises(CannotJudge, match=f"{path} must be what its stage wrote, got another md5; run `dvc repro`"):
        judged()


def test_golden_answers_changed_by_hand_cannot_be_judged(judged):
    write_answers(artefacts.GOLDEN_ANSWERS, "1" * 90)
    with pytest.raises(CannotJudge, match=r"metrics/golden\.csv must be what its stage wrote"):
        judged()


@pytest.mark.parametrize(
    "path", [artefacts.COMPARISON, artefacts.EVALUATION, artefacts.GOLDEN_ANSWERS, artefacts.LATENCY, artefacts.TRIGGER]
)
def test_a_missing_metrics_file_cannot_be_judged(judged, path):
    path.unlink()
    with pytest.raises(InputError, match=f"{path} must exist"):
        judged()


@pytest.mark.parametrize(
    ("path", "keys", "value"),
    [
        (artefacts.COMPARISON, ("holdout", "primary", "delta"), None),
        (artefacts.COMPARISON, ("holdout", "primary", "delta"), float("nan")),
        (artefacts.COMPARISON, ("holdout", "primary", "standard_error"), float("nan")),
        (artefacts.COMPARISON, ("segments", 0, "standard_error"), None),
        (artefacts.COMPARISON, ("segments",), []),
        (artefacts.COMPARISON, ("golden", "baseline", "accuracy"), None),
        (artefacts.COMPARISON, ("golden", "primary", "standard_error"), float("nan")),
        (artefacts.EVALUATION, ("holdout", "accuracy"), None),
        (artefacts.LATENCY, ("batch", "ratio_p50_lower"), float("nan")),
        (artefacts.LATENCY, ("one_row", "candidate_p50_ms"), None),
    ],
)
def test_an_undefined_value_that_a_stage_wrote_is_never_promoted(judged, path, keys, value):
    edit(path, *keys, value=value)
    write_lock()
    assert judged()["verdict"] == "review"


@pytest.mark.parametrize("folder", [artefacts.BASELINE, artefacts.CANDIDATE, artefacts.GOLDEN])
def test_another_folder_than_the_one_compared_cannot_be_judged(judged, folder):
    (folder / "file").write_text("changed")
    with pytest.raises(CannotJudge, match=f"{folder} must be what metrics/comparison.json compared, got another md5"):
        judged()


@pytest.mark.parametrize("pointer", ["outs: [{md5: other.dir, path: baseline}]", "broken: ["])
def test_a_pointer_to_another_bundle_cannot_be_judged(judged, pointer):
    Path("models/baseline.dvc").write_text(pointer)
    with pytest.raises(CannotJudge, match=r"models/baseline\.dvc must name the md5 of models/baseline"):
        judged()


def test_a_ledger_of_another_bundle_is_refused(judged):
    entry = Entry(kind="promotion", as_of="2026-02-01", bundle="other.dir", version=1)
    write_ledger(artefacts.LEDGER, Ledger(model="m", entries=[entry]))
    with pytest.raises(InputError, match=r"models/ledger\.yaml must name the bundle in models/baseline"):
        judged()


def test_settings_that_the_evaluation_did_not_run_with_cannot_be_judged(files, diff, make_params):
    changed = make_params(CHANGES | {"gate.critical": ["color=blue"]})
    with pytest.raises(CannotJudge, match=r"params\.yaml: gate\.critical must be what the run was made with"):
        gate.judge(changed, FakeGit())


@pytest.mark.parametrize(
    ("stage", "why"),
    [
        ({"deps": [{"path": "data/golden", "md5": "other.dir"}]}, "data/golden must be what the run was made with"),
        ({"params": {"params.yaml": {"seed": -1}}}, r"params\.yaml: seed must be what the run was made with"),
        ({"params": {"params.yaml": {"gone.key": 1}}}, r"params\.yaml: gone\.key must be what the run was made with"),
    ],
)
def test_a_candidate_made_from_other_inputs_than_todays_cannot_be_judged(judged, stage, why):
    git = FakeGit()
    lock = yaml.safe_load(Path("dvc.lock").read_text())
    lock["stages"]["train"] = stage
    Path("dvc.lock").write_text(yaml.safe_dump(lock))
    with pytest.raises(CannotJudge, match=why):
        judged(git)


@pytest.mark.parametrize("lock", ["", "schema: '2.0'", "stages: {evaluate: {}}", "stages: {trigger: {outs: [{path: x}]}}"])
def test_a_lock_without_the_run_cannot_be_judged(judged, lock):
    git = FakeGit()
    Path("dvc.lock").write_text(lock)
    with pytest.raises(CannotJudge, match=r"dvc\.lock must record the stages trigger and evaluate"):
        judged(git)


def test_an_edited_decision_changes_nothing(judged):
    edit(artefacts.COMPARISON, "holdout", "primary", "standard_error", value=0.1)
    write_lock()
    write_json(artefacts.DECISION, {"verdict": "promote"})
    assert judged()["verdict"] == "hold"
