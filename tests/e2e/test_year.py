"""The loop rehearsed for a year: data comes in, the workflows' own commands run, people merge, promote and roll back."""

import hashlib
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml
from made_host import Host, makefile

from desk.weeks import monday
from stages import artefacts
from tools.small_loop import SmallDesk, commit, deliver, set_params, start

pytestmark = pytest.mark.e2e

DESK = SmallDesk(seed=7, tickets_per_week=150)
PROMOTE = ("promote", "--approved-by", "desk-lead", "--reason", "good")


@dataclass
class Year:
    """The host, a person's clone, which is the working folder, and what happened, by name."""

    host: Host
    clone: Path
    weeks: int = 0
    seen: dict[str, Any] = field(default_factory=dict)

    def deliver_through(self, week: int, **changes: Any) -> None:
        """The desk's systems deliver what has come in; a person's changes of params.yaml go with it."""
        self.host.today = monday(week + 1).isoformat()
        self.host.call(self.clone, "git", "pull", "-q", "--ff-only", "--tags", "origin", "main")
        self.host.call(self.clone, "dvc", "pull", "--force", "models/baseline.dvc")
        set_params({name.replace("__", "."): value for name, value in changes.items()})
        deliver(DESK, range(self.weeks, week + 1))
        self.weeks = week + 1
        self.push()

    def push(self) -> None:
        self.host.call(self.clone, "git", "push", "-q", "origin", "main")

    def scheduled(self, name: str, *, ends_well: bool = True, **inputs: str) -> None:
        """Run the retrain workflow, and keep what its branch says."""
        ran = self.host.workflow("retrain", **inputs)
        assert ran.ok == ends_well, ran.said
        pull = next((own for own in reversed(self.host.pulls()) if own["open"]), None)
        said = {key: self.shown(f"metrics/{key}.json", pull["branch"]) for key in ("trigger", "decision")} if pull else {}
        self.seen[name] = said | {"ran": ran, "pull": pull}

    def merge(self, name: str) -> None:
        self.host.merge(self.seen[name]["pull"]["number"], self.clone)

    def promote(self, name: str, **inputs: str) -> None:
        self.seen[name] = self.host.workflow("promote", actor="desk-lead", reason="the evidence holds", **inputs)

    def mark(self, name: str) -> None:
        """Give the state of main a name to clone it by."""
        self.host.call(self.host.bare, "git", "branch", name, "main")

    def shown(self, name: str, branch: str = "main") -> Any:
        """A file as a branch of the remote has it."""
        text = self.host.call(self.host.bare, "git", "show", f"{branch}:{name}")
        return json.loads(text) if name.endswith(".json") else yaml.safe_load(text)

    def ledger(self) -> list[dict[str, Any]]:
        return self.shown("models/ledger.yaml")["entries"]

    def live(self) -> int:
        """The version in production, as a consumer gets it."""
        out = self.host.folder / "consumer"
        shutil.rmtree(out, ignore_errors=True)
        get = ("dvc", "artifacts", "get", f"file://{self.host.bare}", "ticket-router", "--stage", "prod")
        self.host.call(self.clone, *get, "--out", str(out))
        bundle = artefacts.dvc_md5(out)
        return max(entry["version"] for entry in self.ledger() if entry["bundle"] == bundle and "version" in entry)


@pytest.fixture(scope="module")
def year(tmp_path_factory):
    """A year, played."""
    host = Host(tmp_path_factory.mktemp("year") / "host")
    clone = host.folder / "person"
    clone.mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(clone)
        for name in set(host.env) | {"GIT_CONFIG_GLOBAL"}:
            patch.setenv(name, host.env.get(name, str(host.folder / "none")))
        own = Year(host, clone)
        _begin(own)
        _play(own)
        yield own


def _begin(year: Year) -> None:
    Path("Makefile").write_text("".join(makefile()))
    start(DESK, year.host.store, range(8))
    year.host.call(year.clone, "git", "remote", "add", "origin", f"file://{year.host.bare}")
    year.push()


