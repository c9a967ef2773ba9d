"""``auditctl actions``: which actions there are."""

from auditctl.cli.command import command
from auditctl.cli.options import Common, Output
from auditctl.cli.session import Session
from auditctl.cli.words import LimitOption, TextArgument, ZoneOption, write_terms
from auditctl.formats.records import RecordColumn

EXAMPLES = (
    ("all actions, most frequent first", "actions"),
    ("those about tokens", "actions token"),
    ("as JSON Lines", "actions -o jsonl"),
)


def run(
    session: Session,
    *,
    text: TextArgument = None,
    common: Common = Common(),  # noqa: B008 - a default that Typer never uses
    output: Output = Output(),  # noqa: B008
    limit: LimitOption = None,
    tz: ZoneOption = None,
) -> None:
    """List the actions of the trail, with how often and when they were seen."""
    columns = (RecordColumn("action", "action"),)
    write_terms(session, common, output, "action", columns, text=text, limit=limit, tz=tz)


command = command(run, name="actions", examples=EXAMPLES)
