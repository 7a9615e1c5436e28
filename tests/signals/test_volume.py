"""Volume: the newest batch against its median, by a factor and beyond the noise of counts."""

from typing import Any

import pytest
from made_world import made_params
from scipy.stats import beta, binom

from stages.reading.periods import period
from stages.signals.signal import Signal
from stages.signals.volume import data_volume


def batches(rows: dict[str, int], **changes: Any) -> dict[str, Any]:
    """A report as it is read from JSON; `changes` are those of the newest batch."""
    own = {
        f"raw/{name}.csv": {
            "batch": name, "last": period(name).last.isoformat(), "role": "training", "rows": count, "verdict": "accepted",
        }
        for name, count in rows.items()
    }  # fmt: skip
    own[f"raw/{list(rows)[-1]}.csv"] |= changes
    return {"batches": dict(sorted(own.items()))}


def weeks(*rows: int) -> dict[str, int]:
    return {f"2026-W{1 + place:02d}": count for place, count in enumerate(rows)}


def volume(rows: dict[str, int], **changes: Any) -> Signal:
    params = made_params({"batches.history": 4, "batches.volume": {"warn": 2, "block": 10}})
    return data_volume(batches(rows, **changes), params)


@pytest.mark.parametrize(
    ("newest", "state"),
    [(100, "quiet"), (199, "quiet"), (200, "fired"), (50, "fired"), (51, "quiet"), (0, "fired")],
)
def test_twice_or_half_the_usual_rows_fire(newest, state):
    assert volume(weeks(90, 100, 100, 110, newest)).state == state


def test_of_small_batches_twice_as_many_may_be_chance():
    # 8 where 4 are usual: given 24 rows in five batches, 8 or more in one come up in 9 % of draws, one-sided
    assert binom.sf(7, 24, 1 / 5) == pytest.approx(0.09, abs=0.01)
    assert volume(weeks(4, 4, 4, 4, 8)).state == "underpowered"


def test_the_factor_has_an_exact_interval():
    found = volume(weeks(100, 100, 100, 100, 250))
    assert (found.value, found.threshold, found.n) == (2.5, 2, 250)
    # the newest share of 650 rows by Clopper and Pearson; at a share s, it is s / (1 - s) of four batches
    low, high = beta.ppf(0.05, 250, 401), beta.ppf(0.95, 251, 400)
    assert found.interval == pytest.approx((4 * low / (1 - low), 4 * high / (1 - high)))
    assert found.why == "2026-W05, the newest batch, has 250 rows, 2.5 times the usual 100"


def test_only_the_newest_batches_make_the_usual_size():
    assert volume(weeks(900, 900, 900, 900, 900, 100, 100, 100, 100, 100)).state == "quiet"


def test_the_newest_batch_is_looked_at_though_it_is_blocked():
    found = volume(weeks(100, 100, 100, 100, 5), verdict="blocked")
    assert (found.state, found.value) == ("fired", 0.05)
    assert found.why == "2026-W05 (blocked), the newest batch, has 5 rows, 0.05 times the usual 100"


def test_blocked_batches_make_no_usual_size():
    report = batches(weeks(100, 100, 100, 5, 5, 100))
    for name in ("2026-W04", "2026-W05"):
        report["batches"][f"raw/{name}.csv"]["verdict"] = "blocked"
    assert data_volume(report, made_params({"batches.history": 4})).value == 1


@pytest.mark.parametrize("changes", [{"role": "feedback"}, {"batch": None, "last": None, "verdict": "blocked"}])
def test_feedback_and_files_without_a_period_are_left_out(changes):
    assert volume(weeks(100, 100, 100, 100, 900), **changes).value == 1


def test_days_are_not_held_against_months():
    months = {"2025-11": 3000, "2025-12": 3000, "2026-01": 3000}
    days = {f"2026-02-0{day}": 100 for day in range(1, 6)}
    assert volume({**months, **days}).value == 1
    weekly = {"2026-W02": 700, "2026-W03": 700, "2026-W04": 700, "2026-W05": 700}  # after W05 come months
    assert volume({**weekly, "2026-02": 3000}).state == "unknown"


@pytest.mark.parametrize("rows", [weeks(100, 100, 100), weeks(0, 0, 0, 100)])
def test_without_a_usual_size_it_is_unknown(rows):
    assert volume(rows).state == "unknown"


def test_without_any_batch_it_is_unknown():
    assert data_volume({"batches": {}}, made_params()).state == "unknown"
