"""The simulated desk: repeatable week by week, and a world that changes the way it says it does."""

import numpy as np
import pandas as pd
import pytest

from desk import Desk
from desk.vocabulary import topic_chances, vocabulary
from desk.world import CHANNELS, LANGUAGES, NEW_PRODUCT_WEEK, PRIORITIES, PRODUCTS, QUEUES, TIERS

COLUMNS = [
    "ticket_id", "created_at", "customer_id", "customer_tier", "channel", "language",
    "product", "priority", "subject", "body", "queue",
]  # fmt: skip
DESK = Desk(seed=7, tickets_per_week=400)


@pytest.fixture(scope="module")
def half_year() -> pd.DataFrame:
    """Tickets of weeks 0 to 29, with the week they were drawn for."""
    return pd.concat([DESK.tickets(week).assign(week=week) for week in range(30)], ignore_index=True)


def test_the_same_seed_gives_the_same_bytes():
    again = Desk(seed=7, tickets_per_week=400)
    assert DESK.tickets(16).to_csv().encode() == again.tickets(16).to_csv().encode()
    assert DESK.golden(90, [1, 20]).to_csv() == again.golden(90, [1, 20]).to_csv()


def test_another_seed_gives_another_week():
    assert not DESK.tickets(3).equals(Desk(seed=8, tickets_per_week=400).tickets(3))


def test_a_week_does_not_depend_on_the_weeks_drawn_before():
    fresh = Desk(seed=7, tickets_per_week=400)
    expected = fresh.tickets(9)
    for week in (12, 3, 8):
        fresh.tickets(week)
    pd.testing.assert_frame_equal(fresh.tickets(9), expected)


def test_weeks_are_named_by_the_iso_calendar():
    # 2026-01-05 is the Monday of ISO week 2; 2026 has 53 ISO weeks, so week 51 is W53 and week 52 opens 2027.
    assert [DESK.period(week) for week in (0, 51, 52)] == ["2026-W02", "2026-W53", "2027-W01"]


def test_a_week_before_the_first_is_refused():
    with pytest.raises(ValueError, match="week must be 0 or later, got -1"):
        DESK.tickets(-1)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"seed": -1}, "seed must be 0 or more, got -1"),
        ({"tickets_per_week": 0}, "tickets_per_week must lie between"),
    ],
)
def test_an_impossible_desk_is_refused(settings, message):
    with pytest.raises(ValueError, match=message):
        Desk(**settings)


def test_tickets_have_the_promised_columns_and_types():
    tickets = DESK.tickets(15)
    assert list(tickets.columns) == COLUMNS
    assert str(tickets["created_at"].dtype) == "datetime64[us, UTC]"
    assert {str(tickets[name].dtype) for name in COLUMNS if name != "created_at"} == {"str"}
    assert not tickets.isna().any().any()


def test_tickets_hold_only_the_declared_values(half_year):
    declared = {
        "customer_tier": TIERS,
        "channel": CHANNELS,
        "language": LANGUAGES,
        "product": PRODUCTS,
        "priority": PRIORITIES,
        "queue": QUEUES,
    }
    for column, values in declared.items():
        assert set(half_year[column]) == set(values), column


def test_created_at_is_sorted_and_lies_inside_its_week():
    tickets = DESK.tickets(4)
    start = pd.Timestamp("2026-02-02", tz="UTC")
    assert tickets["created_at"].is_monotonic_increasing
    assert tickets["created_at"].between(start, start + pd.Timedelta(days=7), inclusive="left").all()


def test_ids_are_unique_over_all_weeks(half_year):
    assert half_year["ticket_id"].is_unique
    assert half_year["ticket_id"].str.fullmatch(r"T\d+").all()


def test_a_customer_keeps_tier_and_language(half_year):
    kinds = half_year.groupby("customer_id")[["customer_tier", "language"]].nunique()
    assert (kinds == 1).all().all()


def test_the_week_size_varies_around_the_mean_and_grows(half_year):
    sizes = half_year.groupby("week").size()
    # The trend is 1 + 0.002 * (week - 15), whose mean over weeks 0 to 29 is 0.999; the noise has a sd of 3 %.
    assert sizes.mean() == pytest.approx(400, rel=0.03)
    assert 0.01 < sizes.std() / sizes.mean() < 0.08
    assert np.polyfit(sizes.index, sizes, 1)[0] > 0


def test_about_one_ticket_in_seven_is_of_high_priority(half_year):
    assert (half_year["priority"] == "high").mean() == pytest.approx(0.15, abs=0.02)


def test_texts_have_the_promised_length_and_no_contact_data(half_year):
    assert half_year["body"].str.split().str.len().between(14, 46).all()
    assert half_year["subject"].str.split().str.len().between(3, 8).all()
    text = half_year["subject"] + " " + half_year["body"]
    assert not text.str.contains("@|[{}]|  |[0-9]{6}", regex=True).any()


