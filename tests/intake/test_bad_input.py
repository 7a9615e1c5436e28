"""docs/bad-input.md is the table of the cases of bad input, and says nothing that no case proves.

`PYTHONPATH=. python tests/intake/test_bad_input.py` writes it anew.
"""

from pathlib import Path

import test_bad_batches
import test_bad_cells
import test_bad_deliveries
import test_bad_files
import test_bad_labels
import test_bad_repeats
import test_bad_reviewers
import test_bad_rows
from bad_case import Case

PAGE = Path(__file__).resolve().parents[2] / "docs/bad-input.md"
TABLES = {
    "Files": [*test_bad_files.CASES, *test_bad_deliveries.CASES],
    "Rows": [*test_bad_rows.CASES, *test_bad_cells.CASES],
    "Batches": [*test_bad_batches.CASES, *test_bad_repeats.CASES],
    "Labels": [*test_bad_labels.CASES, *test_bad_cells.LABELS],
    "Reviewers": test_bad_reviewers.CASES,
}
INTRODUCTION = """\
# Bad input

What `validate` does with input that should not be trusted. Each line below is a test: it breaks one thing in a small project
(seven days of 60 rows with the columns `id`, `at`, `text`, `channel`, `price`, `served`, `version` and `label`, and 28 answers a
day) and compares everything that the stage says and writes. What a line does not name is used as if nothing had happened.

- **quarantined** rows and **refused** labels are not used; `ratchet quarantine list` shows them with the rule they fail.
- A **warned** batch is used, a **blocked** one is not; the other batches go on, and are not held against either.
- A row whose label was refused may have one from elsewhere; without any it is unlabelled.
- What is right all the same, a person can release: `ratchet quarantine release`. The limits of batches are in `params.yaml`.
"""
FOOT = """
This page is written from the tests: `PYTHONPATH=. python tests/intake/test_bad_input.py`.
"""


def page() -> str:
    return INTRODUCTION + "".join(_table(title, cases) for title, cases in TABLES.items()) + FOOT


def _table(title: str, cases: list[Case]) -> str:
    head = f"\n## {title}\n\n| situation | what happens | rule |\n|---|---|---|\n"
    return head + "".join(f"| {_situation(case)} | {_happens(case)} | {_rules(case)} |\n" for case in cases)


def _situation(case: Case) -> str:
    return f"**{case.name}**: {case.what}" if case.what else f"**{case.name}**"


def _happens(case: Case) -> str:
    unit = "file" if case.of_feedback else "batch"
    verdict = f"the {unit} is blocked" if case.block else f"the {unit} is warned" if case.warn else ""
    counts = case.counts or {}
    numbers = [
        _number(sum(case.rows.values()), "row", "quarantined"),
        _number(sum(case.labels.values()) * len(case.files), "label", "refused"),
        _number(sum(case.review.values()), "label", "put on the review list"),
        _number(counts.get("unlabelled", 0), "row", "unlabelled"),
        _number(counts.get("immature", 0) if case.states else 0, "row", "immature"),
    ]
    said = ", ".join(part for part in (verdict, *numbers) if part) or "accepted"
    reasons = [*case.block, *case.warn]
    why = [reasons[0].partition(": ")[2]] if len(reasons) == 1 else []
    return ": ".join([said, "; ".join([*why, *filter(None, [case.note])])]).removesuffix(": ")


def _number(count: int, noun: str, what: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'} {what}" if count else ""


def _rules(case: Case) -> str:
    return ", ".join(f"`{rule}`" for rule in dict.fromkeys(case.rules))


def test_the_page_is_the_table_of_the_cases():
    assert PAGE.read_text(encoding="utf-8") == page()


def test_no_situation_comes_twice():
    names = [case.name for cases in TABLES.values() for case in cases]
    assert len(set(names)) == len(names)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
