"""Adoption by real data: `ratchet init`, configuration only, then real runs and promotions with real Git and DVC."""

import fnmatch
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
import yaml

ROOT = Path(__file__).parents[2]
DATASETS = ROOT.parent / "shared" / "datasets"
LATER = ("final_*", "resolved_*", "closed_*", "assigned_to", "sys_updated_*", "reassignment_count", "reopen_count", "made_sla")

pytestmark = pytest.mark.e2e


class Loop:
    """A folder in which `ratchet`, `dvc` and `git` are run as a user would."""

    def __init__(self, folder: Path, home: Path) -> None:
        folder.mkdir(), home.mkdir()
        self.folder = folder
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "DVC_"))}
        who = {
            f"GIT_{role}_{what}": value
            for role in ("AUTHOR", "COMMITTER")
            for what, value in (("NAME", "Ada"), ("EMAIL", "a@example.org"))
        }
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        quiet = {"DVC_NO_ANALYTICS": "1", "GIT_CONFIG_NOSYSTEM": "1", "COLUMNS": "200"}
        quiet |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}  # threads that wait for a core take ten times as long
        self.env = kept | who | quiet | {"PATH": path, "HOME": str(home)}

    def run(self, *command: str, fails: bool = False) -> str:
        done = subprocess.run(command, cwd=self.folder, env=self.env, capture_output=True, text=True, check=False)
        assert (done.returncode != 0) == fails, f"{command}: exit {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stderr if fails else done.stdout

    def ratchet(self, *arguments: str, code: Path = ROOT, fails: bool = False) -> str:
        return self.run(sys.executable, str(code / "ratchet.py"), *arguments, fails=fails)

    def dvc(self, *arguments: str) -> str:
        return self.run(sys.executable, "-m", "dvc", *arguments)

    def json(self, name: str) -> dict:
        return json.loads((self.folder / "metrics" / f"{name}.json").read_text())

    def ledger(self) -> list[dict]:
        return yaml.safe_load((self.folder / "models" / "ledger.yaml").read_text())["entries"]

    def settle(self, subject: str, *, whole: bool) -> None:
        """Commit everything; the tree is clean then, and the pipeline where all of it ran."""
        self.dvc("add", "--quiet", "data/raw")
        self.run("git", "add", "--all")
        self.run("git", "commit", "--quiet", "--message", subject)
        assert self.run("git", "status", "--porcelain") == ""
        assert not whole or self.dvc("status", "--json").strip() == "{}"

    def first_run(self) -> tuple[str, str, str]:
        """Run, and commit all of it; returns (as_of, trigger, gate)."""
        self.ratchet("run")
        trigger, gate = self.json("trigger"), self.json("decision")["verdict"]
        self.settle(f"First history: {trigger['verdict']}, {gate}", whole=True)
        return trigger["as_of"], trigger["verdict"], gate

    def run_and_promote(self) -> tuple[str, str, str]:
        said = self.first_run()
        self.ratchet("promote", "--approved-by", "Ada", "--reason", "the evidence holds", "--accept-review")
        assert self.run("git", "status", "--porcelain") == ""
        assert self.dvc("status", "--json").strip() == "{}"
        return said


@pytest.fixture
def loop(tmp_path) -> Loop:
    return Loop(tmp_path / "loop", tmp_path / "home")


def dataset(name: str) -> Path:
    path = DATASETS / name
    if not path.is_file():
        pytest.skip(f"the data set {name} is not here: it is test material beside the project, not part of it")
    return path


def configure(loop: Loop, drop: tuple[str, ...], change: Callable[[str], str] = str) -> None:
    """Edit params.yaml as a person would: take columns out of their lists."""
    path = loop.folder / "params.yaml"
    text = change(path.read_text())

    def without(found: re.Match[str]) -> str:
        names = [name for name in yaml.safe_load(found[2]) if not any(fnmatch.fnmatch(name, pattern) for pattern in drop)]
        return f"{found[1]}[{', '.join(names)}]"

    path.write_text(re.sub(r"(?m)^(  (?:categorical|numeric|segments|calendar): )(\[.*?\])", without, text))


def test_incidents_are_adopted_by_configuration_alone(loop):
    incidents = pd.read_parquet(dataset("incidents/incidents.parquet"))
    week = incidents["opened_at"].dt.strftime("%G-W%V")
    incidents[week.between("2016-W10", "2016-W16")].to_parquet(loop.folder / "incidents.parquet", index=False)
    said = loop.ratchet("init", "incidents.parquet", "--target", "final_assignment_group")
    assert "assignment_group equals final_assignment_group on 66%" in said
    loop.run("git", "add", "--all")
    loop.run("git", "commit", "--quiet", "--message", "Start the loop")
    configure(loop, (*LATER, "assignment_group"), lambda text: text.replace("prediction: null", "prediction: assignment_group"))
    assert loop.run("git", "diff", "--name-only").split() == ["params.yaml"]
    assert loop.run_and_promote() == ("2016-04-24", "retrain", "review")
    assert [(entry["kind"], entry.get("verdict")) for entry in loop.ledger()[1:]] == [
        ("attempt", "review"),
        ("promotion", "review"),
    ]
    promised = next(entry["promised"] for entry in loop.ledger() if entry.get("version") == 1)
    assert promised > 0.7  # the dummy, always the largest group, has 0.52


