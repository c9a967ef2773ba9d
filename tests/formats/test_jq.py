import json
import subprocess
import sys

import pytest
from hostile import TEXTS, event_body, event_fields, harmful

from auditctl.errors import TemplateError, UsageError

pytest.importorskip("jq", reason="the extra auditctl[jq] is not installed")


@pytest.fixture
def made(written, make_body):
    def make(expression, *bodies, **options):
        return written("jq", list(bodies) or [make_body(1)], jq=expression, **options).decode()

    return make


@pytest.mark.parametrize(
    ("expression", "lines"),
    [
        (".action", ["project.created"]),
        (".version", ["1"]),
        (".actor | {id, type}", ['{"id":"user_1","type":"user"}']),
        (".targets[]?.id, .action", ["proj_01", "project.created"]),
        ("empty", []),
        (".nothing", ["null"]),
        ('select(.action == "x")', []),
        ('"a\\tb"', ["a\tb"]),
        ('"日本"', ["日本"]),
        ("[.metadata.region]", ['["eu-west-1"]']),
        ("1.0, 12345678901234567890", ["1", "12345678901234567168"]),
    ],
)
def test_results_are_lines_of_text_or_compact_json(made, expression, lines):
    assert made(expression) == "".join(f"{line}\n" for line in lines)


def test_an_expression_that_cannot_be_read_is_told_with_its_place(made):
    with pytest.raises(TemplateError, match="foo/0 is not defined") as caught:
        made('"é" | foo | .a')
    assert caught.value.query[caught.value.start : caught.value.end] == "foo"


@pytest.mark.parametrize("expression", [".[", "", "# only", "import 1", "foo\n| bar"])
def test_an_expression_that_cannot_be_read_is_an_error_of_use(made, expression):
    with pytest.raises(UsageError, match=r"--jq cannot be read: \w") as caught:
        made(expression)
    assert "\n" not in caught.value.message


def test_an_expression_that_fails_names_the_event(made):
    with pytest.raises(UsageError, match=r"the event audit_log_event_0001: Cannot index string"):
        made(".action.x")


def test_the_event_that_fails_is_the_one_named(make_body, written):
    bodies = [make_body(1), make_body(2, metadata={"region": 5})]
    with pytest.raises(UsageError, match="audit_log_event_0002"):
        written("jq", bodies, jq=".metadata.region | ascii_downcase")


@pytest.mark.parametrize("expression", [".", ".action, .actor, .metadata", ".. | strings", "keys"])
def test_hostile_events_are_tame_on_a_terminal_and_whole_in_a_pipe(made, expression):
    texts = [text for text in TEXTS if len(text) < 5_000]
    bodies = [event_body(text) for text in texts]
    assert not harmful(made(expression, *bodies, terminal=True), allowed="\n")
    if expression == ".":
        lines = made(expression, *bodies).split("\n")[:-1]
        assert [json.loads(line) for line in lines] == [event_fields(text) for text in texts]


def test_an_error_of_hostile_making_is_one_sentence(made):
    with pytest.raises(UsageError) as caught:
        made(".action | error", event_body("\x1b[2Jx\ny"))
    assert "\n" not in caught.value.message


def test_without_the_package_its_absence_is_told():
    program = """
import sys

class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name == "jq":
            raise ModuleNotFoundError("No module named 'jq'", name="jq")

sys.meta_path.insert(0, Blocker())
sys.argv = ["auditctl", "list", "--store", "-x.jsonl", "--jq", "."]
from auditctl.errors import UsageError
from auditctl.formats.writer import OutputOptions, open_writer
try:
    open_writer("jq", sys.stdout.buffer, OutputOptions(jq="."))
except UsageError as error:
    print(error.message, "|", error.hint)
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == (
        "--jq needs the Python package jq, which is not installed | `pip install 'auditctl[jq]'`"
    )
