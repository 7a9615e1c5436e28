"""The loop from end to end: real Git and DVC, two runs, a promotion, clones, experiments, a damaged batch."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from desk import Desk
from stages import settings
from stages.decision.baseline import run_git
from stages.decision.ledger import read_ledger
from stages.errors import Refused
from stages.ops.dvc import run_dvc
from stages.ops.promote import Approval, promote
from stages.ops.run import run
from stages.ops.version_zero import write_version_zero
from stages.reading.periods import period
from tools import desk_weeks

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).resolve().parents[2]
COPIED = (
    *("stages", "desk", "tools", "schema.py", "ratchet.py", "dvc.yaml", "params.yaml", ".gitignore", "data/releases.yaml"),
    *(".dvc/config", ".dvcignore", "data/.gitignore"),
)
DESK = Desk(seed=7, tickets_per_week=250)
FIRST, SECOND = 5, 9  # the weeks after which the loop runs
BEFORE_TIMING = {"metrics/latency.json", "metrics/decision.json"}  # what a clock may change


def params(**changes: Any) -> None:
    """Change params.yaml by dotted key, written with __ for the dot."""
    whole = yaml.safe_load(Path("params.yaml").read_text(encoding="utf-8"))
    for name, value in changes.items():
        *sections, last = name.split("__")
        place = whole
        for section in sections:
            place = place[section]
        place[last] = value
    Path("params.yaml").write_text(yaml.safe_dump(whole, sort_keys=False), encoding="utf-8")


def call(*command: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Run a command here; Python's own commands come from this environment."""
    return subprocess.run(command, capture_output=True, text=True, check=check)


def commit(subject: str) -> None:
    for name in ("data/raw", "data/feedback", "data/golden"):
        if Path(name).is_dir():
            run_dvc("add", name, quiet=True)
    run_dvc("push", quiet=True)
    run_git("add", "-A")
    run_git("commit", "-q", "-m", subject)


def clean() -> bool:
    """Whether Git and DVC see no change."""
    return not run_git("status", "--porcelain") and json.loads(call("dvc", "status", "--json").stdout) == {}


