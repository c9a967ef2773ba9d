"""``auditctl actors``: who appears in the trail."""

from auditctl.cli.command import command
from auditctl.cli.options import Common, Output
from auditctl.cli.session import Session
from auditctl.cli.words import LimitOption, TextArgument, ZoneOption, write_terms
from auditctl.formats.records import RecordColumn

EXAMPLES = (
    ("all actors, busiest first", "actors"),
    ("find somebody by name, e-mail or id", "actors smith"),
    ("the ten busiest, as CSV", "actors -n 10 -o csv"),
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
    """List the actors of the trail, with how often and when they were seen."""
    columns = (
        RecordColumn("actor", "actor"),
        RecordColumn("name", "name"),
        RecordColumn("email", "e-mail"),
        RecordColumn("type", "type"),
    )
    write_terms(session, common, output, "actor", columns, text=text, limit=limit, tz=tz)


command = command(run, name="actors", examples=EXAMPLES)
