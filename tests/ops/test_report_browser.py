"""The report in a real browser: light and dark, on a desk and on a phone."""

import pytest
from made_browser import CHROMIUM, DESK, PHONE, Browser
from made_report import ALL, made_run

from stages.ops.report import report_page
from stages.ops.reporting.html import html

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium or Chrome")
VIEWS = [(width, scheme) for width in (DESK, PHONE) for scheme in ("light", "dark")]
OPEN_ALL = "document.querySelectorAll('details').forEach(own => own.open = true)"
# The contrast of every element that holds text itself, against the nearest background, after WCAG 2.2.
LEAST_CONTRAST = """(() => {
  const parts = colour => colour.match(/[\\d.]+/g).map(Number);
  const light = colour => parts(colour).slice(0, 3)
    .map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, k) => sum + v * [0.2126, 0.7152, 0.0722][k], 0);
  const behind = own => { const c = getComputedStyle(own).backgroundColor;
    return (parts(c)[3] ?? 1) === 0 ? (own.parentElement ? behind(own.parentElement) : 'rgb(255, 255, 255)') : c; };
  const words = own => [...own.childNodes].some(child => child.nodeType === 3 && child.data.trim());
  const told = [...document.body.querySelectorAll('*')].filter(words);
  return Math.min(...told.map(own => {
    const two = [light(getComputedStyle(own).color), light(behind(own))].sort((a, b) => b - a);
    return (two[0] + 0.05) / (two[1] + 0.05); }));
})()"""
BRIGHTNESS = "getComputedStyle(document.body).backgroundColor.match(/\\d+/g).reduce((sum, v) => sum + Number(v), 0)"
PICTURES = "[...document.images].map(own => own.complete && own.naturalWidth > 0)"


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    """A browser for all tests here."""
    opened = Browser(tmp_path_factory.mktemp("profile"))
    yield opened
    opened.close()


@pytest.fixture
def page(tmp_path, make_params):
    """The report of a run in which every word is hostile."""
    path = tmp_path / "report.html"
    path.write_text(html(report_page(made_run(make_params(), f"{ALL} {'long' * 100}"))), encoding="utf-8")
    return path


@pytest.mark.parametrize(("width", "scheme"), VIEWS)
def test_it_fits_its_width_and_is_read_with_ease(browser, page, width, scheme):
    browser.open(page, width, scheme)
    browser.tell(OPEN_ALL)
    assert browser.tell("innerWidth") == width
    assert browser.tell("document.documentElement.scrollWidth") <= width
    assert browser.tell(LEAST_CONTRAST) >= 4.5
    assert (browser.tell(BRIGHTNESS) > 3 * 128) == (scheme == "light")


def test_the_verdict_is_seen_before_anything_is_scrolled(browser, page):
    browser.open(page, PHONE)
    assert browser.tell("document.querySelector('h1').getBoundingClientRect().bottom < innerHeight")
    assert browser.tell("document.querySelector('h1').textContent").startswith("hold: version 3 stays in production")


def test_nothing_in_it_acts_and_nothing_is_fetched(browser, page):
    browser.open(page)
    assert browser.tell("document.title").startswith("Retraining report: router")  # hostile words and pictures would change it
    assert browser.tell("document.scripts.length") == 0
    assert browser.requests() == [page.as_uri()]
    assert browser.complaints() == []
    assert browser.tell(PICTURES) == [True]
