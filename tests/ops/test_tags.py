"""Tags for consumers: what they say of the ledger, that every clone writes the same ones, and that a moved one is refused."""

import pytest
from made_production import AT, commit, everything, git, made_loop, tag_names

from stages import artefacts
from stages.decision.baseline import run_git
from stages.errors import Refused
from stages.ops.promote import Approval, promote
from stages.ops.rollback import Request, rollback
from stages.ops.versions.record import verified
from stages.ops.versions.tags import check_tags, write_tags

GOOD = Approval("desk-lead", "better", accept_review=False)
ALL = ["ticket-router#prod#1", "ticket-router#prod#2", "ticket-router@v1.0.0", "ticket-router@v2.0.0"]


@pytest.fixture
def here(project, monkeypatch):
    """Versions 1 and 2 were promoted, in the same second."""
    made_loop(project.folder, monkeypatch)
    for text in ("one", "two"):
        artefacts.CANDIDATE.joinpath("model").write_text(text)
        promote(GOOD, run_git)
    return project.folder


def refused(message: str, here) -> None:
    artefacts.CANDIDATE.joinpath("model").write_text("three")
    before = everything(here)
    for work in (
        lambda: promote(GOOD, run_git),
        lambda: rollback(Request(to=1, reason="worse", by=None, force=False), run_git),
        lambda: check_tags(verified(run_git), run_git),
    ):
        with pytest.raises(Refused, match=message) as refusal:
            work()
        assert "\n" not in str(refusal.value)
    assert everything(here) == before


def test_every_promotion_is_a_version_and_went_into_production(here):
    assert tag_names() == ALL
    commits = git("rev-list", "HEAD~1", "--max-count=1"), git("rev-parse", "HEAD")
    for number, own in enumerate(commits, 1):
        assert git("rev-parse", f"ticket-router@v{number}.0.0^{{commit}}") == own
        assert git("rev-parse", f"ticket-router#prod#{number}^{{commit}}") == own


def test_times_grow_though_both_commits_are_of_one_second(here):
    times = git("for-each-ref", "--format=%(taggerdate:unix)", "refs/tags/ticket-router#prod#*").split()
    assert times == [str(AT), str(AT + 1)]


def test_a_clone_without_tags_counts_on_and_writes_the_same_ones(here, tmp_path, monkeypatch):
    before = git("for-each-ref", "refs/tags")
    git("clone", "-q", "--no-tags", str(here), str(tmp_path / "clone"))
    monkeypatch.chdir(tmp_path / "clone")
    assert tag_names() == []
    assert sorted(write_tags(verified(run_git), run_git)) == ALL
    assert git("for-each-ref", "refs/tags") == before
    assert write_tags(verified(run_git), run_git) == []


def test_a_squashed_history_tags_only_what_it_shows(here):
    for name in ALL:
        git("tag", "-d", name)
    git("checkout", "-q", "--orphan", "squashed")
    commit("All of it")
    assert sorted(write_tags(verified(run_git), run_git)) == ["ticket-router#prod#2", "ticket-router@v2.0.0"]


@pytest.mark.parametrize("name", ["ticket-router@v1.0.0", "ticket-router#prod#2"])
def test_a_moved_tag_is_refused_until_it_is_written_again(here, name):
    git("tag", "-f", "-a", "-m", "mine", name, "HEAD~2")
    refused(f"the tag {name} must be annotated and point to .*, got one to {git('rev-parse', 'HEAD~2')[:7]}; delete it", here)
    git("tag", "-d", name)
    assert write_tags(verified(run_git), run_git) == [name]


def test_a_tag_that_is_not_annotated_is_refused(here):
    git("tag", "-f", "ticket-router@v2.0.0", "HEAD")
    refused("must be annotated and point to .*, got one that is not annotated", here)


def test_a_tag_of_another_time_is_refused_because_dvc_goes_by_it(here, monkeypatch):
    monkeypatch.setenv("GIT_COMMITTER_DATE", f"{AT + 999} +0000")
    git("tag", "-f", "-a", "-m", "later", "ticket-router#prod#1", "HEAD~1")
    refused("the tag ticket-router#prod#1 must have the time of its commit", here)


@pytest.mark.parametrize("name", ["ticket-router@v3.0.0", "ticket-router#prod#7", "ticket-router#prod", "ticket-router#prod!#3"])
def test_a_tag_that_no_entry_stands_for_is_refused(here, name):
    git("tag", "-a", "-m", "forged", name)
    refused(f"the tag {name} must stand for an entry of the ledger, got none for it; pull, or delete it", here)


def test_tags_of_others_are_left_alone(here):
    for name in ("v1.0", "other@v1.0.0", "ticket-router#staging#1", "ticket-router#production#1"):
        git("tag", "-a", "-m", "not ours", name)
    check_tags(verified(run_git), run_git)
    assert rollback(Request(to=None, reason="worse", by=None, force=False), run_git).version == 1


def test_a_merge_counts_as_the_commit_of_its_promotion(here):
    git("checkout", "-q", "-b", "side")
    artefacts.CANDIDATE.joinpath("model").write_text("three")
    promote(GOOD, run_git)
    git("checkout", "-q", "main")
    for name in ("ticket-router@v3.0.0", "ticket-router#prod#3"):
        git("tag", "-d", name)
    git("merge", "-q", "--no-ff", "-m", "Merge", "side")
    write_tags(verified(run_git), run_git)
    assert git("rev-parse", "ticket-router@v3.0.0^{commit}") == git("rev-parse", "HEAD")
