"""The agents of the simulated desk: how often they review, how fast, and how often they are right."""

import numpy as np
import pandas as pd
import pytest

from desk import Desk
from desk.chance import keyed
from desk.reviewers import REVIEWERS, SKIP_SHARE, _error_chances
from desk.world import QUEUES

REVIEW_COLUMNS = ["ticket_id", "reviewer", "action", "queue", "reviewed_at", "seconds", "source", "selection_reason"]
DESK = Desk(seed=7, tickets_per_week=400)


def routed(tickets: pd.DataFrame, share_right: float = 0.85) -> np.ndarray:
    """Served queues of a router that is right on the given share of tickets."""
    rng = np.random.default_rng(5)
    other = (tickets["queue"].map(QUEUES.index) + rng.integers(1, len(QUEUES), len(tickets))) % len(QUEUES)
    right = rng.random(len(tickets)) < share_right
    return np.where(right, tickets["queue"], np.array(QUEUES, dtype=object)[other])


@pytest.fixture(scope="module")
def judged() -> pd.DataFrame:
    """Reviews of 60 000 tickets from weeks in which all agents are at the desk, joined with the truth."""
    desk = Desk(seed=7, tickets_per_week=10_000)
    tickets = pd.concat([desk.tickets(week) for week in range(24, 30)], ignore_index=True)
    truth = tickets.assign(served=routed(tickets)).rename(columns={"queue": "truth"})
    reviews = desk.reviews(tickets, truth["served"].to_numpy())
    return reviews.merge(truth[["ticket_id", "created_at", "served", "truth"]], on="ticket_id")


def test_reviews_have_the_promised_columns_and_types():
    tickets = DESK.tickets(2)
    reviews = DESK.reviews(tickets, routed(tickets))
    assert list(reviews.columns) == REVIEW_COLUMNS
    assert str(reviews["reviewed_at"].dtype) == "datetime64[us, UTC]"
    assert set(reviews["action"]) == {"correct", "confirm", "skip"}
    assert set(reviews["source"]) == {"agent"}
    assert ((reviews["queue"] == "") == (reviews["action"] == "skip")).all()
    assert (reviews["seconds"] == reviews["seconds"].round(1)).all()


def test_the_action_says_whether_the_label_is_the_served_queue(judged):
    labelled = judged[judged["action"] != "skip"]
    assert ((labelled["action"] == "confirm") == (labelled["queue"] == labelled["served"])).all()


def test_reviews_come_after_the_ticket_and_within_six_days(judged):
    delay = judged["reviewed_at"] - judged["created_at"]
    assert delay.min() >= pd.Timedelta(minutes=1)
    assert delay.max() <= pd.Timedelta(days=6)
    assert pd.Timedelta(hours=4) < delay.median() < pd.Timedelta(hours=8)


def test_most_tickets_get_one_review_and_a_few_a_second_by_another_agent(judged):
    per_ticket = judged.groupby("ticket_id")["reviewer"].agg(["size", "nunique"])
    assert (per_ticket["size"] == per_ticket["nunique"]).all()
    assert len(per_ticket) / 60_000 == pytest.approx(0.85, rel=0.04)
    assert (per_ticket["size"] == 2).sum() / 60_000 == pytest.approx(0.06, rel=0.1)
    assert (judged["action"] == "skip").mean() == pytest.approx(SKIP_SHARE, abs=0.01)


def test_each_agent_is_as_skilled_as_declared(judged):
    labelled = judged[judged["action"] != "skip"]
    measured = (labelled["queue"] == labelled["truth"]).groupby(labelled["reviewer"]).mean()
    # The smallest agent labels some 2 800 tickets: a share of 0.9 has a standard error below 0.006.
    for reviewer in REVIEWERS:
        assert measured[reviewer.name] == pytest.approx(reviewer.skill, abs=0.02)
    assert measured.max() - measured.min() > 0.15


