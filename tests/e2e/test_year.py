"""The loop rehearsed for a year: data comes in, the workflows' own commands run, people merge, promote and roll back."""

import hashlib
import json
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
import yaml
from made_host import Host
from made_year import Year, begin, play

from stages import artefacts

pytestmark = pytest.mark.e2e

PROMOTE = ("promote", "--approved-by", "desk-lead", "--reason", "good")


@pytest.fixture(scope="module")
def year(tmp_path_factory):
    """A year, played."""
    host = Host(tmp_path_factory.mktemp("year") / "host")
    clone = host.folder / "person"
    clone.mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(clone)
        for name, value in (host.env | host.clock).items():
            patch.setenv(name, value)
        own = Year(host, clone)
        begin(own)
        play(own)
        yield own


@pytest.fixture
def clone(year, tmp_path):
    """A fresh clone of a state, with the rows that are not stored, as CI makes it; and what runs commands in it."""

    def cloned(branch: str, *options: str) -> Callable[..., str]:
        folder = year.host.clone(tmp_path / "clone", "--no-tags", *options, branch=branch)  # some are of later than that state
        year.host.call(folder, "make", "-s", "data")
        return partial(year.host.call, folder)

    return cloned


def test_the_first_run_is_a_pull_request_with_its_check_and_its_report(year):
    first, check = year.seen["first"], year.seen["check"]
    assert first["decision"]["verdict"] == "review"
    assert first["pull"]["branch"] == "ratchet/2026-W08"
    assert first["pull"]["title"] == "Data through 2026-W08: the gate says review"
    assert first["pull"]["body"].startswith("## ? review: a person has to decide")
    assert first["ran"].page == first["pull"]["body"]
    assert (year.host.hub / "started").read_text().splitlines()[0] == "check.yml ratchet/2026-W08"
    assert check.ok, check.said
    assert check.page == (year.host.hub / "comment.md").read_text().removeprefix("<!-- ratchet report -->\n")


def test_consumers_get_what_was_promoted_and_what_was_rolled_back_to(year):
    assert all(year.seen[name].ok for name in ("accepted", "promoted", "rollback")), year.seen
    assert year.seen["live"] == [2, 1]


def test_a_campaign_is_looked_at_and_nothing_is_trained(year):
    trigger = year.seen["campaign"]["trigger"]
    assert trigger["verdict"] == "investigate"
    assert trigger["reasons"][0].startswith("campaign: Spring offer for Quill")
    assert "Running stage 'train'" not in year.seen["campaign"]["ran"].said


def test_a_damaged_batch_is_blocked_the_feed_is_late_and_the_mended_one_comes_in(year):
    damaged = year.seen["damaged"]
    assert damaged["trigger"]["verdict"] == "blocked"
    assert "the newest file, 2026-W14, is blocked" in damaged["trigger"]["reasons"][0]
    assert "late: the newest accepted batch must have ended at most 7 days ago, got 2026-W13" in damaged["ran"].said
    assert year.shown("metrics/validation.json")["batches"]["raw/2026-W14.parquet"]["verdict"] == "accepted"


def test_a_candidate_that_is_better_on_average_and_worse_where_it_is_urgent_is_held(year):
    decision = year.seen["harm"]["decision"]
    rules = {own["name"]: own for own in decision["rules"]}
    assert decision["verdict"] == "hold"
    assert (rules["min_gain"]["outcome"], rules["critical_segment"]["outcome"]) == ("pass", "fail")
    assert rules["critical_segment"]["segment"] == "priority=high"
    assert rules["critical_segment"]["delta"] < -0.4


def test_a_better_one_is_promoted_by_the_metrics_diff_against_the_promotion(year):
    decision = year.seen["better"]["decision"]
    assert decision["verdict"] == "promote", decision["reasons"]
    golden = next(rule for rule in decision["rules"] if rule["name"] == "golden")
    assert golden["source"] == f"dvc metrics diff {decision['baseline']['commit'][:7]}"
    subject = year.host.call(year.host.bare, "git", "log", "-1", "--format=%s", decision["baseline"]["commit"]).strip()
    assert subject == "Promote ticket-router version 1"


def test_a_bad_deployment_is_rolled_back_and_not_promoted_again(year):
    assert year.seen["fallen"]["trigger"]["verdict"] == "rollback"
    assert "since version 2" in year.seen["fallen"]["trigger"]["reasons"][0]
    assert "Running stage 'train'" not in year.seen["rollback"].said
    back = next(entry for entry in year.ledger() if entry["kind"] == "rollback")
    bad = next(entry for entry in year.ledger() if entry.get("version") == 2)
    assert (back["by"], back["reason"], back["rejected"]) == ("night-shift", "answers got worse", bad["bundle"])
    assert back["as_of"] == "2026-05-10"  # the week of the fall, which no merged run had seen
    assert "not all settled on it: there are newer rows than the candidate's" in year.seen["rollback"].said
    assert year.seen["week after"]["trigger"]["verdict"] != "rollback"
    after = year.seen["week after"]["decision"]
    assert after["baseline"]["version"] == 1
    assert after["candidate"]["md5"] != bad["bundle"]


