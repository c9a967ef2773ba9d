"""Texts that an attacker would like to see on somebody's terminal or in a spreadsheet."""

import json
import unicodedata
from functools import cache

CONTROLS = [chr(code) for code in (*range(0x20), *range(0x7F, 0xA0))]
FORMATS = [chr(code) for code in range(0x11_0000) if unicodedata.category(chr(code)) == "Cf"]

SEQUENCES = [
    "\x1b[2J\x1b[H",  # clear the screen
    "\x1b[1A\x1b[2Kforged line",  # overwrite the line above
    "\x1b]8;;http://evil.example\x1b\\click\x1b]8;;\x1b\\",  # OSC 8 link
    "\x1b]52;c;ZXZpbA==\x07",  # OSC 52: write the clipboard
    "\x1b]0;title\x07",
    '\x1bP$q"p\x1b\\',  # DCS: ask for a report, which is typed into the shell
    "\x1b[6n\x1b[c\x05",
    "\x1b(0lqqqk\x0e",  # line drawing character set
    "\x9b31mred\x9b0m",  # C1 CSI
    "\x9d52;c;ZXZpbA==\x9c",
    "\x90q\x9c",
    "\x85next line",
    "a\rb",
    "a\nfake\tevent",
    "a\r\nb",
    "a\vb\fc\bd\x7fe\x00f",
]
INVISIBLE = [
    "user\u202egnp.exe",
    "\u2066isolated\u2069",
    "ad\u200bmin",
    "ad\u00admin",
    "\ufeffadmin",
    "a\u200d\u200c\u2060b",
    "tag\U000e0041\U000e0042\U000e007f",
    "line\u2028separator\u2029paragraph",
    "filler\u3164\u115f\u1160\uffa0\u034f",
    "selector\ufe0f\U000e0100",
    "private\ue000\U000f0000\U0010ffff",
    "nonchar\ufdd0\uffff\U0001ffff",
    "zalgo" + "\u0301\u0316" * 50,
    "\u0301leading mark",
]
MARKUP = [
    "[red]x[/red]",
    "[link=http://evil]x",
    "[bold]",
    "[/]",
    "[/nothing]",
    "\\[red]",
    ":smile:",
    "[@click=app.bell]x[/]",
]
FORMULAS = [
    '=cmd|"/c calc"!A1',
    "+1+1",
    "-1+1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "＝1+1",  # noqa: RUF001
    "＋1",  # noqa: RUF001
    "－1",  # noqa: RUF001
    "＠SUM(A1)",  # noqa: RUF001
]
SEPARATORS = [
    'say "hi"',
    "a,b",
    "a;b",
    "a\tb",
    "'quoted'",
    "back\\slash",
    "C:\\new\\table",
    " ",
    "",
]
WIDE = ["日本語テキスト", "山田太郎", "emoji 🎉🎉🎉", "한국어", "ｆｕｌｌｗｉｄｔｈ", "नमस्ते", "Zoë"]  # noqa: RUF001
LONG = ["x" * 100_000, "日" * 100_000, "\x1b[31m" * 20_000, "\u0301" * 100_000]

TEXTS = [
    *SEQUENCES,
    *INVISIBLE,
    *MARKUP,
    *FORMULAS,
    *SEPARATORS,
    *WIDE,
    *LONG,
    *CONTROLS,
    *[f"in{char}side" for char in (*CONTROLS, *FORMATS)],
]


def event_fields(text):
    """Return an event that has ``text`` in every place that takes one."""
    return {
        "id": text,
        "organization_id": text,
        "action": text,
        "version": 1,
        "occurred_at": "2026-05-01T12:00:00.123Z",
        "received_at": "2026-05-01T12:00:00.412Z",
        "actor": {"id": text, "type": text, "name": text, "metadata": {"email": text, text: text}},
        "targets": [{"id": text, "type": text, "name": text, "metadata": {text: text}}] * 2,
        "context": {"location": text, "user_agent": text},
        "metadata": {text: text},
        "source": {"type": text, "record": {text: text}},
    }


def body(fields):
    """Return canonical bytes; a lone surrogate stays an escape."""
    text = json.dumps(fields, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "backslashreplace")


@cache
def event_body(text):
    """Return the bytes of an event that has ``text`` in every place that takes one."""
    return body(event_fields(text))


def event_bodies(texts=None):
    """Return the bytes of one event for each text, or for each of the corpus."""
    return [event_body(text) for text in (TEXTS if texts is None else texts)]


def harmful(text, allowed=""):
    """Return the characters of ``text`` that must not reach a terminal raw."""
    bad = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
    return sorted(c for c in set(text) if unicodedata.category(c) in bad and c not in allowed)
