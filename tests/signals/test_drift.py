"""Drift: loud where something changed, a clear state where nothing can be seen. (False alarms: test_drift_false_alarms.py.)"""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from made_profiles import COLUMNS, OLD, RECENT, SAID, TRIGGER, known, rows
from scipy.stats import fisher_exact, ks_2samp

from stages.sections import Drift, TriggerParams
from stages.signals.drift import drift, weekly
from stages.signals.profile import answers, merge, profile
from stages.signals.world import Week


def compare(recent: pd.DataFrame, old: pd.DataFrame, trigger: TriggerParams = TRIGGER) -> dict:
    now = known(recent)
    return {row.column: row for row in drift(now, now["labels"], known(old), COLUMNS, trigger)}


def states(recent: pd.DataFrame, old: pd.DataFrame) -> dict[str, str]:
    return {column: row.state for column, row in compare(recent, old).items()}


def fired(recent: pd.DataFrame, old: pd.DataFrame) -> set[str]:
    return {column for column, state in states(recent, old).items() if state == "fired"}


def test_every_feature_the_predictions_and_the_labels_have_a_row():
    found = compare(RECENT, OLD)
    assert found.keys() == {*COLUMNS.features, SAID, "y"}
    assert [found[name].family for name in ("size", SAID, "y")] == ["feature", "prediction", "label"]
    assert set(states(RECENT, OLD).values()) == {"quiet"}


def test_a_clear_shift_is_seen_in_the_column_that_shifted():
    random = np.random.default_rng(3)
    assert fired(RECENT.assign(size=RECENT["size"] + 1), OLD) == {"size"}
    assert fired(RECENT.assign(kind=np.where(random.random(400) < 0.8, "a", "b")), OLD) == {"kind"}
    assert fired(RECENT.assign(words="word1 " + RECENT["words"]), OLD) == {"words"}


def test_the_largest_change_comes_first():
    now = known(RECENT.assign(kind="new", size=RECENT["size"] + 1))
    found = drift(now, now["labels"], known(OLD), COLUMNS, TRIGGER)
    assert [row.column for row in found[:2]] == ["kind", "size"]
    assert found[0].where == "new: 0.0% → 100.0%"


def test_changed_answers_and_labels_are_seen_without_any_change_of_features():
    now, old = known(RECENT, said=0.8), known(OLD)
    found = {row.column: row for row in drift(now, answers(pd.Series(["no"] * 60)), old, COLUMNS, TRIGGER)}
    assert {name for name, row in found.items() if row.state == "fired"} == {SAID, "y"}
    assert found[SAID].where == "yes: 50.0% → 80.0%"
    assert (found["y"].change, found["y"].n) == (0.5, 60)


def test_answers_that_are_numbers_are_compared_as_numbers():
    random = np.random.default_rng(4)
    old, now = random.normal(size=1000), random.normal(0.5, size=400)
    before, after = (profile(frame, COLUMNS, None, pd.Series(said)) for frame, said in ((OLD, old), (RECENT, now)))
    row = {row.column: row for row in drift(after, answers(pd.Series(now)), before, COLUMNS, TRIGGER)}[SAID]
    assert row.state == "fired"
    assert row.change == pytest.approx(ks_2samp(old, now).statistic)


def test_texts_of_other_words_are_drift_and_no_word_is_told():
    row = compare(RECENT.assign(words="entirely other text"), OLD)["words"]
    assert (row.state, row.where) == ("fired", "some words: 0.0% → 100.0% of rows")


def test_a_column_that_is_gone_or_new_is_drift_and_an_empty_one_is_not():
    assert fired(RECENT.assign(size=np.nan), OLD) == {"size"}
    assert fired(RECENT.assign(hole=1.0), OLD) == {"hole"}
    assert compare(RECENT.assign(hole=1.0), OLD)["hole"].where == "no value: 100.0% → 0.0%"
    assert fired(RECENT.assign(empty="now"), OLD) == {"empty"}
    assert states(RECENT.assign(words=""), OLD.assign(words=""))["words"] == "quiet"


def test_more_gaps_are_drift_in_every_kind_of_column():
    holes = pd.Series(np.arange(400) % 4 == 0)
    gappy = RECENT.mask(holes)
    assert fired(gappy, OLD) >= {"words", "kind", "constant", "size", "count"}
    assert compare(gappy, OLD)["size"].where == "no value: 0.0% → 25.0%"
    assert compare(gappy, OLD)["size"].change == 0.25


def test_a_few_numbers_among_gaps_are_too_few_to_be_quiet():
    # 20 and 8 numbers: the gaps can be compared (98 % both), the numbers cannot.
    old, recent = (frame.assign(size=frame["size"].where(np.arange(len(frame)) % 50 == 0)) for frame in (OLD, RECENT))
    assert states(recent, old)["size"] == "underpowered"
    assert states(recent.assign(size=1.0), old)["size"] == "fired"


@pytest.mark.parametrize(("old", "recent"), [(1000, 1), (1000, 49), (49, 1000)])
def test_too_few_rows_are_underpowered_however_large_the_change(old, recent):
    found = compare(rows(recent, 5).assign(kind="new", size=99.0), rows(old, 6))
    assert {row.state for row in found.values()} == {"underpowered"}
    assert found["kind"].where == f"{min(old, recent)} rows are too few"
    assert found["kind"].p_value is None


def test_no_rows_at_all_are_unknown():
    assert {row.state for row in compare(rows(0, 1), OLD).values()} == {"unknown"}


