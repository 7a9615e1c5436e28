"""`ratchet quarantine release`: says who, why and of which file, and what it lets in."""

import hashlib
from pathlib import Path

import pytest
from made_quarantine import BOOM, FILE, LABELS, ODD, OLD, SIZE, W39, W40, asked, line, quarantine, usual, whole

from stages import artefacts
from stages.artefacts import read_yaml
from stages.errors import InputError, Refused
from stages.intake.releases import Release, read_releases
from stages.ops.release import release

pytestmark = pytest.mark.usefixtures("batch_file")


def test_a_release_of_a_rule_names_the_file_as_it_is_now():
    quarantine(*usual())
    assert release(asked(by=" Ada "), "id") == f"5 rows of {W40}"
    md5 = hashlib.md5(FILE).hexdigest()
    assert read_releases(artefacts.RELEASES) == [
        Release(batch=W40, rule=SIZE, record_id=None, file=md5, by="Ada", reason="refunds are negative")
    ]


def test_a_release_of_rows_has_an_entry_for_each():
    quarantine(*usual(), line(row=9, record_id="T3"))
    assert release(asked(ids=("T3", "T1", "T3")), "id") == f"3 rows of {W40}"  # T3 twice in the table, T1 once
    assert [entry.record_id for entry in read_releases(artefacts.RELEASES)] == ["T3", "T1"]


@pytest.mark.parametrize("status", ["review", "quarantined"])
def test_a_finding_about_a_whole_batch_can_be_released(status):
    quarantine(whole() | {"status": status})
    assert release(asked(rule="batch: unit"), "id") == f"{W40} as a whole"
    assert read_yaml(artefacts.RELEASES)[0]["record_id"] is None


def blocked(verdict: str = "blocked", role: str = "blocked") -> None:
    about = {"verdict": verdict, "role": role, "rows": 1105}
    own = about | ({"quarantined": 12} if role != "feedback" else {})
    artefacts.write_json(artefacts.VALIDATION, {"batches": {W40: own, LABELS: own}})


def test_the_release_of_a_blocked_batch_says_how_many_rows_come_in(batch_file):
    blocked()
    quarantine(whole(status="quarantined"), *[line(row=k, record_id=f"T{k}") for k in range(12)])
    assert release(asked(rule="batch: unit"), "id") == f"1,093 of the 1,105 rows of {W40}"
    blocked(role="feedback")
    (batch_file / "data" / LABELS).parent.mkdir()
    (batch_file / "data" / LABELS).write_bytes(FILE)
    quarantine(whole(status="quarantined", batch=LABELS))
    assert release(asked(rule="batch: unit", batch=LABELS), "id") == f"1,105 of the 1,105 labels of {LABELS}"


def test_a_batch_that_is_blocked_for_another_reason_too_stays_blocked():
    quarantine(whole(status="quarantined"), whole(status="quarantined", rule="batch: volume"), whole(rule="batch: one_value"))
    assert release(asked(rule="batch: unit"), "id") == f"{W40} stays blocked (batch: volume)"


def test_the_release_of_a_warning_lets_in_nothing_and_makes_a_batch_usual():
    blocked(verdict="warned", role="training")
    quarantine(whole(status="review"))
    said = f"{W40}, which is in use already, as one that later ones are held against"
    assert release(asked(rule="batch: unit"), "id") == said


def test_rows_that_fail_another_rule_stay_out_and_a_blocked_batch_is_judged_anew():
    rows = [line(row=k, record_id=f"T{k}") for k in range(3)]
    quarantine(*rows, line(row=1, record_id="T1", rule=ODD), whole(rule="batch: refused", status="quarantined"))
    assert release(asked(), "id") == (
        f"3 rows of {W40}, 1 of them kept out by other rules too; "
        "the batch is blocked (batch: refused), the next run judges it anew"
    )


