"""The reference: what the loop computes, as one plain scikit-learn script.

It reads the same files, trains on the same rows with the same arguments and predicts the same rows with both models. It writes
nothing, keeps nothing and checks only what would spoil the training: no report, no evidence, no decision.

Usage: python reference.py     (in the loop's folder)
"""

from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import skops.io
import yaml
from sklearn.compose import ColumnTransformer
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder

CHANNELS = ["email", "chat", "phone", "web"]


def main() -> None:
    """Train once, predict holdout and golden set with both models, and print the accuracies."""
    params = yaml.safe_load(Path("params.yaml").read_text(encoding="utf-8"))
    features = [*params["columns"]["text"], *params["columns"]["categorical"]]
    labels = read_labels()
    training_weeks, holdout_weeks = split(sorted(file.stem for file in Path("data/raw").glob("*.parquet")), params)
    training, holdout = (
        read_tickets(weeks, features).join(labels, on="ticket_id", how="inner") for weeks in (training_weeks, holdout_weeks)
    )
    golden = pd.read_parquet("data/golden/golden.parquet")
    baseline = skops.io.load("models/baseline/model.skops")
    candidate = build(params).fit(training[features], training["queue"])
    for name, rows in (("holdout", holdout), ("golden", golden)):
        for who, model in (("baseline", baseline), ("candidate", candidate)):
            print(f"{name} {who} {accuracy_score(rows['queue'], model.predict(rows[features])):.6f}")


def read_labels() -> pd.Series:
    """The label of each ticket's last feedback; tickets with two different labels are left out."""
    feedback = pd.concat(pd.read_parquet(file) for file in sorted(Path("data/feedback").glob("*.parquet")))
    given = feedback[feedback["action"] != "skip"].drop_duplicates(["ticket_id", "queue"], keep="last")
    return given.drop_duplicates("ticket_id", keep=False).set_index("ticket_id")["queue"]


def read_tickets(weeks: list[str], features: list[str]) -> pd.DataFrame:
    """The tickets of some weeks, without those that have no text or came through no known channel."""
    columns = ["ticket_id", *features]
    tickets = pd.concat([pd.read_parquet(f"data/raw/{week}.parquet", columns=columns) for week in weeks], ignore_index=True)
    return tickets[(tickets["body"] != "") & tickets["channel"].isin(CHANNELS)]


def split(weeks: list[str], params: dict) -> tuple[list[str], list[str]]:
    """The weeks that train and those that judge, counted from the last day of the newest one."""
    last_day = {week: date.fromisoformat(f"{week}-7") for week in weeks}
    today = max(last_day.values())
    maturity_days = params["labels"]["sources"]["agent"]["maturity_days"]  # the only source the desk has
    mature = [week for week in weeks if last_day[week] <= today - timedelta(days=maturity_days)]
    holdout = params["split"]["holdout_batches"]
    start = today - timedelta(days=params["split"]["training_days"])
    return [week for week in mature[:-holdout] if last_day[week] > start], mature[-holdout:]


def build(params: dict) -> Pipeline:
    """The estimator that params.yaml describes."""
    train = params["train"]
    if train["estimator"] != "sklearn.linear_model.LogisticRegression":
        raise SystemExit("bench/reference.py must fit the estimator of params.yaml, got another one; change both together")
    tfidf = train["tfidf"] | {"ngram_range": tuple(train["tfidf"]["ngram_range"])}
    one_hot = OneHotEncoder(handle_unknown="infrequent_if_exist", min_frequency=train["min_category_rows"])
    inputs = ColumnTransformer(
        [(name, TfidfVectorizer(**tfidf), name) for name in params["columns"]["text"]]
        + [("categorical", one_hot, params["columns"]["categorical"])],
    )
    return Pipeline([("inputs", inputs), ("estimator", LogisticRegression(random_state=params["seed"], **train["arguments"]))])


if __name__ == "__main__":
    main()