def test_every_language_has_the_same_number_of_phrases_and_none_serves_two_queues():
    topics = vocabulary().topics
    assert topics.shape == (len(LANGUAGES), len(QUEUES), 5 + 16 + 4)
    for language in topics:
        assert len(set(language.ravel())) == language.size


def test_the_words_in_use_move_slowly():
    # Total variation between the topic chances of two weeks, averaged over languages and queues.
    def distance(early: int, late: int) -> float:
        chances = [np.diff(topic_chances(week)[0], axis=-1, prepend=0) for week in (early, late)]
        return float(np.abs(chances[0] - chances[1]).sum(axis=-1).mean() / 2)

    assert distance(3, 4) < 0.05
    assert distance(3, 28) > 5 * distance(3, 4)


def test_class_shares_shift(half_year):
    shares = half_year.groupby("week")["queue"].value_counts(normalize=True).unstack()
    early, late = shares.loc[0:7].mean(), shares.loc[22:29].mean()
    assert (early - late).abs().max() > 0.03
    assert shares.mean().max() == pytest.approx(0.25, abs=0.02)


def test_the_new_product_appears_at_its_week_and_grows(half_year):
    share = (half_year["product"] == "vela").groupby(half_year["week"]).mean()
    assert (share[: NEW_PRODUCT_WEEK - 1] == 0).all()
    assert 0.04 < share[NEW_PRODUCT_WEEK] < 0.13
    assert 0.14 < share.loc[26:29].mean() < 0.21


def test_the_campaign_brings_its_product_and_sales_questions(half_year):
    # The campaign runs from 2026-03-09 to 2026-03-22: weeks 9 and 10.
    quill = (half_year["product"] == "quill").groupby(half_year["week"]).mean()
    sales = (half_year["queue"] == "sales").groupby(half_year["week"]).mean()
    assert quill.loc[9:10].mean() > quill.loc[5:8].mean() + 0.05
    assert sales.loc[9:10].mean() > sales.loc[5:8].mean()


def test_golden_tickets_are_fresh_and_spread_evenly(half_year):
    golden = DESK.golden(100, [2, 14, 28])
    assert list(golden.columns) == COLUMNS
    assert golden["ticket_id"].is_unique
    assert set(golden["ticket_id"]).isdisjoint(half_year["ticket_id"])
    assert golden["ticket_id"].str.startswith("G").all()
    # 100 rows over three weeks: 34 + 33 + 33.
    assert golden["created_at"].dt.isocalendar()["week"].value_counts().to_dict() == {4: 34, 16: 33, 30: 33}
    assert set(golden["body"]).isdisjoint(half_year["body"])


def test_a_golden_set_may_be_smaller_than_the_number_of_weeks():
    assert len(DESK.golden(2, range(5))) == 2


def test_a_golden_set_needs_a_week():
    with pytest.raises(ValueError, match="at least one week"):
        DESK.golden(10, [])


def test_kpi_has_a_row_a_day_and_falls_with_the_routing():
    good, bad = DESK.kpi(3, 0.9), DESK.kpi(3, 0.7)
    assert list(good.columns) == ["date", "kpi", "value"]
    assert good["date"].tolist()[0] == "2026-01-26"
    assert len(good) == 7
    # The same week has the same noise: the fall is 0.50 * (0.9 - 0.7) = 0.10 on every day, up to rounding.
    np.testing.assert_allclose(good["value"] - bad["value"], 0.10, atol=0.0011)


def test_kpi_is_lower_during_the_incident():
    # The incident opens on Tuesday 2026-05-26, a day of week 20, and is closed on Friday.
    incident, before = DESK.kpi(20, 0.85), DESK.kpi(19, 0.85)
    fall = (before["value"] - incident["value"]).to_numpy()
    assert (fall[1:4] > 0.05).all()
    assert (np.abs(fall[[0, 4, 5, 6]]) < 0.05).all()


def test_kpi_refuses_an_impossible_share():
    with pytest.raises(ValueError, match="share_right must lie between 0 and 1"):
        DESK.kpi(0, 1.2)


def test_events_are_known_only_once_they_have_begun():
    assert DESK.events(5)["deployments"] == []
    assert [event["at"] for event in DESK.events(6)["deployments"]] == ["2026-02-10"]
    half = DESK.events(30)
    assert set(half) == {"deployments", "incidents", "campaigns", "freezes"}
    assert len(half["deployments"]) >= 3
    assert half["incidents"][0]["closed"] == "2026-05-29"
    assert half["campaigns"][0]["segments"] == ["product=quill"]


def test_changing_the_returned_events_does_not_change_the_world():
    DESK.events(30)["campaigns"][0]["segments"].append("product=vela")
    assert DESK.events(30)["campaigns"][0]["segments"] == ["product=quill"]
