"""`ratchet quarantine list` and `show`: counts and rows that can do no harm, and what the last run said of itself."""

import re

import pytest
from made_quarantine import BOOM, LABELS, ODD, OLD, SIZE, W39, W40, line, printed, quarantine, usual

from stages import artefacts
from stages.errors import UsageError
from stages.ops.findings import Wanted
from stages.ops.printing import visible
from stages.ops.quarantine import show_batch, show_list

pytestmark = pytest.mark.usefixtures("batch_file")


def test_the_newest_batch_comes_last_and_its_most_frequent_rule_first():
    quarantine(*usual())
    text = printed(show_list, Wanted(), width=140)
    rows = [re.split(r"\s{2,}", own.strip()) for own in text.splitlines()]
    assert rows[:-6] == [
        ["batch", "rule", "severity", "status", "findings"],
        [W39, "text: mojibake", "warning", "review", "1"],
        [LABELS, "label: reviewers disagree", "error", "quarantined", "1"],
        [W40, SIZE, "error", "quarantined", "5"],
        [W40, "batch: unit", "error", "review", "1"],
        [W40, OLD, "error", "quarantined", "1"],
        [W40, ODD, "error", "released", "1"],
    ]
    assert text.endswith(
        "total 10\n"
        "       7 quarantined: not used\n"
        "       2 review: used, a person should look\n"
        "       1 released: a person let it in\n"
        "next: ratchet quarantine show BATCH\n"
    )


def test_show_names_rows_rules_and_values_and_says_how_many_are_left_out():
    quarantine(*usual())
    text = printed(lambda console: show_batch(W40, SIZE, 2, console))
    rows = [re.split(r"\s{2,}", own.strip()) for own in text.splitlines()]
    assert rows[:4] == [
        [f"{W40}, findings: 5 (rows count from 0)"],
        ["row", "record id", "rule", "value", "status"],
        ["0", "T0", SIZE, "-5", "quarantined"],
        ["1", "T1", SIZE, "-5", "quarantined"],
    ]
    assert "and 3 more: --limit N" in text
    assert "batch  " in printed(lambda console: show_batch(W40, "batch: unit", 2, console))


def test_show_refuses_a_batch_without_findings():
    quarantine(*usual())
    for batch, rule in (("raw/2026-W41.csv", None), (W40, "no such rule"), ("2026-W40", None)):
        with pytest.raises(UsageError, match=r"must name findings, got none of .*`ratchet quarantine list` names them"):
            show_batch(batch, rule, 5)


@pytest.mark.parametrize("width", [80, 140])
@pytest.mark.parametrize("show", [show_list, lambda wanted, console: show_batch(W40, None, 50, console)])
def test_hostile_names_are_shown_as_text_within_the_width(show, width):
    odd = [line(rule="z" * 10_000), line(rule="日本" * 40, value="é")]
    quarantine(line(rule=BOOM, record_id="[/]" + "y" * 5_000, value="[b]v"), *odd)
    text = printed(show, Wanted(), width=width)
    assert all(own.isprintable() for own in text.split("\n"))
    assert max(len(own) for own in text.split("\n")) <= width
    wide = printed(show, Wanted(), width=500)
    assert r"x: [red]=1+1[/red] :cat:\n\x1b[31m\x07\u202eevil" in wide
    assert "z" * 119 + "…" in wide


@pytest.mark.parametrize("show", [show_list, lambda wanted, console: show_batch(W40, None, 50, console)])
def test_colours_are_for_verdict_words_only(show):
    quarantine(*usual(), line(rule="error [red]quarantined"))
    text = printed(show, Wanted(), width=140, force_terminal=True, color_system="standard")
    coloured = {own.strip() for own in re.findall(r"\x1b\[3\dm(.*?)\x1b\[0m", text)}
    assert coloured <= {"error", "warning", "quarantined", "released", "review"}
    assert "quarantined" in coloured
    assert "\x1b" not in printed(show, Wanted(), width=140)


def test_long_names_are_cut_and_control_characters_spelled_out():
    assert visible("a\x00b\ud800") == r"a\x00b\ud800"
    assert visible("x" * 120) == "x" * 120
    assert visible("x" * 121) == "x" * 119 + "…"


def report(**of_the_run: object) -> None:
    artefacts.write_json(artefacts.VALIDATION, of_the_run)


def test_the_list_says_first_that_nothing_could_train(ratchet):
    quarantine(*usual())
    report(problem="data/raw must hold more, got 0 of 0; wait")
    assert ratchet("list")[1].startswith("the last run stopped: data/raw must hold more, got 0 of 0; wait\nbatch ")


@pytest.mark.parametrize(
    ("in_force", "stale", "said"),
    [
        (0, [], None),
        (2, [], "releases: 2 in force"),
        (
            1,
            [(W39, "batch: unit", "the file has changed"), *[(W40, "x\x1b", "there is no such file")] * 2],
            f"releases: 1 in force, 3 without effect, to be removed ({W39} 'batch: unit': the file has changed; "
            f"{W40} 'x\\\\x1b': there is no such file)",
        ),
        (
            0,
            [(W40, f"r{k}", "why") for k in range(5)],
            "releases: 0 in force, 5 without effect, to be removed "
            f"({W40} 'r0': why; {W40} 'r1': why; {W40} 'r2': why; and 2 more)",
        ),
    ],
)
def test_releases_without_effect_are_named_in_one_line(ratchet, in_force, stale, said):
    quarantine()
    entries = [{"batch": batch, "rule": rule, "record_id": None, "why": why} for batch, rule, why in stale]
    report(problem=None, releases={"in_force": in_force, "stale": entries})
    code, out, _ = ratchet("list")
    assert (code, out) == (0, f"{said}\nnothing in quarantine\n" if said else "nothing in quarantine\n")


def test_the_command_lists_exports_and_shows(ratchet):
    quarantine(*usual())
    code, out, err = ratchet("list", "--batch", W40, "--csv", "out.csv")
    assert (code, err) == (0, "")
    assert out.endswith("next: ratchet quarantine show BATCH\nwritten to out.csv: 8\n")
    code, out, err = ratchet("show", W40, "--rule", SIZE, "--limit", "1")
    assert (code, err) == (0, "")
    assert "and 4 more" in out


def test_the_command_releases_and_says_what_comes_next(ratchet):
    quarantine(*usual())
    common = ("--by", "Ada", "--reason", "fine", "--batch", W40)
    code, out, err = ratchet("release", *common, "--rule", SIZE, "--id", "T1", "--id", "T2")
    assert (code, err) == (0, "")
    assert out == (
        f"released in data/releases.yaml: 2 rows of {W40}\nnext: dvc repro, then commit it all: a review sees the entry\n"
    )
    assert ratchet("release", *common, "--rule", SIZE, "--id", "T1") == (
        6, "", "error: a release must be new, got one that 'Ada' has written already; run `dvc repro` to see its effect\n",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ((), 2),
        (("list", "--status", "gone"), 2),
        (("show",), 2),
        (("show", "raw/none.csv"), 2),
        (("show", W40, "--limit", "0"), 2),
        (("release", "--by", "Ada", "--batch", W40, "--rule", SIZE), 2),
        (("release", "--by", "Ada", "--reason", "", "--batch", W40, "--rule", SIZE), 6),
    ],
)
def test_a_wrong_command_is_said_without_a_traceback(ratchet, arguments, code):
    quarantine(*usual())
    found, _, err = ratchet(*arguments)
    assert found == code
    assert "Traceback" not in err
