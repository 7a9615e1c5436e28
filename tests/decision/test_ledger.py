"""The ledger: what is live, what was tried, and files that are no ledger."""

from datetime import date

import pytest
import yaml

from stages.decision.ledger import HEADER, Entry, Ledger, read_ledger, write_ledger
from stages.errors import InputError


def entry(kind: str, bundle: str, day: int = 1, **more) -> Entry:
    return Entry(kind=kind, as_of=date(2026, 3, day), bundle=bundle, **more)


ZERO = entry("promotion", "zero", 1, version=0)
ONE = entry("promotion", "one", 5, version=1)
TWO = entry("promotion", "two", 9, version=2)
BACK = entry("rollback", "one", 12, rejected="two")


def ledger(*entries: Entry) -> Ledger:
    return Ledger(model="router", entries=list(entries))


def test_the_last_promotion_is_live():
    assert ledger(ZERO).live == ZERO
    assert ledger(ZERO, ONE, entry("attempt", "three", 7)).live == ONE
    assert ledger(ZERO, ONE, TWO).live == TWO


def test_after_a_rollback_the_version_it_went_back_to_is_live_since_that_day():
    back = ledger(ZERO, ONE, TWO, BACK, entry("attempt", "three", 20))
    assert back.live == ONE
    assert back.since == date(2026, 3, 12)
    assert back.rejected == {"two"}


def test_a_version_that_a_rollback_was_made_to_return_to_is_no_longer_rejected():
    forced = ledger(ZERO, ONE, TWO, BACK, entry("rollback", "two", 15, rejected="one"))
    assert (forced.live, forced.rejected, forced.versions) == (TWO, {"one"}, [TWO])


def test_a_bundle_promoted_twice_is_live_as_its_newer_version():
    again = entry("promotion", "one", 20, version=3)
    assert ledger(ZERO, ONE, TWO, again).live == again


def test_a_reanchoring_changes_nothing_in_production():
    again = ledger(ZERO, ONE, entry("reanchor", "one", 20, golden="g", scored=[1]))
    assert again.live == ONE
    assert again.since == date(2026, 3, 5)
    assert again.last_attempt(date(2026, 3, 30)) == date(2026, 3, 5)


@pytest.mark.parametrize(
    ("past", "anchored"),
    [
        ([], False),
        ([entry("reanchor", "two", 20, golden="g", scored=[1, 2])], True),
        ([entry("reanchor", "two", 20, golden="g", scored=[1])], False),  # measured other versions only
        ([entry("reanchor", "two", 20, golden="old", scored=[1, 2])], False),
        ([entry("reanchor", "two", n, golden=name, scored=[2]) for n, name in ((20, "g"), (21, "later"))], False),
        ([entry("reanchor", "two", 20, golden="g", scored=[1, 2]), entry("rollback", "one", 21, rejected="two")], True),
        ([entry("reanchor", "two", 20, golden="g", scored=[2]), entry("promotion", "three", 21, version=3)], False),
    ],
)
def test_a_golden_set_is_anchored_where_the_last_reanchoring_measured_the_production_version_on_it(past, anchored):
    found = ledger(ZERO, ONE, TWO, *past).anchor("g")
    assert (found == past[0]) if anchored else found is None


def test_versions_to_be_held_against_leave_out_the_dummy_and_what_was_rolled_back():
    assert ledger(ZERO, ONE, TWO, BACK, entry("attempt", "three", 13)).versions == [ONE]


def test_a_version_number_is_never_used_again():
    assert ledger(ZERO).next_version == 1
    assert ledger(ZERO, ONE, TWO, BACK).next_version == 3


def test_the_same_attempt_is_recorded_once_and_a_new_one_always():
    tried = entry("attempt", "two", 7, holdout="h", golden="g", verdict="hold")
    first = ledger(ZERO).with_entry(tried)
    assert first.entries == [ZERO, tried]
    assert first.with_entry(tried.model_copy(update={"as_of": date(2026, 3, 8), "verdict": "review"})) == first
    assert len(first.with_entry(tried.model_copy(update={"holdout": "h2"})).entries) == 3
    assert len(first.with_entry(tried.model_copy(update={"golden": "g2"})).entries) == 3
    assert len(first.with_entry(entry("promotion", "two", 7, version=1)).entries) == 3


