"""The pictures of a loop's health: they name what they show, and the same loop gives the same bytes."""

import re
from xml.etree import ElementTree

from made_loop import attempt, day, gained, ledger, promotion, rollback, version

from stages.drawing import BAD, COLOURS
from stages.health.pictures import NOTHING, gains_picture, life_picture
from stages.health.versions import Later


def words_of(picture: str) -> list[str]:
    """Every text in a picture: matplotlib draws letters as paths and keeps the words as comments."""
    ElementTree.fromstring(picture)
    return re.findall(r"<!-- (.*?) -->", picture)


def test_every_version_with_a_gain_is_named_and_a_dummys_successor_is_not():
    told = [version(1, gain=0.5), version(2, gain=0.02, later=gained(200, 100)), version(3, later=Later(why="gone"))]
    words = words_of(gains_picture(told, "accuracy", 0.95))
    assert {"v2", "gain in accuracy", "at the gate", "on later rows"} <= set(words)
    assert not {"v1", "v3"} & set(words)


def test_without_a_gain_the_picture_says_so():
    assert words_of(gains_picture([version(1)], "accuracy", 0.95)) == [NOTHING]


def test_years_of_versions_stay_readable():
    told = [version(k, gain=0.02) for k in range(2, 302)]
    assert len([word for word in words_of(gains_picture(told, "accuracy", 0.95)) if re.fullmatch(r"v\d+", word)]) == 20
    long = ledger(*(promotion(k, day(k)) for k in range(1, 301)))
    assert len([word for word in words_of(life_picture(long, day(301))) if re.fullmatch(r"\d{4}-..-..", word)]) <= 20


def test_a_life_shows_what_was_live_and_what_was_taken_back():
    said = [attempt("x", day(1), "review"), attempt("y", day(4), "hold"), attempt("z", day(5), "hold")]
    good = ledger(promotion(1, day(1)), promotion(2, day(2)), *said)
    words = words_of(life_picture(good, day(6)))
    assert {"v0", "v1", "v2", "in production", "the gate said", "promote (0)", "review (1)", "hold (2)"} <= set(words)
    bar = re.compile(rf"fill: ({BAD}|{COLOURS[4]}); stroke: #ffffff".lower())
    back = good.with_entry(rollback(1, 2, day(3)))
    assert [bar.findall(life_picture(own, day(6)).lower()).count(BAD.lower()) for own in (good, back)] == [0, 1]


def test_the_same_loop_gives_the_same_bytes():
    loop = ledger(promotion(1, day(1)))
    assert life_picture(loop, day(2)) == life_picture(loop, day(2))
