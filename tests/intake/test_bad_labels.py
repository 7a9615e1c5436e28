"""Labels that nobody should believe: they do not vote, and say why; their rows may still have a label from elsewhere."""

import json
from collections.abc import Callable

import pandas as pd
import pytest
from bad_case import Case, answer, outcome
from made_project import BROKEN, CLASSES, DAYS, WORDS, World, answers, csv, key

FEEDBACK = [key(folder="feedback")]
EVERY_DAY = [key(day, "feedback") for day in DAYS]
# dee gives 6 of 24 answers and one of four on gold questions a day, for a week; the answers of the newest day wait anyway
ONE_OF_FOUR = {"refused": 7 * 7, "voted": -6 * 6, "waiting": -6, "gold": -7, "rows": -6 * 6}


def every_answer(column: str, value: str):
    def broken(own: World) -> None:
        own.answers[column] = value

    return broken


def of_dee(change: Callable[[pd.DataFrame], None]):
    """On every day, dee's lines are changed."""

    def broken(own: World) -> None:
        for day in DAYS:
            lines = own.feedback[day][own.feedback[day]["reviewer"] == "dee"].copy()
            change(lines)
            own.feedback[day].loc[lines.index] = lines

    return broken


def fails_gold(lines: pd.DataFrame) -> None:
    lines.loc[lines["id"].str.startswith("g"), "label"] = "billing"  # they are sales


def takes_no_time(lines: pd.DataFrame) -> None:
    lines["seconds"] = "0.4"


def flip(own: World) -> None:
    """All 60 rows are answered; cem and dee call sales what was served as billing, and rightly so."""
    own.answers = answers(own.rows, CLASSES)
    theirs = (
        own.answers["reviewer"].isin(["cem", "dee"]) & (own.answers["label"] == "billing") & (own.answers["action"] == "confirm")
    )
    own.answers.loc[theirs, ["label", "action"]] = ["sales", "correct"]


def conflict(own: World) -> None:
    """Two rows that were answered are answered by somebody else too, and otherwise."""
    others = own.answers.head(2).assign(reviewer=["cem", "dee"], label="sales")
    own.answers = pd.concat([own.answers, others], ignore_index=True)


def outcomes(count: int, source: str) -> Callable[[World], pd.Index]:
    """Rows that nobody answers come with what was served, and nobody acted."""

    def broken(own: World) -> pd.Index:
        rows = own.rows.loc[own.spare[:count]]
        lines = {"id": rows["id"], "label": rows["served"], "action": "outcome", "reviewed_at": f"2026-10-{BROKEN:02}T22:00:00Z"}
        own.answers = pd.concat([own.answers, pd.DataFrame(lines | {"source": source})], ignore_index=True)
        return rows.index

    return broken


def not_ripe(own: World) -> None:
    own.rows.loc[outcomes(5, "silence")(own), "label"] = ""


def self_labelled(own: World) -> None:
    sources = own.settings["labels.sources"]
    own.settings["labels.sources"] = sources | {"raw": sources["raw"] | {"independent": False}}


def mislabelled(own: World) -> None:
    """Three rows that speak of nothing but money are labelled as sales, and were served so."""
    rows = [row for row in own.spare if own.rows["label"][row] == "billing"][:3]
    own.rows.loc[rows, ["text", "label", "served"]] = [" ".join(WORDS["billing"]), "sales", "sales"]


def replayed(own: World) -> None:
    own.answers = own.feedback[BROKEN - 1]


def again(own: World) -> None:
    own.answers = pd.concat([own.answers, own.answers.head(3)], ignore_index=True)


def earlier(own: World) -> None:
    times = pd.to_datetime(own.answers["reviewed_at"]) - pd.Timedelta(hours=1)
    own.answers["reviewed_at"] = times.dt.strftime("%Y-%m-%dT%H:%M:%SZ")


def aside(reason: str):
    def check(project) -> None:
        report = json.loads((project.folder / "metrics/validation.json").read_text(encoding="utf-8"))
        found = {name: own["set_aside"] for name, own in report["reviewers"].items()}
        assert found == {"ann": None, "bob": None, "cem": None, "dee": reason}

    return check


