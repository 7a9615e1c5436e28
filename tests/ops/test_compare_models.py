"""`ratchet compare` over bundles: folders, versions, revisions; on the holdout, or on golden rows where that was learned."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from made_predictions import answers
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import Pipeline
from sklearn.tree import DecisionTreeClassifier

from stages import artefacts
from stages.decision.baseline import run_git
from stages.decision.ledger import Entry, Ledger, write_ledger
from stages.errors import one_line_errors
from stages.modelling import bundle
from stages.ops.cli import app
from stages.ops.dvc import run_dvc
from stages.partitions import Partitions

ROWS = 400
COLUMNS = {"target": "label", "text": [], "categorical": ["color"], "numeric": ["size"]}
CARD = {"task": "classification", "columns": COLUMNS, "trained_through": "2026-03-01", "versions": {"numpy": "2"}}


def rows(first: str) -> pd.DataFrame:
    """A size below 50 is no, from 50 on yes; of each half so many are alike that a model that begins elsewhere errs on them."""
    size = np.arange(ROWS) % 100
    return pd.DataFrame(
        {
            "id": [f"{first}{k}" for k in range(ROWS)],
            "color": np.where(np.arange(ROWS) % 2, "red", "blue"),
            "size": size.astype("float64"),
            "label": np.where(size < 50, "no", "yes"),
        }
    )


def keep(folder: Path, begins: int, **card) -> str:
    """A model that says yes from a size of `begins` on: it errs on |begins - 50| of 100 rows; returns its md5."""
    frame = pd.DataFrame({"color": "red", "size": [0.0, begins - 1.0, begins, 99.0]})
    model = Pipeline(
        [("sizes", ColumnTransformer([("size", "passthrough", ["size"])])), ("tree", DecisionTreeClassifier(random_state=0))]
    )
    bundle.save(folder, model.fit(frame, ["no", "no", "yes", "yes"]), {}, CARD | card)
    return artefacts.dvc_md5(folder)


@pytest.fixture
def loop(make_project, tmp_path, monkeypatch):
    """A loop to stand in: a baseline that errs on 30 % of the rows, a candidate that errs on 10 %, no golden set."""
    project = make_project(tmp_path / "loop", {"gate.floors": {}})
    monkeypatch.chdir(project.folder)
    (project.folder / "dvc.yaml").write_text("stages: {}\n")
    (project.folder / ".dvc").mkdir()
    keep(artefacts.BASELINE, 80)
    keep(artefacts.CANDIDATE, 60)
    out = Partitions(artefacts.HOLDOUT)
    out.write("2026-03-02", rows("h").astype({"color": "str", "label": "str"}))
    out.close()
    return project


@pytest.fixture
def ratchet_compare(monkeypatch, capsys):
    """Compares; returns exit code, stdout and stderr."""

    def call(*options: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["ratchet", "compare", *options])
        with pytest.raises(SystemExit) as end:
            one_line_errors(app)()
        out, err = capsys.readouterr()
        return int(end.value.code or 0), out, err

    return call


def test_by_default_the_candidate_is_held_against_the_baseline(loop, ratchet_compare):
    code, out, err = ratchet_compare("--json", "decision.json")
    assert (code, err) == (0, "")
    assert "the candidate is proven better" in out
    decision = json.loads(Path("decision.json").read_text())
    gain = decision["rules"][0]
    assert (gain["name"], gain["old"], gain["new"], gain["delta"]) == ("min_gain", 0.7, 0.9, 0.2)
    assert decision["candidate"]["md5"] == artefacts.dvc_md5(artefacts.CANDIDATE)
    assert decision["compared"]["holdout"] == artefacts.dvc_md5(artefacts.HOLDOUT)
    assert decision["reasons"][-1] == "no golden set: its rule is absent"


def test_folders_are_compared_either_way_round(loop, ratchet_compare):
    assert ratchet_compare("--candidate", "models/baseline", "--baseline", "models/candidate")[0] == 1
    assert ratchet_compare("--candidate", "models/candidate", "--baseline", "models/candidate")[0] == 1
    assert not list(Path().glob("decision*"))


def test_a_golden_set_on_which_the_candidate_loses_is_no_pass(loop, ratchet_compare):
    loop.write(
        "golden/golden.csv", rows("g").assign(label=lambda own: np.where(own["size"] < 80, "no", "yes")).to_csv(index=False)
    )
    code, out, _ = ratchet_compare()
    assert code == 1
    assert "golden accuracy changes by -0.2000" in out


@pytest.mark.parametrize("side", ["baseline", "candidate"])
def test_a_model_that_learned_the_holdout_is_judged_on_the_golden_set_alone(loop, ratchet_compare, side):
    keep(Path("models", side), {"baseline": 80, "candidate": 60}[side], trained_through="2026-03-02")
    code, out, err = ratchet_compare()
    assert (code, out) == (3, "")
    assert f"the {side} (through 2026-03-02) trained past 2026-03-02, where data/holdout starts" in err
    assert err.count("\n") == 1
    loop.write("golden/golden.csv", rows("g").to_csv(index=False))
    code, out, _ = ratchet_compare()
    assert code == 0
    assert "400 rows of data/golden" in out
    assert "judged on the golden set alone" in out


def test_the_command_says_more_than_the_settings(loop, ratchet_compare):
    code, out, _ = ratchet_compare("--metric", "balanced_accuracy", "--min-gain", "0.3", "--segments", "", "--confidence", "0.9")
    assert code == 1
    assert "balanced_accuracy" in out
    assert "less than the 0.3 asked for" in out
    assert "a gain of 0.3, proven above 0 at 90 %" in out


def test_a_file_in_a_loop_is_judged_by_its_settings(loop, ratchet_compare):
    answers().to_csv("answers.csv", index=False)  # gains 0.1875
    settings = Path("params.yaml")
    whole = yaml.safe_load(settings.read_text())
    for least, code in ((0.18, 0), (0.19, 1)):
        whole["gate"]["min_gain"] = least
        settings.write_text(yaml.safe_dump(whole))
        assert ratchet_compare("--predictions", "answers.csv")[0] == code
    assert ratchet_compare("--predictions", "answers.csv", "--min-gain", "0.1")[0] == 0
    assert ratchet_compare("--predictions", "answers.csv", "--metric", "f1_macro")[0] == 0  # another metric's gain is another


@pytest.mark.parametrize(
    ("card", "words"),
    [
        ({"columns": COLUMNS | {"target": "queue"}}, "got another target or task"),
        ({"task": "regression"}, "got another target or task"),
        ({"columns": COLUMNS | {"categorical": [], "text": ["size"], "numeric": []}}, "must read the column size as"),
        ({"columns": COLUMNS | {"numeric": ["size", "weight"]}}, "must have the column 'weight'"),
        ({"columns": COLUMNS | {"numeric": []}}, "must run on today's rows"),
    ],
)
def test_models_that_do_not_answer_the_same_question_cannot_be_judged(loop, ratchet_compare, card, words):
    keep(artefacts.CANDIDATE, 60, **card)
    code, out, err = ratchet_compare()
    assert (code, out) == (3, "")
    assert words in err
    assert err.count("\n") == 1


def test_without_a_holdout_it_cannot_be_judged(loop, ratchet_compare):
    shutil.rmtree(artefacts.HOLDOUT)
    code, _, err = ratchet_compare()
    assert (code, err.count("\n")) == (3, 1)
    assert "data/holdout must" in err


def test_outside_a_loop_only_predictions_can_be_compared(tmp_path, monkeypatch, ratchet_compare):
    monkeypatch.chdir(tmp_path)
    code, _, err = ratchet_compare("--candidate", "3")
    assert code == 2
    assert "or name --predictions FILE" in err


def test_the_door_at_the_root_takes_underscores(loop):
    door = [sys.executable, str(Path(__file__).resolve().parents[2] / "compare_models.py")]
    done = subprocess.run([*door, "--min_gain", "0.19"], capture_output=True, encoding="utf-8", check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "asked for: a gain of 0.19, proven above 0 at 95 %" in done.stdout


@pytest.mark.e2e
def test_versions_and_revisions_come_from_the_history(loop, ratchet_compare, monkeypatch):
    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{who}_NAME", "Ada")
        monkeypatch.setenv(f"GIT_{who}_EMAIL", "a@b.c")
    shutil.rmtree(".dvc")
    run_git("init", "--quiet")
    run_dvc("init", "--quiet", quiet=True)
    entries = []
    for version, begins in enumerate((80, 60, 51)):
        shutil.rmtree(artefacts.BASELINE)
        keep(artefacts.BASELINE, begins)
        run_dvc("add", "models/baseline", quiet=True)
        entries.append(Entry(kind="promotion", as_of="2026-03-01", bundle=artefacts.dvc_md5(artefacts.BASELINE), version=version))
        write_ledger(artefacts.LEDGER, Ledger(model="m", entries=entries))
        run_git("add", "--all", "--", "models")
        run_git("commit", "--quiet", "--message", f"Version {version}")
    changed = run_git("status", "--porcelain")

    code, out, _ = ratchet_compare("--candidate", "2", "--baseline", "1", "--min-gain", "0.08")
    assert (code, "version 1, bundle" in out, "+0.0900" in out) == (0, True, True)  # errs on 1 % instead of 10 %
    assert ratchet_compare("--candidate", "HEAD~1:models/baseline", "--baseline", "HEAD")[0] == 1
    for wrong, words in (("7", "must be a promoted version (0, 1, 2), got 7"), ("nothing", "a Git revision or a folder")):
        code, _, err = ratchet_compare("--candidate", wrong)
        assert (code, err.count("\n")) == (2, 1)
        assert words in err
    shutil.rmtree(".dvc/cache")
    code, _, err = ratchet_compare("--candidate", "0")
    assert (code, err.count("\n")) == (3, 1)
    assert "version 0 must be in DVC's cache or remote" in err
    assert run_git("status", "--porcelain") == changed
