"""The gate on hand-made files: it judges what the stages wrote, and nothing else."""

import json
import subprocess
from pathlib import Path

import pytest
import yaml

from stages import artefacts, gate
from stages.artefacts import dvc_md5, file_md5, write_json
from stages.decision.baseline import Old
from stages.decision.ledger import Entry, Ledger, write_ledger
from stages.errors import CannotJudge, InputError, ToolError

CHANGES = {
    "gate.critical": ["color=red"],
    "gate.min_segment_rows": 100,
    "gate.floors": {"accuracy": 0.7},
    "evaluate.metrics": ["accuracy"],
}
GAIN = {"n": 500, "baseline": 0.80, "candidate": 0.84, "delta": 0.04, "lower": 0.02, "upper": 0.06}
COMMIT = "c" * 40


class FakeGit:
    """A repository of one commit that promoted the baseline and evaluated it on the golden set."""

    def __init__(self) -> None:
        self.shallow = "false"
        self.lock = Path("dvc.lock").read_text()

    def __call__(self, *arguments: str) -> str:
        if arguments[0] == "log":
            return COMMIT
        if arguments[:2] == ("rev-parse", "--is-shallow-repository"):
            return self.shallow
        if arguments[:2] == ("rev-parse", "--git-path"):
            Path("shallow").write_text(COMMIT)
            return "shallow\n"
        return self.lock if arguments[1].endswith("dvc.lock") else Path("models/baseline.dvc").read_text()


def write_lock() -> None:
    """dvc.lock as DVC writes it, as far as it is read."""
    outs = [artefacts.EVALUATION, artefacts.COMPARISON, artefacts.LATENCY]
    deps = {"data/golden": dvc_md5(artefacts.GOLDEN), "models/candidate": dvc_md5(artefacts.BASELINE)}
    stages = {
        "trigger": {"outs": [{"path": str(artefacts.TRIGGER), "md5": file_md5(artefacts.TRIGGER)}]},
        "evaluate": {
            "deps": [{"path": path, "md5": md5} for path, md5 in deps.items()],
            "params": {"params.yaml": {"gate.critical": ["color=red"], "gate.primary": "accuracy", "task": "classification"}},
            "outs": [{"path": str(path), "md5": file_md5(path)} for path in outs],
        },
    }
    Path("dvc.lock").write_text(yaml.safe_dump({"schema": "2.0", "stages": stages}))


@pytest.fixture
def files(tmp_path, monkeypatch):
    """A run that the gate promotes: version 1 in production, golden accuracy 0.9 recorded for it."""
    monkeypatch.chdir(tmp_path)
    for folder, text in ((artefacts.BASELINE, "old"), (artefacts.CANDIDATE, "new"), (artefacts.GOLDEN, "rows")):
        folder.mkdir(parents=True)
        (folder / "file").write_text(text)
    old, golden = dvc_md5(artefacts.BASELINE), dvc_md5(artefacts.GOLDEN)
    Path("models/baseline.dvc").write_text(yaml.safe_dump({"outs": [{"md5": old, "path": "baseline"}]}))
    zero = Entry(kind="promotion", as_of="2026-01-01", bundle="zero.dir", version=0)
    one = Entry(kind="promotion", as_of="2026-02-01", bundle=old, version=1, golden=golden)
    write_ledger(artefacts.LEDGER, Ledger(model="m", entries=[zero, one]))
    write_json(artefacts.TRIGGER, {"verdict": "retrain", "reasons": ["cadence"]})
    write_json(artefacts.EVALUATION, {"holdout": {"n": 500, "accuracy": 0.84}, "golden": {"n": 90, "accuracy": 0.92}})
    timed = {"baseline_p50_ms": 2.0, "candidate_p50_ms": 2.2, "ratio_p50": 1.1}
    write_json(artefacts.LATENCY, {"one_row": timed, "batch": timed})
    compared = {"baseline": old, "candidate": dvc_md5(artefacts.CANDIDATE), "golden": golden, "holdout": "h.dir"}
    compared |= {"holdout_starts": "2026-03-01", "trained_past_holdout": [], "baseline_versions": {}, "candidate_versions": {}}
    comparison = {"holdout": {"primary": GAIN}, "segments": [{"segment": "color=red"} | GAIN], "compared": compared}
    write_json(artefacts.COMPARISON, comparison | {"golden": {"baseline": {"accuracy": 0.9}}})
    write_lock()
    return tmp_path