def test_bike_demand_is_adopted_as_regression(loop):
    hours = pd.read_csv(dataset("bike/hour.csv"))
    moment = pd.to_datetime(hours["dteday"]) + pd.to_timedelta(hours["hr"], unit="h")
    hours.insert(0, "measured_at", moment.dt.strftime("%Y-%m-%dT%H:%M"))
    month = moment.dt.strftime("%Y-%m")
    hours[month <= "2011-06"].to_csv(loop.folder / "hours.csv", index=False)
    assert "regression of cnt" in loop.ratchet("init", "hours.csv", "--target", "cnt", "--id", "instant", "--every", "month")
    configure(loop, ("casual", "registered"))
    assert loop.first_run() == ("2011-06-30", "retrain", "review")
    said = loop.json("comparison")["holdout"]["primary"]
    assert said["candidate"] > -110 > said["baseline"]  # the dummy, always the mean of the first months, is off by 150


@pytest.fixture
def small(loop) -> Loop:
    """A loop around 300 made-up rows, committed."""
    rows = pd.DataFrame({"id": [f"r{k}" for k in range(300)], "at": pd.date_range("2026-01-05", periods=300, freq="2h")})
    rows = rows.assign(channel=["web", "mail", "shop"] * 100, label=["a", "b", "a", "c", "b"] * 60)
    rows.to_parquet(loop.folder / "rows.parquet", index=False)
    loop.ratchet("init", "rows.parquet")
    loop.settle("Start the loop", whole=False)
    return loop


def test_upgrade_is_one_diff_to_review(small, tmp_path):
    code = tmp_path / "code"
    shutil.copytree(ROOT / "stages", code / "stages", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(code / "stages", small.folder / "stages", dirs_exist_ok=True)  # the same, whoever else is at work
    shutil.copy(ROOT / "ratchet.py", code)
    assert "nothing to upgrade" in small.ratchet("upgrade", code=code)

    (code / "stages" / "later.py").write_text('"""New."""\n')
    template = code / "stages" / "adoption" / "templates" / "dvc.yaml.tmpl"
    template.write_text(template.read_text().replace("What would the new model be?", "Which model is new?"))
    (small.folder / "notes.txt").write_text("mine")
    assert "must be clean" in small.ratchet("upgrade", code=code, fails=True)
    assert not (small.folder / "stages" / "later.py").exists()
    small.settle("Keep notes", whole=False)

    assert "git diff, then dvc repro" in small.ratchet("upgrade", code=code)
    assert "Which model is new?" in (small.folder / "dvc.yaml").read_text()
    changed = small.run("git", "status", "--porcelain").split()
    assert changed == ["M", "dvc.yaml", "M", "stages/adoption/templates/dvc.yaml.tmpl", "??", "stages/later.py"]
    small.settle("Upgrade", whole=False)

    pipeline = small.folder / "dvc.yaml"
    pipeline.write_text(pipeline.read_text() + "# ours\n")
    small.settle("Edit dvc.yaml", whole=False)
    template.write_text(template.read_text().replace("Which model is new?", "What is new?"))
    said = small.ratchet("upgrade", code=code)
    assert "dvc.yaml was edited here and stays" in said
    assert '+    desc: "What is new?' in said
    assert small.run("git", "status", "--porcelain").split() == ["M", "stages/adoption/templates/dvc.yaml.tmpl"]


def test_first_repro_after_init_reaches_a_verdict(small):
    small.dvc("repro", "--quiet")
    assert small.json("decision")["verdict"] in ("hold", "review")
    small.settle("First run", whole=True)
    small.dvc("push", "--quiet")
    shutil.rmtree(small.folder / ".dvc" / "cache")
    shutil.rmtree(small.folder / "data" / "raw")
    small.dvc("pull", "--quiet")
    assert len(list((small.folder / "data" / "raw").iterdir())) == 4
    assert small.dvc("status", "--json").strip() == "{}"


def test_init_that_is_told_to_stop_leaves_nothing(loop):
    rows = pd.DataFrame(
        {"id": range(300), "at": pd.date_range("2026-01-05", periods=300, freq="2h"), "label": ["a", "b", "c"] * 100}
    )
    rows.assign(channel=["web", "mail"] * 150).to_csv(loop.folder / "rows.csv", index=False)
    command = [sys.executable, str(ROOT / "ratchet.py"), "init", "rows.csv", "--target", "label"]
    running = subprocess.Popen(command, cwd=loop.folder, env=loop.env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while running.poll() is None and not (loop.folder / ".ratchet-init.part" / "stages").exists():
        pass
    running.send_signal(signal.SIGTERM)
    assert running.wait(60) != 0
    assert [path.name for path in loop.folder.iterdir()] == ["rows.csv"]