def test_a_significant_change_that_is_too_small_to_matter_stays_quiet():
    old, recent = rows(6000, 7), rows(6000, 8)
    nudged = recent.assign(size=recent["size"] + 0.15)
    strict = TRIGGER.model_copy(update={"drift": Drift(min_change=0.03, min_rows=50)})
    assert compare(nudged, old)["size"].state == "quiet"
    assert compare(nudged, old)["size"].p_value == 1.0
    assert compare(nudged, old, strict)["size"].state == "fired"


def test_the_change_of_numbers_is_the_kolmogorov_smirnov_distance():
    whole = RECENT.assign(count=RECENT["count"] + (np.arange(400) % 3 == 0))
    row = compare(whole, OLD)["count"]
    scipy = ks_2samp(OLD["count"], whole["count"])
    assert row.change == pytest.approx(scipy.statistic)
    below = [(side["count"] <= scipy.statistic_location).mean() for side in (OLD, whole)]
    assert row.where == f"up to {scipy.statistic_location:g}: {below[0]:.1%} → {below[1]:.1%}"


def test_numbers_of_different_precision_are_compared_at_the_coarser_one():
    random = np.random.default_rng(9)
    old, recent = random.normal(size=20_000), random.normal(0.3, size=300)
    frames = rows(20_000, 9).assign(size=old), rows(300, 9).assign(size=recent)
    row = compare(frames[1], frames[0])["size"]
    # Of 20,000 normal numbers six or seven bits are left: at most 0.4 % of the rows are ties.
    assert row.change == pytest.approx(ks_2samp(old, recent).statistic, abs=0.01)
    assert row.state == "fired"


def test_the_p_value_of_shares_is_fishers_times_levels_times_columns():
    # 500 of 1,000 were a, 260 of 400 are: both levels differ by 15 points, and nothing else by 10. Two levels, nine columns.
    recent = RECENT.assign(kind=np.where(np.arange(400) < 260, "a", "b"))
    old = OLD.assign(kind=np.where(np.arange(1000) < 500, "a", "b"))
    row = compare(recent, old)["kind"]
    assert row.change == pytest.approx(0.15)
    tail = fisher_exact([[260, 140], [500, 500]], alternative="greater").pvalue
    assert row.p_value == pytest.approx(2 * 9 * 2 * tail, rel=0.05)


def test_a_rare_value_that_grows_is_seen_beside_a_large_reference():
    strict = TRIGGER.model_copy(update={"drift": Drift(min_change=0.05, min_rows=50)})
    old = rows(5000, 10).assign(kind=["rare"] * 10 + ["common"] * 4990)
    assert compare(rows(200, 11).assign(kind=["rare"] * 12 + ["common"] * 188), old, strict)["kind"].state == "fired"


def test_long_names_of_categories_are_shortened():
    row = compare(RECENT.assign(kind="very\nlong " * 20), OLD)["kind"]
    assert row.where == "very long very long very long very long…: 0.0% → 100.0%"


def test_a_column_that_the_profile_does_not_know_is_unknown():
    reference = known(OLD)
    del reference["columns"]["size"]
    found = {row.column: row for row in drift(known(RECENT), None, reference, COLUMNS, TRIGGER)}
    assert (found["size"].state, found["size"].where) == ("unknown", "the baseline's profile has nothing of it")
    assert (found["y"].state, found["y"].where) == ("unknown", "no rows to compare")
    assert found["kind"].state == "quiet"


def test_a_column_of_another_kind_is_unknown():
    reference = known(OLD)
    reference["columns"]["size"] = reference["columns"]["kind"]
    found = {row.column: row for row in drift(known(RECENT), None, reference, COLUMNS, TRIGGER)}
    assert (found["size"].state, found["size"].where) == ("unknown", "categorical in the baseline's profile, numeric now")


def test_a_profile_of_an_earlier_version_is_unknown_and_no_crash():
    old = {
        "rows": 1000,
        "columns": {
            name: {"kind": kind, "present": 1000, "counts": {"20016": 1000}}
            for name, kind in {"words": "text", "kind": "categorical", "constant": "categorical", "size": "numeric"}.items()
        },
        "labels": {"yes": 1000},
    }
    now = known(RECENT)
    found = drift(now, now["labels"], old, COLUMNS, TRIGGER)
    assert {row.state for row in found} == {"unknown"}
    earlier = {row.column for row in found if row.where == "the baseline's profile was made by an earlier version"}
    assert earlier == {"words", "kind", "constant", "size", "y"}


def test_the_changes_by_column_and_week():
    def week(name: str, frame: pd.DataFrame) -> Week:
        own = profile(frame, COLUMNS, None, pd.Series(["yes"] * len(frame)))
        return Week(name=name, first=date(2026, 1, 5), last=date(2026, 1, 11), profile=own)

    weeks = [week("2026-W02", RECENT), week("2026-W03", RECENT.assign(kind="new")), week("2026-W04", RECENT[:49])]
    found = weekly(weeks, known(OLD), COLUMNS, TRIGGER)
    assert found.keys() == {*COLUMNS.features, SAID}
    assert found["kind"]["2026-W03"] == 1.0
    assert found["kind"]["2026-W04"] is None  # 49 rows
    assert found[SAID] == {"2026-W02": 0.5, "2026-W03": 0.5, "2026-W04": None}
    # The week by itself is what a run on that week alone would say is new.
    assert found["size"]["2026-W02"] == compare(RECENT, OLD)["size"].change
    assert merge([own.profile for own in weeks])["rows"] == 849
    learned = known(OLD) | {"newest": known(OLD.assign(kind="new"))}
    assert weekly(weeks, learned, COLUMNS, TRIGGER)["kind"]["2026-W03"] == 0.0
