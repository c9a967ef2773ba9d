"""``auditctl list``: what is shown, in which order, and what is said about it."""

import csv
import io
import json

import pytest
from seeded import COUNT, KNOWN_ID, START, instant, newest, seeded_event, seeded_events

EVENTS = seeded_events()


def ids(events):
    return [event["id"] for event in events]


def targets(event):
    return {f"{target['type']}:{target['id']}" for target in event["targets"]}


@pytest.fixture
def hundred(run, tmp_path):
    """A store with more events than are shown at once: 120, a minute apart."""
    lines = []
    for number in range(120):
        event = {
            "id": f"e{number:03d}",
            "action": "even.one" if number % 2 == 0 else "odd.one",
            "occurred_at": f"2026-05-01T{number // 60:02d}:{number % 60:02d}:00Z",
            "actor": {"id": "a", "type": "user"},
        }
        lines.append(json.dumps(event).encode())
    path = tmp_path / "hundred.db"
    assert run("record", "-", "--store", path, stdin=b"\n".join(lines)).code == 0
    return path


def test_the_newest_50_of_the_whole_store_come_newest_first(run, hundred):
    outcome = run("list", "--store", hundred, "-o", "jsonl")

    assert outcome.ids == [f"e{number:03d}" for number in range(119, 69, -1)]


def test_the_limit_applies_after_the_filter(run, hundred):
    outcome = run("list", "--store", hundred, "-o", "jsonl", "--action", "odd.one", "-n", "55")

    assert outcome.ids == [f"e{number:03d}" for number in range(119, 10, -2)]


def test_reverse_with_a_limit_shows_the_oldest(run, hundred):
    outcome = run("list", "--store", hundred, "-o", "jsonl", "--reverse", "-n", "3")

    assert outcome.ids == ["e000", "e001", "e002"]


def test_all_shows_all(ask):
    assert ids(ask("-n", "all")) == newest(EVENTS)


def test_zero_shows_none_and_counts(run, store):
    outcome = run("list", "--store", store, "-n", "0", "-o", "jsonl")

    assert outcome.code == 0
    assert outcome.out == b""
    assert "0 of 40 events" in outcome.err


@pytest.mark.parametrize("limit", ["-1", "ten", "1.5", "", "٣"])
def test_a_limit_that_is_no_number_is_refused(run, store, limit):
    outcome = run("list", "--store", store, f"--limit={limit}")

    assert outcome.code == 2
    assert outcome.out == b""


def test_ls_is_list(run, store):
    assert run("ls", "--store", store, "-n", "7") == run("list", "--store", store, "-n", "7")


FILTERS = [
    (("--action", "project.created"), lambda e: e["action"] == "project.created"),
    (("--action", "token.*"), lambda e: e["action"].startswith("token.")),
    (("--actor", "user_jon"), lambda e: e["actor"]["id"] == "user_jon"),
    (("--actor", "ada@acme.com"), lambda e: e["actor"]["id"] == "user_ada"),
    (("--actor", "Zoë Weber"), lambda e: e["actor"]["id"] == "user_zoe"),
    (("--actor-type", "system"), lambda e: e["actor"]["type"] == "system"),
    (("--target", "team"), lambda e: any(t["type"] == "team" for t in e["targets"])),
    (("--target", "project:proj_01"), lambda e: "project:proj_01" in targets(e)),
    (("--target", "*:team_2"), lambda e: "team:team_2" in targets(e)),
    (("--location", "203.0.113.7"), lambda e: e["context"]["location"] == "203.0.113.7"),
    (("--location", "203.0.113.0/24"), lambda e: e["context"]["location"].startswith("203.0.113.")),
    (("--location", "2001:db8::/32"), lambda e: e["context"]["location"] == "2001:db8::5"),
    (("--location", "Berlin*"), lambda e: e["context"]["location"] == "Berlin office"),
    (("--org", "org_beta"), lambda e: e["organization_id"] == "org_beta"),
    (("--meta", "region=eu-*"), lambda e: e["metadata"]["region"] == "eu-west-1"),
    (("--meta", "mb=32"), lambda e: e["metadata"]["mb"] == 32),
    (("--meta", "reason"), lambda e: "reason" in e["metadata"]),
    (("--grep", "cache reset"), lambda e: "cache reset" in e["metadata"].get("reason", "")),
    (("--grep", "weber"), lambda e: e["actor"]["id"] == "user_zoe"),
]


