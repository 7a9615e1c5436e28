"""The report as Markdown: it says what it has to, and nothing that data holds can act in it."""

import re
from dataclasses import replace
from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st
from made_report import ALL, HOSTILE, judged, made_run, rule
from markdown_it import MarkdownIt

from stages.drawing import short
from stages.ops.report import report_page
from stages.ops.reporting.blocks import Folded, Page, Points, Section, Table, Words
from stages.ops.reporting.markdown import APART, LIMIT, LONGEST, markdown

OWN = {"h2", "h3", "ul", "li", "strong", "p", "table", "thead", "tbody", "tr", "th", "td", "details", "summary", "span"}
LEFT_ALONE = re.compile(r"@\w|#\d|!\d|GH-\d|://|www\.|\$(?!</span>)", re.IGNORECASE)


class Read(HTMLParser):
    """The tags, attributes and text of rendered Markdown."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.text = ""
        self.cells: list[int] = []
        self.feed(MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(text))

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attributes}
        if tag == "tr":
            self.cells.append(0)
        if tag in ("td", "th"):
            self.cells[-1] += 1

    def handle_data(self, data):
        self.text += data.replace(APART, "")


def page(*blocks, headline="fine"):
    section = Section(title="Part", blocks=blocks)
    return Page(title="t", verdict="hold", tone="bad", headline=headline, facts=(), sections=(section,), pictures={})


def one_line(words):
    return " ".join("".join(letter if letter.isprintable() else " " for letter in words).split())


def test_hostile_words_are_shown_as_they_are_and_do_nothing(make_params):
    text = markdown(report_page(made_run(make_params(), ALL)))
    read = Read(text)
    assert read.tags <= OWN
    assert read.attributes <= {"style"}  # the side on which a column of numbers stands
    for word in HOSTILE:
        assert short(one_line(word), LONGEST) in read.text
    assert LEFT_ALONE.search(text) is None


@given(st.text(max_size=80) | st.text(alphabet="\\`*_[]()<>&|~#@!$:/-+.=1 a\n\t", max_size=40))
def test_any_text_reads_as_it_is_in_a_point_in_a_cell_and_in_a_title(words):
    wanted, cells = one_line(words), Table(head=("a", "b"), rows=((words, "end"),))
    shown = page(Points((words,)), Words(f"({words})"), cells, Folded(title=words, blocks=(Words("x"),)), headline=words)
    read = Read(markdown(shown))
    assert read.tags <= OWN
    assert one_line(read.text).count(wanted) >= 4
    assert read.cells == [2, 2]


def test_a_table_has_as_many_cells_in_every_line(make_params):
    for line in markdown(report_page(made_run(make_params(), ALL))).splitlines():
        if line.startswith("|---"):
            width = line.count("|")
        if line.startswith("| "):
            assert len(re.findall(r"(?<!\\)\|", line)) in (3, 4, 5, 6, 7)
    assert width


def test_it_fits_into_a_comment_and_says_what_is_left_out(make_params):
    failing = [rule("segment", "fail", f"color={k} {'lost ' * 100}", delta=-0.5, threshold=-0.03) for k in range(500)]
    run = made_run(make_params())
    text = markdown(report_page(replace(run, judged=judged("", "hold", *failing))))
    assert len(text) < 65_536 - 1000
    assert "(Every rule of the gate: too long to be shown here)" in text
    assert "### Data" in text  # what comes after is still there
    assert text.startswith("## ✗ hold: version 3 stays in production\n")


def test_what_just_fits_is_shown():
    one = "x" * 500
    rows = tuple((one,) for _ in range(10))
    room = LIMIT - len(markdown(page())) - len("### Part\n\n")
    table = Table(head=("a",), rows=rows * (room // (10 * len(f"| {one} |\n")) - 1))
    assert "too long" not in markdown(page(table))
    assert "too long" in markdown(page(table, table))


def test_pictures_are_not_in_it_and_it_says_where_they_are(make_params):
    text = markdown(report_page(made_run(make_params())))
    assert "svg" not in text
    assert text.endswith("Pictures are in the HTML report: ratchet report --html FILE.\n")
