"""Which lines of feedback are somebody's own answer; every expected rule follows from the line that is changed."""

import pandas as pd
import pytest

from stages.labels.rules import ACTIONS, refusals, with_confirmed
from stages.sections import Labels, Source

LABELS = Labels(
    sources={
        "agent": Source(trust=0.95, maturity_days=7, independent=True),
        "log": Source(trust=0.8, maturity_days=7, independent=False),
    },
    min_posterior=0.7, min_accuracy=0.7, min_seconds=1, max_flip=0.3,
)  # fmt: skip

# A correction of `blue` to `red`, given a day after the row came in, in the week of its file.
GOOD = {
    "id": "1", "label": "red", "action": "correct", "source": "agent", "reviewed_at": "2026-10-06", "model_version": "3",
    "known": True, "at": "2026-10-05", "served": "blue", "version": "3", "ends": "2026-10-12", "unreadable": None, "named": True,
}  # fmt: skip
TIMES = ("reviewed_at", "at", "ends")


def feedback(*changes: dict[str, object], label: str = "str") -> pd.DataFrame:
    """A line a dict, each the good one with changes; columns have the kinds that reading gives them."""
    lines = [GOOD | own for own in changes]
    kinds = (
        dict.fromkeys(GOOD, "str")
        | dict.fromkeys(TIMES, "datetime64[us, UTC]")
        | {"known": "bool", "named": "bool", "label": label}
    )
    return pd.DataFrame({name: pd.Series([line[name] for line in lines], dtype=kind) for name, kind in kinds.items()})


def rules(*changes: dict[str, object], label: str = "str") -> list[str | None]:
    """The rule that each line fails, as the stage asks for it: confirmations have their label."""
    failed = refusals(with_confirmed(feedback(*changes, label=label)), LABELS)
    assert failed.dtype == "str"
    return [None if pd.isna(rule) else rule.removeprefix("label: ") for rule in failed]


def test_an_answer_of_its_own_fails_no_rule():
    assert rules({}) == [None]


@pytest.mark.parametrize(
    ("rule", "change"),
    [
        ("no id", {"id": None}),
        ("unknown action", {"action": "Correct"}),
        ("unknown action", {"action": None}),
        ("unknown source", {"source": "intern"}),
        ("unknown row", {"known": False, "at": None, "served": None, "version": None}),
        ("about another model version", {"model_version": "2"}),
        ("given before the row came in", {"reviewed_at": "2026-10-04T23:59:59"}),
        ("given after the end of its file", {"reviewed_at": "2026-10-12"}),
        ("missing", {"label": None}),
        ("missing", {"label": None, "action": "outcome"}),
        ("contradicts its action", {"action": "confirm"}),
        ("contradicts its action", {"label": "blue"}),
        ("repeats the prediction", {"label": "blue", "action": "outcome", "source": "log"}),
        ("repeats the prediction", {"label": "blue", "action": "confirm", "source": "log", "named": False}),
        ("repeats the prediction", {"label": "blue", "action": "label", "source": "log", "named": False}),
    ],
)
def test_a_line_that_breaks_one_rule_fails_that_one(rule, change):
    assert rules({}, change, {}) == [None, rule, None]


@pytest.mark.parametrize(
    "change",
    [
        {"reviewed_at": "2026-10-05"},  # at the very moment the row came in
        {"reviewed_at": "2026-10-11T23:59:59.999999"},
        {"reviewed_at": None},
        {"at": None},
        {"model_version": None},
        {"version": None},
        {"served": None},
        {"label": "blue", "action": "confirm"},
        {"label": "blue", "action": "confirm", "source": "log"},  # somebody acted: a dependent source may say what was served
        {"label": "blue", "action": "label", "source": "log"},  # the same without having seen it
        {"label": "blue", "action": "confirm", "named": False},  # an independent source need not say who
        {"action": "correct", "source": "log", "named": False},  # nor does one that says something else than was served
        {"label": "blue", "action": "outcome"},  # an independent source agrees with the model by itself
        {"action": "outcome", "source": "log"},  # it says something else than was served
        {"label": "blue", "action": "outcome", "source": "log", "served": None},  # nobody recorded what was served
        {"label": "blue", "action": "label"},
        {"label": "red", "action": "label"},
        {"label": None, "action": "skip"},
        {"label": "blue", "action": "skip"},  # a skip says nothing, whatever it holds
        {"label": "NA"},
        {"label": "None"},
    ],
)
def test_a_line_at_the_edge_of_a_rule_fails_none(change):
    assert rules(change) == [None]


def test_a_label_that_fails_a_check_of_the_schema_is_refused_unless_nothing_was_said():
    lines = feedback({}, {"label": "rde"}, {"label": "rde", "action": "skip"}, {"label": "rde", "id": None}, {"label": None})
    failing = {"label: isin(['red'])": lines["label"].eq("rde").fillna(value=False).to_numpy(dtype=bool)}
    failed = refusals(lines, LABELS, failing)
    assert failed.fillna("-").tolist() == ["-", "label: isin(['red'])", "-", "label: no id", "label: missing"]


def test_of_several_rules_the_first_counts_and_a_cell_that_could_not_be_read_comes_before_all():
    nothing_right = {"id": None, "action": "?", "source": "?", "known": False, "label": None}
    assert rules(nothing_right) == ["no id"]
    assert rules(nothing_right | {"id": "1"}) == ["unknown action"]
    assert rules(nothing_right | {"unreadable": "label: mojibake"}) == ["mojibake"]


def test_an_action_that_a_person_can_take_is_no_unknown_one():
    lines = [{"action": action, "label": "blue" if action == "confirm" else "red"} for action in ACTIONS]
    assert rules(*lines) == [None] * 5


def test_a_confirmation_without_a_label_confirms_what_was_served():
    lines = feedback(
        {"label": None, "action": "confirm"},
        {"label": None, "action": "confirm", "served": None},
        {"label": None, "action": "correct"},
        {"label": "red", "action": "confirm"},
    )
    said = with_confirmed(lines)
    assert said["label"].fillna("-").tolist() == ["blue", "-", "-", "red"]
    assert lines["label"].isna().tolist() == [True, True, True, False]  # the argument stays as it was
    assert rules({"label": None, "action": "confirm"}) == [None]
    assert rules({"label": None, "action": "confirm", "served": None}) == ["missing"]


def test_numbers_are_compared_as_numbers():
    # 0.1 in 32 bits is 0.10000000149…; a served text that is no number says nothing about what was served.
    lines = [
        {"label": 7.5, "served": "7.50", "action": "confirm"},
        {"label": 0.1, "served": "0.10000000149011612", "action": "confirm"},
        {"label": 7.5, "served": "7.6", "action": "confirm"},
        {"label": 7.5, "served": "7.50", "action": "correct"},
        {"label": 7.5, "served": "7.50", "action": "outcome", "source": "log"},
        {"label": 7.5, "served": "n/a", "action": "confirm"},
        {"label": None, "served": "7.50", "action": "confirm"},
    ]
    assert rules(*lines, label="float64") == [
        None, None, "contradicts its action", "contradicts its action", "repeats the prediction", None, None,
    ]  # fmt: skip
    assert with_confirmed(feedback(lines[-1], label="float64"))["label"].tolist() == [7.5]


@pytest.mark.parametrize("label", ["str", "float64"])
def test_no_lines_fail_nothing(label):
    assert rules(label=label) == []


def test_a_line_keeps_its_place():
    lines = feedback({}, {"id": None}).set_axis([7, 3])
    assert refusals(lines, LABELS).dropna().to_dict() == {3: "label: no id"}
