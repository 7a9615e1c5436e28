"""What is kept of promoted versions: their scores on today's golden set, and their answers."""

import pytest

from stages import artefacts
from stages.artefacts import write_json, write_text
from stages.decision.kept import golden_value, kept_answers, number, scores
from stages.decision.ledger import Entry, Ledger
from stages.errors import InputError
from stages.evidence.golden_history import Scored

TEN = "id,truth,answer\nr0,a,b\n" + "".join(f"r{k},a,a\n" for k in range(1, 10))  # nine of ten right


@pytest.fixture
def here(tmp_path, monkeypatch):
    """Versions 1 to 4: the third was measured on another golden set, the fourth was rolled back."""
    monkeypatch.chdir(tmp_path)
    for version, value, golden in ((0, 0.1, "g"), (1, 0.8, "g"), (2, 0.9, "g"), (3, 0.7, "before"), (4, 0.6, "g")):
        write_json(artefacts.evaluation_of(f"{version}.dir"), {"golden": {"accuracy": value}, "golden_md5": golden})
    promoted = [Entry(kind="promotion", as_of="2026-01-01", bundle=f"{n}.dir", version=n) for n in range(5)]
    back = Entry(kind="rollback", as_of="2026-01-02", bundle="3.dir", rejected="4.dir")
    return Ledger(model="m", entries=[*promoted, back])


def test_the_history_has_every_real_version_with_a_score_on_this_golden_set(here):
    assert scores(here, "g", "accuracy") == [
        Scored(version=1, value=0.8),
        Scored(version=2, value=0.9),
        Scored(version=4, value=0.6, rejected=True),
    ]


def test_a_score_on_another_set_of_another_metric_or_without_a_record_is_none(here):
    assert golden_value("1.dir", "g", "accuracy") == 0.8
    assert golden_value("3.dir", "g", "accuracy") is None
    assert golden_value("1.dir", "g", "f1_macro") is None
    assert golden_value("unknown.dir", "g", "accuracy") is None


def test_only_answers_that_were_kept_are_read(here):
    write_text(artefacts.answers_of("2.dir"), TEN)
    kept = kept_answers({1: "1.dir", 2: "2.dir"}, "accuracy", "classification")
    assert {version: len(rows) for version, rows in kept.items()} == {2: 10}


@pytest.mark.parametrize("edited", [TEN.replace("r1,a,a", "r1,a,b"), TEN.replace("r1,a,a\n", "")])
def test_answers_that_do_not_score_what_was_recorded_are_refused(here, edited):
    write_json(artefacts.evaluation_of("2.dir"), {"golden": {"accuracy": 0.9, "n": 10}, "golden_md5": "g"})
    write_text(artefacts.answers_of("2.dir"), edited)
    with pytest.raises(InputError, match=r"must score what 2\.json says, accuracy 0\.9 on 10 rows"):
        kept_answers({2: "2.dir"}, "accuracy", "classification")


def test_an_answer_that_is_no_number_is_not_passed_over(here):
    write_json(artefacts.evaluation_of("2.dir"), {"golden": {"r2": 0.9, "n": 2}, "golden_md5": "g"})
    write_text(artefacts.answers_of("2.dir"), "id,truth,answer\nr1,1,1\nr2,2,many\n")
    with pytest.raises(InputError, match="got another value"):
        kept_answers({2: "2.dir"}, "r2", "regression")


@pytest.mark.parametrize("value", [None, True, "0.9", float("nan"), float("inf")])
def test_what_is_no_finite_number_is_none(value):
    assert number(value) is None
    assert number(1) == 1.0
