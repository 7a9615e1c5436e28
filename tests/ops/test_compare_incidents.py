"""Two real models on real incidents: the newer one routes better overall and urgent ones worse, so it is not proven better."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.naive_bayes import MultinomialNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

INCIDENTS = Path(__file__).resolve().parents[3] / "shared" / "datasets" / "incidents" / "incidents.parquet"
FIRST_ROUTE = ["assignment_group"]
ALL = [
    *FIRST_ROUTE,
    "contact_type",
    "location",
    "category",
    "category.1",
    "u_symptom",
    "impact",
    "urgency",
    "priority",
    "opened_by",
]


def said(train: pd.DataFrame, test: pd.DataFrame, columns: list[str], estimator) -> np.ndarray:
    codes = OneHotEncoder(handle_unknown="infrequent_if_exist", min_frequency=10)
    model = make_pipeline(codes, estimator).fit(train[columns].astype("str"), train["final_assignment_group"])
    return model.predict(test[columns].astype("str"))


@pytest.fixture(scope="module")
def routed() -> pd.DataFrame:
    """The newer half of the incidents, with the routes of both models.

    The baseline learned from a sixth of the rows where incidents of a first route end; the candidate from half of them and from
    all that is known when an incident is opened.
    """
    if not INCIDENTS.is_file():
        pytest.skip("needs the incidents of ../shared/datasets")
    rows = pd.read_parquet(INCIDENTS).sort_values("opened_at", kind="stable")
    rows = rows[rows["final_assignment_group"].notna()].reset_index(drop=True)
    sixth, half = len(rows) // 6, len(rows) // 2
    test = rows[half:]
    return pd.DataFrame(
        {
            "id": test["number"],
            "y_true": test["final_assignment_group"],
            "baseline": said(rows[:sixth], test, FIRST_ROUTE, MultinomialNB(alpha=0.1)),
            "candidate": said(rows[:half], test, ALL, RandomForestClassifier(30, min_samples_leaf=3, random_state=0)),
            "caller": test["caller_id"].fillna(test["number"]),
            "urgency": test["urgency"].astype("str"),
            "impact": test["impact"].astype("str"),
        }
    )


def right(rows: pd.DataFrame, side: str) -> float:
    return float((rows[side] == rows["y_true"]).mean())


def test_overall_the_candidate_is_better(routed, compare):
    assert right(routed, "candidate") - right(routed, "baseline") > 0.02
    code, _, _, decision = compare(routed, "--segments", "", "--group", "caller", name="routes.parquet")
    gain = decision["rules"][0]
    assert (code, gain["name"], gain["outcome"]) == (0, "min_gain", "pass")
    assert gain["delta"] == pytest.approx(right(routed, "candidate") - right(routed, "baseline"), abs=1e-6)


CRITICAL = ("--segments", "urgency,impact", "--critical", "urgency=1")


@pytest.mark.parametrize("options", [CRITICAL, CRITICAL[:2]], ids=["critical", "watched"])
def test_it_is_held_because_urgent_incidents_fare_worse(routed, compare, options):
    urgent = routed[routed["urgency"] == "1"]
    lost = right(urgent, "candidate") - right(urgent, "baseline")
    assert lost < -0.05
    code, out, _, decision = compare(routed, *options, name="routes.parquet")
    assert (code, decision["verdict"]) == (1, "hold")
    reason = decision["reasons"][0]
    assert reason.startswith(f"urgency=1 changes by {lost:+.4f}")
    assert reason.endswith("a proven loss, where 0.02 is allowed")
    assert f"on {len(urgent)} rows" in reason
    assert reason in " ".join(out.split())


def test_that_few_callers_may_explain_the_loss_makes_it_no_pass(routed, compare):
    """Nearly a third of the urgent incidents have one caller: by callers the loss is open, and what is open is no proof."""
    code, _, _, decision = compare(routed, *CRITICAL, "--group", "caller", name="routes.parquet")
    assert (code, decision["verdict"]) == (1, "review")
    assert "urgency=1" in decision["reasons"][0]
    assert "more rows like these would settle it" in decision["reasons"][0]
