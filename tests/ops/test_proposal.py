"""`ratchet ci propose` and `attempts` with real Git and a bare remote; DVC is played by the test."""

import subprocess
from pathlib import Path

import pytest

from stages import artefacts
from stages.artefacts import write_json
from stages.decision.baseline import run_git
from stages.decision.ledger import Entry, Ledger, read_ledger, write_ledger
from stages.errors import InputError, Refused, ToolError
from stages.ops.scheduled import proposal as verb
from stages.ops.scheduled.attempts import count_open
from stages.ops.scheduled.proposal import Proposal, newest_batch, propose

W39 = Proposal(branch="ratchet/2026-W39", title="Data through 2026-W39: the gate says hold")


def git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], check=True, capture_output=True, text=True).stdout.strip()


def files(commit: str) -> set[str]:
    return set(git("diff", "--name-only", f"{commit}^", commit).splitlines())


def attempt(number: int) -> Entry:
    return Entry(
        kind="attempt", as_of="2026-09-27", bundle=f"b{number}.dir", verdict="hold", holdout=f"h{number}.dir", golden="g"
    )


def play(verdict: str = "retrain", week: str = "2026-W39", latency: float = 1.0, **more: object) -> None:
    """What `ratchet run` leaves: reports, an attempt, and bundles that Git ignores."""
    write_json(artefacts.TRIGGER, {"verdict": verdict, "reasons": [f"reason for {verdict}"], **more})
    write_json(artefacts.VALIDATION, {"batches": {f"raw/{week}.csv": {"batch": week}, "raw/2026-W01.csv": {"batch": "2026-W01"}}})
    write_json(artefacts.LATENCY, {"ms": latency})
    Path("dvc.lock").write_text(f"latency: {latency}\n")
    if verdict == "retrain":
        write_json(artefacts.DECISION, {"verdict": "hold", "reasons": ["a tie is no gain", "second"], "ms": latency})
        write_ledger(artefacts.LEDGER, read_ledger(artefacts.LEDGER).with_entry(attempt(1)))


@pytest.fixture
def pushed(monkeypatch, tmp_path):
    """A clone with one commit on main, to stand in; the list of what was pushed to DVC, with the remote's branches by then."""
    people = {f"GIT_{who}_{what}": "Ada" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    for name, value in (people | {"GIT_CONFIG_GLOBAL": str(tmp_path / "none"), "GIT_CONFIG_NOSYSTEM": "1"}).items():
        monkeypatch.setenv(name, value)
    git("init", "-q", "--bare", "-b", "main", str(tmp_path / "remote.git"))
    git("clone", "-q", str(tmp_path / "remote.git"), str(tmp_path / "clone"))
    monkeypatch.chdir(tmp_path / "clone")
    told = []
    monkeypatch.setattr(verb, "run_dvc", lambda *words, quiet: told.append((*words, git("ls-remote", "--heads", "origin"))))
    monkeypatch.setattr(verb, "dvc_output", lambda *words: f"sample  {Path.cwd() / 'store'}  (default)\ns3      s3://bucket/a b")
    for name, text in (("params.yaml", "request: null\n"), ("models/.gitignore", "/candidate\n"), ("store/a", "a")):
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).write_text(text)
    zero = Entry(kind="promotion", as_of="2026-01-01", bundle="zero.dir", version=0)
    write_ledger(artefacts.LEDGER, Ledger(model="m", entries=[zero]))
    git("switch", "-q", "-c", "main")
    git("add", "-A")
    git("commit", "-q", "-m", "Start")
    git("push", "-q", "origin", "main")
    return told


def test_a_run_is_one_commit_on_its_branch_with_all_that_it_wrote_and_nothing_else(pushed):
    play()
    Path("models/candidate").mkdir()
    Path("models/candidate/model").write_text("weights")
    Path("store/b").write_text("b")
    Path("notes.txt").write_text("somebody's")
    assert propose(run_git, "origin") == W39
    assert git("log", "--format=%s", "origin/main..origin/ratchet/2026-W39") == W39.title
    reports = {f"metrics/{name}.json" for name in ("trigger", "validation", "latency", "decision")}
    assert files("HEAD") == {"dvc.lock", "models/ledger.yaml", "store/b", *reports}
    assert "a tie is no gain\nsecond" in git("log", "-1", "--format=%b")


def test_data_is_pushed_before_the_branch_is_there(pushed):
    play()
    propose(run_git, "origin")
    assert [words[0] for words in pushed] == ["push"]
    assert "ratchet/" not in pushed[0][-1]


def test_the_same_run_again_is_the_same_branch_and_latency_alone_updates_nothing(pushed):
    play()
    propose(run_git, "origin")
    first = git("rev-parse", "HEAD")
    git("switch", "-q", "main")
    play(latency=2.0)
    assert propose(run_git, "origin") == W39
    assert git("ls-remote", "origin", "refs/heads/ratchet/2026-W39").split()[0] == first


