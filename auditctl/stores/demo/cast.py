"""The cast of the demo trail: an invented container-build service and four of its customers.

Addresses come from the documentation ranges (RFC 5737, RFC 3849), domains from RFC 2606: nothing
here can name a real host. Ids are readable on purpose, so that examples can be typed.
"""

from typing import NamedTuple


class Person(NamedTuple):
    """A member of an organization; ``handle`` where the id cannot be made of the name."""

    name: str
    role: str
    home: str
    handle: str = ""


class Organization(NamedTuple):
    """A customer: its people (the busiest first), projects (likewise), tokens and networks."""

    id: str
    name: str
    domain: str
    share: int
    office: str
    ci: str
    people: tuple[Person, ...]
    projects: tuple[str, ...]
    tokens: tuple[str, ...]
    integrations: tuple[str, ...]


LARKSPUR = Organization(
    id="org_larkspur",
    name="Larkspur Robotics",
    domain="larkspur.example.com",
    share=40,
    office="192.0.2.10",
    ci="203.0.113.20",
    people=(
        Person("Priya Raman", "admin", "198.51.100.11"),
        Person("Mateo Duarte", "member", "198.51.100.12"),
        Person("Hanna Lindqvist", "member", "2001:db8:1::12"),
        Person("Owen Achebe", "member", "198.51.100.14"),
        Person("Yuki Tamura", "owner", "198.51.100.15"),
        Person("Sofia Petrakis", "member", "2001:db8:1::16"),
        Person("Ibrahim Sesay", "member", "198.51.100.17"),
        Person("Clara Beaumont", "viewer", "198.51.100.18"),
        Person("Nils Aaberg", "member", "198.51.100.19"),
        Person("Renata Kosta", "admin", "198.51.100.20"),
        Person("Devika Menon", "member", "2001:db8:1::21"),
        Person("Leo Marchetti", "viewer", "198.51.100.22"),
    ),
    projects=("atlas-api", "atlas-web", "gripper-fw", "motion-planner", "fleet-agent", "telemetry"),
    tokens=("ci-main", "ci-firmware", "nightly", "registry-mirror"),
    integrations=("github", "slack", "datadog"),
)
TIDEWATER = Organization(
    id="org_tidewater",
    name="Tidewater Maps",
    domain="tidewater.example.org",
    share=28,
    office="192.0.2.40",
    ci="203.0.113.77",
    people=(
        Person("Tomas Lind", "admin", "198.51.100.41"),
        Person("Aisha Bello", "member", "2001:db8:2::42"),
        Person("Karin Osei", "owner", "198.51.100.43"),
        Person("Felix Navarro", "member", "198.51.100.44"),
        Person("田中 葵", "member", "198.51.100.45", "aoi_tanaka"),
        Person("Dominic Ferrer", "member", "2001:db8:2::46"),
        Person("Zoë Hartmann", "viewer", "198.51.100.47"),
        Person("Samuel Adeyemi", "member", "198.51.100.48"),
        Person("Ilse Verbruggen", "admin", "198.51.100.49"),
    ),
    projects=("tile-server", "geocoder", "harbor-ui", "router", "depth-charts"),
    tokens=("deploy-ci", "preview-env", "tile-import"),
    integrations=("gitlab", "pagerduty"),
)
EMBEROAK = Organization(
    id="org_emberoak",
    name="Ember & Oak Games",
    domain="emberoak.example.com",
    share=20,
    office="192.0.2.70",
    ci="203.0.113.130",
    people=(
        Person("Greta Holm", "owner", "198.51.100.71"),
        Person("Jonas Weber", "admin", "198.51.100.72"),
        Person("Amara Diallo", "member", "2001:db8:3::73"),
        Person("Rafael Quintero", "member", "198.51.100.74"),
        Person("Wen Zhao", "member", "198.51.100.75"),
        Person("Bianca Moretti", "member", "198.51.100.76"),
        Person("Elias Nyberg", "viewer", "2001:db8:3::77"),
    ),
    projects=("match-maker", "asset-pipeline", "game-server", "store-front"),
    tokens=("ci-games", "asset-bot", "loadtest"),
    integrations=("github", "discord"),
)
HALYARD = Organization(
    id="org_halyard",
    name="Halyard Health",
    domain="halyard.example.org",
    share=12,
    office="192.0.2.100",
    ci="203.0.113.190",
    people=(
        Person("Nadia Kowalczyk", "owner", "198.51.100.101"),
        Person("Peter Abara", "admin", "198.51.100.102"),
        Person("Lucía Ferreira", "member", "2001:db8:4::103"),
        Person("Tariq Haddad", "member", "198.51.100.104"),
        Person("Björn Eklund", "member", "198.51.100.105"),
        Person("Ingrid Solheim", "viewer", "2001:db8:4::106"),
    ),
    projects=("intake-forms", "consent-api", "records-sync"),
    tokens=("ci-health", "compliance-scan", "4f2c91"),
    integrations=("github", "vault"),
)
ORGANIZATIONS = (LARKSPUR, TIDEWATER, EMBEROAK, HALYARD)