def test_what_was_known_to_have_changed_is_kept_with_a_promotion(tmp_path):
    known = entry("promotion", "three", 9, version=3, change={"day": "2026-02-16", "what": "the change of color in 2026-W08"})
    write_ledger(tmp_path / "ledger.yaml", ledger(ZERO, known))
    assert read_ledger(tmp_path / "ledger.yaml").live.change == known.change
    assert known.change.day == date(2026, 2, 16)


def test_entries_are_only_ever_appended():
    before = ledger(ZERO, ONE)
    after = before.with_entry(TWO)
    assert before.entries == [ZERO, ONE]
    assert after.entries[:2] == before.entries


def test_the_last_attempt_leaves_out_todays_own_and_the_dummy():
    tried = ledger(ZERO, entry("attempt", "one", 7), entry("attempt", "two", 14))
    assert ledger(ZERO).last_attempt(date(2026, 3, 20)) is None
    assert tried.last_attempt(date(2026, 3, 14)) == date(2026, 3, 7)
    assert tried.last_attempt(date(2026, 3, 15)) == date(2026, 3, 14)
    assert ledger(ZERO, TWO).last_attempt(date(2026, 3, 9)) == date(2026, 3, 9)


def test_what_is_written_is_read_back(tmp_path):
    path = tmp_path / "ledger.yaml"
    whole = ledger(ZERO, entry("promotion", "one", 5, version=1, reasons=["besser: ü"], promised=0.8125, rows=10), BACK)
    write_ledger(path, whole)
    assert read_ledger(path) == whole
    assert path.read_text(encoding="utf-8").startswith(HEADER)
    # Fields that say nothing are left out.
    assert "holdout" not in yaml.safe_load(path.read_text(encoding="utf-8"))["entries"][0]


def test_an_older_ledger_is_the_beginning_of_the_newer_file(tmp_path):
    write_ledger(tmp_path / "old.yaml", ledger(ZERO, ONE))
    write_ledger(tmp_path / "new.yaml", ledger(ZERO, ONE, TWO))
    assert (tmp_path / "new.yaml").read_text().startswith((tmp_path / "old.yaml").read_text())


PROMOTION = "{kind: promotion, as_of: 2026-03-01, bundle: zero, version: 0}"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the file must be a valid entry"),
        ("model: x\nentries: []", "entries must be a valid entry"),
        ("model: x\nentries: [{kind: attempt, as_of: 2026-03-01, bundle: a}]", "must hold the promotion of version 0"),
        ("model: x\nentries: [{kind: victory, as_of: 2026-03-01, bundle: a}]", "entries.0.kind must be a valid entry"),
        ("model: x\nentries: [{kind: promotion, as_of: 2026-03-01}]", "entries.0.bundle must be a valid entry"),
        ("model: x\nentries: [{kind: promotion, as_of: 2026-03-01, bundle: a, gain: 1}]", "entries.0.gain must be a valid entry"),
        (f"model: x\nentries: [{PROMOTION}, {{kind: rollback, as_of: 2026-03-01, bundle: q}}]", "must only go back to promoted"),
        ("model: x\nentries: [", "line 2 must be valid YAML"),
        ("<<<<<<< HEAD\nmodel: x\n=======\n>>>>>>> other\n", "must be valid YAML"),
    ],
)
def test_a_damaged_ledger_is_one_line(tmp_path, text, message):
    (tmp_path / "ledger.yaml").write_text(text)
    with pytest.raises(InputError, match=message) as error:
        read_ledger(tmp_path / "ledger.yaml")
    assert "\n" not in str(error.value)
    assert str(error.value).startswith(str(tmp_path / "ledger.yaml"))


def test_an_older_ledger_without_the_newer_fields_is_read(tmp_path):
    attempt = "{kind: attempt, as_of: 2026-03-02, bundle: one, verdict: hold, holdout: h, golden: g}"
    (tmp_path / "ledger.yaml").write_text(f"model: x\nentries: [{PROMOTION}, {attempt}]")
    read = read_ledger(tmp_path / "ledger.yaml").entries[-1]
    assert (read.training, read.recipe, read.scored, read.follows) == (None, None, [], None)


def test_a_missing_ledger_is_one_line(tmp_path):
    with pytest.raises(InputError, match="must exist, got nothing there"):
        read_ledger(tmp_path / "ledger.yaml")
