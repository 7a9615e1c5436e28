"""The report as a page: everything in it is text, and nothing is fetched."""

import base64
from html.parser import HTMLParser

from made_report import ALL, HOSTILE, SVG, made_run

from stages.ops.report import report_page
from stages.ops.reporting.html import POLICY, html

OWN = {
    "html", "head", "meta", "title", "style", "body", "main", "header", "p", "h1", "b", "dl", "dt", "dd", "section", "h2", "ul",
    "li", "div", "table", "thead", "tbody", "tr", "th", "td", "figure", "img", "figcaption", "details", "summary", "footer",
}  # fmt: skip


class Read(HTMLParser):
    """The tags, attributes and text of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.attributes += attributes

    def handle_data(self, data):
        self.text += data


def hostile_page(make_params):
    return Read(html(report_page(made_run(make_params(), ALL))))


def test_hostile_words_are_text_and_nothing_else(make_params):
    read = hostile_page(make_params)
    assert set(read.tags) <= OWN
    names = {name for name, _ in read.attributes}
    assert names <= {"lang", "charset", "http-equiv", "content", "name", "class", "alt", "src", "data-name"}
    for word in HOSTILE:
        assert " ".join(word.split()).replace("\u202e", "\\u202e") in read.text


def test_the_page_forbids_itself_scripts_and_the_network(make_params):
    read = hostile_page(make_params)
    assert ("content", POLICY) in read.attributes
    assert POLICY.startswith("default-src 'none'")
    assert "script-src" not in POLICY
    sources = [value for name, value in read.attributes if name == "src"]
    assert sources
    assert all(value.startswith("data:image/svg+xml;base64,") for value in sources)


def test_a_picture_stands_in_an_img_with_words_for_who_cannot_see_it(make_params):
    read = hostile_page(make_params)
    source = next(value for name, value in read.attributes if name == "src")
    assert base64.b64decode(source.partition(",")[2]).decode() == SVG
    assert next(value for name, value in read.attributes if name == "alt").startswith("Gain of the candidate")


def test_a_picture_that_is_not_as_it_was_drawn_is_left_out_with_a_line(make_params):
    assert "The picture drift.svg is left out: it is not here as its stage drew it." in hostile_page(make_params).text


def test_the_order_in_which_tools_tell_changes_no_byte(make_params):
    run = made_run(make_params(), "x")
    settings = {f"gate.{name}": {"old": 1, "new": 2} for name in "abc"}
    run.judged.settings.clear()
    run.judged.settings.update(settings)
    first = html(report_page(run))
    run.judged.settings.clear()
    run.judged.settings.update(reversed(settings.items()))
    assert html(report_page(run)) == first
