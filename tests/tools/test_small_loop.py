"""The small loop of the demo and the rehearsal: alarms are urgent, and their product alone decides their queue."""

import pandas as pd
import pytest

from stages import artefacts
from stages.errors import ToolError, UsageError
from tools import demo
from tools.small_loop import ALARM_QUEUES, SmallDesk, set_params

DESK = SmallDesk(seed=7, tickets_per_week=400)


@pytest.mark.parametrize("tickets", [DESK.tickets(20), DESK.golden(500, range(20))])
def test_alarms_and_only_they_are_urgent_and_say_nothing(tickets):
    alarms = tickets[tickets["priority"] == "high"]
    assert 0.2 < len(alarms) / len(tickets) < 0.3
    assert (alarms["subject"] == "Alarm").all()
    assert (alarms["queue"] == alarms["product"].map(ALARM_QUEUES)).all()
    assert alarms["body"].is_unique
    assert not (tickets.loc[tickets["priority"] != "high", "subject"] == "Alarm").any()


def test_a_week_is_the_same_each_time():
    pd.testing.assert_frame_equal(DESK.tickets(3), SmallDesk(seed=7, tickets_per_week=400).tickets(3))


def test_settings_change_by_dotted_key_and_keep_their_comments(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    artefacts.PARAMS.write_text("seed: 1  # of everything\ntrain:\n  tfidf: {max_features: 4, min_df: 3}  # words\n")
    set_params({"train.tfidf": {"max_features": 60}, "seed": 2})
    assert artefacts.PARAMS.read_text() == 'seed: 2  # of everything\ntrain:\n  tfidf: {"max_features": 60}  # words\n'
    with pytest.raises(UsageError, match=r"^params\.yaml: train\.depth must be there"):
        set_params({"train.depth": 3})


def test_the_demo_shows_the_lines_that_tell_the_story_and_stops_where_a_command_fails(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    stage = demo.Stage(scenes=1)
    stage.tell("A desk")
    stage.ratchet("--help")
    with pytest.raises(ToolError, match=r"^`ratchet history` must work in .*, got: models/ledger.yaml must exist"):
        stage.ratchet("history")
    said = capsys.readouterr().out
    assert "0 s  1/1  A desk" in said
    assert said.count("$ ratchet") == 2
    assert "Usage" not in said