def test_the_ledger_holds_every_step_once(year):
    kinds = [(entry["kind"], entry.get("version"), entry.get("verdict"), entry.get("request")) for entry in year.ledger()]
    assert kinds == [
        ("promotion", 0, None, None),
        ("attempt", None, "review", None),
        ("promotion", 1, "review", None),
        ("attempt", None, "hold", "more words, fewer categories"),
        ("attempt", None, "promote", "more words, all categories"),
        ("promotion", 2, "promote", None),
        ("rollback", None, None, None),
        ("attempt", None, "promote", None),
    ]
    told = [year.seen[name]["decision"]["verdict"] for name in ("first", "harm", "better", "week after")]
    assert [entry["verdict"] for entry in year.ledger() if entry["kind"] == "attempt"] == told


def test_a_freeze_blocks_the_last_run_of_the_year(year):
    trigger = year.seen["holidays"]["trigger"]
    assert (trigger["verdict"], trigger["as_of"]) == ("blocked", "2027-01-03")
    assert trigger["reasons"][0].startswith("data_freeze: Temporary staff over the holidays")
    assert len(year.shown("metrics/validation.json")["batches"]) == 2 * 52  # rows and feedback of every week


def test_what_is_merged_is_settled_and_the_loop_says_how_it_did(clone):
    call = clone("settled")
    assert call("dvc", "status").strip() == "Data and pipelines are up to date."
    assert call("git", "status", "--porcelain") == ""
    assert "1 of 2 versions were taken back" in call("ratchet", "health")


def test_a_clone_asks_for_review_until_it_is_complete_then_reproduces_every_byte_and_experiments(clone):
    call = clone("pending", "--depth", "1")
    said = call("ratchet", "gate", "--check", fails=True)
    assert "verdict: review" in said
    assert "git fetch --unshallow" in said
    assert "shallow clone; run `git fetch --unshallow`" in call("ratchet", *PROMOTE, fails=True)
    call("git", "fetch", "-q", "--unshallow", "--no-tags")
    assert "verdict: promote" in call("ratchet", "gate", "--check")

    assert json.loads(call("dvc", "metrics", "diff", "--json", "HEAD~1"))["metrics/evaluation.json"]["holdout.accuracy"]
    changed = json.loads(call("dvc", "params", "diff", "--json", "HEAD~1"))["params.yaml"]
    assert changed["trigger.request"] == {"old": "more words, fewer categories", "new": "more words, all categories"}
    tried = call("dvc", "exp", "run", "-S", "gate.min_gain=0.5")
    assert "Running stage 'train'" not in tried
    assert "less than the 0.5 asked for" in call("cat", "metrics/decision.json")
    call("git", "reset", "-q", "--hard")

    call("dvc", "repro", "-q", "-f")
    again = set(call("git", "diff", "--name-only").split())
    assert again <= {"dvc.lock", "metrics/latency.json", "metrics/decision.json"}  # what a clock may change


def test_forged_evidence_promotes_nothing(clone, tmp_path):
    """By a listed approver, committed, in a complete clone; the forger goes further each time."""
    call = clone("held")
    decision, comparison = tmp_path / "clone/metrics/decision.json", tmp_path / "clone/metrics/comparison.json"

    def refused() -> str:
        call("git", "commit", "-q", "-a", "-m", "Nothing to see here")
        return call("ratchet", *PROMOTE, fails=True)

    decision.write_text(decision.read_text().replace('"verdict": "hold"', '"verdict": "promote"'))
    assert "the pipeline must be up to date, got changes in gate" in refused()
    _lock(decision)
    assert "the verdict must be promote, got hold: priority=high changes by -0.5" in refused()

    found = json.loads(comparison.read_text())
    urgent = next(own for own in found["segments"] if own["segment"] == "priority=high")
    urgent |= {"delta": 0.0, "lost": 0, "won": 0, "lower": 0.0, "upper": 0.0, "candidate": urgent["baseline"]}
    comparison.write_text(artefacts.json_text(found))
    assert "the pipeline must be up to date, got changes in evaluate" in refused()
    _lock(comparison)
    _lock(decision)
    assert "metrics/comparison.json must be what the data and the models give, got something else" in refused()

    shutil.copy(tmp_path / "clone/models/baseline/model.skops", tmp_path / "clone/models/candidate/model.skops")
    assert "the pipeline must be up to date, got changes in evaluate, gate, train" in call("ratchet", *PROMOTE, fails=True)

    assert call("git", "status", "--porcelain") == ""
    assert len(call("git", "log", "--oneline", "origin/held..HEAD").splitlines()) == 4  # the forger's own commits


def _lock(file: Path) -> None:
    """Let dvc.lock vouch for a file as it is now."""
    path, name = file.parents[1] / "dvc.lock", file.relative_to(file.parents[1]).as_posix()
    lock = yaml.safe_load(path.read_text())
    for stage in lock["stages"].values():
        for own in [*stage.get("deps", []), *stage.get("outs", [])]:
            if own["path"] == name:
                own |= {"md5": hashlib.md5(file.read_bytes()).hexdigest(), "size": file.stat().st_size}
    path.write_text(yaml.safe_dump(lock))