CASES = [
    Case(
        name="feedback for an unknown prediction",
        what="an id that never came in",
        broken=answer("id", "nobody-1", "nobody-2"),
        files=FEEDBACK,
        labels={"label: unknown row": 2},
    ),
    Case(
        name="feedback for another model version",
        what="than the one that served the row",
        broken=answer("model_version", "2", "2"),
        files=FEEDBACK,
        labels={"label: about another model version": 2},
    ),
    Case(
        name="reviewed before predicted",
        what="an answer older than its row",
        broken=answer("reviewed_at", "2026-10-05T12:00:00Z"),
        files=FEEDBACK,
        labels={"label: given before the row came in": 1},
    ),
    Case(
        name="reviewed in another time zone",
        what="all answers of a day are an hour early",
        broken=earlier,
        files=FEEDBACK,
        block=[
            "one_rule: 85.7% of the rows fail the rule 'label: given before the row came in'",  # 24 of 28: not the gold questions
            "refused: 85.7% of the rows fail a rule",
        ],
    ),
    Case(
        name="reviewed in the future",
        what="after the last day of the file",
        broken=answer("reviewed_at", "2026-10-07T00:00:00Z"),
        files=FEEDBACK,
        labels={"label: given after the end of its file": 1},
    ),
    Case(
        name="dd/mm dates in feedback",
        what="",
        broken=answer("reviewed_at", "06/10/2026"),
        files=FEEDBACK,
        labels={"reviewed_at: not an ISO time": 1},
    ),
    Case(
        name="unknown source",
        what="one that `params.yaml` does not name",
        broken=answer("source", "robot"),
        files=FEEDBACK,
        labels={"label: unknown source": 1},
    ),
    Case(
        name="unknown action",
        what="“approve”",
        broken=answer("action", "approve"),
        files=FEEDBACK,
        labels={"label: unknown action": 1},
    ),
    Case(
        name="an answer against its action",
        what="“confirm” with another label than was served",
        broken=answer("action", "confirm"),
        files=FEEDBACK,
        labels={"label: contradicts its action": 1},
    ),
    Case(name="a correction without a label", what="", broken=answer("label", ""), files=FEEDBACK, labels={"label: missing": 1}),
    Case(name="an answer without an id", what="", broken=answer("id", ""), files=FEEDBACK, labels={"label: no id": 1}),
    Case(
        name="the same answer twice",
        what="by one reviewer on one row",
        broken=again,
        files=FEEDBACK,
        states={"in": 3, "superseded": 3},
        note="the last one counts, once",
    ),
    Case(
        name="feedback replayed",
        what="the file of the day before",
        broken=replayed,
        files=FEEDBACK,
        block=["replay: an earlier batch had the same rows, be it in another order or under other ids"],
    ),
    Case(
        name="one reviewer only",
        what="for a whole file",
        broken=every_answer("reviewer", "ann"),
        files=FEEDBACK,
        warn=["reviewer_share: one reviewer of 1 gave 100.0% of the answers"],
    ),
    Case(
        name="one class only in feedback",
        what="“billing” for every answer",
        broken=lambda own: (every_answer("label", "billing")(own), every_answer("action", "label")(own)),
        files=FEEDBACK,
        block=["one class: all 28 labels are of one class, which has 50.0% usually"],
    ),
    Case(
        name="reviewer failing gold",
        what="7 of 7 gold questions answered wrong",
        broken=of_dee(fails_gold),
        files=EVERY_DAY,
        labels={"label: reviewer contradicts gold": 7},
        states=ONE_OF_FOUR,
        also=aside("contradicts gold"),
    ),
    Case(
        name="answers in under a second",
        what="one reviewer's, in the median",
        broken=of_dee(takes_no_time),
        files=EVERY_DAY,
        labels={"label: reviewer answers too fast": 7},
        states=ONE_OF_FOUR,
        also=aside("answers too fast"),
    ),
    Case(
        name="coordinated flips",
        what="two of four reviewers move one class to another, their colleagues do not",
        broken=flip,
        files=FEEDBACK,
        # in turns, cem and dee have 7 of 30 billing rows each, one of which was not served so; cem has the sales row that was
        labels={"label: coordinated flip": 6 + 7 + 1},
        states={"in": 36, "voted": 36 - 14, "refused": 14, "rows": 36 - 14},
    ),
    Case(
        name="conflicting reviewers",
        what="two of them give one row two labels",
        broken=conflict,
        labels={"label: reviewers disagree": 2},
        counts={"training": -2, "quarantined": 2},
        states={"in": 2, "voted": 2, "rows": -2, "conflicts": 2},
    ),
    Case(
        name="self-labels in feedback",
        what="what was served is written down as the outcome, and nobody acted",
        broken=outcomes(2, "served"),
        files=FEEDBACK,
        labels={"label: repeats the prediction": 2},
        states={"in": 2, "refused": 2},
    ),
    Case(
        name="self-labels in raw data",
        what="the label column repeats the prediction, of a source that is not `independent`",
        broken=self_labelled,
        files=[key(day) for day in DAYS[:-1]],
        labels={"label: repeats the prediction": 54},  # of 60; the other 6 were answered, as were 18 of the 54
        counts={"training": -5 * 36, "holdout": -36, "unlabelled": 6 * 36},
    ),
    Case(
        name="immature negatives",
        what="nobody complained yet, and five days have not passed",
        broken=not_ripe,
        counts={"training": -5, "immature": 5},
        states={"in": 5, "waiting": 5},
    ),
    Case(
        name="labels that look wrong",
        what="three rows whose words speak for another class",
        broken=mislabelled,
        review={"label: suspected error": 3},
        note="they stay in training until a person has looked",
    ),
    Case(
        name="feedback in Latin-1",
        what="",
        broken=lambda own: own.files.update({FEEDBACK[0]: csv(own.answers.replace("bob", "bäb")).decode().encode("latin-1")}),
        files=FEEDBACK,
        block=["file: must be UTF-8, got other bytes; save it as UTF-8"],
    ),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_bad_label_is_refused_and_the_others_go_on(case, tmp_path, make_project):
    found, expected = outcome(case, tmp_path / "project", make_project)
    assert found == expected
