"""The text of ``auditctl help query``, made from the catalogue and the table of operators."""

from __future__ import annotations

from auditctl.query.conditions import OPERATORS
from auditctl.query.fields import CATALOGUE
from auditctl.query.lexer import MAX_LENGTH
from auditctl.query.matching import MAX_PATTERN
from auditctl.query.parser import MAX_NESTING

WIDTH = 80

# (a form of value, what it means, a condition with it)
VALUES = (
    ("text", "equal to it", "action:project.created"),
    ("* and ?", "any text, any character", "action:project.*"),
    ('"text"', "equal, spaces and stars too", 'actor.name:"Jon Smith"'),
    ("a,b", "one of these", "target.type:team,user"),
    ("(a,b)", "the same, or divided by OR", "action:(user.*, team.*)"),
    ("a..b", "from a to b; open: a.. or ..b", "version:1..3"),
    ("/regex/", "RE2 finds it somewhere", r"actor.email:/@acme\.com$/"),
    ("/regex/i", "the same, in any case", "agent:/mozilla|curl/i"),
)

# (a way to combine conditions, what it means, an example)
COMBINATIONS = (
    ("a b", "both; AND and && mean the same", "action:user.* actor:jon"),
    ("a OR b", "either; || means the same", "actor:jon OR actor:ann"),
    ("-a", "not; NOT a, !a mean the same", "-target.type:team"),
    ("( )", "first what is inside", "jon (reset OR login)"),
    ("has:FIELD", "the field has a value", "has:actor.name"),
    ("missing:FIELD", "the field has no value", "missing:metadata.region"),
)

# (free words, what they mean, an example)
WORDS = (
    ("word", "a whole word, in any case", "reset"),
    ('"two words"', "side by side, in this order", '"cache reset"'),
    ("word*", "words that begin so", "deploy*"),
)


def query_topic() -> str:
    """Return the text of the topic: plain lines of at most 80 columns, ending in a line feed."""
    fields = [(field.label, field.summary, field.example) for field in CATALOGUE]
    operators = [(op.symbol, op.summary, op.example) for op in OPERATORS]
    aliases = [
        f"  {field.label:<21}{', '.join(field.aliases)}" for field in CATALOGUE if field.aliases
    ]
    folded = [field.label for field in CATALOGUE if field.folded]
    blocks = [
        "QUERIES",
        _paragraph(
            "A query says which events are wanted: conditions such as field:value and words, "
            "separated by spaces. An event must meet all of them. The empty query is met by every "
            "event."
        ),
        "  auditctl list 'action:project.* -target.type:team \"cache reset\"'",
        "FIELDS",
        _table(fields),
        "Other names:\n" + "\n".join(aliases),
        _paragraph(
            "target fields look at all targets: target.type:team means that some target is a team, "
            "-target.type:team that none is. KEY is one key, dots included; PATH leads into the "
            "original record, through lists by any element or by [0], and what it ends at stands "
            "for all values inside. source.type is the kind of record. Steps with other characters "
            'are quoted: metadata."my key":x, source."x.y".z:1'
        ),
        _paragraph(
            f"Letter case and accents make no difference in {', '.join(folded)}; elsewhere they do."
        ),
        "VALUES",
        _table(list(VALUES)),
        _paragraph(
            r"A backslash makes * and ? plain: action:a\*b. In quotation marks it stands before a "
            r"quotation mark or a backslash, and nothing else is special there."
        ),
        "OPERATORS",
        _table(operators),
        _paragraph(
            "< and > compare times, and numbers in version, metadata and source; a text there "
            "counts if it is a number. An address or network of location matches every "
            "spelling of the addresses in it; location:=x compares the text. A time names a "
            "range: created:2026-05-01 is that whole day, and a range of times goes from the "
            "start of the first to the end of the last. auditctl help time lists what can be "
            "written."
        ),
        "COMBINING",
        _table(list(COMBINATIONS)),
        _paragraph(
            "AND, OR and NOT are written in capitals; OR binds less than AND. A field that an "
            "event lacks passes no test, so a negated condition on it holds: -actor.name:jon finds "
            "events without a name too. Add has:actor.name to leave those out."
        ),
        "WORDS",
        _table(list(WORDS)),
        _paragraph(
            "A word is a run of letters and digits; jon@acme.com is three of them, side by side. "
            "They are searched in the action, the id and name of actor and targets, location, "
            "agent, and all values of metadata. field:~text finds parts of words."
        ),
        "QUOTING",
        _paragraph(
            "In a shell, put the whole query in single quotes: it keeps * ? ( ) < > | & ! and "
            "double quotation marks away from the shell. In cmd.exe use double quotes outside and "
            'write \\" inside. Behind -- a query may begin with -.'
        ),
        "LIMITS",
        _paragraph(
            f"{MAX_LENGTH:,} characters, {MAX_NESTING} brackets inside each other, {MAX_PATTERN:,} "
            "characters in a pattern. Regular expressions have no back-references and no "
            "look-around, so none of them can take forever."
        ),
    ]
    return "\n\n".join(blocks) + "\n"


def _table(rows: list[tuple[str, str, str]]) -> str:
    """Lay out rows of name, meaning and example."""
    return "\n".join([f"  {name:<21}{meaning:<31}{example}" for name, meaning, example in rows])


def _paragraph(text: str) -> str:
    from textwrap import fill  # noqa: PLC0415 - for this topic only

    return fill(text, WIDTH, break_on_hyphens=False, break_long_words=False)
