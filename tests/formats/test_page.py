import json
import re
from html.parser import HTMLParser
from zoneinfo import ZoneInfo

import pytest
from hostile import TEXTS, body, event_body, event_fields, harmful

from auditctl.formats.page import pretty
from auditctl.formats.page_style import STYLE
from auditctl.formats.safety import visible

TAGS = {
    *("html", "head", "meta", "title", "style", "body", "header", "p", "h1", "table", "thead"),
    *("tbody", "tr", "th", "td", "details", "summary", "pre", "footer"),
}
ATTRIBUTES = {
    *("lang", "charset", "http-equiv", "content", "name"),
    *("class", "scope", "data-title", "colspan"),
}
VOID = {"meta"}
MARKUP = [
    "<script>alert(1)</script>",
    "</td></tr></table><img src=x onerror=alert(1)>",
    '" onmouseover="alert(1)',
    "' onfocus='x",
    "</pre></details><style>*{display:none}</style>",
    "&lt;b&gt; &amp; &#60;",
    "<!-- ", "-->", "<![CDATA[", "]]>", "<?php", "</title><script>",
    "javascript:alert(1)",
    "</style>",
    "`<svg/onload=alert(1)>`",
]  # fmt: skip


class _Page(HTMLParser):
    """Reads a page: tags, attributes, texts; and whether every tag is closed in its order."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.tags, self.attributes, self.classes = [], set(), set()
        self.titles, self.cells, self.json, self.text = [], [], [], ""
        self.strange, self._open = [], []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes.update(name for name, _ in attrs)
        self.classes.update(dict(attrs).get("class", "").split())
        if tag not in VOID:
            self._open.append(tag)
        kind = {"th": self.titles, "td": self.cells, "pre": self.json}.get(tag)
        if kind is not None:
            kind.append("")

    def handle_endtag(self, tag):
        assert self._open.pop() == tag

    def handle_data(self, data):
        self.text += data
        for tag, kind in (("pre", self.json), ("td", self.cells), ("th", self.titles)):
            if tag in self._open:
                kind[-1] += data
                break

    def handle_comment(self, data):
        self.strange.append(data)

    def handle_pi(self, data):
        self.strange.append(data)

    def unknown_decl(self, data):
        self.strange.append(data)


def page_of(data):
    text = data.decode()
    assert text.startswith("<!doctype html>\n")
    return _Page(text)


@pytest.mark.parametrize(
    "text", [*MARKUP, *[text for text in TEXTS if len(text) < 5_000]], ids=lambda t: ascii(t)[:30]
)
def test_no_tag_and_no_attribute_comes_from_an_event(written, text):
    names = "time,id,org,action,actor,target,targets,where,metadata,source,actor_metadata"
    data = written("html", [event_body(text)], columns=names.split(","), caption=text, now=1)
    page = page_of(data)

    assert not harmful(data.decode(), allowed="\n")
    assert set(page.tags) <= TAGS
    assert page.attributes <= ATTRIBUTES
    assert page.strange == []
    assert page.tags.count("td") == 11 + 1
    assert {name for name in page.classes if not re.fullmatch(r"a\d+", name)} <= {
        *("time", "action", "actor", "long", "more", "cards", "left"),
    }
    assert page.cells[1] == visible(text)


@pytest.mark.parametrize("text", [*MARKUP, *[text for text in TEXTS if len(text) < 5_000][::5]])
def test_the_json_of_an_event_is_whole(written, text):
    fields = event_fields(text)
    page = page_of(written("html", [body(fields)]))

    assert json.loads(page.json[0]) == json.loads(body(fields))
    assert page.json[0].count("\n") > 10


def test_a_lone_surrogate_does_not_end_the_page():
    assert '\n  "action": "a\\ud800b",\n' in pretty(body(event_fields("a\ud800b")))


def test_a_long_text_is_told_whole(written, make_body):
    data = written("html", [make_body(1, action="x" * 100_000)])

    assert page_of(data).cells[1] == "x" * 100_000


def test_the_page_allows_nothing_from_outside(written, make_body):
    text = written("html", [make_body(1)]).decode()

    assert "default-src 'none'; style-src 'unsafe-inline'" in text
    assert '<meta charset="utf-8">' in text
    for word in ("<script", "src=", "href=", "@import", "url("):
        assert word not in text
    assert "</" not in STYLE


def test_the_page_says_what_it_is_and_when_it_was_made(written, make_body):
    data = written(
        "html",
        [make_body(1), make_body(2)],
        caption="any time · store <demo>",
        now=1777636800123,
        zone=ZoneInfo("Europe/Berlin"),
    )
    page = page_of(data)

    assert "any time · store <demo>" in page.text
    assert "made 2026-05-01 14:00:00 Europe/Berlin by auditctl" in page.text
    assert page.titles == ["Time Europe/Berlin", "Action", "Actor", "Target", "Where"]
    assert page.cells[0] == "2026-05-01 14:00:01"
    assert page.text.rstrip().endswith("2 events")


def test_a_page_of_nothing_is_a_page(written):
    page = page_of(written("html", [], caption="x"))

    assert page.titles
    assert "no events" in page.text


def test_an_actor_has_the_same_hue_in_every_page(written, make_body):
    first = written("html", [make_body(1), make_body(6)]).decode()
    again = written("html", [make_body(2), make_body(11)]).decode()
    hues = re.compile(r'<tbody class="(a\d+)">')

    assert len(set(hues.findall(first))) == 1  # make_body gives actor n % 5
    assert hues.findall(again)[1] == hues.findall(first)[0] != hues.findall(again)[0]


def test_light_dark_paper_and_phone_are_provided_for():
    for words in ("prefers-color-scheme: dark", "@media print", "max-width: 56rem", "sticky"):
        assert words in STYLE
