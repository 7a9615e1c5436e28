"""Pictures of validation: they say what is seen, hold any name and number, and have the same bytes for the same counts."""

import hashlib
import os
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from stages.drawing import BAD, COLOURS
from stages.intake.pictures import GOOD, OTHERS, quarantine_picture, reviewers_picture

ROOT = Path(__file__).resolve().parents[2]
BATCHES = {
    "raw/2026-W01.csv": {"batch": "2026-W01", "verdict": "accepted"},
    "raw/2026-W02.csv": {"batch": "2026-W02", "verdict": "blocked"},
    "feedback/2026-W02.csv": {"batch": "2026-W02", "verdict": "warned"},
    "raw/stray.csv": {"batch": None, "verdict": "blocked"},
}
LINES = [
    ("raw/2026-W01.csv", "size: greater_than(0)", 4),
    ("raw/2026-W02.csv", "size: greater_than(0)", 3),
    ("feedback/2026-W02.csv", "label: missing", 2),
]


def reviewer(accuracy=0.9, low=0.8, high=0.95, set_aside=None, n=60):
    checked = {"gold_answers": n // 3, "agreement_rows": n - n // 3, "answered": 2 * n}
    return {"accuracy": accuracy, "accuracy_low": low, "accuracy_high": high, "set_aside": set_aside} | checked


UNKNOWN = reviewer(None, None, None, n=0)
REVIEWERS = {"anna": reviewer(), "bo": reviewer(0.4, 0.3, 0.5, "contradicts gold"), "new": UNKNOWN}


@pytest.fixture
def quarantine(tmp_path):
    def drawn(lines, batches):
        quarantine_picture(lines, batches, tmp_path / "plots" / "quarantine.svg")
        return whole(tmp_path / "plots" / "quarantine.svg")

    return drawn


@pytest.fixture
def people(tmp_path):
    def drawn(reviewers):
        reviewers_picture(reviewers, tmp_path / "reviewers.svg")
        return whole(tmp_path / "reviewers.svg")

    return drawn


def whole(file):
    picture = file.read_text(encoding="utf-8")
    ElementTree.fromstring(picture)
    return picture


def words(picture):
    """The texts of a picture: matplotlib names each in a comment above its outlines."""
    return [found.strip(" \n") for found in re.findall(r"<!--(.*?)-->", picture, re.DOTALL)]


def size(picture):
    """Width and height in points."""
    return tuple(float(re.search(rf'{name}="([\d.]+)pt"', picture)[1]) for name in ("width", "height"))


def weeks(count):
    return [f"{2026 + week // 50}-W{1 + week % 50:02d}" for week in range(count)]


def test_refused_rows_and_labels_are_counted_by_rule(quarantine):
    said = words(quarantine(LINES, BATCHES))
    assert {
        "9 refusals of rows and labels, by rule: 3 periods, 2026-W01 to stray.csv",
        "✖ 2 files blocked    ◆ 1 file warned",
    } <= set(said)
    assert {"7   size: greater_than(0)", "2   label: missing"} <= set(said)  # 4 + 3 and 2


def test_blocked_and_warned_files_are_marked_in_the_row_of_their_folder(quarantine):
    assert {"raw", "feedback"} <= set(words(quarantine(LINES, BATCHES)))
    accepted = {key: own | {"verdict": "accepted"} for key, own in BATCHES.items()}
    said = words(quarantine(LINES, accepted))
    assert "no file blocked or warned" in said
    assert not {"raw", "feedback"} & set(said)


def test_a_blocked_file_shows_where_no_row_was_refused(quarantine):
    said = words(quarantine([], BATCHES))
    assert any(text.startswith("No refusals of rows and labels") for text in said)
    assert "no single row or label was refused" in said
    assert "0" not in said  # an axis without anything on it has no numbers
    assert "✖ 2 files blocked    ◆ 1 file warned" in said


def test_the_six_most_frequent_rules_have_a_colour_each_and_the_others_share_one(quarantine):
    lines = [("raw/2026-W01.csv", f"rule {k}: x", 10 - k) for k in range(9)]
    picture = quarantine(lines, BATCHES)
    assert {f"{10 - k}".rjust(2, "\u2007") + f"   rule {k}: x" for k in range(6)} <= set(words(picture))
    assert "\u20079   3 other rules" in words(picture)  # 4 + 3 + 2
    assert all(colour.lower() in picture for colour in (*COLOURS, OTHERS))
    assert OTHERS not in quarantine(lines[:6], BATCHES)


def test_a_bar_is_no_wider_where_there_are_few_periods(quarantine):
    widths = []
    for count in (1, 8):
        batches = {f"raw/{week}.csv": {"batch": week, "verdict": "accepted"} for week in weeks(count)}
        picture = quarantine([(key, "size: missing", 3) for key in batches], batches)
        bar = re.search(rf'd="M ([\d.]+) [\d.]+ \nL ([\d.]+) [^"]*" clip-path[^>]*fill: {COLOURS[0].lower()}', picture)
        widths.append(float(bar[2]) - float(bar[1]))
    assert widths[0] == pytest.approx(widths[1])


def test_a_bar_that_would_hide_the_others_is_cut_off_and_says_how_high_it_is(quarantine):
    usual = [(f"raw/{week}.csv", "size: missing", 20) for week in weeks(9)]
    batches = {key: {"batch": key[4:-4], "verdict": "accepted"} for key, _, _ in [*usual, ("raw/2026-W20.csv", "", 0)]}
    assert "↑ 1,100" in words(quarantine([*usual, ("raw/2026-W20.csv", "size: missing", 1100)], batches))
    # three medians are 60: no higher bar is cut
    assert not any("↑" in text for text in words(quarantine([*usual, ("raw/2026-W20.csv", "size: missing", 60)], batches)))


@pytest.mark.parametrize(("batches", "said"), [({}, "No data has come in yet."), (1, "Nothing was refused; files accepted: 1")])
def test_nothing_refused_is_said_in_words(quarantine, batches, said):
    assert words(quarantine([], dict(list(BATCHES.items())[:1]) if batches else {})) == [said]


def test_only_the_newest_sixty_periods_are_drawn(quarantine):
    keys = [f"raw/{week}.csv" for week in weeks(75)]
    batches = {key: {"batch": key[4:-4], "verdict": "warned"} for key in keys}
    picture = quarantine([(key, "size: missing", 2) for key in keys], batches)
    assert any(f"120 refusals of rows and labels, by rule: 60 periods, {weeks(75)[15]} to" in text for text in words(picture))
    ticks = [text for text in words(picture) if text in weeks(75)]
    assert len(ticks) <= 9
    assert ticks[-1] == weeks(75)[-1]


@pytest.mark.parametrize("name", ["a<b>&\"'", "$5$", "$\\foo$", "-->", "x\ny", "\0\x07", "%s{}", "x" * 300, "ü", "李", "_hidden"])
def test_an_odd_name_gives_a_whole_picture_of_the_usual_width(quarantine, people, name):
    batches = {"raw/2026-W01.csv": BATCHES["raw/2026-W01.csv"], f"raw/{name}.csv": {"batch": None, "verdict": "blocked"}}
    picture = quarantine([("raw/2026-W01.csv", f"{name}: missing", 3)], batches)
    assert size(picture)[0] == size(people({name: reviewer(set_aside=name)}))[0] == 8 * 72
    assert sum(text.startswith("3   ") for text in words(picture)) == 1  # the rule is in the legend, whatever its first letter


def test_every_reviewer_has_a_line_and_those_set_aside_the_reason(people):
    picture = people(REVIEWERS)
    said = words(picture)
    assert {"anna  (n=60)", "bo  (n=60)", "new  (n=0)", "nothing to check yet"} <= set(said)
    assert "How often a reviewer is right: 3 reviewers, 1 set aside   (✖)" in said
    assert any(text.strip() == "contradicts gold" for text in said)
    assert all(colour.lower() in picture for colour in (GOOD, BAD))
    assert BAD.lower() not in people({"anna": reviewer()})


def test_one_reviewer_is_one(people):
    assert "How often a reviewer is right: 1 reviewer, none set aside" in words(people({"anna": reviewer()}))


def test_of_many_reviewers_the_scale_is_at_the_top_and_at_the_bottom(people):
    crowd = {f"r{k}": reviewer() for k in range(15)}
    assert words(people(crowd)).count("100%") == 2
    assert words(people(dict(list(crowd.items())[1:]))).count("100%") == 1


def test_someone_set_aside_whose_answers_cannot_be_checked_keeps_the_mark(people):
    assert "✖ answers too fast; nothing to check" in words(people({"quick": UNKNOWN | {"set_aside": "answers too fast"}}))


def test_of_many_reviewers_those_set_aside_and_the_worst_are_drawn(people):
    crowd = {f"r{k:03d}": reviewer(0.5 + k / 400, 0.4, 1.0) for k in range(100)}
    crowd |= {"aside": reviewer(0.99, 0.98, 1.0, "answers too fast"), "new": UNKNOWN}
    said = words(people(crowd))
    assert "How often a reviewer is right: 102 reviewers (the 40 worst are shown), 1 set aside   (✖)" in said
    shown = [text.partition(" ")[0] for text in said if "(n=" in text]
    assert shown == [*(f"r{k:03d}" for k in range(39)), "aside"]  # from the bottom up


def test_no_reviewer_is_said_in_words(people):
    assert words(people({})) == ["No reviewer has answered yet."]


def test_two_processes_with_other_hash_seeds_draw_the_same_bytes(tmp_path):
    code = (
        "import sys, pathlib, test_pictures as t\n"
        "folder = pathlib.Path(sys.argv[1])\n"
        "t.quarantine_picture(t.LINES, t.BATCHES, folder / 'q.svg'); t.reviewers_picture(t.REVIEWERS, folder / 'r.svg')"
    )
    paths = os.pathsep.join([str(ROOT), str(Path(__file__).parent)])
    found = []
    for seed in ("1", "4711"):
        environment = os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": paths}
        subprocess.run([sys.executable, "-c", code, str(tmp_path)], env=environment, check=True)
        found.append([hashlib.md5((tmp_path / name).read_bytes()).hexdigest() for name in ("q.svg", "r.svg")])
    assert found[0] == found[1]
