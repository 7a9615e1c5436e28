"""People whose answers nobody should believe: who they are is looked at, and what each gives beside the others."""

import json
from collections.abc import Callable

import pandas as pd
import pytest
from bad_case import Case, outcome
from made_project import BROKEN, CLASSES, DAYS, World, answers, key

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


def for_two(own: World) -> None:
    """Two rows that were answered are answered for another source too."""
    again = own.answers.head(2).assign(
        source="served", action="label", label="sales", reviewed_at=f"2026-10-{BROKEN:02}T23:00:00Z"
    )
    own.answers = pd.concat([own.answers, again], ignore_index=True)


def unsigned(*labels: str):
    """Nobody signed what is said of two rows that are billing and that nobody else answers."""

    def broken(own: World) -> None:
        rows = [row for row in own.spare if own.rows["label"][row] == "billing"][:2]
        lines = [
            {"id": own.rows["id"][row], "label": label, "reviewed_at": own.rows["at"][row]} for row in rows for label in labels
        ]
        told = pd.DataFrame(lines).assign(action="label", source="agent")
        own.answers = pd.concat([own.answers, told], ignore_index=True)

    return broken


def replayed(own: World) -> None:
    own.answers = own.feedback[BROKEN - 1]


def again(own: World) -> None:
    own.answers = pd.concat([own.answers, own.answers.head(3)], ignore_index=True)


def aside(reason: str):
    def check(project) -> None:
        report = json.loads((project.folder / "metrics/validation.json").read_text(encoding="utf-8"))
        found = {name: own["set_aside"] for name, own in report["reviewers"].items()}
        assert found == {"ann": None, "bob": None, "cem": None, "dee": reason}

    return check


CASES = [
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
        name="one reviewer for two sources",
        what="who gives another answer for the less trusted one, later",
        broken=for_two,
        files=FEEDBACK,
        states={"in": 2, "superseded": 2},
        note="one vote a row: the newest of the most trusted source",
    ),
    Case(
        name="answers that nobody signed",
        what="and that differ, on two rows",
        broken=unsigned("billing", "sales"),
        labels={"label: reviewers disagree": 2},
        counts={"training": -2, "quarantined": 2},
        states={"in": 4, "voted": 4, "conflicts": 2},
    ),
    Case(
        name="one answer many times",
        what="nobody signed it",
        broken=unsigned(*["billing"] * 9),
        files=FEEDBACK,
        states={"in": 18, "voted": 2, "superseded": 16, "rows": 2},
        note="it counts once",
    ),
    Case(
        name="conflicting reviewers",
        what="two of them give one row two labels",
        broken=conflict,
        labels={"label: reviewers disagree": 2},
        counts={"training": -2, "quarantined": 2},
        states={"in": 2, "voted": 2, "rows": -2, "conflicts": 2},
    ),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_bad_reviewer_is_not_heard_and_the_others_are(case, tmp_path, make_project):
    found, expected = outcome(case, tmp_path / "project", make_project)
    assert found == expected