@pytest.mark.parametrize(("flag", "accepts"), FILTERS, ids=[" ".join(flag) for flag, _ in FILTERS])
def test_each_filter_alone(ask, flag, accepts):
    wanted = newest(EVENTS, accepts)

    assert 0 < len(wanted) < COUNT
    assert ids(ask(*flag)) == wanted


def test_grep_finds_words_in_order_only(ask):
    assert ask("--grep", "manual cache reset") != []
    assert ask("--grep", "reset cache") == []


def test_the_same_flag_twice_is_or(ask):
    wanted = newest(EVENTS, lambda e: e["action"] in ("cache.reset", "auth.failed"))

    assert ids(ask("--action", "cache.reset", "--action", "auth.failed")) == wanted


def test_different_flags_and_a_query_are_and(ask):
    found = ask(
        *("--actor-type", "user", "--org", "org_alpha", "--org", "org_beta"),
        *("--meta", "region=eu-west-1", "-action:project.*"),
    )

    assert ids(found) == newest(
        EVENTS,
        lambda e: (
            e["actor"]["type"] == "user"
            and e["organization_id"] in ("org_alpha", "org_beta")
            and e["metadata"]["region"] == "eu-west-1"
            and not e["action"].startswith("project.")
        ),
    )
    assert found


def test_words_of_a_query_need_no_quotes(ask):
    apart = ask("action:token.*", "OR", "action:cache.reset")

    assert ids(apart) == ids(ask("action:token.* OR action:cache.reset"))
    assert ids(apart) == newest(EVENTS, lambda e: e["action"].startswith(("token.", "cache.reset")))


@pytest.mark.parametrize(
    ("word", "accepts"),
    [
        ("-action:session.*", lambda e: e["action"] != "session.started"),
        ("-actor.type:user", lambda e: e["actor"]["type"] != "user"),
        ("-metadata.region:eu-west-1", lambda e: e["metadata"]["region"] != "eu-west-1"),
        ("-has:metadata.reason", lambda e: "reason" not in e["metadata"]),
    ],
)
def test_a_negated_condition_is_not_taken_for_options(ask, word, accepts):
    assert ids(ask(word)) == newest(EVENTS, accepts)


def test_behind_two_dashes_all_is_query(ask):
    assert ids(ask("--", "-action:session.*", "-team")) == newest(
        EVENTS,
        lambda e: (
            e["action"] != "session.started" and all(t["type"] != "team" for t in e["targets"])
        ),
    )


def test_a_list_of_values_comes_from_a_file(ask, tmp_path):
    names = tmp_path / "actions.txt"
    names.write_bytes(b"\xef\xbb\xbfcache.reset\r\n\r\n# not this one: auth.failed\n  token.*  \n")

    found = ask("--action", f"@{names}")

    assert ids(found) == newest(EVENTS, lambda e: e["action"].startswith(("cache.", "token.")))


def test_a_list_of_values_comes_from_standard_input(ask):
    found = ask("--actor", "@-", stdin=b"user_ada\nci\n")

    assert ids(found) == newest(EVENTS, lambda e: e["actor"]["id"] in ("user_ada", "ci"))


def test_a_list_without_values_matches_nothing(ask, tmp_path):
    (tmp_path / "empty").write_text("# none\n")

    assert ask("--actor", f"@{tmp_path / 'empty'}") == []


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00"])
def test_a_list_that_cannot_be_read_is_named(run, store, tmp_path, content):
    names = tmp_path / "names"
    if content is not None:
        names.write_bytes(content)

    outcome = run("list", "--store", store, "--actor", f"@{names}")

    assert outcome.code == 2
    assert str(names) in outcome.err


def between(since, until):
    return newest(EVENTS, lambda e: since <= e["occurred_at"] < until)


RANGES = [
    (("--since", "2026-05-05T03:00:00Z"), "2026-05-05T03", "9"),
    (("--until", "2026-05-02T03:00:00Z"), "", "2026-05-02T03:00"),
    (("--since", "2026-05-02", "--until", "2026-05-03"), "2026-05-02", "2026-05-03"),
    (("--on", "2026-05-03"), "2026-05-03", "2026-05-04"),
    (("--since", "48h"), "2026-05-04T12", "9"),
    (("--on", "yesterday"), "2026-05-05", "2026-05-06"),
    (("--on", "2026-05-03", "--tz", "America/New_York"), "2026-05-03T04", "2026-05-04T04"),
]


