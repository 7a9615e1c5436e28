"""A report as Markdown: for a pull request, a CI run's page, or a terminal.

Words come from data (labels, segments, reasons), so nothing in them may act: no markup, no HTML, no link, nobody mentioned, no
issue closed. Pictures are left out: a comment cannot hold them.
"""

import re
from collections.abc import Iterator

from stages.drawing import short
from stages.ops.reporting.blocks import Block, Cell, Folded, Mark, Page, Points, Table, Words
from stages.ops.verdict import MARK

LIMIT = 60_000  # characters; GitHub takes 65,536 in a comment
LONGEST = 600  # letters of a cell or point
MOST_POINTS = 20
SIGN = {"good": "✓", "bad": "✗", "open": "?", "calm": "–"}
APART = "\u200b"  # shows nothing; it parts what a host would make a link or a mention of
ACTS = re.compile(r"(?<=[@＠])(?=\S)|(?<=[#!])(?=\d)|(?<=GH-)(?=\d)|(?<=:)(?=//)|(?<=www)(?=\.)", re.IGNORECASE)
MARKUP = re.compile(r"[\\`*\[\]~|]|(?<![^\W_])_|_(?![^\W_])")
BLOCK = re.compile(r"^(\d{1,9})(?=[.)])|^(?=[#+=-])")  # what makes a line a list or a heading
HTML = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "$": "<span>$</span>"}  # a dollar in plain text begins a formula


def markdown(page: Page) -> str:
    """The report; parts that do not fit into `LIMIT` any more are left out, with a line that says so."""
    room, kept = LIMIT, []
    for title, text in _pieces(page):
        fits = len(text) <= room
        kept.append(text if fits else f"({escaped(title)}: too long to be shown here)")
        room -= len(kept[-1]) + 2
    return "\n\n".join(kept) + "\n"


def escaped(words: str) -> str:
    """Text that reads as it is in a line or cell of Markdown, whatever it holds.

    Examples
    --------
    >>> print(escaped("a | <b> *c*"))
    a \\| &lt;b&gt; \\*c\\*
    """
    parts = re.split(r"([&<>$])", short(words, LONGEST))
    return ACTS.sub(APART, "".join(HTML.get(part) or MARKUP.sub(r"\\\g<0>", part) for part in parts))


def _pieces(page: Page) -> Iterator[tuple[str, str]]:
    """Each piece of the report with the title it stands under."""
    yield page.title, f"## {SIGN[page.tone]} {escaped(page.verdict)}: {escaped(page.headline)}"
    yield page.title, "\n".join(f"- **{escaped(name)}:** {escaped(value)}" for name, value in page.facts)
    for section in page.sections:
        told = [(block.title if isinstance(block, Folded) else section.title, _block(block)) for block in section.blocks]
        if any(text for _, text in told):
            yield section.title, f"### {escaped(section.title)}"
        yield from ((title, text) for title, text in told if text)
    yield page.title, f"Pictures are in the HTML report: ratchet {page.command} --html FILE."


def _block(block: Block) -> str:
    """A block; nothing for a picture, and for what holds nothing else."""
    match block:
        case Words():
            return _line(block.text)
        case Points():
            more = [f"- and {len(block.items) - MOST_POINTS} more"] if len(block.items) > MOST_POINTS else []
            return "\n".join([f"- {_line(item)}" for item in block.items[:MOST_POINTS]] + more)
        case Table():
            return _table(block)
        case Folded():
            inside = "\n\n".join(text for text in map(_block, block.blocks) if text)
            return f"<details><summary>{escaped(block.title)}</summary>\n\n{inside}\n\n</details>" if inside else ""
        case _:
            return ""


def _table(table: Table) -> str:
    rule = "|".join("---:" if name in table.numbers else "---" for name in table.head)
    rows = (" | ".join(_cell(cell) for cell in row) for row in table.rows)
    return "\n".join((f"| {' | '.join(map(escaped, table.head))} |", f"|{rule}|", *(f"| {row} |" for row in rows)))


def _cell(cell: Cell) -> str:
    return f"{MARK[cell.outcome]} {cell.outcome}" if isinstance(cell, Mark) else escaped(cell)


def _line(words: str) -> str:
    return BLOCK.sub(r"\1\\", escaped(words))
