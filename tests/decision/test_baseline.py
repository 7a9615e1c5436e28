"""The baseline commit in real Git repositories, and what dvc.lock says there."""

import subprocess
from pathlib import Path

import pytest
import yaml

from stages.decision.baseline import POINTER, baseline_commit, pointer_md5, recorded_at, run_git
from stages.errors import CannotJudge, ToolError


@pytest.fixture
def repository(own_git, tmp_path, monkeypatch):
    """An empty Git repository to stand in, with a name and nothing of the machine's own settings."""
    folder = tmp_path / "repository"
    folder.mkdir()
    monkeypatch.chdir(folder)
    git("init", "-q", "-b", "main")
    return folder


def git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], check=True, capture_output=True, text=True).stdout.strip()


def commit(md5: str | None = None, note: str = "work") -> str:
    """A commit, with this bundle as the baseline where one is named."""
    if md5:
        POINTER.parent.mkdir(exist_ok=True)
        POINTER.write_text(yaml.safe_dump({"outs": [{"md5": md5, "path": "baseline"}]}))
    with Path("notes.txt").open("a") as notes:
        notes.write(f"{note}\n")
    git("add", "-A")
    git("commit", "-q", "-m", note)
    return git("rev-parse", "HEAD")


def test_it_is_the_oldest_commit_that_has_the_bundle(repository):
    commit("zero.dir")
    first = commit("one.dir")
    commit()
    assert baseline_commit(run_git, "one.dir") == first


def test_after_a_rollback_it_is_the_commit_that_first_promoted_the_bundle(repository):
    first = commit("one.dir")
    commit("two.dir")
    commit("one.dir")
    assert baseline_commit(run_git, "one.dir") == first


def test_after_a_squash_merge_it_is_the_commit_on_the_main_line(repository):
    commit("zero.dir")
    git("switch", "-q", "-c", "promotion")
    commit(note="prepare")
    branch = commit("one.dir")
    git("switch", "-q", "main")
    git("merge", "-q", "--squash", "promotion")
    git("commit", "-q", "-m", "Promote version 1")
    git("branch", "-q", "-D", "promotion")
    found = baseline_commit(run_git, "one.dir")
    assert found == git("rev-parse", "main")
    assert found != branch


def test_after_a_true_merge_it_is_the_merge(repository):
    commit("zero.dir")
    git("switch", "-q", "-c", "promotion")
    commit("one.dir")
    git("switch", "-q", "main")
    git("merge", "-q", "--no-ff", "promotion", "-m", "Promote version 1")
    commit(note="later")
    assert baseline_commit(run_git, "one.dir") == git("rev-parse", "main~1")


def test_a_project_in_a_folder_of_the_repository_finds_it_too(repository, monkeypatch):
    (repository / "loop").mkdir()
    monkeypatch.chdir(repository / "loop")
    first = commit("one.dir")
    commit()
    assert baseline_commit(run_git, "one.dir") == first


@pytest.mark.parametrize("depth", [1, 2])
def test_a_shallow_clone_without_it_says_how_to_fetch_it(repository, monkeypatch, depth):
    first = commit("one.dir")
    commit()
    commit()
    git("clone", "-q", "--depth", str(depth), f"file://{repository}", "../shallow")
    monkeypatch.chdir(repository.parent / "shallow")
    with pytest.raises(CannotJudge, match="got a shallow clone without it; fetch it with `git fetch --unshallow`"):
        baseline_commit(run_git, "one.dir")
    git("fetch", "-q", "--unshallow")
    assert baseline_commit(run_git, "one.dir") == first


def test_a_shallow_clone_that_holds_it_is_enough(repository, monkeypatch):
    for _ in range(3):
        commit("zero.dir")
    promoted = commit("one.dir")
    git("clone", "-q", "--depth", "2", f"file://{repository}", "../shallow")
    monkeypatch.chdir(repository.parent / "shallow")
    assert baseline_commit(run_git, "one.dir") == promoted


def test_a_bundle_that_was_never_committed_cannot_be_judged(repository):
    commit("one.dir")
    with pytest.raises(CannotJudge, match=r"got no commit in which models/baseline\.dvc has this md5; commit it"):
        baseline_commit(run_git, "two.dir")


def test_a_repository_without_commits_cannot_be_judged(repository):
    with pytest.raises(CannotJudge, match="got no Git history") as error:
        baseline_commit(run_git, "one.dir")
    assert "\n" not in str(error.value).strip()


def test_no_repository_cannot_be_judged(repository, monkeypatch):
    monkeypatch.chdir(repository.parent)
    with pytest.raises(CannotJudge, match="got no Git history"):
        baseline_commit(run_git, "one.dir")


def test_no_git_is_a_tool_error(repository, monkeypatch):
    monkeypatch.setenv("PATH", str(repository))
    with pytest.raises(ToolError, match="git must be installed"):
        run_git("status")


@pytest.mark.parametrize("text", ["", "outs: []", "outs: [{path: x}]", "- 1", "{", "plain"])
def test_a_text_that_is_no_pointer_has_no_md5(text):
    assert pointer_md5(text) is None


def test_a_pointer_has_an_md5():
    assert pointer_md5("outs:\n- md5: abc.dir\n  size: 3\n  path: baseline\n") == "abc.dir"


def test_the_lock_of_a_commit_says_what_was_evaluated(repository):
    deps = [{"path": "models/candidate", "md5": "c.dir"}, {"path": "data/golden", "md5": "g.dir"}]
    Path("dvc.lock").write_text(yaml.safe_dump({"stages": {"evaluate": {"deps": deps}}}))
    first = commit("one.dir")
    Path("dvc.lock").write_text("broken: [")
    second = commit()
    Path("dvc.lock").unlink()
    third = commit()
    assert recorded_at(run_git, first) == {"models/candidate": "c.dir", "data/golden": "g.dir"}
    assert recorded_at(run_git, second) == recorded_at(run_git, third) == {}