# The stories
RESET_PROJECT = "atlas-api"
LOST_TOKEN = "deploy-ci"  # noqa: S105 - the name of a token in an invented trail
NEW_TOKEN = "deploy-ci-2"  # noqa: S105 - likewise
UNUSED_TOKENS = ("staging-old", "hackday")  # those that went rightly, just before
LEAVER = "Jonas Weber"
LEAVER_PHONE = "2001:db8:3::d172"
LEAVER_TOKEN = "jonas-laptop"  # noqa: S105 - likewise

# Tokens without a name, from before tokens had names, and without a program
NAMELESS = frozenset(("4f2c91",))
SILENT = frozenset(("registry-mirror",))

REGIONS = {
    "org_larkspur": "eu-central-1",
    "org_tidewater": "us-east-1",
    "org_emberoak": "eu-central-1",
    "org_halyard": "eu-west-1",
}
BRANCHES = ("main", "main", "main", "main", "develop", "release/2.8", "release/2.7")
BRANCH_WORDS = ("retry", "cache", "logging", "upgrade", "auth", "tests", "cleanup", "metrics")
BASE_IMAGES = ("debian:12-slim", "alpine:3.20", "distroless/static", "python:3.12-slim")
BROWSERS = (
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Safari/605.1",
    "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/126.0.0.0 Safari/537.36",
)
CLI_AGENTS = ("kilnworks-cli/2.14.1 (darwin; arm64)", "kilnworks-cli/2.13.0 (linux; amd64)")
CI_AGENTS = ("kilnworks-action/1.9.3", "kilnworks-cli/2.14.1 (linux; amd64; ci)")
FAILURES = (
    "step exited with status 1",
    "step exited with status 1",
    "test suite failed",
    "out of memory",
    "base image not found",
    "timed out after 3600 s",
)

# How often a person does something other than building, of about a thousand
CHORES = {
    "session.created": 210,
    "session.ended": 90,
    "project.viewed": 120,
    "project.updated": 60,
    "project.created": 16,
    "project.archived": 6,
    "secret.viewed": 60,
    "secret.created": 24,
    "secret.updated": 34,
    "secret.deleted": 10,
    "cache.created": 20,
    "cache.resized": 14,
    "cache.reset": 5,
    "image.deleted": 30,
    "image.shared": 24,
    "token.created": 12,
    "token.rotated": 14,
    "token.deleted": 4,
    "member.invited": 18,
    "member.added": 12,
    "member.role_changed": 12,
    "member.removed": 2,
    "integration.connected": 10,
    "integration.updated": 14,
    "integration.disconnected": 5,
    "auth.failed": 45,
    "access.denied": 22,
    "organization.settings_updated": 10,
    "billing.plan_changed": 3,
    "audit_log.exported": 12,
}

# What a viewer may try as well
READING = frozenset(
    ("session.created", "session.ended", "project.viewed", "auth.failed", "access.denied")
)

# People from outside who come and go; nobody of the cast is added or removed by chance
GUESTS = (
    "Ravi Prakash",
    "Ulla Steiner",
    "Marco Bellini",
    "Joy Nakamura",
    "Anton Veselý",
    "Fiona Gallagher",
    "Kwame Boateng",
    "Elin Sundqvist",
)

SECRETS = ("NPM_TOKEN", "SIGNING_KEY", "DATABASE_URL", "SENTRY_DSN", "DEPLOY_KEY")

# What becomes of roles, settings, projects and plans: (setting, before, after)
ROLES = (("viewer", "member"), ("viewer", "member"), ("member", "viewer"), ("member", "admin"))
SETTINGS: tuple[tuple[str, str | int | bool, str | int | bool], ...] = (
    ("require_sso", False, True),
    ("build_retention_days", 30, 90),
    ("session_hours", 24, 12),
    ("default_region", "us-east-1", "eu-central-1"),
    ("allowed_network", "any", "192.0.2.0/24"),
)
PROJECT_SETTINGS: tuple[tuple[str, str | int | bool, str | int | bool], ...] = (
    ("cpus", 4, 16),
    ("cpus", 16, 8),
    ("platform", "linux/amd64", "linux/arm64"),
    ("build_timeout_s", 3600, 1800),
    ("public_images", True, False),
)
PLANS = ("team", "business")

# What the service does by itself
UPKEEP: tuple[tuple[str, dict[str, str | int | float | bool]], ...] = (
    ("runner.started", {"cpus": 16, "spot": True}),
    ("runner.started", {"cpus": 4, "spot": False}),
    ("runner.stopped", {"reason": "idle"}),
    ("runner.stopped", {"reason": "spot capacity reclaimed"}),
    ("cache.evicted", {"reason": "least recently used", "freed_gb": 12.4}),
    ("image.scanned", {"critical": 0, "high": 2}),
    ("image.scanned", {"critical": 0, "high": 0}),
    ("image.expired", {"reason": "older than 30 days"}),
    ("integration.failed", {"reason": "webhook answered 502"}),
    ("billing.usage_reported", {"build_minutes": 1840}),
)