def test_labels_are_called_labels(batch_file):
    (batch_file / "data" / LABELS).parent.mkdir()
    (batch_file / "data" / LABELS).write_bytes(FILE)
    quarantine(*[line(batch=LABELS, row=k, record_id="T1", level="label", rule="label: too fast") for k in range(2)])
    assert release(asked(batch=LABELS, rule="label: too fast"), "id") == f"2 labels of {LABELS}"


def test_a_release_after_the_file_changed_is_another_one():
    quarantine(*usual())
    release(asked(), "id")
    (Path("data") / W40).write_bytes(FILE + b"T2,-6\n")
    release(asked(), "id")
    assert len({entry.file for entry in read_releases(artefacts.RELEASES)}) == 2


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"by": ""}, r"--by must be one line with a letter or digit"),
        ({"by": "\u200b "}, r"--by must be one line"),
        ({"reason": "  "}, r"--reason must be one line"),
        ({"reason": "fine\n- batch: raw/x"}, r"--reason must be one line"),
        ({"reason": "fine\x1b[2K"}, r"--reason must be one line"),
        ({"by": "Ada\udcff"}, r"--by must be one line"),  # bytes that are not UTF-8 on the command line
        ({"batch": "raw/2026-W41.csv"}, r"must name findings, got none of 'raw/2026-W41.csv'"),
        ({"batch": "raw/../../etc/passwd"}, r"must name findings, got none"),
        ({"rule": "size: nothing"}, r"must name findings, got none of .*'size: nothing'"),
        ({"rule": SIZE.upper()}, r"must name findings, got none"),
        ({"rule": OLD}, r"--rule must be one that a release may undo, got 'id: in an earlier batch'; mend the batch's file"),
        ({"rule": "row: near-duplicate of a test row"}, r"--rule must be one that a release may undo"),
        ({"rule": ODD}, r"must name what is refused, got nothing"),  # released already, and honoured
        ({"batch": W39, "rule": "text: mojibake"}, r"must name what is refused, got nothing"),
        ({"ids": ("T1", "T99")}, r"--id must name rows in quarantine, got 1 of 2 that are not"),
        ({"ids": ("t1",)}, r"--id must name rows in quarantine, got 1 of 1"),
        ({"ids": ("",)}, r"--id must name rows in quarantine"),
        ({"rule": "batch: file"}, r"must let something in, got .*, which cannot be read; mend the file, or remove it"),
        ({"rule": "batch: unit", "ids": ("T1",)}, r"--id must name rows in quarantine"),
        ({"ids": tuple(f"T{k}" for k in range(101))}, r"--id may name 100 rows at most, got 101; leave it out"),
        ({"batch": LABELS, "rule": "label: reviewers disagree"}, r"data/feedback/2026-W40\.csv must exist, got nothing there"),
    ],
)
def test_what_may_not_be_released_is_refused_and_nothing_is_written(changes, message):
    quarantine(*usual(), line(rule="row: near-duplicate of a test row"), whole(rule="batch: file", status="quarantined"))
    with pytest.raises((Refused, InputError), match=message):
        release(asked(**changes), "id")
    assert not artefacts.RELEASES.exists()


def test_a_hundred_rows_are_not_too_many():
    quarantine(*[line(row=k, record_id=f"T{k}") for k in range(100)])
    assert release(asked(ids=tuple(f"T{k}" for k in range(100))), "id") == f"100 rows of {W40}"


@pytest.mark.parametrize("text", [BOOM, "- a: b", "'", "1e5", "~", "é 日本", "x" * 10_000, "--rule", " "])
def test_hostile_rules_and_ids_are_released_as_they_are(text):
    quarantine(line(rule=text, record_id=text))
    assert release(asked(rule=text, ids=(text,)), "id") == f"1 row of {W40}"
    (entry,) = read_releases(artefacts.RELEASES)
    assert (entry.rule, entry.record_id) == (text, text)


def test_messages_spell_out_control_characters():
    quarantine(*usual())
    with pytest.raises(Refused) as caught:
        release(asked(rule=BOOM), "id")
    assert str(caught.value).isprintable()
