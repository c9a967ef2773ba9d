import json
import re
from html.parser import HTMLParser

import pytest
from hostile import MARKUP, TEXTS, event_body, harmful
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from auditctl.formats.markdown import markdown_cell
from auditctl.formats.safety import visible

# what may stand in a cell: code is text that no renderer looks into
CELLS = {"table", "thead", "tbody", "tr", "th", "td", "code"}
TEMPTING = [
    "*a* **b** ***c***",
    "_a_ __b__ snake_case_name a_ _b",
    "`code` ``more`` `",
    "~~gone~~ ~one~",
    "a|b \\| c\\|d|",
    "\\ \\\\ trailing\\",
    "[text](http://evil.example) [a]: http://x [^1] ![x](y)",
    "<b>x</b> <script>alert(1)</script> <!-- x --> <http://evil.example> <a@b.example>",
    "&amp; &lt;b&gt; &#42;a&#42; &copy",
    "http://evil.example https://evil.example/x?y=1#z ftp://evil.example //evil.example",
    "www.evil.example WWW.EVIL.EXAMPLE evil.com evil.de setup.py evil.co.uk пример.рф",
    "jon@acme.com (jon@acme.com), mailto:jon@acme.com xmpp:jon@acme.com @everyone a@b|c`d@e",
    "#12 owner/repo#12 # heading ## two",
    ":smile: :+1: 12:30:45 2001:db8::5",
    "$x^2$ $$y$$ US$",
    "- item + item 1. item > quote --- === ***",
    "line\nbreak\r\nfeed\ttab",
    "a\u202eb \u200b",
]


class _Cells(HTMLParser):
    """Collects the text of cells and every tag."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.tags = set()
        self.attributes = []
        self.cells = []
        self._within = False

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes.extend(attrs)
        if tag in {"td", "th"}:
            self._within = True
            self.cells.append("")

    def handle_endtag(self, tag):
        if tag in {"td", "th"}:
            self._within = False

    def handle_data(self, data):
        if self._within:
            self.cells[-1] += data


def rendered(markdown):
    """Render as GitHub does, with every guess at links that linkify-it makes."""
    renderer = MarkdownIt("gfm-like", {"html": True})
    renderer.linkify.set({"fuzzy_link": True, "fuzzy_email": True, "fuzzy_ip": True})
    reader = _Cells()
    reader.feed(renderer.render(markdown))
    reader.close()
    return reader


def one_cell(text):
    return rendered(f"| head |\n| --- |\n| {markdown_cell(text)} |\n")


def words(text):
    """A browser shows runs of blanks as one, and none at the ends."""
    return text.split()


def check_plain(text):
    page = one_cell(text)
    assert page.tags <= CELLS
    assert page.attributes == []
    assert len(page.cells) == 2
    assert words(page.cells[1]) == words(visible(text))


@pytest.mark.parametrize("text", TEMPTING)
def test_nothing_that_tempts_a_renderer_is_markup(text):
    check_plain(text)


@pytest.mark.parametrize(
    "text",
    [text for text in TEXTS if len(text) < 5_000] + MARKUP,
    ids=lambda text: ascii(text)[:30],
)
def test_hostile_text_comes_back_as_text(text):
    check_plain(text)


SPECIAL = st.text(alphabet=st.sampled_from("ab1 *_`~|\\[]()<>&!#@:/.$-+=wcom\"'\n"), max_size=40)


@given(st.one_of(SPECIAL, st.text(max_size=40)))
def test_any_text_comes_back_as_text(text):
    check_plain(text)


@given(st.lists(st.sampled_from(TEMPTING), min_size=1, max_size=4).map("".join))
def test_tempting_texts_side_by_side_come_back_as_text(text):
    check_plain(text)


def test_what_needs_nothing_is_left_readable():
    for text in ("project.created", "user_owen_achebe", "203.0.113.7", "2026-05-01 12:00:00", "ed"):
        assert markdown_cell(text) == text
    assert markdown_cell("Jon (jon@acme.com)") == "Jon (`jon@acme.com`)"


@pytest.mark.parametrize("text", ["x" * 100_000, "@" * 100_000, "\\`|" * 30_000, "a@b " * 20_000])
def test_a_very_long_text_takes_no_long_time(text):
    assert markdown_cell(text)


def test_events_are_rows_below_a_heading(written, make_body):
    data = written("md", [make_body(1), make_body(2)]).decode()
    heading, line, row = data.splitlines()[:3]
    assert heading == "| Time UTC | Action | Actor | Target | Where |"
    assert line == "| --- | --- | --- | --- | --- |"
    assert row == (
        "| 2026-05-01 12:00:01 | project.created | Jon Smith (`jon@acme.com`)"
        " | project api (proj_01) | 203.0.113.7 Firefox/120 |"
    )
    assert len(rendered(data).cells) == 5 * 3


def test_a_table_of_nothing_has_its_heading(written):
    assert written("md", []).decode().count("\n") == 2
    assert written("md", [], header=False) == b""


def test_all_targets_are_told(written, make_body):
    targets = [{"id": f"t{n}", "type": "team", "metadata": {}} for n in range(9)]
    assert b"team t8" in written("md", [make_body(1, targets=targets)])


@pytest.mark.parametrize("text", [text for text in TEXTS if len(text) < 5_000][::7])
def test_an_event_with_hostile_text_everywhere_is_one_row(written, text):
    names = "time,id,org,action,actor,target,targets,where,metadata,source,actor_metadata"
    data = written("md", [event_body(text)], columns=names.split(",")).decode()
    assert not harmful(data, allowed="\n")
    assert data.count("\n") == 3
    page = rendered(data)
    assert page.tags <= CELLS
    assert len(page.cells) == 2 * 11


def test_the_name_of_a_column_is_no_markup_either(written, make_body):
    body = make_body(1, metadata={"a|*b*": "x"})
    page = rendered(written("md", [body], columns=['metadata."a|*b*"', "id"]).decode())
    assert page.tags <= CELLS
    assert page.cells[0] == 'Metadata."a|*b*"'
    assert json.loads(body)["id"] == page.cells[3]


def test_words_of_a_sentence_stay_outside_of_code():
    assert re.findall("`[^`]*`", markdown_cell("(see a@b.example), and c@d.example;")) == [
        "`a@b.example`",
        "`c@d.example`",
    ]


@pytest.mark.parametrize("text", TEMPTING[:11])
def test_the_renderer_does_find_markup_where_nothing_is_escaped(text):
    # else the tests above could pass by a renderer that finds nothing
    page = rendered(f"| head |\n| --- |\n| {visible(text)} |\n")
    assert page.tags - CELLS or "code" in page.tags or words(page.cells[1]) != words(text)