@pytest.mark.parametrize(("options", "since", "until"), RANGES)
def test_ranges_are_half_open(ask, options, since, until):
    wanted = between(since, until)

    assert 0 < len(wanted) < COUNT
    assert ids(ask(*options)) == wanted


def test_the_end_of_a_range_is_not_in_it(ask):
    first, second = instant(START), EVENTS[1]["occurred_at"]

    assert ids(ask("--since", first, "--until", second)) == [EVENTS[0]["id"]]


def test_a_range_in_the_query_counts_too(ask):
    assert ids(ask("created:>=2026-05-05 created:<2026-05-05T06:00:00Z")) == between(
        "2026-05-05T00", "2026-05-05T06"
    )


@pytest.mark.parametrize(
    "options",
    [
        ("--since", "2026-05-03", "--until", "2026-05-02"),
        ("--on", "2026-05-03", "--since", "2026-05-01"),
        ("--since", "soonish"),
        ("--on", "2026-13-01"),
        ("--tz", "Mars/Olympus"),
    ],
)
def test_a_range_that_makes_no_sense_is_refused(run, store, options):
    outcome = run("list", "--store", store, *options)

    assert outcome.code == 2
    assert outcome.out == b""


def test_times_of_a_table_are_in_the_zone_and_those_of_lines_are_not(run, store):
    options = ("--store", store, "-n", "1", "--tz", "Asia/Tokyo")
    table = run("list", *options, "-o", "table", env={"COLUMNS": "200"})
    lines = run("list", *options)

    assert EVENTS[-1]["occurred_at"] == "2026-05-05T21:00:00.000Z"
    assert "2026-05-06 06:00:00" in table.out.decode()
    assert "Asia/Tokyo" in table.out.decode()
    assert lines.out.startswith(b"2026-05-05T21:00:00.000Z\t")


def test_a_pipe_gets_lines_and_a_terminal_a_table(run, store):
    piped = run("list", "--store", store, "-n", "2")
    shown = run("list", "--store", store, "-n", "2", terminal=True)

    assert [line.count("\t") for line in piped.lines] == [piped.lines[0].count("\t")] * 2
    assert piped.lines[0].endswith(EVENTS[-1]["id"])
    assert b"\t" not in shown.out
    assert b"Action" in shown.out


def test_json_is_one_array_of_the_stored_bodies(run, store):
    array = json.loads(run("list", "--store", store, "-o", "json", "-n", "3").out)
    lines = run("list", "--store", store, "-o", "jsonl", "-n", "3").events

    assert array == lines == EVENTS[:-4:-1]


def test_nothing_as_json_is_an_empty_array(run, store):
    outcome = run("list", "--store", store, "-o", "json", "--action", "never")

    assert json.loads(outcome.out) == []


@pytest.mark.parametrize(("name", "delimiter"), [("csv", ","), ("tsv", "\t")])
def test_separated_values_have_a_heading_and_a_row_an_event(run, store, name, delimiter):
    options = ("--store", store, "-o", name, "-n", "5", "-c", "id,action,metadata.mb")
    rows = list(csv.reader(io.StringIO(run("list", *options).out.decode()), delimiter=delimiter))

    assert rows[0] == ["id", "action", "metadata.mb"]
    assert rows[1:] == [
        [event["id"], event["action"], str(event["metadata"]["mb"])] for event in EVENTS[:-6:-1]
    ]
    assert run("list", *options, "--no-header").out.decode().count("\n") == 5


def test_columns_are_chosen_for_every_format(run, store):
    choice = ("--store", store, "-n", "1", "-c", "id", "-c", "actor.id,metadata.region")
    last = EVENTS[-1]

    assert run("list", *choice).lines == [
        "\t".join([last["id"], last["actor"]["id"], last["metadata"]["region"]])
    ]
    assert run("list", *choice, "-o", "jsonl").events == [
        {"id": last["id"], "actor.id": last["actor"]["id"], "metadata.region": "us-east-1"}
    ]


def test_the_format_may_come_from_the_environment(run, store):
    env = {"AUDITCTL_OUTPUT": "jsonl"}

    assert run("list", "--store", store, "-n", "1", env=env).events == [EVENTS[-1]]
    assert run("list", "--store", store, "-n", "1", "-o", "csv", env=env).lines[0].startswith("id,")


