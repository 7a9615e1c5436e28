"""Write the simulated desk's weeks as the files a real desk would deliver: tickets with what was served, feedback, KPI, events.

The served queue comes from the bundle that is in production when the week begins, so the world answers to the loop.
"""

import csv
from pathlib import Path

import pandas as pd
import yaml

from desk import Desk
from desk.dirt import soil
from stages import artefacts
from stages.decision.ledger import read_ledger
from stages.modelling import bundle
from stages.modelling.estimator import features
from stages.settings import Params

GOLDEN_ROWS = 1200
GOLD_QUESTIONS_FROM = 31  # week; before, nobody checked the reviewers


def write_week(desk: Desk, week: int, params: Params) -> None:
    """Deliver one week: data/raw, data/feedback, data/kpi.csv and data/events.yaml.

    Needs models/baseline and the week before.
    """
    tickets = desk.tickets(week)
    served = _served(tickets, params)
    dirty = soil(tickets, desk.seed, week).drop(columns="queue")
    raw = pd.concat([dirty, served.set_axis(tickets.index)], axis=1)
    artefacts.RAW.mkdir(parents=True, exist_ok=True)
    raw.to_parquet(artefacts.RAW / f"{desk.period(week)}.parquet", index=False, compression="zstd")
    _write_feedback(desk, week)
    _append_kpi(desk, week, float((tickets["queue"] == served["routed_to"]).mean()))
    artefacts.write_text(artefacts.EVENTS, yaml.safe_dump(desk.events(week + 1), sort_keys=False, allow_unicode=True))


def write_golden(desk: Desk, weeks: range) -> None:
    """The golden set: tickets of the given weeks, labelled blind, kept out of every batch."""
    artefacts.GOLDEN.mkdir(parents=True, exist_ok=True)
    desk.golden(GOLDEN_ROWS, weeks).to_parquet(artefacts.GOLDEN / "golden.parquet", index=False, compression="zstd")


def _served(tickets: pd.DataFrame, params: Params) -> pd.DataFrame:
    model = bundle.load(artefacts.BASELINE, params.train.packages).model
    probability = model.predict_proba(features(tickets, params.columns))
    version = read_ledger(artefacts.LEDGER).live.version
    answers = {"routed_to": model.classes_[probability.argmax(axis=1)], "routing_score": probability.max(axis=1).round(3)}
    return pd.DataFrame(answers | {"model_version": str(version)})


def _write_feedback(desk: Desk, week: int) -> None:
    """All reviews made in this week, of its tickets and of those of the week before."""
    reviews = pd.concat([_reviews(desk, w) for w in (week - 1, week) if w >= 0])
    name = reviews["reviewed_at"].dt.strftime("%G-W%V")
    artefacts.FEEDBACK.mkdir(parents=True, exist_ok=True)
    mine = reviews[name == desk.period(week)]
    if week >= GOLD_QUESTIONS_FROM:
        golden = pd.read_parquet(artefacts.GOLDEN / "golden.parquet")
        mine = pd.concat([mine, desk.gold_answers(week, golden)])
    mine = mine.sort_values(["reviewed_at", "ticket_id"])
    mine.to_parquet(artefacts.FEEDBACK / f"{desk.period(week)}.parquet", index=False, compression="zstd")


def _reviews(desk: Desk, week: int) -> pd.DataFrame:
    served = pd.read_parquet(artefacts.RAW / f"{desk.period(week)}.parquet", columns=["routed_to"])
    return desk.reviews(desk.tickets(week), served["routed_to"].to_numpy())


def _append_kpi(desk: Desk, week: int, share_right: float) -> None:
    rows = desk.kpi(week, share_right)
    known = pd.read_csv(artefacts.KPI, dtype={"date": "str"}) if Path(artefacts.KPI).is_file() else rows.head(0)
    known = known[~known["date"].isin(rows["date"])]
    table = pd.concat([known, rows], ignore_index=True).sort_values(["date", "kpi"])
    artefacts.write_text(artefacts.KPI, table.to_csv(index=False, lineterminator="\n", quoting=csv.QUOTE_MINIMAL))
