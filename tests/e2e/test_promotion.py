"""Promotion and rollback with real Git and DVC, a remote and clones; stages and gate are played: they are not asked here."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from stages import artefacts
from stages.artefacts import dvc_md5, write_json
from stages.decision.baseline import run_git
from stages.decision.ledger import Entry, Ledger, read_ledger, write_ledger
from stages.errors import InputError, ToolError
from stages.ops import promote as verb
from stages.ops.promote import Approval, promote
from stages.ops.rollback import Request, rollback

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).resolve().parents[2]
BACK = Request(to=None, reason="answers got worse", by=None, force=False)


DVC_YAML = {
    "stages": {
        "train": {
            "cmd": "mkdir -p models/candidate && cp data/rows models/candidate/model",
            "deps": ["data/rows"],
            "outs": ["models/candidate"],
        },
        **{
            name: {
                "cmd": f"echo done > metrics/{name}.txt",
                "deps": deps,
                "outs": [{f"metrics/{name}.txt": {"cache": False, "persist": True}}],
            }
            for name, deps in {
                "validate": ["data/rows"],
                "trigger": ["models/baseline", "models/ledger.yaml"],
                "evaluate": ["models/baseline", "models/candidate"],
                "gate": ["models/baseline", "metrics/evaluate.txt"],
            }.items()
        },
    },
    "artifacts": {"ticket-router": {"path": "models/baseline", "type": "model"}},
}


def dvc(*arguments: str) -> str:
    return subprocess.run(["dvc", *arguments], check=True, capture_output=True, text=True).stdout


def in_production(place: Path | str, folder: Path) -> str:
    """What a consumer gets."""
    shutil.rmtree(folder, ignore_errors=True)
    dvc("artifacts", "get", str(place), "ticket-router", "--stage", "prod", "--out", str(folder))
    return (folder / "model").read_text()


def clean() -> bool:
    return not run_git("status", "--porcelain") and json.loads(dvc("status", "--json")) == {}


@pytest.fixture(scope="module")
def loop(make_project, tmp_path_factory):
    """Versions 1 and 2 promoted and pushed; also what was in production after each, and whether all was settled."""
    home = tmp_path_factory.mktemp("promotion")
    names = {"NAME": "Ada", "EMAIL": "a@b.c"}
    values = {f"GIT_{who}_{what}": text for who in ("AUTHOR", "COMMITTER") for what, text in names.items()}
    values |= {"HOME": str(home), "GIT_CONFIG_GLOBAL": str(home / "none"), "GIT_CONFIG_NOSYSTEM": "1", "DVC_NO_ANALYTICS": "1"}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in values.items():
            patch.setenv(name, value)
        patch.setenv("PATH", os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]))
        patch.setattr(verb, "judge", _judge)
        patch.setattr(verb, "same_when_made_again", lambda params: None)
        folder = make_project(home / "repository").folder
        patch.chdir(folder)
        _start(home)
        served = [_next_version(text, home) for text in ("one", "two")]
        yield {"home": home, "folder": folder, "served": served}


def _judge(params, git) -> dict:
    made = {"version": 1, "md5": dvc_md5(artefacts.CANDIDATE), "training": "rows.dir", "recipe": "plan"}
    compared = {"holdout": "h.dir", "golden": "g.dir"}
    return {"verdict": "promote", "reasons": ["better"], "candidate": made, "compared": compared}


def _start(home: Path) -> None:
    run_git("init", "-q", "-b", "main")
    dvc("init", "-q")
    dvc("remote", "add", "-q", "--default", "store", str(home / "store"))
    Path("dvc.yaml").write_text(yaml.safe_dump(DVC_YAML, sort_keys=False))
    artefacts.write_text(artefacts.BASELINE / "model", "zero")
    dvc("add", "-q", str(artefacts.BASELINE))
    zero = Entry(kind="promotion", as_of="2026-01-01", bundle=dvc_md5(artefacts.BASELINE), version=0)
    write_ledger(artefacts.LEDGER, Ledger(model="ticket-router", entries=[zero]))
    write_json(artefacts.VALIDATION, {"as_of": "2026-03-29"})
    write_json(artefacts.EVALUATION, {})
    write_json(artefacts.COMPARISON, {"holdout": {"n": 500, "primary": {"candidate": 0.84}}})
    write_json(artefacts.TRIGGER, {"change": None})
    artefacts.GOLDEN_ANSWERS.write_text("id,truth,answer\n")
    artefacts.KPI.write_text("date,kpi,value\n")
    artefacts.EVENTS.write_text("")


def _next_version(text: str, home: Path) -> tuple[str, bool]:
    Path("data/rows").write_text(text)
    dvc("repro", "-q")
    run_git("add", "-A")
    run_git("commit", "-q", "-m", "Run")
    promote(Approval("desk-lead", "better", accept_review=False), run_git)
    settled = clean()
    dvc("push", "-q")
    return in_production(".", home / "out"), settled


@pytest.fixture
def clone(loop, tmp_path, monkeypatch):
    """A fresh clone, with what `dvc pull` brings at its HEAD; version 1 is in the remote only."""
    run_git("clone", "-q", f"file://{loop['folder']}", str(tmp_path / "clone"))
    monkeypatch.chdir(tmp_path / "clone")
    dvc("pull", "-q")
    return tmp_path / "clone"


def test_a_consumer_gets_each_version_when_it_is_promoted_and_all_is_settled(loop):
    assert loop["served"] == [("one", True), ("two", True)]


def test_a_rollback_in_a_fresh_clone_fetches_the_version_settles_and_serves_it(loop, clone, tmp_path):
    script = [sys.executable, str(ROOT / "ratchet.py"), "rollback", "--reason", "answers got worse"]
    done = subprocess.run(script, check=True, capture_output=True, text=True)
    assert (done.stdout.startswith("version 1 is the baseline again, committed and tagged"), done.stderr) == (True, "")
    assert (artefacts.BASELINE / "model").read_text() == "one"
    assert run_git("diff", "HEAD", "ticket-router@v1.0.0", "--", "models/baseline.dvc") == ""
    assert clean()
    assert in_production(".", tmp_path / "out") == "one"
    bare = tmp_path / "bare.git"
    run_git("clone", "-q", "--bare", "--no-tags", f"file://{loop['folder']}", str(bare))
    dvc("push", "-q")
    run_git("push", "-q", "--atomic", "--follow-tags", str(bare), "HEAD:main")
    assert in_production(f"file://{bare}", tmp_path / "far") == "one"


def test_a_rollback_is_offline_where_the_cache_holds_the_version_and_trains_nothing_whatever_has_changed(loop, clone):
    dvc("fetch", "-q", "--all-commits")
    dvc("config", "-q", "remote.store.url", "/nowhere/that/exists")
    Path("data/rows").write_text("newer rows")
    run_git("commit", "-q", "-a", "-m", "Lose the remote, and get new rows")
    assert "newer rows than the candidate's" in (rollback(BACK, run_git).unsettled or "")
    assert read_ledger(artefacts.LEDGER).live.version == 1
    assert (artefacts.CANDIDATE / "model").read_text() == "two"
    assert run_git("status", "--porcelain") == ""
    assert set(json.loads(dvc("status", "--json"))) == {"train", "evaluate", "gate"}


def test_without_cache_and_remote_nothing_changes(loop, clone):
    dvc("config", "-q", "remote.store.url", "/nowhere/that/exists")
    run_git("commit", "-q", "-a", "-m", "Lose the remote")
    before = run_git("for-each-ref"), (artefacts.BASELINE / "model").read_bytes()
    with pytest.raises(InputError, match="version 1 must be in DVC's cache or remote, got neither"):
        rollback(BACK, run_git)
    assert (run_git("for-each-ref"), (artefacts.BASELINE / "model").read_bytes()) == before
    assert clean()


def test_of_two_clones_that_promote_one_push_wins_and_nothing_of_the_other_arrives(loop, tmp_path, monkeypatch):
    bare, clones = tmp_path / "bare.git", [tmp_path / name for name in ("ada", "grace")]
    run_git("clone", "-q", "--bare", f"file://{loop['folder']}", str(bare))
    run_git("clone", "-q", f"file://{bare}", str(clones[0]))
    monkeypatch.chdir(clones[0])
    dvc("pull", "-q")
    Path("data/rows").write_text("three")
    dvc("repro", "-q")
    dvc("push", "-q")
    run_git("commit", "-q", "-a", "-m", "Run")
    run_git("push", "-q", "origin", "HEAD:main")
    shutil.copytree(clones[0], clones[1])
    for number, clone in enumerate(clones):
        monkeypatch.chdir(clone)
        promote(Approval("desk-lead", f"reason {number}", accept_review=False), run_git)
    push = ("push", "-q", "--atomic", "--follow-tags", "origin", "HEAD:main")
    run_git(*push)
    won = run_git("ls-remote", str(bare))
    monkeypatch.chdir(clones[0])
    with pytest.raises(ToolError, match="must work here, got"):
        run_git(*push)
    assert run_git("ls-remote", str(bare)) == won
