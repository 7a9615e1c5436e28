"""One batch: its rows, its repeats, its verdict."""

import pandas as pd
import pandera.pandas as pa
import pytest

from stages.intake.batches import check_batch, verdict, without_repeats
from stages.intake.periods import period

SCHEMA = pa.DataFrameSchema({"color": pa.Column("str", pa.Check.isin(["red", "blue"]))})


@pytest.fixture
def params(make_params):
    return make_params({"batches.warn_above": 0.25, "batches.block_above": 0.5})


def frame(*rows: tuple[str | None, str, str]) -> pd.DataFrame:
    """Rows of (id, time, color)."""
    found = pd.DataFrame(rows, columns=["id", "at", "color"])
    return pd.DataFrame(
        {
            "id": found["id"].astype("str").where(found["id"].notna()),
            "at": pd.to_datetime(found["at"], utc=True, format="ISO8601").astype("datetime64[us, UTC]"),
            "color": found["color"].astype("str"),
        }
    )


def checked(name, rows, params, golden=frozenset()):
    return check_batch(frame(*rows), period(name), SCHEMA, params, golden)[0]


def reasons(batch):
    return sorted(batch.failures[["row", "record_id", "rule"]].itertuples(index=False, name=None))


def test_a_row_after_the_last_moment_of_its_period_is_refused(params):
    rows = [("a", "2026-10-04T23:59:59.999999", "red"), ("b", "2026-10-05T00:00", "red"), ("c", "2099-01-01", "red")]
    batch = checked("2026-W40", rows, params)
    assert reasons(batch) == [(1, "b", "at: after the end of its batch"), (2, "c", "at: after the end of its batch")]
    assert batch.ids.tolist() == ["a"]


def test_a_row_from_before_its_period_is_late_and_welcome(params):
    assert checked("2026-W40", [("a", "2026-09-27", "red")], params).ids.tolist() == ["a"]


def test_a_row_of_the_golden_set_is_refused(params):
    batch = checked("2026-W40", [("a", "2026-10-01", "red"), ("b", "2026-10-01", "red")], params, frozenset({"b", "z"}))
    assert reasons(batch) == [(1, "b", "id: in the golden set")]


def test_a_row_that_fails_several_rules_is_one_row_in_quarantine(params):
    batch = checked("2026-W40", [("a", "2099-01-01", "mauve"), ("b", "2026-10-01", "red")], params, frozenset({"a"}))
    assert [rule for _, _, rule in reasons(batch)] == [
        "at: after the end of its batch", "color: isin(['red', 'blue'])", "id: in the golden set",
    ]  # fmt: skip
    assert (batch.rows, batch.quarantined, batch.refused_share) == (2, 1, 0.5)


@pytest.mark.parametrize(
    ("bad", "rows", "expected"),
    [
        (0, 4, ("accepted", [])),
        (1, 4, ("accepted", [])),  # 25 % is not above 25 %
        (3, 8, ("warned", ["37.5% of its rows fail a rule, more than batches.warn_above"])),
        (2, 4, ("warned", ["50.0% of its rows fail a rule, more than batches.warn_above"])),  # 50 % is not above 50 %
        (5, 8, ("blocked", ["62.5% of its rows fail a rule, more than batches.block_above"])),
        (4, 4, ("blocked", ["100.0% of its rows fail a rule, more than batches.block_above"])),
        (0, 0, ("blocked", ["no rows"])),
    ],
)
def test_the_share_of_refused_rows_decides(params, bad, rows, expected):
    batch = checked("2026-W40", [(str(k), "2026-10-01", "mauve" if k < bad else "red") for k in range(rows)], params)
    assert verdict(batch, params) == expected


def ids_and_repeats(batches, params):
    return [(batch.ids.tolist(), [row for row, _, _ in reasons(batch)]) for batch in without_repeats(batches, params)]


def day(number, ids, params):
    return checked(f"2026-10-{number:02}", [(name, "2026-10-01", "red") for name in ids], params)


def test_an_id_that_an_earlier_batch_brought_is_refused(params):
    batches = [day(1, "abc", params), day(2, "dcbe", params), day(3, "efghi", params)]
    assert ids_and_repeats(batches, params) == [
        (["a", "b", "c"], []),
        (["d", "e"], [1, 2]),
        (["f", "g", "h", "i"], [0]),
    ]
    assert reasons(without_repeats(batches, params)[1]) == [
        (1, "c", "id: in an earlier batch"), (2, "b", "id: in an earlier batch"),
    ]  # fmt: skip


def test_an_id_comes_back_once_the_row_that_brought_it_was_refused(params):
    bad_first = checked("2026-10-01", [("a", "2026-10-01", "mauve"), ("b", "2026-10-01", "red")], params)
    assert ids_and_repeats([bad_first, day(2, "ac", params)], params)[1] == (["a", "c"], [])


def test_a_blocked_batch_takes_no_ids_from_later_ones(params):
    blocked = checked("2026-10-01", [("a", "2026-10-01", "red"), *[(x, "2026-10-01", "mauve") for x in "bc"]], params)
    assert verdict(blocked, params)[0] == "blocked"
    assert ids_and_repeats([blocked, day(2, "abc", params)], params)[1] == (["a", "b", "c"], [])


def test_a_batch_that_repeats_more_than_the_limit_is_blocked_and_takes_no_ids(params):
    batches = without_repeats([day(1, "abc", params), day(2, "abcd", params), day(3, "de", params)], params)
    # the second batch repeats 3 of 4 rows, above 50 %; so d is new in the third
    assert [verdict(batch, params)[0] for batch in batches] == ["accepted", "blocked", "accepted"]
    assert batches[2].ids.tolist() == ["d", "e"]


def test_no_batches_repeat_nothing(params):
    assert without_repeats([], params) == []
