"""The three signals of drift: which state, and in which words."""

import pytest
from made_profiles import COLUMNS, OLD, RECENT, SAID, TRIGGER, known

from stages.signals.drift import ColumnDrift, drift, drift_signals
from stages.signals.signal import Signal, State


def row(state: State, column: str = "kind", change: float | None = 0.02, p: float | None = 0.5, **other) -> ColumnDrift:
    where = {"fired": "vela: 4.2% → 16.7%", "quiet": "a: 3.0% → 5.0%", "underpowered": "9 rows are too few"}.get(state, "unknown")
    values = {"family": "feature", "column": column, "change": change, "where": where, "p_value": p, "n": 300, "state": state}
    return ColumnDrift(**values | other)


def signal(rows: list[ColumnDrift], name: str = "feature_drift") -> Signal:
    return {own.name: own for own in drift_signals(rows, TRIGGER)}[name]


def test_one_column_that_changed_fires_the_signal_of_its_family():
    rows = [row("fired", "product", 0.125, 0.001), row("quiet"), row("quiet", SAID, family="prediction")]
    assert signal(rows) == Signal(
        name="feature_drift", state="fired", value=0.125, threshold=0.1, n=300, p_value=0.001, why="product vela: 4.2% → 16.7%"
    )
    assert signal(rows, "prediction_drift").state == "quiet"
    assert signal(rows, "label_shift").state == "unknown"


@pytest.mark.parametrize(("others", "words"), [(1, " and 1 more column"), (2, " and 2 more columns")])
def test_further_columns_that_changed_are_counted(others, words):
    rows = [row("fired", "product", 0.125, 0.001), *[row("fired", f"c{k}", 0.11, 0.01) for k in range(others)]]
    assert signal(rows).why == "product vela: 4.2% → 16.7%" + words


def test_quiet_says_the_largest_change_and_what_could_not_be_judged():
    found = signal([row("quiet"), row("unknown", "size", None, None), row("quiet", "other", 0.01)])
    assert found.state == "quiet"
    assert found.why == (
        "no large and significant change in 2 columns, the largest is kind: a: 3.0% → 5.0%; 1 column could not be judged"
    )
    assert (found.value, found.p_value) == (0.02, 0.5)


def test_a_family_that_could_not_be_judged_is_never_quiet():
    few, nothing = row("underpowered", "kind", 0.4, None), row("unknown", "size", None, None)
    assert signal([few, nothing]).state == "underpowered"
    assert signal([few, nothing]).why == "kind: 9 rows are too few; 1 column could not be judged"
    assert signal([nothing]).state == "unknown"
    assert (signal([nothing]).value, signal([nothing]).p_value) == (None, None)
    assert (signal([]).state, signal([]).why) == ("unknown", "no column to compare")


def test_version_0_has_no_predictions_to_compare_with():
    reference = known(OLD) | {"predictions": None}
    found = drift_signals(drift(known(RECENT), known(RECENT)["labels"], reference, COLUMNS, TRIGGER), TRIGGER)
    assert [(own.name, own.state) for own in found] == [
        ("feature_drift", "quiet"), ("prediction_drift", "unknown"), ("label_shift", "quiet"),
    ]  # fmt: skip
    assert found[1].why == "the baseline's profile has nothing of it (predicted y)"
