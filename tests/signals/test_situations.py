"""docs/playbook.md is the table of the situations, and says nothing that no situation proves.

`PYTHONPATH=.:tests/signals python tests/signals/test_situations.py` writes its tables anew.
"""

import re
from pathlib import Path

import pytest
from situation import Situation
from situations import DATA, LABELS
from situations_events import EVENTS, FRAUD

PAGE = Path(__file__).resolve().parents[2] / "docs/playbook.md"
TABLES = {"Rows and performance": DATA, "Labels and the calendar": LABELS, "Events": EVENTS, "Fraud": FRAUD}
ALL: dict[str, Situation] = {name: own for table in TABLES.values() for name, own in table.items()}
HEAD = "| situation | verdict | why, in its own words | what to do | next look |\n|---|---|---|---|---|\n"


def table(situations: dict[str, Situation]) -> str:
    return HEAD + "".join(row(name, own) for name, own in situations.items())


def row(name: str, own: Situation) -> str:
    diagnosis = own.report["diagnosis"] if own.report["verdict"] == "investigate" else None
    said = "; ".join([*own.report["reasons"], *([f"diagnosis: {diagnosis['cause']}"] if diagnosis else [])])
    look = own.report["next_look"]
    policy = f" (policy: `{own.policy}.yaml`)" if own.policy not in ("hybrid", "fraud") else ""
    cells = [
        f"**{name}**: {own.what}{policy}",
        f"`{own.report['verdict']}`",
        without_chances(said),
        own.do,
        f"{look['on']}: {look['why']}",
    ]
    return "| " + " | ".join(cells) + " |\n"


def without_chances(said: str) -> str:
    """A p-value's digits are no news, and differ between versions of SciPy."""
    return re.sub(r" \(p = [^)]*\)", "", said)


def page(text: str) -> str:
    """The page with its tables as the situations have them now."""
    for title, situations in TABLES.items():
        head, rest = text.split(f"\n### {title}\n")
        text = f"{head}\n### {title}\n" + re.sub(r"(?m)(?:^\|.*\n)+", lambda _, own=situations: table(own), rest, count=1)
    return text


@pytest.mark.parametrize("name", ALL)
def test_verdict(name):
    own = ALL[name]
    found = own.report
    states = {signal: about["state"] for signal, about in found["signals"].items()}
    assert (found["verdict"], tuple(found["policy"]["held"])) == (own.verdict, own.held), found["reasons"]
    assert {signal: states[signal] for signal in own.fired} == dict.fromkeys(own.fired, "fired")
    assert {signal for signal in own.dark if states[signal] not in ("unknown", "underpowered")} == set()
    assert found["next_look"]["on"] == own.again


@pytest.mark.parametrize("name", ALL)
def test_a_verdict_gives_reasons_and_what_would_settle_it(name):
    found = ALL[name].report
    assert found["reasons"]
    assert all(len(reason.split()) > 2 and "\n" not in reason for reason in found["reasons"])
    assert found["next_look"]["on"] > found["as_of"]
    assert bool(found["next_look"]["evidence"]) == (found["verdict"] in ("rollback", "blocked", "investigate"))


def test_every_signal_is_in_every_report_with_words_and_a_state():
    for own in ALL.values():
        assert all(about["why"] and about["state"] for about in own.report["signals"].values())
        assert all(about["why"] for about in own.report["facts"].values())


@pytest.mark.parametrize(
    ("name", "cause"),
    [
        ("many corrections while rows drift", "drift"),
        ("many corrections while scores are off", "poor calibration"),
        ("many corrections while rows are refused", "data quality"),
        ("poor labels", "data quality"),
    ],
)
def test_many_corrections_are_diagnosed(name, cause):
    assert ALL[name].report["diagnosis"]["cause"] == cause


def test_an_attempt_a_day_is_refused_with_what_it_would_cost():
    # 365 / 14 = 26.07 attempts a year. 1 - 0.95^26.07 = 0.737. z(0.95) = 1.645, z(0.80) = 0.842, z(1 - 0.05 / 14) = 2.690:
    # (2.690 + 0.842)^2 / (1.645 + 0.842)^2 = 12.47 / 6.19 = 2.02
    said = ALL["every day"].report["reasons"][0]
    assert "the cool-down of 14 days ends on 2026-04-08" in said
    assert "365 a year instead of 26, a chance of nearly 100% instead of 74%" in said
    assert "2.0 times the holdout rows" in said


def test_the_playbook_is_the_table_of_the_situations():
    text = PAGE.read_text(encoding="utf-8")
    assert page(text) == text, "run `PYTHONPATH=.:tests/signals python tests/signals/test_situations.py`"
    assert [name for name in ALL if f"| **{name}**: " not in text] == []


def test_the_playbook_explains_every_name_that_a_policy_may_use():
    text = PAGE.read_text(encoding="utf-8")
    found = ALL["nothing new"].report
    assert [name for name in (*found["signals"], *found["facts"]) if f"\n| `{name}` | " not in text] == []


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