@pytest.fixture
def diff(monkeypatch):
    """What `dvc metrics diff` shows against the baseline commit; tests change it."""
    rows = {"golden.accuracy": {"old": 0.9, "new": 0.92}, "golden.n": {"old": 90, "new": 90}}
    monkeypatch.setattr(gate, "metrics_diff", lambda commit: {"metrics/evaluation.json": rows} if commit == COMMIT else {})
    return rows


@pytest.fixture
def judged(files, diff, make_params):
    """Judges the files as they are now."""
    return lambda git=None: gate.judge(make_params(CHANGES), git or FakeGit())


def edit(path: Path, *keys, value) -> None:
    """Change one value of a JSON file by hand."""
    whole = json.loads(path.read_text())
    place = whole
    for key in keys[:-1]:
        place = place[key]
    place[keys[-1]] = value
    path.write_text(json.dumps(whole))


def test_a_proven_gain_is_promoted_and_says_on_what_grounds(judged):
    decision = judged()
    assert decision["verdict"] == "promote"
    assert decision["baseline"] == {"version": 1, "md5": dvc_md5(artefacts.BASELINE), "commit": COMMIT}
    assert decision["candidate"] == {"version": 2, "md5": dvc_md5(artefacts.CANDIDATE)}
    assert decision["compared"]["evaluation"] == file_md5(artefacts.EVALUATION)
    golden = next(rule for rule in decision["rules"] if rule["name"] == "golden")
    assert (golden["old"], golden["new"], golden["delta"]) == (0.9, 0.92, 0.02)
    assert golden["source"] == f"dvc metrics diff {COMMIT[:7]}"


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


@pytest.mark.parametrize("path", [artefacts.COMPARISON, artefacts.EVALUATION, artefacts.LATENCY, artefacts.TRIGGER])
def test_a_missing_metrics_file_cannot_be_judged(judged, path):
    path.unlink()
    with pytest.raises(InputError, match=f"{path} must exist"):
        judged()


@pytest.mark.parametrize(
    ("path", "keys", "value"),
    [
        (artefacts.COMPARISON, ("holdout", "primary", "delta"), None),
        (artefacts.COMPARISON, ("holdout", "primary", "delta"), float("nan")),
        (artefacts.COMPARISON, ("holdout", "primary", "lower"), float("nan")),
        (artefacts.COMPARISON, ("segments", 0, "lower"), float("nan")),
        (artefacts.COMPARISON, ("segments",), []),
        (artefacts.COMPARISON, ("golden", "baseline", "accuracy"), None),
        (artefacts.EVALUATION, ("holdout", "accuracy"), None),
        (artefacts.LATENCY, ("batch", "ratio_p50"), float("nan")),
        (artefacts.LATENCY, ("one_row", "candidate_p50_ms"), None),
    ],
)
def test_an_undefined_value_that_a_stage_wrote_is_never_promoted(judged, path, keys, value):
    edit(path, *keys, value=value)
    write_lock()
    assert judged()["verdict"] == "review"


@pytest.mark.parametrize("old", [None, float("nan"), "0.9", True])
def test_an_old_value_that_is_no_number_is_never_promoted(judged, diff, old):
    diff["golden.accuracy"]["old"] = old
    assert judged()["verdict"] == "review"


def test_an_empty_diff_is_never_promoted(judged, diff):
    diff.clear()
    with pytest.raises(CannotJudge, match=r"must show the values of metrics/evaluation\.json, got others"):
        judged()


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


def test_a_shallow_clone_asks_for_review_and_says_how_to_get_the_rest(judged):
    git = FakeGit()
    git.shallow = "true"
    record = {"golden": {"accuracy": 0.9}, "golden_md5": dvc_md5(artefacts.GOLDEN)}
    write_json(artefacts.EVALUATIONS / f"{dvc_md5(artefacts.BASELINE).removesuffix('.dir')}.json", record)
    decision = judged(git)
    assert decision["verdict"] == "review"
    assert "git fetch --unshallow" in decision["reasons"][0]
    golden = next(rule for rule in decision["rules"] if rule["name"] == "golden")
    assert (golden["outcome"], golden["old"], golden["source"]) == ("pass", 0.9, "the recorded evaluation")