def locked() -> dict[str, str]:
    """The md5 of every output in dvc.lock."""
    stages = yaml.safe_load(Path("dvc.lock").read_text())["stages"]
    return {out["path"]: out["md5"] for stage in stages.values() for out in stage["outs"]}


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A folder whose Git and DVC know nothing of the machine they run on."""
    folder = tmp_path_factory.mktemp("loop")
    people = {
        f"GIT_{who}_{what}": text for who in ("AUTHOR", "COMMITTER") for what, text in (("NAME", "Ada"), ("EMAIL", "a@b.c"))
    }
    values = people | {
        "HOME": str(folder),
        "GIT_CONFIG_GLOBAL": str(folder / "none"),
        "GIT_CONFIG_NOSYSTEM": "1",
        "DVC_NO_ANALYTICS": "1",
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
    }
    with pytest.MonkeyPatch.context() as patch:
        for name, value in values.items():
            patch.setenv(name, value)
        patch.setattr(desk_weeks, "GOLDEN_ROWS", 150)
        yield folder


@pytest.fixture(scope="module")
def played(home):
    """The repository after two runs; what happened on the way, for the tests to look at."""
    folder = home / "repository"
    for name in COPIED:
        source, goal = ROOT / name, folder / name
        goal.parent.mkdir(parents=True, exist_ok=True)
        skipped = shutil.ignore_patterns("__pycache__")
        shutil.copytree(source, goal, ignore=skipped) if source.is_dir() else shutil.copy(source, goal)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        yield {"folder": folder} | _play()


def _play() -> dict[str, Any]:
    params(
        split__holdout_batches=2,
        split__recent_batches=1,
        trigger__min_new_labels=100,
        trigger__cool_down_days=0,
        trigger__drift__min_rows=100,
        train__tfidf={"max_features": 400},
        evaluate__latency_rounds=5,
        evaluate__latency_rows=50,
        gate__min_segment_rows=20,
        gate__max_segment_drop=0.5,
        gate__floors={"accuracy": 0.1},
        gate__max_latency_ratio=99,
        gate__max_latency_ms=999,
    )
    run_git("init", "-q", "-b", "main")
    run_git("add", "-A")
    run_git("commit", "-q", "-m", "The loop")
    write_version_zero(DESK.tickets(0), period(DESK.period(0)).first, settings.load())
    desk_weeks.write_golden(DESK, range(FIRST))
    commit("Start the ledger")
    first = _deliver_and_run(range(FIRST + 1))
    commit("First run")
    refusals = [
        _refusal(Approval("desk-lead", "good", accept_review=False)),
        _refusal(Approval("Ada", "mine", accept_review=True)),
    ]
    unchanged = clean()
    version = promote(Approval("desk-lead", "anything beats the dummy", accept_review=True), run_git)
    settled = clean()
    again = run()
    params(trigger__request="a better vocabulary", train__tfidf={"max_features": 4000, "sublinear_tf": True})
    second = _deliver_and_run(range(FIRST + 1, SECOND + 1))
    commit("Second run")
    return {
        "first": first,
        "refusals": refusals,
        "unchanged": unchanged,
        "version": version,
        "settled": settled,
        "again": again,
        "second": second,
        "clean": clean(),
    }


def _deliver_and_run(weeks: range) -> dict[str, Any] | None:
    for week in weeks:
        desk_weeks.write_week(DESK, week, settings.load())
    return run()


def _refusal(approval: Approval) -> str:
    try:
        promote(approval, run_git)
    except Refused as refusal:
        return str(refusal)
    return "promoted"


@pytest.fixture
def clone(played, tmp_path, monkeypatch):
    """Clones the repository and stands in the clone."""

    def cloned(*options: str) -> Path:
        call("git", "clone", "-q", *options, f"file://{played['folder']}", str(tmp_path / "clone"))
        monkeypatch.chdir(tmp_path / "clone")
        call("dvc", "pull", "-q")
        return tmp_path / "clone"

    return cloned


def test_the_first_candidate_goes_to_review_and_a_person_promotes_it(played):
    assert played["first"]["verdict"] == "review"
    assert "version 0 is a dummy" in played["first"]["reasons"][0]
    assert "look at it, then add --accept-review" in played["refusals"][0]
    assert "must be listed in params.yaml: approval.approvers, got 'Ada'" in played["refusals"][1]
    assert played["unchanged"]
    assert played["version"] == 1
    assert played["settled"]


def test_right_after_a_promotion_there_is_no_reason_to_retrain(played):
    assert played["again"] is None


def test_the_second_candidate_is_judged_by_the_metrics_diff_against_the_promotion(played):
    decision = played["second"]
    assert decision["verdict"] == "promote", decision["reasons"]
    golden = next(rule for rule in decision["rules"] if rule["name"] == "golden")
    assert golden["source"] == f"dvc metrics diff {decision['baseline']['commit'][:7]}"
    subject = run_git("log", "-1", "--format=%s", decision["baseline"]["commit"]).strip()
    assert subject == "Promote ticket-router version 1"
    assert played["clean"]


def test_the_ledger_holds_every_step_once(played):
    kinds = [(entry.kind, entry.version, entry.verdict) for entry in read_ledger(Path("models/ledger.yaml")).entries]
    assert kinds == [
        ("promotion", 0, None),
        ("attempt", None, "review"),
        ("promotion", 1, "review"),
        ("attempt", None, "promote"),
    ]


def test_a_shallow_clone_asks_for_review_until_it_is_complete(clone):
    clone("--depth", "1")
    gate = (sys.executable, "ratchet.py", "gate", "--check")
    shallow = call(*gate, check=False)
    assert shallow.returncode == 1, shallow.stderr
    assert "verdict: review" in shallow.stdout
    assert "git fetch --unshallow" in shallow.stdout
    call("git", "fetch", "-q", "--unshallow")
    complete = call(*gate, check=False)
    assert complete.returncode == 0, complete.stdout + complete.stderr
    assert "verdict: promote" in complete.stdout


def test_a_clone_settles_reproduces_and_experiments(clone):
    clone()
    call("dvc", "repro", "-q")
    assert clean()
    again = call("dvc", "repro").stdout
    assert "Running stage" not in again
    assert "up to date" in again

    assert json.loads(call("dvc", "metrics", "diff", "--json", "HEAD~1").stdout)["metrics/evaluation.json"]["holdout.accuracy"]
    changed = json.loads(call("dvc", "params", "diff", "--json", "HEAD~1").stdout)["params.yaml"]
    assert changed["trigger.request"] == {"old": None, "new": "a better vocabulary"}

    tried = call("dvc", "exp", "run", "-S", "gate.min_gain=0.5")
    assert "Running stage 'train'" not in tried.stdout
    decision = json.loads(Path("metrics/decision.json").read_text())
    assert decision["verdict"] == "hold"
    assert "less than the 0.5 asked for" in decision["reasons"][0]
    call("git", "checkout", "-q", "--", ".")
    call("dvc", "checkout", "-q")

    before = locked()
    call("dvc", "repro", "-q", "-f")
    after = locked()
    assert {path for path in before | after if before.get(path) != after.get(path)} <= BEFORE_TIMING


def test_a_damaged_batch_is_blocked_and_nothing_of_it_stays_when_it_is_mended(clone):
    folder = clone()
    call("dvc", "repro", "-q")
    name = f"{DESK.period(3)}.parquet"
    batch = Path("data/raw") / name
    content = batch.read_bytes()
    parts = ("metrics", "models", "data/training", "data/holdout")
    kept = [path for part in parts for path in (folder / part).rglob("*") if path.is_file()]
    before = {path: path.read_bytes() for path in kept}

    batch.unlink()  # it may be a link into DVC's cache
    batch.write_bytes(content[: len(content) // 2])
    stage = call(sys.executable, "-m", "stages.validate", check=False)
    assert (stage.returncode, stage.stderr) == (0, "")
    found = json.loads(Path("metrics/validation.json").read_text())
    damaged = found["batches"].pop(f"raw/{name}")
    assert (damaged["verdict"], damaged["rows"], len(damaged["reasons"])) == ("blocked", 0, 1)
    assert {own["verdict"] for own in found["batches"].values()} <= {"accepted", "warned"}
    assert not Path("data/training", name).exists()

    batch.write_bytes(content)
    call("dvc", "repro", "-q")
    timed = {folder / path for path in BEFORE_TIMING}
    assert {path: path.read_bytes() for path in kept if path not in timed} == {
        path: content for path, content in before.items() if path not in timed
    }
