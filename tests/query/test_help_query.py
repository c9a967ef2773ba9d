import re

import pytest

from auditctl.query.conditions import OPERATORS
from auditctl.query.fields import CATALOGUE
from auditctl.query.help import COMBINATIONS, VALUES, WORDS, query_topic
from auditctl.query.parser import parse

EXAMPLES = [
    *[field.example for field in CATALOGUE],
    *[operator.example for operator in OPERATORS],
    *[row[2] for table in (VALUES, COMBINATIONS, WORDS) for row in table],
]


def times(_):
    return (1, 2)


@pytest.mark.parametrize("field", CATALOGUE, ids=lambda field: field.label)
def test_every_field_has_a_line_with_its_meaning_and_example(field):
    (line,) = [
        line
        for line in query_topic().splitlines()
        if line.startswith(f"  {field.label} ") and field.example in line
    ]
    assert field.summary in line
    for alias in field.aliases:
        assert re.search(rf"[ ,]{re.escape(alias)}(,|$)", query_topic(), re.MULTILINE)


@pytest.mark.parametrize("operator", OPERATORS, ids=lambda operator: operator.symbol)
def test_every_operator_is_told_and_its_example_uses_it(operator):
    assert f"  {operator.symbol} " in query_topic()
    assert f":{operator.symbol}" in operator.example


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_can_be_read(example):
    assert example in query_topic()
    parse(example, times=times)


def test_examples_in_the_text_can_be_read():
    shown = re.findall(r"auditctl list '([^']*)'", query_topic())
    assert shown
    for example in shown:
        parse(example, times=times)


def test_lines_fit_a_terminal():
    assert max(map(len, query_topic().splitlines())) <= 80
    assert query_topic().isascii()