def _play(year: Year) -> None:
    year.deliver_through(6)
    year.scheduled("first")
    year.seen["check"] = year.host.workflow("check", branch=year.seen["first"]["pull"]["branch"], left_out="code")
    year.merge("first")
    year.promote("accepted", accept_review="yes")
    year.seen["live"] = [year.live()]

    year.deliver_through(9)
    year.scheduled("campaign")
    year.merge("campaign")

    year.deliver_through(12)
    _damage("2026-W14")
    year.push()
    year.scheduled("damaged", ends_well=False)
    year.weeks = 12  # it is delivered again, whole, with what comes next

    words = {"train__tfidf": {"max_features": 4000}}
    year.deliver_through(15, **words, train__min_category_rows=5000)
    year.scheduled("harm", reason="more words, fewer categories")
    year.merge("harm")
    year.mark("held")

    year.deliver_through(16, train__min_category_rows=20)
    year.scheduled("better", reason="more words, all categories")
    year.merge("better")
    year.mark("pending")
    year.promote("promoted")
    year.seen["live"].append(year.live())

    year.deliver_through(17)
    _lower_the_kpi()
    year.push()
    year.scheduled("fallen")
    year.seen["rollback"] = year.host.workflow("rollback", actor="night-shift", reason="answers got worse")
    year.seen["live"].append(year.live())

    year.deliver_through(18)
    year.scheduled("week after")
    year.merge("week after")

    year.deliver_through(51)
    year.scheduled("year's end")
    year.merge("year's end")


def _damage(period: str) -> None:
    """The export was cut short on its way."""
    batch = artefacts.RAW / f"{period}.parquet"
    content = batch.read_bytes()
    batch.unlink()  # it may be a link into DVC's cache
    batch.write_bytes(content[: len(content) // 2])
    commit(f"Deliver {period} again")


def _lower_the_kpi() -> None:
    """The last week's customers were not helped."""
    table = pd.read_csv(artefacts.KPI)
    table.loc[table.index[-7:], "value"] *= 0.6
    artefacts.write_text(artefacts.KPI, table.to_csv(index=False, lineterminator="\n"))
    commit("Deliver the KPI")


@pytest.fixture
def clone(year, tmp_path):
    """A fresh clone of a state, with the rows that are not stored, as CI makes it; and what runs commands in it."""

    def cloned(branch: str, *options: str, rows: bool = True) -> Callable[..., str]:
        folder = year.host.clone(tmp_path / "clone", *options, branch=branch)
        year.host.call(folder, "make", "-s", "data" if rows else "pull")
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
    assert year.seen["live"] == [1, 2, 1]


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
    assert year.seen["week after"]["trigger"]["verdict"] != "rollback"
    assert year.seen["week after"]["decision"]["baseline"]["version"] == 1


def test_the_ledger_holds_every_step_once(year):
    kinds = [(entry["kind"], entry.get("version"), entry.get("verdict"), entry.get("request")) for entry in year.ledger()]
    assert kinds[:7] == [
        ("promotion", 0, None, None),
        ("attempt", None, "review", None),
        ("promotion", 1, "review", None),
        ("attempt", None, "hold", "more words, fewer categories"),
        ("attempt", None, "promote", "more words, all categories"),
        ("promotion", 2, "promote", None),
        ("rollback", None, None, None),
    ]


def test_at_the_end_of_the_year_all_is_settled_and_the_loop_says_how_it_did(clone):
    call = clone("main")
    assert call("dvc", "status").strip() == "Data and pipelines are up to date."
    assert call("git", "status", "--porcelain") == ""
    health = call("ratchet", "health")
    assert "1 of 2 versions were taken back, after 7 days of data" in health


def test_a_shallow_clone_asks_for_review_until_it_is_complete(clone):
    call = clone("pending", "--depth", "1", rows=False)
    said = call("ratchet", "gate", "--check", fails=True)
    assert "verdict: review" in said
    assert "git fetch --unshallow" in said
    assert "shallow clone; run `git fetch --unshallow`" in call("ratchet", *PROMOTE, fails=True)
    call("git", "fetch", "-q", "--unshallow")
    assert "verdict: promote" in call("ratchet", "gate", "--check")


def test_a_clone_reproduces_every_byte_and_experiments(clone):
    call = clone("pending")
    assert "up to date" in call("dvc", "repro")
    before = call("git", "rev-parse", "HEAD:metrics", "HEAD:dvc.lock")
    assert json.loads(call("dvc", "metrics", "diff", "--json", "HEAD~1"))["metrics/evaluation.json"]["holdout.accuracy"]
    changed = json.loads(call("dvc", "params", "diff", "--json", "HEAD~1"))["params.yaml"]
    assert changed["trigger.request"] == {"old": "more words, fewer categories", "new": "more words, all categories"}

    tried = call("dvc", "exp", "run", "-S", "gate.min_gain=0.5")
    assert "Running stage 'train'" not in tried
    assert "less than the 0.5 asked for" in call("cat", "metrics/decision.json")
    call("git", "reset", "-q", "--hard")

    call("dvc", "repro", "-q", "-f")
    again = set(call("git", "diff", "--name-only").split())
    assert again <= {"dvc.lock", "metrics/latency.json", "metrics/decision.json"}, before


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