@pytest.mark.parametrize("events", [1, 2])
def test_the_organization_is_a_column_of_a_table_where_there_are_several(run, tmp_path, events):
    path = tmp_path / "some.db"
    for number in range(events):
        run("record", "a.b", "--actor", "x", "--org", f"org_{number}", "--store", path)

    outcome = run("list", "--store", path, "-o", "table", env={"COLUMNS": "200"})

    assert ("Org" in outcome.lines[0]) is (events > 1)
    assert ("org_0" in outcome.out.decode()) is (events > 1)


def test_the_footer_tells_how_many_of_how_many_which_range_which_store(run, store):
    outcome = run("list", "--store", store, "-n", "3", "--since", "2026-05-04")

    assert "3 of 16 events" in outcome.err
    assert "2026-05-04" in outcome.err
    assert str(store) in outcome.err
    assert "-n all" in outcome.err


def test_the_footer_says_so_when_all_is_shown(run, store):
    outcome = run("list", "--store", store, "--action", "cache.reset")

    wanted = len(newest(EVENTS, lambda e: e["action"] == "cache.reset"))
    assert f"{wanted} events" in outcome.err
    assert " of " not in outcome.err


def test_one_event_is_one_event(run, store):
    assert "1 event ·" in run("list", "--store", store, f"id:{KNOWN_ID}").err


def test_quiet_leaves_the_footer_out(run, store):
    outcome = run("list", "--store", store, "-n", "3", "--quiet")

    assert outcome.err == ""
    assert len(outcome.lines) == 3


def test_quiet_does_not_silence_errors(run, store):
    assert "error:" in run("list", "--store", store, "actr:x", "--quiet").err


def test_nothing_matching_is_said_and_is_no_failure(run, store):
    outcome = run("list", "--store", store, "--action", "never.ever")

    assert (outcome.code, outcome.out) == (0, b"")
    assert "no event of 40 matches" in outcome.err


def test_a_user_without_events_is_told_how_to_begin(run):
    outcome = run("list")

    assert (outcome.code, outcome.out) == (0, b"")
    assert "no events yet" in outcome.err
    assert "--store demo" in outcome.err


def test_looking_makes_no_store(run, home):
    run("list")

    assert not home.default_store.exists()


def test_a_store_that_was_named_must_be_there(run, tmp_path):
    outcome = run("list", "--store", tmp_path / "none.db")

    assert outcome.code == 5
    assert str(tmp_path / "none.db") in outcome.err
    assert not (tmp_path / "none.db").exists()


@pytest.mark.parametrize(
    ("option", "query", "code"),
    [
        ("--fail-on-match", "action:cache.reset", 3),
        ("--fail-on-match", "action:never", 0),
        ("--fail-on-empty", "action:cache.reset", 0),
        ("--fail-on-empty", "action:never", 3),
    ],
)
def test_a_check_speaks_through_the_exit_code(run, store, option, query, code):
    outcome = run("list", "--store", store, option, query, "-o", "jsonl")

    assert outcome.code == code
    assert bool(outcome.out) is ("never" not in query)
    assert ('{"error":{"code":"check"' in outcome.err) is (code == 3)


def test_checks_hold_in_a_store_that_is_not_there_yet(run):
    assert run("list", "--fail-on-empty").code == 3
    assert run("list", "--fail-on-match").code == 0


def test_explain_says_what_will_be_read_and_prints_no_event(run, store):
    outcome = run(
        *("list", "--store", store, "--explain", "--since", "2026-05-04", "-n", "7"),
        *("--action", "cache.reset", "--grep", "timeout"),
    )
    text = outcome.out.decode()

    assert outcome.code == 0
    assert "2026-05-04" in text
    assert "7" in text
    assert str(store) in text
    assert "index" in text
    assert EVENTS[0]["id"][:10] not in text


def test_explain_of_nothing_says_where_the_store_would_be(run, home):
    outcome = run("list", "--explain")

    assert outcome.code == 0
    assert str(home.default_store) in outcome.out.decode()


def test_json_lines_answer_as_the_database_does(run, store, seeded_file):
    for options in (
        ("-n", "all"),
        ("--reverse", "-n", "3"),
        ("--org", "org_beta", "--grep", "cache"),
    ):
        wanted = run("list", "--store", store, "-o", "jsonl", *options)
        assert run("list", "--store", seeded_file, "-o", "jsonl", *options).out == wanted.out
        assert wanted.out


def test_what_is_stored_is_what_was_given(ask):
    assert ask("-n", "all", "--reverse") == [seeded_event(number) for number in range(COUNT)]
