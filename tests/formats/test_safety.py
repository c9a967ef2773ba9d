import json
import subprocess
import sys
import unicodedata

import pytest
from hostile import CONTROLS, FORMATS, TEXTS, body, event_fields, harmful
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from auditctl.formats.safety import MAX_MARKS, clip, fitting, visible, visible_json, width

ANY_TEXT = st.text(st.characters(exclude_categories=()))
HARD_TEXT = st.text(st.sampled_from([*"ab\\ \x1b\n\x9b\u202e\u0301\u0316日🎉\ufe0f\u200d\ud800"]))


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("\n", "\\n"),
        ("\t", "\\t"),
        ("\r", "\\r"),
        ("\x1b[2J", "\\x1b[2J"),
        ("\x00", "\\x00"),
        ("\x7f", "\\x7f"),
        ("\x9b", "\\x9b"),
        ("\u202e", "\\u202e"),
        ("\u2028", "\\u2028"),
        ("\ud800", "\\ud800"),
        ("\ufe0f", "\\ufe0f"),
        ("\U000e0041", "\\U000e0041"),
        ("C:\\new", "C:\\new"),
        ("Zoë 日本語 🎉 \u00a0", "Zoë 日本語 🎉 \u00a0"),
    ],
)
def test_visible_writes(raw, shown):
    assert visible(raw) == shown


def test_every_character_that_must_not_pass_is_named_in_full():
    bad = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
    seen = 0
    for code in range(sys.maxunicode + 1):
        char = chr(code)
        if unicodedata.category(char) in bad:
            seen += 1
            shown = visible(f"a{char}b")
            assert shown.isascii()
            named = {"\n": "\\n", "\t": "\\t", "\r": "\\r"}.get(char)
            assert named == shown[1:-1] or int(shown[3:-1], 16) == code
    assert seen > 65 + 160 + 2048  # controls, formats, surrogates: the loop did look


def test_ordinary_letters_of_all_scripts_pass():
    for code in range(0x20, 0x2_0000):
        char = chr(code)
        if unicodedata.category(char) in {"Lu", "Ll", "Lo", "Nd", "Po", "Sc"}:
            filler = char in "\u115f\u1160\u3164\uffa0"
            assert (visible(f"a{char}") == f"a{char}") != filler


@pytest.mark.parametrize("text", TEXTS)
def test_visible_of_hostile_text_is_harmless_and_stable(text):
    shown = visible(text)
    assert not harmful(shown)
    assert visible(shown) == shown


@given(ANY_TEXT | HARD_TEXT)
def test_visible_of_any_text_is_harmless_and_stable(text):
    shown = visible(text)
    assert not harmful(shown)
    assert visible(shown) == shown
    assert len(shown) >= len(text)


def test_no_more_marks_than_any_script_needs_sit_on_a_letter():
    assert visible("e" + "\u0301" * MAX_MARKS) == "e" + "\u0301" * MAX_MARKS
    shown = visible("e" + "\u0301" * (MAX_MARKS + 2) + "x\u0301")
    assert shown == "e" + "\u0301" * MAX_MARKS + "\\u0301\\u0301x\u0301"
    assert visible("\u0301a") == "\\u0301a"


def test_every_combining_mark_counts():
    for code in range(sys.maxunicode + 1):
        char = chr(code)
        if unicodedata.category(char) in {"Mn", "Me"}:
            assert visible("e" + char * 50).count(char) <= MAX_MARKS


@pytest.mark.parametrize("text", TEXTS)
def test_visible_json_means_the_same_and_is_harmless(text):
    original = body(event_fields(text))
    shown = visible_json(original)
    assert json.loads(shown) == json.loads(original)
    assert not harmful(shown.decode())


@given(st.dictionaries(ANY_TEXT | HARD_TEXT, ANY_TEXT | HARD_TEXT | st.integers()))
def test_visible_json_of_any_object_means_the_same(value):
    original = body(value)
    shown = visible_json(original)
    assert json.loads(shown) == json.loads(original)
    assert not harmful(shown.decode())
    assert visible_json(shown) == shown


def test_visible_json_brings_white_space_to_one_line():
    assert visible_json(b'{\n\t"a": 1\r\n}') == b'{  "a": 1  }'


def test_visible_json_shows_bytes_that_are_no_utf8():
    assert visible_json(b'{"a":"\x9b\xff"}') == b'{"a":"\\udc9b\\udcff"}'


@given(HARD_TEXT | ANY_TEXT, st.integers(0, 30))
def test_clip_keeps_to_its_width(text, cells):
    shown = visible(text)
    cut = clip(shown, cells)
    assert width(cut) <= cells
    if width(shown) <= cells:
        assert cut == shown
    elif cells:
        assert cut.endswith("…")
        assert width(cut) >= cells - 1
        assert shown.startswith(cut[:-1])


@settings(deadline=None)  # the first look at Rich's tables takes its time
@given(ANY_TEXT | HARD_TEXT | st.text(st.sampled_from("aZ~ \u00a0ëßДλ…·─┄│▸█▁⣿→日🎉")))
def test_width_counts_as_rich_does(text):
    assert width(visible(text)) == cell_len(visible(text))


def test_no_character_is_wider_than_it_is_counted():
    for code in range(0x20, 0x3000):
        shown = visible(f"a{chr(code)}")
        assert width(shown) == cell_len(shown)


def test_western_text_and_what_we_draw_with_are_counted_without_rich():
    program = (
        "import sys; from auditctl.formats.safety import clip, width; "
        "print(width('Zoë Müller, Łódź · Дмитрий … ── ┄┄ ▸ █▉▁ ⣿ →'), clip('Zoë Weber', 5)); "
        "assert not [name for name in sys.modules if name.startswith('rich')]"
    )
    done = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", program], capture_output=True, check=True, timeout=60
    )
    assert done.stdout.decode() == "44 Zoë …\n"


def test_width_counts_cells():
    assert width("abc") == 3
    assert width("日本") == 4
    assert width("e\u0301") == 1
    assert fitting("日本", 3) == 1


def test_the_corpus_has_every_control_and_format_character():
    assert len(CONTROLS) == 65
    assert len(FORMATS) >= 160
