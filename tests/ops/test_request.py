"""`ratchet ci request`: the reason goes where the trigger looks for it, and nowhere else."""

from pathlib import Path

import pytest

from stages import artefacts
from stages.decision.ledger import Entry, Ledger, write_ledger
from stages.errors import UsageError
from stages.ops.scheduled.request import request

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def params(tmp_path, monkeypatch):
    """The project's own params.yaml, in a folder to stand in, where an attempt was made for the reason "more rows"."""
    monkeypatch.chdir(tmp_path)
    zero = Entry(kind="promotion", as_of="2026-01-01", bundle="0.dir", version=0)
    attempt = Entry(kind="attempt", as_of="2026-03-29", bundle="1.dir", verdict="hold", request="more rows")
    write_ledger(artefacts.LEDGER, Ledger(model="m", entries=[zero, attempt]))
    artefacts.PARAMS.write_text((ROOT / "params.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    return artefacts.PARAMS


@pytest.mark.parametrize(
    "reason",
    ["a new vocabulary", "quotes \" and ' and \\", "# no comment", "${x} $(date) `date`; rm -rf {}", "null", "żółw → 🐢"],
)
def test_any_text_is_kept_as_it_is_and_nothing_else_in_the_file_changes(params, reason):
    before = params.read_text(encoding="utf-8").splitlines()
    assert request(reason)
    after = params.read_text(encoding="utf-8").splitlines()
    assert artefacts.read_yaml(params)["trigger"]["request"] == reason
    changed = [(old, new) for old, new in zip(before, after, strict=True) if old != new]
    assert len(changed) == 1
    assert changed[0][0].split("#")[0].strip() == "request: null"
    assert changed[0][1].endswith("#" + changed[0][0].partition("#")[2])  # with its comment


def test_a_second_reason_replaces_the_first_and_lines_become_one(params):
    request("first")
    request("second\nline:\n  - x")
    assert artefacts.read_yaml(params)["trigger"]["request"] == "second line: - x"


def test_a_control_character_is_spelled_out(params):
    request("bell \a and \x85next")  # U+0085 is a line break to split(), the bell is no character of YAML
    assert artefacts.read_yaml(params)["trigger"]["request"] == "bell \\x07 and next"


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_a_blank_reason_changes_nothing(params, reason):
    before = params.read_bytes()
    assert not request(reason)
    assert params.read_bytes() == before


def test_a_reason_that_was_answered_is_told_so_at_once(params):
    before = params.read_bytes()
    with pytest.raises(UsageError, match=r"^REASON must be a new one, got that of the attempt of 2026-03-29; say what"):
        request(" more\nrows ")
    assert params.read_bytes() == before


def test_a_run_that_broke_off_can_be_asked_for_again(params):
    artefacts.write_json(artefacts.VALIDATION, {"as_of": "2026-03-29"})
    assert request("more rows")
    artefacts.write_json(artefacts.VALIDATION, {"as_of": "2026-03-30"})
    with pytest.raises(UsageError, match=r"^REASON must be a new one"):
        request("more rows")


def test_a_key_without_a_value_gets_one(params):
    params.write_text("trigger:\n  request:\n  cadence_days: 3\n")
    assert request("why")
    assert artefacts.read_yaml(params) == {"trigger": {"request": "why", "cadence_days": 3}}


@pytest.mark.parametrize("text", ["trigger: {}\n", "trigger: 3\n", ""])
def test_settings_without_the_key_are_one_line(params, text):
    params.write_text(text)
    with pytest.raises(UsageError, match=r"^params\.yaml: trigger\.request must be there"):
        request("why")
    assert params.read_text() == text
