"""A run to report on, made by hand; every word that comes from data can be a hostile one."""

from typing import Any

from stages.decision.baseline import Old
from stages.decision.ledger import Entry, Ledger
from stages.ops.reporting.read import Judged, Run
from stages.settings import Params

HOSTILE = (
    "<script>document.title='owned'</script>", "<img src=x onerror=\"document.title='owned'\">", "| a |",
    "`code`", "*bold* _em_ ~~no~~",
    "two\nlines", "\\", "@team", "fixes #12, GH-3 and !7", "https://evil.example www.evil.example", "[link](https://evil.example)",
    "![](x)", "&lt;b&gt;", "$x$", "</td></table>", "' onclick='x", "-->", "\u202etxt", "1. one", "# head", "--- ",
)  # fmt: skip
ALL = " ".join(HOSTILE)
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="576pt" height="100pt"><script>document.title="owned"</script></svg>'
COMMIT = "c" * 40


def rule(name: str, outcome: str = "pass", why: str = "fine", **facts: Any) -> dict[str, Any]:
    empty = dict.fromkeys(("metric", "segment", "old", "new", "delta", "threshold", "source"))
    return {"name": name, "outcome": outcome, "why": why} | empty | facts


def gain(**changed: Any) -> dict[str, Any]:
    return {"n": 500, "baseline": 0.8, "candidate": 0.84, "delta": 0.04, "lower": 0.02, "upper": 0.06} | changed


def decision(verdict: str = "hold", *rules: dict[str, Any], reasons: tuple[str, ...] = ("not better",)) -> dict[str, Any]:
    first = rule("min_gain", "fail" if verdict == "hold" else "pass", metric="accuracy", old=0.8, new=0.84, delta=0.04)
    return {
        "verdict": verdict,
        "rules": [first, *rules],
        "reasons": list(reasons),
        "baseline": {"version": 3, "md5": "old.dir", "commit": COMMIT},
        "candidate": {"version": 4, "md5": "new.dir"},
        "compared": {"holdout": "h.dir", "golden": "g.dir"},
    }


def judged(word: str = "", verdict: str = "hold", *rules: dict[str, Any], **changed: Any) -> Judged:
    sides = {"baseline": {"accuracy": 0.8, "n": 500}, "candidate": {"accuracy": 0.84, "n": 500}}
    golden = {"baseline": {"accuracy": 0.9, "n": 90}, "candidate": {"accuracy": 0.88, "n": 90}}
    error = gain(baseline=0.05, candidate=0.04, delta=-0.01)
    timed = {f"{side}_{label}_ms": 2.0 for side in ("baseline", "candidate") for label in ("p50", "p95")}
    known = {
        "decision": decision(
            verdict, *rules, rule("segment", segment=f"color={word}", why=f"color={word} lost", delta=-0.01, threshold=-0.03)
        ),
        "comparison": {
            "holdout": {"n": 500, "primary": gain()} | sides,
            "golden": {"n": 90, "primary": gain()} | golden,
            "segments": [{"segment": f"color={word}"} | gain(), {"segment": "color=red"} | gain(lower=None, upper=None)],
            "calibration": {"expected_calibration_error": error, "neg_brier_score": gain()},
            "compared": {"golden": "g.dir"},
        },
        "latency": {"one_row": timed, "batch": timed | {"rows": 200, "ratio_p50": 1.0, "ratio_p95": 1.25}},
        "old": Old({"golden.accuracy": 0.91}, f"dvc metrics diff ccccccc {word}".strip(), COMMIT, None),
        "settings": {f"train.{word}": {"old": None, "new": word}},
        "cards": ({}, {"rows": 1000, "trained_from": "2026-01-05", "trained_through": "2026-02-01"}),
        "tried": 1,
        "days_old": 0,
    }
    return Judged(**(known | changed))


def validation(word: str = "", **changed: Any) -> dict[str, Any]:
    rows = {
        "in": 600,
        "training": 400,
        "holdout": 100,
        "quarantined": 30,
        "blocked": 0,
        "immature": 40,
        "unlabelled": 20,
        "expired": 10,
    }
    fine = {"rows": 300, "verdict": "accepted", "reasons": []}
    return {
        "problem": None,
        "as_of": "2026-03-01",
        "rows": rows,
        "batches": {
            "raw/2026-W09.csv": fine | {"batch": "2026-W09", "quarantined": 30},
            f"raw/{word}.csv": fine | {"batch": None, "verdict": "blocked", "reasons": [f"file: {word}"]},
            "feedback/2026-W09.csv": fine | {"batch": "2026-W09"},
        },
        "rules": {f"color: isin({word})": {"quarantined": 30}},
        "reviewers": {word: {"set_aside": None}},
        "releases": {"in_force": 0, "stale": []},
    } | changed


def trigger(word: str = "", verdict: str = "retrain", **changed: Any) -> dict[str, Any]:
    return {
        "as_of": "2026-03-01",
        "verdict": verdict,
        "reasons": [f"cadence: {word or '40 days'}"],
        "diagnosis": {"of": "corrections", "cause": word, "because": [word]} if word else None,
        "signals": {
            "cadence": {"state": "fired", "why": word or "40 days"},
            "request": {"state": "quiet", "why": "nobody asked"},
        },
        "facts": {"drift": {"holds": True, "why": f"color {word} moved"}, "campaign": {"holds": False, "why": "no campaign"}},
        "drift": [{"column": f"color{word}", "family": "feature", "state": "fired", "where": f"{word}: 1.0% → 9.0%"}],
        "weeks": {"performance": [{"batch": "2026-W08", "n": 90, "value": 0.8, "low": 0.75, "high": None}]},
        "next_look": {"on": "2026-03-22", "why": f"labels are due {word}".strip(), "evidence": [f"rows {word}"] if word else []},
    } | changed


def made_run(params: Params, word: str = "", **changed: Any) -> Run:
    """A run whose candidate is held; `word` is in everything that data or a person can name."""
    entry = Entry(kind="promotion", as_of="2026-02-01", bundle="old.dir", version=3, by=word or "lead")
    known = {
        "params": params,
        "ledger": Ledger(model=f"router{word}", entries=[entry]),
        "validation": validation(word),
        "trigger": trigger(word),
        "judged": judged(word),
        "pictures": {"gain": SVG, "drift": None},
    }
    return Run(**(known | changed))
