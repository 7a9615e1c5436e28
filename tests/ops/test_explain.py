"""`ratchet trigger`: why the verdict is what it is, on any width, whatever the words hold."""

import io
from typing import Any

import pytest
from made_world import kpi, made_params, made_world
from rich.cells import cell_len
from rich.console import Console
from typer.testing import CliRunner

from stages import artefacts
from stages.artefacts import read_json, write_json
from stages.errors import InputError
from stages.ops.cli import app
from stages.ops.explain import show_trigger
from stages.ops.verdict import LOOK
from stages.trigger import judge

FORM = {"deployments": [{"at": "2026-03-24", "name": "form-2", "what": "New form"}]}


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    """An empty folder to stand in."""
    monkeypatch.chdir(tmp_path)


def report(**how: Any) -> dict[str, Any]:
    """What the trigger says of a quiet world with changes."""
    params = made_params(how.pop("settings", None))
    return judge(made_world(params, **how), params)


def shown(said: dict[str, Any], explain: bool = True, width: int = 140) -> str:
    write_json(artefacts.TRIGGER, said)
    text = io.StringIO()
    show_trigger(explain, Console(file=text, width=width, highlight=False, emoji=False))
    return text.getvalue()


def line(text: str, start: str) -> list[str]:
    """The words of the line that begins with `start`."""
    return next(own.split() for own in text.splitlines() if own.split()[:1] == [start])


def test_the_verdict_comes_with_its_reasons_and_the_next_look():
    text = shown(report(settings={"trigger.request": "a [new] product"}), explain=False)
    assert text.splitlines() == [
        "as of 2026-03-29: retrain",
        "  because request: a [new] product",
        f"next: {LOOK['retrain']}",
        "look again on 2026-04-05: the next batch is complete then",
    ]


def test_what_would_settle_it_is_said():
    said = report(settings={"trigger.request": None}, kpi=kpi(0.3, since=5), events=FORM)
    text = shown(said, explain=False)
    assert said["verdict"] == "blocked"
    assert [f"  would settle it: {own}" for own in said["next_look"]["evidence"]] == [
        own for own in text.splitlines() if "would settle it" in own
    ]
    assert said["next_look"]["evidence"]


def test_every_signal_every_fact_and_every_column_has_a_line():
    said = report()
    text = shown(said)
    heads = [own.split()[0] for own in text.splitlines() if own.strip()]
    assert {*said["signals"], *said["facts"], "color", "size", "predicted", "label"} <= set(heads)
    assert f"policy, skip: {said['policy']['clause']}" in text


def test_what_fired_stands_first_then_what_cannot_be_told():
    said = report(kpi=kpi(days=0))
    names = [own.split()[0] for own in shown(said).splitlines() if own.split()[:1] and own.split()[0] in said["signals"]]
    states = [said["signals"][name]["state"] for name in names]
    assert states == sorted(states, key=["fired", "underpowered", "unknown", "quiet"].index)
    assert {"fired", "unknown", "quiet"} <= set(states)
    facts = [own.split()[0] for own in shown(said).splitlines() if own.split()[:1] and own.split()[0] in said["facts"]]
    assert [said["facts"][name]["holds"] for name in facts] == sorted(
        (own["holds"] for own in said["facts"].values()), key=[True, None, False].index
    )


def test_numbers_have_columns_where_there_is_room_and_are_readable():
    said = report()
    said["signals"]["new_labels"] |= {"value": 7936.0, "threshold": 1000, "p_value": None}
    said["signals"]["calibration"] |= {"value": -0.0001, "threshold": 0.1, "p_value": 0.0000112}
    text = shown(said)
    assert line(text, "signal") == ["signal", "value", "threshold", "p", "why"]
    assert line(text, "new_labels")[:5] == ["new_labels", "●", "fired", "7,936", "1,000"]
    assert line(text, "calibration")[3:7] == ["0.000", "0.100", "<", "0.001"]
    assert line(shown(said, width=80), "signal") == ["signal", "why"]


@pytest.mark.parametrize("width", [80, 110, 140, 200])
def test_no_line_of_a_table_is_wider_than_the_terminal(width):
    said = report(red={"2026-W12": 0.9, "2026-W13": 0.9}, events={"changes": [{"at": "2026-03-24", "what": "law " * 40}]})
    tables = shown(said, width=width).partition("\nsignal")[2].partition("\npolicy")[0]
    assert tables
    assert max(cell_len(own) for own in tables.splitlines()) <= width
    assert "feature_drift" in tables  # no name is folded
    assert "kpi_fall_since_change" in tables


def test_of_many_columns_those_that_changed_most_are_shown():
    said = report()
    row = said["drift"][0]
    said["drift"] = [row | {"column": f"c{k:02d}", "change": 0.5 - k / 100} for k in range(40)]
    text = shown(said)
    assert [own.split()[0] for own in text.splitlines() if own.startswith("c0")] == [f"c{k:02d}" for k in range(8)]
    assert "and 32 more" in text


def test_without_columns_there_is_no_table_of_them():
    assert "\ncolumn" not in shown(report() | {"drift": []})


def test_labels_are_told_from_the_column_of_their_name():
    text = shown(report())
    assert "label (labels)" in text


def test_a_diagnosis_is_shown():
    said = report() | {"diagnosis": {"of": "correction_rate", "cause": "drift", "because": ["feature_drift: color [x]"]}}
    assert "  diagnosis of correction_rate: drift (feature_drift: color [x])" in shown(said, explain=False)


def test_words_cannot_do_anything_to_the_terminal():
    said = report()
    said["reasons"] = ["\x1b[31mred\x07 [bold]x[/bold] [/]"]
    said["drift"][0]["where"] = "\x1b[2J: 1% → 2%"
    text = shown(said)
    assert "\x1b" not in text
    assert "\x07" not in text
    assert "because \\x1b[31mred\\x07 [bold]x[/bold] [/]" in text


def test_what_the_stage_writes_can_be_shown_though_it_is_rounded():
    said = report()
    write_json(artefacts.TRIGGER, said)
    assert "as of 2026-03-29: skip" in shown(read_json(artefacts.TRIGGER))


def test_the_file_of_an_earlier_version_or_none_is_one_line():
    with pytest.raises(InputError, match=r"metrics/trigger\.json must exist"):
        show_trigger(False)
    write_json(artefacts.TRIGGER, {"as_of": "2026-03-29", "verdict": "skip", "reasons": [], "signals": {}, "facts": {}})
    with pytest.raises(InputError, match=r"metrics/trigger\.json must be of this version.*dvc repro trigger"):
        show_trigger(False)


def test_the_command_shows_all_only_where_it_is_asked_to():
    write_json(artefacts.TRIGGER, report())
    short, long = (CliRunner().invoke(app, ["trigger", *options]).output for options in ([], ["--explain"]))
    assert "as of 2026-03-29: skip" in short
    assert "kpi_stable" not in short
    assert "kpi_stable" in long
