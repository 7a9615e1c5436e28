"""Drift: quiet while nothing changes, loud when it does, silent where there is too little to see."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import kstest

from stages.sections import Columns, Drift
from stages.signals.drift import feature_drift, holm, label_shift
from stages.signals.profile import profile

DRIFT = Drift(significance=0.05, min_change=0.1, min_rows=50)
WORDS = np.array([f"word{k}" for k in range(60)])
LONG_TAIL = np.array([f"v{k}" for k in range(40)])
COLUMNS = Columns(
    id="id",
    time="at",
    target="y",
    text=["words"],
    categorical=["kind", "rare", "constant", "empty"],
    numeric=["size", "count", "hole"],
    prediction=None,
    model_version=None, group=None,
)


def rows(n: int, random: np.random.Generator) -> pd.DataFrame:
    tail = 1 / np.arange(1, 41) ** 1.5
    return pd.DataFrame(
        {
            "words": [" ".join(random.choice(WORDS, 6)) for _ in range(n)],
            "kind": random.choice(["a", "b"], n),
            "rare": random.choice(LONG_TAIL, n, p=tail / tail.sum()),
            "constant": "same",
            "empty": pd.Series([None] * n, dtype="str"),
            "size": random.normal(size=n),
            "count": random.poisson(2, n).astype("float64"),
            "hole": np.nan,
        }
    )


def states(recent: pd.DataFrame, old: pd.DataFrame, drift: Drift = DRIFT) -> dict[str, str]:
    return {row.column: row.state for row in feature_drift(recent, profile(old, None, COLUMNS), COLUMNS, drift)}


def fired(recent: pd.DataFrame, old: pd.DataFrame, drift: Drift = DRIFT) -> set[str]:
    return {column for column, state in states(recent, old, drift).items() if state == "fired"}


@pytest.mark.parametrize(("old", "recent", "min_change"), [(300, 60, 0.0), (80, 80, 0.1)])
def test_nothing_fires_more_often_than_promised_while_nothing_changes(old, recent, min_change):
    # 200 runs at 5 %: at most 0.05 + 3 * sqrt(0.05 * 0.95 / 200) = 0.096 of them, 19. A change of 0.0 asks the test alone.
    drift = DRIFT.model_copy(update={"min_change": min_change})
    random = np.random.default_rng(17)
    alarms = sum(bool(fired(rows(recent, random), rows(old, random), drift)) for _ in range(200))
    assert alarms <= 19


@pytest.mark.parametrize(("levels", "old", "recent"), [(40, 400, 60), (200, 5000, 200), (1000, 20000, 1000)])
def test_rare_values_are_no_alarm_beside_a_large_reference(levels, old, recent):
    # As above: at most 19 of 200. With the normal distribution alone the second case has 146 alarms, the third 198.
    drift = DRIFT.model_copy(update={"min_change": 0.0})
    random = np.random.default_rng(19)
    shares = 1 / np.arange(1, levels + 1)
    values = np.array([f"v{k}" for k in range(levels)])
    alarms = 0
    for _ in range(200):
        before, after = (random.multinomial(n, shares / shares.sum()) for n in (old, recent))
        reference = {value: int(n) for value, n in zip(values, before, strict=True) if n}
        alarms += label_shift(pd.Series(np.repeat(values, after)), reference, drift).state == "fired"
    assert alarms <= 19


def test_a_rare_value_that_grows_is_seen():
    # 10 of 5000 rows before, 12 of 200 now. Of 22 rows 22 * 200 / 5200 = 0.85 were to be expected among the new ones.
    reference = {"common": 4990, "rare": 10}
    drift = DRIFT.model_copy(update={"min_change": 0.05})
    assert label_shift(pd.Series(["common"] * 188 + ["rare"] * 12), reference, drift).state == "fired"


def test_a_clear_shift_is_seen_in_the_column_that_shifted():
    random = np.random.default_rng(1)
    old, recent = rows(1000, random), rows(400, random)
    assert fired(recent.assign(size=recent["size"] + 1), old) == {"size"}
    assert fired(recent.assign(kind=np.where(random.random(400) < 0.8, "a", "b")), old) == {"kind"}
    assert fired(recent.assign(words="word1 " + recent["words"]), old) == {"words"}


def test_values_never_seen_before_are_drift():
    random = np.random.default_rng(2)
    old, recent = rows(1000, random), rows(400, random)
    found = feature_drift(recent.assign(kind="new"), profile(old, None, COLUMNS), COLUMNS, DRIFT)
    assert (found[0].column, found[0].change, found[0].state) == ("kind", 1.0, "fired")
    assert found[0].where == "new: 0.0% → 100.0%"
    assert "words" in fired(recent.assign(words="entirely other text"), old)


def test_a_column_that_is_gone_is_drift_and_one_that_never_was_is_not():
    random = np.random.default_rng(3)
    old, recent = rows(500, random), rows(300, random)
    assert fired(recent.assign(size=np.nan), old) == {"size"}
    assert fired(recent.assign(hole=1.0), old) == {"hole"}
    assert states(recent, old)["constant"] == "quiet"
    assert states(recent, old)["empty"] == "quiet"
    assert states(recent.assign(words=""), old.assign(words=""))["words"] == "quiet"


@pytest.mark.parametrize(("old", "recent"), [(1000, 1), (1000, 49), (49, 1000)])
def test_too_few_rows_are_underpowered_however_large_the_change(old, recent):
    random = np.random.default_rng(4)
    found = states(rows(recent, random).assign(kind="new", size=99.0), rows(old, random))
    assert set(found.values()) == {"underpowered"}


def test_a_significant_change_that_is_too_small_to_matter_stays_quiet():
    random = np.random.default_rng(5)
    old, recent = rows(6000, random), rows(6000, random)
    nudged = recent.assign(size=recent["size"] + 0.15)
    found = {row.column: row for row in feature_drift(nudged, profile(old, None, COLUMNS), COLUMNS, DRIFT)}
    assert found["size"].p_value < 1e-6
    assert found["size"].state == "quiet"


def test_the_change_of_numbers_is_the_kolmogorov_smirnov_distance():
    random = np.random.default_rng(6)
    old, recent = rows(500, random), rows(300, random)
    # Whole numbers up to 16 have a code each, so nothing is lost against scipy's test on the numbers themselves.
    whole = recent.assign(count=recent["count"] + (random.random(300) < 0.3))
    found = {row.column: row for row in feature_drift(whole, profile(old, None, COLUMNS), COLUMNS, DRIFT)}
    assert found["count"].change == pytest.approx(kstest(old["count"], whole["count"]).statistic)


def test_the_change_of_shares_by_hand():
    # 60 of 100 rows were a, 45 of 50 are: +0.3. Pooled share 105/150 = 0.7, standard error sqrt(0.7 * 0.3 * (1/100 + 1/50))
    # = 0.07937, z = 3.780, two-sided p = 0.000157, times two values = 0.000314.
    found = label_shift(pd.Series(["a"] * 45 + ["b"] * 5), {"a": 60, "b": 40}, DRIFT)
    assert found.change == pytest.approx(0.3)
    assert found.p_value == pytest.approx(0.000314, abs=2e-6)
    assert found.state == "fired"


def test_labels_are_not_compared_where_one_side_has_none():
    assert label_shift(pd.Series(["a"]), {}, DRIFT) is None
    assert label_shift(pd.Series([None], dtype="str"), {"a": 1}, DRIFT) is None
    assert label_shift(pd.Series(["a"]), {"a": 100}, DRIFT).state == "underpowered"


def test_a_column_that_the_profile_does_not_know_is_left_out():
    random = np.random.default_rng(7)
    old, recent = rows(100, random), rows(100, random)
    reference = profile(old, None, COLUMNS)
    del reference["columns"]["size"]
    assert "size" not in {row.column for row in feature_drift(recent, reference, COLUMNS, DRIFT)}


def test_holm_by_hand():
    # Sorted 0.01, 0.02, 0.03, 0.9: times 4, 3, 2, 1 = 0.04, 0.06, 0.06, 0.9; never below the one before.
    assert holm([0.02, 0.9, 0.01, 0.03]) == pytest.approx([0.06, 0.9, 0.04, 0.06])
    # Sorted 0.01, 0.011, 0.5: times 3, 2, 1 = 0.03, 0.022, 0.5; the second is lifted to 0.03.
    assert holm([0.01, 0.011, 0.5]) == pytest.approx([0.03, 0.03, 0.5])
    assert holm([0.6, 0.7]) == [1.0, 1.0]
    assert holm([]) == []