@pytest.mark.parametrize("record", [None, {"golden": {"accuracy": 0.9}, "golden_md5": "another.dir"}])
def test_without_a_recorded_evaluation_on_this_golden_set_nothing_old_is_known(judged, record):
    git = FakeGit()
    git.shallow = "true"
    if record:
        write_json(artefacts.EVALUATIONS / f"{dvc_md5(artefacts.BASELINE).removesuffix('.dir')}.json", record)
    decision = judged(git)
    assert decision["verdict"] == "review"
    assert next(rule for rule in decision["rules"] if rule["name"] == "golden")["old"] is None


@pytest.mark.parametrize(
    ("name", "message"), [("models/candidate", "got another model's"), ("data/golden", "golden set must be that of the baseline")]
)
def test_a_baseline_commit_that_measured_something_else_asks_for_review(judged, name, message):
    git = FakeGit()
    lock = yaml.safe_load(git.lock)
    next(dep for dep in lock["stages"]["evaluate"]["deps"] if dep["path"] == name)["md5"] = "other.dir"
    git.lock = yaml.safe_dump(lock)
    decision = judged(git)
    assert decision["verdict"] == "review"
    assert any(message in reason for reason in decision["reasons"])


def test_no_git_asks_for_review(judged):
    def broken(*arguments: str) -> str:
        raise ToolError("git must be installed")

    decision = judged(broken)
    assert decision["verdict"] == "review"
    assert "got no Git history" in " ".join(decision["reasons"])


def test_the_dummy_is_replaced_only_with_a_persons_approval(judged):
    entry = Entry(kind="promotion", as_of="2026-01-01", bundle=dvc_md5(artefacts.BASELINE), version=0)
    write_ledger(artefacts.LEDGER, Ledger(model="m", entries=[entry]))
    decision = judged()
    assert decision["verdict"] == "review"
    assert decision["reasons"] == ["version 0 is a dummy: the first real model needs a person's approval"]
    golden = next(rule for rule in decision["rules"] if rule["name"] == "golden")
    assert (golden["old"], golden["source"]) == (0.9, "version 0, scored in this run")


def test_a_rolled_back_candidate_is_held(judged):
    old = dvc_md5(artefacts.BASELINE)
    one = Entry(kind="promotion", as_of="2026-02-01", bundle=old, version=1)
    back = Entry(kind="rollback", as_of="2026-02-03", bundle=old, rejected=dvc_md5(artefacts.CANDIDATE))
    write_ledger(artefacts.LEDGER, Ledger(model="m", entries=[one, back]))
    assert judged()["verdict"] == "hold"


def test_an_edited_decision_changes_nothing(judged):
    edit(artefacts.COMPARISON, "holdout", "primary", "lower", value=-0.1)
    write_lock()
    write_json(artefacts.DECISION, {"verdict": "promote"})
    assert judged()["verdict"] == "hold"


def test_the_stage_writes_the_decision_and_succeeds_on_hold(judged, files, monkeypatch, capsys, make_params):
    edit(artefacts.COMPARISON, "holdout", "primary", "lower", value=-0.1)
    write_lock()
    monkeypatch.setattr(gate, "run_git", FakeGit())
    monkeypatch.setattr(gate, "load", lambda: make_params(CHANGES))
    gate.main()
    assert json.loads(artefacts.DECISION.read_text())["verdict"] == "hold"
    assert capsys.readouterr().out.startswith("gate: hold (accuracy gains")


def test_old_values_say_where_they_come_from(files, diff):
    found = gate.old_values(dvc_md5(artefacts.BASELINE), dvc_md5(artefacts.GOLDEN), FakeGit())
    assert found == Old({"golden.accuracy": 0.9, "golden.n": 90.0}, f"dvc metrics diff {COMMIT[:7]}", COMMIT, None)


def test_a_diff_that_fails_is_a_tool_error(monkeypatch):
    done = subprocess.CompletedProcess([], 255, "", "ERROR: unknown Git revision 'x'\n")
    monkeypatch.setattr("stages.decision.baseline.subprocess.run", lambda *arguments, **settings: done)
    with pytest.raises(ToolError, match="`dvc metrics diff` must work here, got: ERROR: unknown Git revision"):
        gate.metrics_diff("x")


@pytest.mark.parametrize("output", ["", "not json"])
def test_a_diff_that_prints_no_json_is_a_tool_error(monkeypatch, output):
    done = subprocess.CompletedProcess([], 0, output, "")
    monkeypatch.setattr("stages.decision.baseline.subprocess.run", lambda *arguments, **settings: done)
    with pytest.raises(ToolError, match="must work here"):
        gate.metrics_diff("x")