def test_wrong_confirms_outnumber_wrong_corrections(judged):
    wrong = judged[(judged["action"] != "skip") & (judged["queue"] != judged["truth"])]
    assert (wrong["action"] == "confirm").sum() > (wrong["action"] == "correct").sum()


@pytest.mark.parametrize("share_right", [0.0, 0.05, 0.5, 0.85, 0.99, 1.0])
def test_error_chances_average_to_the_declared_errors(share_right):
    errors = np.array([0.015, 0.2])
    on_misrouted, on_right = _error_chances(errors, share_right)
    np.testing.assert_allclose((1 - share_right) * on_misrouted + share_right * on_right, errors)
    assert ((on_right >= 0) & (on_misrouted >= on_right - 1e-12) & (on_misrouted <= 1)).all()


def test_the_poor_agent_joins_in_mid_year():
    newcomer = REVIEWERS[-1]
    before, after = (DESK.tickets(week) for week in (newcomer.first_week - 1, newcomer.first_week))
    assert newcomer.name not in set(DESK.reviews(before, routed(before))["reviewer"])
    assert newcomer.name in set(DESK.reviews(after, routed(after))["reviewer"])


def test_reviews_are_repeatable_and_survive_joining_weeks():
    weeks = [DESK.tickets(week) for week in (5, 6)]
    served = [tickets["queue"].to_numpy() for tickets in weeks]
    apart = pd.concat([DESK.reviews(*pair) for pair in zip(weeks, served, strict=True)])
    joint = DESK.reviews(pd.concat(weeks, ignore_index=True), np.concatenate(served))
    order = ["ticket_id", "reviewer"]
    pd.testing.assert_frame_equal(joint.sort_values(order, ignore_index=True), apart.sort_values(order, ignore_index=True))


def test_reviews_need_one_served_queue_per_ticket():
    with pytest.raises(ValueError, match="one queue per ticket"):
        DESK.reviews(DESK.tickets(0), ["billing"])


def test_keyed_numbers_are_uniform_and_belong_to_their_key():
    keys = np.arange(20_000)
    draw = keyed(7, keys, 3)
    # The mean of n uniform numbers has a standard error of 0.289 / sqrt(n) = 0.002.
    assert draw.mean() == pytest.approx(0.5, abs=0.01)
    assert abs(np.corrcoef(draw, keyed(7, keys, 4))[0, 1]) < 0.03
    np.testing.assert_array_equal(keyed(7, keys[::-1], 3), draw[::-1])


def test_no_tickets_give_no_reviews():
    none = DESK.reviews(DESK.tickets(0).head(0), [])
    assert list(none.columns) == REVIEW_COLUMNS
    assert none.empty


def test_every_agent_of_the_week_answers_gold_questions_about_as_well_as_the_skill_says():
    golden = DESK.golden(300, range(9))
    truth = golden.set_index("ticket_id")["queue"]
    answers = pd.concat([DESK.gold_answers(week, golden) for week in range(22, 122)])
    assert list(answers.columns) == REVIEW_COLUMNS
    assert set(answers["action"]) == {"label"}
    right = (answers["queue"] == answers["ticket_id"].map(truth)).groupby(answers["reviewer"]).agg(["mean", "size"])
    for agent in REVIEWERS:  # 100 weeks of 6 questions: within four standard errors of the skill
        share, size = right.loc[agent.name]
        assert size == 600
        assert abs(share - agent.skill) < 4 * (agent.skill * (1 - agent.skill) / size) ** 0.5


def test_gold_questions_are_only_for_who_is_there_and_the_same_whenever_asked():
    golden = DESK.golden(300, range(9))
    before, after = DESK.gold_answers(21, golden), DESK.gold_answers(22, golden)
    assert "agent-jonas" not in set(before["reviewer"])
    assert "agent-jonas" in set(after["reviewer"])
    pd.testing.assert_frame_equal(after, DESK.gold_answers(22, golden))
    monday = pd.Timestamp("2026-06-08", tz="UTC")
    assert after["reviewed_at"].between(monday, monday + pd.Timedelta(days=5)).all()
