"""A run that the gate judges, as files: version 1 in production, and a candidate that is better."""

import json
from pathlib import Path

import yaml

from stages import artefacts
from stages.artefacts import dvc_md5, file_md5, write_json
from stages.decision.ledger import Entry, Ledger, write_ledger

CHANGES = {
    "gate.critical": ["color=red"],
    "gate.min_segment_rows": 100,
    "gate.floors": {"accuracy": 0.7},
    "evaluate.metrics": ["accuracy"],
}
GAIN = {"n": 500, "baseline": 0.80, "candidate": 0.84, "delta": 0.04, "standard_error": 0.01, "lower": 0.02, "upper": 0.06}
GOLDEN_GAIN = {"n": 90, "baseline": 0.9, "candidate": 0.92, "delta": 0.02, "standard_error": 0.01}
CARD = {"columns": {}, "seed": 1, "task": "classification", "train": {}, "training": "rows.dir"}
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


def write_answers(path: Path, right: str) -> None:
    """Golden answers: row k is right where the k-th letter is 1."""
    rows = [f"r{k:02},a,{'a' if mark == '1' else 'b'}" for k, mark in enumerate(right)]
    artefacts.write_text(path, "\n".join(["id,truth,answer", *rows]) + "\n")


def write_lock() -> None:
    """dvc.lock as DVC writes it, as far as it is read."""
    outs = [artefacts.EVALUATION, artefacts.COMPARISON, artefacts.GOLDEN_ANSWERS, artefacts.LATENCY]
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


def write_timing(ratio: float | None = 1.1) -> None:
    """metrics/latency.json of a batch that takes so many times as long as with the baseline, give or take a tenth."""
    near = {"": ratio, "_lower": ratio and ratio - 0.1, "_upper": ratio and ratio + 0.1}
    ratios = {f"ratio_{label}{part}": value for label in ("p50", "p95") for part, value in near.items()}
    timed = {"baseline_p50_ms": 2.0, "candidate_p50_ms": 2.2} | ratios
    write_json(artefacts.LATENCY, {"one_row": timed, "batch": timed})


def write_run() -> None:
    """All files of the run; golden accuracy 0.9 was recorded for version 1."""
    for folder, text in ((artefacts.BASELINE, "old"), (artefacts.CANDIDATE, "new"), (artefacts.GOLDEN, "rows")):
        folder.mkdir(parents=True)
        (folder / "file").write_text(text)
    write_json(artefacts.CANDIDATE / "card.json", CARD)
    old, golden = dvc_md5(artefacts.BASELINE), dvc_md5(artefacts.GOLDEN)
    Path("models/baseline.dvc").write_text(yaml.safe_dump({"outs": [{"md5": old, "path": "baseline"}]}))
    zero = Entry(kind="promotion", as_of="2026-01-01", bundle="zero.dir", version=0)
    one = Entry(kind="promotion", as_of="2026-02-01", bundle=old, version=1, golden=golden)
    write_ledger(artefacts.LEDGER, Ledger(model="m", entries=[zero, one]))
    write_json(artefacts.TRIGGER, {"verdict": "retrain", "reasons": ["cadence"], "as_of": "2026-03-01"})
    write_answers(artefacts.GOLDEN_ANSWERS, "1" * 83 + "0" * 7)
    write_json(artefacts.EVALUATION, {"holdout": {"n": 500, "accuracy": 0.84}, "golden": {"n": 90, "accuracy": 0.92}})
    write_timing()
    compared = {"baseline": old, "candidate": dvc_md5(artefacts.CANDIDATE), "golden": golden, "holdout": "h.dir"}
    compared |= {"holdout_starts": "2026-03-01", "trained_past_holdout": [], "baseline_versions": {}, "candidate_versions": {}}
    comparison = {"holdout": {"primary": GAIN}, "segments": [{"segment": "color=red"} | GAIN], "compared": compared}
    write_json(artefacts.COMPARISON, comparison | {"golden": {"baseline": {"accuracy": 0.9}, "primary": GOLDEN_GAIN}})
    write_lock()


def edit(path: Path, *keys, value) -> None:
    """Change one value of a JSON file by hand."""
    whole = json.loads(path.read_text())
    place = whole
    for key in keys[:-1]:
        place = place[key]
    place[keys[-1]] = value
    path.write_text(json.dumps(whole))
