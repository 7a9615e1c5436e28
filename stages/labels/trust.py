"""From lines of feedback to one trusted label a row, or none: rules, reviewers, flips, consensus."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from stages.labels.consensus import Consensus, Votes, consolidate, known_counts
from stages.labels.flips import flipped
from stages.labels.reviewers import ASIDE, report, set_aside
from stages.sections import Labels

# What became of a line of feedback; every line has one of these; by those in COUNTED something is learned.
STATES = ("voted", "gold", "history", "skipped", "superseded", "waiting", "refused", "blocked")
COUNTED = ("voted", "gold", "history")
SEVERAL = 2  # reviewers of a row that make its answers comparable
KEPT = ["file", "row", "id", "label", "action", "reviewed_at", "rule", "state", "released"]  # of a line, once it is judged


@dataclass(frozen=True, kw_only=True)
class Trusted:
    """What the feedback says.

    `labels` has a line a record id: label, posterior, label_source, selection_reason; those below `labels.min_posterior` are in
    `conflicts` instead. `lines` are the lines of feedback with `state` and, where refused, `rule`; `waiting` are the record ids
    about which a line waits.
    """

    labels: pd.DataFrame
    conflicts: pd.DataFrame
    lines: pd.DataFrame
    waiting: frozenset[str]
    reviewers: dict[str, dict[str, Any]]


def trust(
    lines: pd.DataFrame,
    gold: pd.Series,
    labels: Labels,
    as_of: date,
    task: str,
    free: Callable[[str], np.ndarray],
    training_days: int,
) -> Trusted:
    """Consolidate feedback.

    Parameters
    ----------
    lines : DataFrame in the order of arrival with the columns id, label, reviewer (`named`: the line said who, else it is the
        source), action, source, seconds, selection_reason, reviewed_at, served, file, row, `ends` (when the period of the file
        ends), `rule` (what `stages.labels.rules.refusals` says), `blocked` (bool: its file does not count), `role` of the row it
        is about (training, holdout, immature, expired, or a gap where the row does not count), and `last` (the last day of that
        row's batch, a timestamp).
    gold : the true label by id of a gold question.
    free : the lines, bool of shape (lines,), that a person released from a rule.
    training_days : how far back from `as_of` reviewers are judged by gold questions and speed: as far as rows train.
    """
    lines = lines.assign(rule=lines["rule"].astype("str"), recent=_recent(lines, as_of, training_days))
    answers = (lines["rule"].isna() | _freed(lines, labels, free)) & ~lines["blocked"] & (lines["action"] != "skip")
    aside = set_aside(lines[answers & lines["recent"]], gold, labels)
    left_out = answers & lines["reviewer"].isin(aside)
    rule = lines["rule"].mask(left_out, ASIDE + lines["reviewer"].astype("str").map(aside).astype("str"))
    flips = flipped(lines[answers & ~left_out], labels.max_flip).reindex(lines.index, fill_value=False)
    lines = lines.assign(rule=rule.mask(flips, "label: coordinated flip"))
    lines = lines.assign(released=_freed(lines, labels, free))
    lines = lines.assign(state=_states(lines, gold, labels, as_of))
    merged = _consensus(lines, gold, labels) if task == "classification" else _medians(lines, labels)
    sure = merged["posterior"] >= labels.min_posterior
    agreed = merged.loc[sure & (merged["reviewers"] >= SEVERAL), "label"]
    return Trusted(
        labels=merged[sure],
        conflicts=merged[~sure],
        lines=lines[KEPT].astype({"rule": "category", "state": "category"}),
        waiting=frozenset(lines.loc[lines["state"] == "waiting", "id"]),
        reviewers=report(lines[lines["recent"]], gold, agreed, aside),
    )


def _recent(lines: pd.DataFrame, as_of: date, days: int) -> "pd.Series[bool]":
    """Which lines were given within so many days back from `as_of`; where no time is said, when their file ends."""
    start = pd.Timestamp(as_of, tz="UTC") - pd.Timedelta(days=days - 1)
    return (lines["reviewed_at"] >= start) | (lines["reviewed_at"].isna() & (lines["ends"] > start))


def _freed(lines: pd.DataFrame, labels: Labels, free: Callable[[str], np.ndarray]) -> pd.Series:
    """The lines that a person released from the very rule they fail; one that lacks what a vote needs stays refused."""
    freed = pd.Series(data=False, index=lines.index)
    for rule in lines["rule"].dropna().unique():
        freed |= (lines["rule"] == rule) & free(str(rule))
    return freed & lines[["id", "label"]].notna().all(axis=1) & lines["source"].isin(labels.sources)


def _states(lines: pd.DataFrame, gold: pd.Series, labels: Labels, as_of: date) -> pd.Series:
    """What becomes of each line: the first that applies."""
    end = pd.Timestamp(as_of + timedelta(days=1), tz="UTC")
    days = _of_source(lines, {name: source.maturity_days for name, source in labels.sources.items()})
    ripe = pd.Timestamp(as_of) >= lines["last"] + pd.to_timedelta(days, unit="D")
    waiting = (lines["reviewed_at"] >= end) | ~lines["role"].isin(["training", "holdout", "expired"]) | ~ripe
    rules = {
        "blocked": lines["blocked"],
        "refused": lines["rule"].notna() & ~lines["released"],
        "skipped": lines["action"] == "skip",
        "gold": lines["id"].isin(gold.index),
        "waiting": waiting,
        "history": lines["role"] == "expired",
    }
    state = pd.Series(np.select([mask.to_numpy(bool) for mask in rules.values()], list(rules), "voted"), lines.index, dtype="str")
    return state.mask(_replaced(lines, state.isin(COUNTED), labels), "superseded")


def _replaced(lines: pd.DataFrame, counted: "pd.Series[bool]", labels: Labels) -> "pd.Series[bool]":
    """Which lines that count others replace: of a reviewer's answers on a row the newest of the most trusted source stands.

    Those that nobody signed may be of one person or of many: of each source the same answer stands once, and others beside it.
    """
    trusted = _of_source(lines, {name: own.trust for name, own in labels.sources.items()})
    heard = lines[["id", "source", "reviewer", "label", "named", "reviewed_at"]].assign(trusted=trusted)[counted]
    heard = heard.sort_values(["trusted", "reviewed_at"], kind="stable", na_position="first")
    signed, unsigned = heard[heard["named"]], heard[~heard["named"]]
    old = (signed.duplicated(["id", "reviewer"], keep="last"), unsigned.duplicated(["id", "source", "label"], keep="last"))
    places = np.concatenate([own.index[own.to_numpy(dtype=bool)] for own in old])
    return pd.Series(lines.index.isin(places), lines.index)


def _of_source(lines: pd.DataFrame, values: Mapping[str, float]) -> pd.Series:
    """The value of each line's source; a gap where nobody knows it."""
    return lines["source"].astype("str").map(values).astype("float64")


def _consensus(lines: pd.DataFrame, gold: pd.Series, labels: Labels) -> pd.DataFrame:
    """Dawid-Skene over the votes; gold questions and rows that expired tell beforehand how good a reviewer is."""
    said = lines[lines["state"].isin(COUNTED)]
    code, names = pd.factorize(pd.concat([said["label"], gold]), sort=True)
    who, trusted = _people(said, labels)
    coded = said.assign(code=code[: len(said)], who=who)
    asked, past = coded[(coded["state"] == "gold") & coded["recent"]], coded[coded["state"] == "history"]
    truth = asked["id"].map(pd.Series(code[len(said) :], gold.index)).to_numpy(dtype="int64")
    size = {"reviewers": len(trusted), "classes": max(1, len(names))}
    known = known_counts(asked["who"].to_numpy(), truth, asked["code"].to_numpy(), **size)
    old, best = _consolidated(past, trusted, known, size["classes"])
    several = (_people_by_row(past) >= SEVERAL)[old.item]
    known = known + known_counts(old.reviewer[several], best.label[old.item[several]], old.label[several], **size)
    voted = coded[coded["state"] == "voted"]
    votes, found = _consolidated(voted, trusted, known, size["classes"])
    origin = _origin(voted[votes.label == found.label[votes.item]], labels)
    about = {"label": names[found.label], "posterior": found.posterior, "reviewers": _people_by_row(voted)}
    return pd.DataFrame(about, origin.index).join(origin)


def _people(said: pd.DataFrame, labels: Labels) -> tuple[np.ndarray, np.ndarray]:
    """Who gave each line, as a code, shape (lines,), and how far each is trusted, (people,).

    One who answers for two sources is known for each by itself; all who did not sign for a source are one.
    """
    who = said.groupby(["source", "named", "reviewer"], observed=True).ngroup()
    source = said["source"].astype("str").groupby(who).first()
    return who.to_numpy(), source.map({name: own.trust for name, own in labels.sources.items()}).to_numpy(dtype="float64")


def _people_by_row(lines: pd.DataFrame) -> np.ndarray:
    """How many people answered each row, shape (rows,), in the order of their ids."""
    return lines.groupby("id")["who"].nunique().to_numpy()


def _consolidated(lines: pd.DataFrame, trusted: np.ndarray, known: Any, classes: int) -> tuple[Votes, Consensus]:
    """The votes, items in the order of their ids, and their consensus."""
    item, ids = pd.factorize(lines["id"], sort=True)
    votes = Votes(item=item, reviewer=lines["who"].to_numpy(), label=lines["code"].to_numpy())
    return votes, consolidate(votes, items=len(ids), trust=trusted, classes=classes, known=known)


def _medians(lines: pd.DataFrame, labels: Labels) -> pd.DataFrame:
    """The median of one number a person; certain unless they lie further apart than all labels vary (one standard deviation)."""
    voted = lines[lines["state"] == "voted"]
    said = voted.assign(who=_people(voted, labels)[0]).groupby(["id", "who"])["label"].agg(["median", "min", "max"])
    numbers = said.groupby("id").agg(
        label=("median", "median"), reviewers=("median", "size"), least=("min", "min"), most=("max", "max")
    )
    apart = (numbers["most"] - numbers["least"]) > voted["label"].std(ddof=0)
    about = numbers[["label", "reviewers"]].assign(posterior=np.where(apart, 0.0, 1.0))
    return about.join(_origin(voted, labels))


def _origin(votes: pd.DataFrame, labels: Labels) -> pd.DataFrame:
    """By id the most trusted source among the votes for the label, and why that row was looked at."""
    distrust = _of_source(votes, {name: -own.trust for name, own in labels.sources.items()})
    ordered = votes.assign(distrust=distrust).sort_values(["distrust", "source"], kind="stable")
    return ordered.groupby("id").agg(label_source=("source", "first"), selection_reason=("selection_reason", "first"))