def test_another_run_of_the_same_batch_replaces_the_branch(pushed):
    play()
    propose(run_git, "origin")
    git("switch", "-q", "main")
    play(drift=0.2)
    assert propose(run_git, "origin") == W39
    assert git("rev-list", "--count", "origin/main..origin/ratchet/2026-W39") == "1"
    assert artefacts.read_json(artefacts.TRIGGER)["drift"] == 0.2
    assert not git("status", "--porcelain")


def test_a_branch_on_which_somebody_worked_is_never_overwritten(pushed):
    play()
    propose(run_git, "origin")
    Path("params.yaml").write_text("request: mine\n")
    git("commit", "-aqm", "My change")
    git("push", "-q", "origin", "HEAD")
    theirs = git("rev-parse", "HEAD")
    git("switch", "-q", "main")
    play(drift=0.2)
    with pytest.raises(Refused, match=r"^ratchet/2026-W39 on origin must hold only what runs wrote"):
        propose(run_git, "origin")
    assert git("ls-remote", "origin", "refs/heads/ratchet/2026-W39").split()[0] == theirs
    assert git("branch", "--show-current") == "main"


def test_a_branch_brought_up_to_date_with_main_is_still_the_runs_own(pushed):
    play()
    propose(run_git, "origin")
    git("switch", "-q", "main")
    Path("README.md").write_text("x")
    git("add", "README.md")
    git("commit", "-qm", "A change")
    git("push", "-q", "origin", "main")
    git("switch", "-q", "ratchet/2026-W39")
    git("merge", "-q", "--no-edit", "main")
    git("push", "-q", "origin", "HEAD")
    git("switch", "-q", "main")
    play()
    propose(run_git, "origin")
    assert git("rev-list", "--count", "origin/main..origin/ratchet/2026-W39") == "1"


@pytest.mark.parametrize("verdict", ["investigate", "blocked", "rollback"])
def test_what_a_person_has_to_look_at_is_proposed_without_a_candidate_too(pushed, verdict):
    play(verdict)
    assert propose(run_git, "origin").title == f"Data through 2026-W39: the trigger says {verdict}"
    assert f"reason for {verdict}" in git("log", "-1", "--format=%b")


def test_a_skip_and_a_run_that_is_on_main_are_not_proposed(pushed):
    play("skip")
    assert propose(run_git, "origin") is None
    play()
    git("add", "-A")
    git("commit", "-qm", "Merged")
    play(latency=2.0)
    assert propose(run_git, "origin") is None
    assert pushed == []
    assert not git("diff", "--cached", "--name-only")


def test_a_push_that_fails_is_one_line(pushed):
    play()
    git("remote", "set-url", "origin", "/nowhere")
    with pytest.raises(ToolError, match="`git ls-remote --heads` must work here"):
        propose(run_git, "origin")
    assert git("branch", "--show-current") == "main"


def test_attempts_of_open_branches_count_once(pushed):
    play()
    propose(run_git, "origin")
    git("switch", "-q", "main")
    assert [count_open(run_git, "origin") for _ in range(2)] == [1, 0]
    assert read_ledger(artefacts.LEDGER).entries[-1] == attempt(1)


def test_without_open_branches_or_with_one_without_a_ledger_nothing_is_counted(pushed):
    before = artefacts.LEDGER.read_bytes()
    assert count_open(run_git, "origin") == 0
    git("switch", "-qc", "ratchet/2026-W10")
    git("rm", "-q", str(artefacts.LEDGER))
    git("commit", "-qm", "No ledger")
    git("push", "-q", "origin", "HEAD")
    git("switch", "-q", "main")
    assert count_open(run_git, "origin") == 0
    assert artefacts.LEDGER.read_bytes() == before


def test_a_branch_name_is_never_a_command(pushed):
    play()
    propose(run_git, "origin")
    name = "ratchet/$(touch${IFS}made)`touch${IFS}made`;touch${IFS}made&|<>'x"
    git("push", "-q", "origin", f"HEAD:refs/heads/{name}", ":ratchet/2026-W39")
    git("switch", "-q", "main")
    assert count_open(run_git, "origin") == 1
    assert not Path("made").exists()


def test_a_branch_that_was_deleted_counts_no_more(pushed):
    play()
    propose(run_git, "origin")
    git("switch", "-q", "main")
    git("push", "-q", "origin", "--delete", "ratchet/2026-W39")
    assert count_open(run_git, "origin") == 0


def test_the_newest_batch_counts_blocked_ones_and_no_feedback():
    batches = {
        "raw/2026-W39.csv": {"batch": "2026-W39", "verdict": "accepted"},
        "raw/2026-W40.csv": {"batch": "2026-W40", "verdict": "blocked"},
        "raw/notes.csv": {"batch": None, "verdict": "blocked"},
        "feedback/2026-W41.csv": {"batch": "2026-W41", "verdict": "accepted"},
    }
    assert newest_batch({"batches": batches}) == "2026-W40"
    with pytest.raises(InputError, match="data/raw must hold a batch named by its period"):
        newest_batch({"batches": {}})
