"""`ratchet status`: what is live, and since when."""

import io

import pytest
from rich.console import Console

from stages import artefacts
from stages.artefacts import write_json
from stages.decision.ledger import Entry, Ledger, write_ledger
from stages.errors import InputError
from stages.ops.status import show_status

ZERO = Entry(kind="promotion", as_of="2026-01-01", bundle="zero.dir", version=0, by="ratchet init", reason="a dummy")
ONE = Entry(
    kind="promotion", as_of="2026-02-01", bundle="one.dir", version=1, by="desk-lead", reason="[b]better[/b]",
    metric="accuracy", promised=0.8125, rows=400,
)  # fmt: skip
TRIED = Entry(kind="attempt", as_of="2026-03-01", bundle="two.dir", verdict="hold")


def shown(*entries: Entry) -> str:
    write_ledger(artefacts.LEDGER, Ledger(model="router", entries=list(entries)))
    text = io.StringIO()
    show_status(Console(file=text, width=200, highlight=False))
    return text.getvalue()


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    """An empty folder to stand in."""
    monkeypatch.chdir(tmp_path)


def test_it_names_the_live_version_its_promise_and_the_attempts():
    text = shown(ZERO, ONE, TRIED)
    assert "version 1 since 2026-02-01, approved by desk-lead: [b]better[/b]" in text
    assert "accuracy 0.8125 on 400 rows" in text
    assert "1 (0 promote, 0 review, 1 hold), 1 promotions" in text
    assert "none yet: run `dvc repro`" in text


def test_after_a_rollback_it_names_the_version_gone_back_to():
    back = Entry(kind="rollback", as_of="2026-03-05", bundle="zero.dir", rejected="one.dir")
    assert "version 0 since 2026-03-05" in shown(ZERO, ONE, back)


def test_it_shows_what_the_last_run_said():
    write_json(artefacts.TRIGGER, {"verdict": "skip", "reasons": ["no clause holds"]})
    write_json(artefacts.DECISION, {"verdict": "hold", "reasons": ["a tie [is] no gain", "and more"]})
    text = shown(ZERO)
    assert "skip: no clause holds" in text
    assert "hold: a tie [is] no gain; and more" in text
    assert "promised" not in text


def test_without_a_ledger_it_is_one_line():
    with pytest.raises(InputError, match=r"models/ledger\.yaml must exist"):
        show_status()
