"""The invented service of the demo trail: what happens in it at a given moment.

An activity is a build with its outcome, a chore of a person, or upkeep by the service itself.
"""

from collections.abc import Callable
from itertools import accumulate
from math import exp
from random import Random
from typing import NamedTuple

from auditctl.events.clock import format_ms
from auditctl.events.intake import Actor, Context, Metadata, NewEvent, Target
from auditctl.query.text import words
from auditctl.stores.demo_names import (
    BASE_IMAGES,
    BRANCH_WORDS,
    BRANCHES,
    BROWSERS,
    CHORES,
    CI_AGENTS,
    CLI_AGENTS,
    FAILURES,
    GUESTS,
    LEAVER,
    LOST_TOKEN,
    NEW_TOKEN,
    ORGANIZATIONS,
    READING,
    REGIONS,
    RESET_PROJECT,
    SECRETS,
    TIDEWATER,
    UPKEEP,
    Organization,
    Person,
)

HOUR = 3_600_000

# Shares of what happens
_BUILDS = 0.6
_BUILDS_AND_CHORES = 0.9
_BY_TOKEN = 0.65
_TOPIC_BRANCH = 0.5
_FAILED = 0.1
_FAILED_OR_CANCELED = 0.13
_AT_OFFICE = 0.6

_RESET_SLOWNESS = 6.5  # times the usual duration, on top of it, right after the reset
_RESET_WARMING = 18 * HOUR  # time after which a third of that is left

Timed = tuple[int, NewEvent]
Subject = tuple[list[Target], Metadata]
SubjectOf = Callable[[Organization, str], Subject]


class Moments(NamedTuple):
    """When the stories happen, in milliseconds."""

    cache_reset: int
    token_deleted: int
    token_replaced: int
    member_removed: int


class Scene(NamedTuple):
    """Who acts, for which organization, and from where."""

    organization: str
    actor: Actor
    context: Context


def happening(
    ms: int, scene: Scene, action: str, targets: list[Target], metadata: Metadata
) -> Timed:
    """Return an event and its time; the region of the organization is added."""
    event = NewEvent(
        action,
        format_ms(ms),
        scene.actor,
        organization_id=scene.organization,
        targets=targets,
        context=scene.context,
        metadata={"region": REGIONS[scene.organization], **metadata},
    )
    return ms, event


class Service:
    """The invented service: turns a moment into what happens then.

    Args:
        rng: Where every choice comes from.
        moments: When the stories happen; what comes after them takes note.
    """

    def __init__(self, rng: Random, moments: Moments) -> None:
        self._rng = rng
        self._at = moments
        self._subjects: dict[str, SubjectOf] = {
            "session": self._session,
            "project": self._about_project,
            "secret": self._secret,
            "cache": self._about_cache,
            "image": self._about_image,
            "token": self._about_token,
            "member": self._member,
            "integration": self._about_integration,
            "auth": self._auth,
            "access": self._access,
            "organization": self._whole,
            "billing": self._whole,
            "audit_log": self._whole,
        }

    def activity(self, ms: int) -> list[Timed]:
        """Return the one to three events of something that begins at ``ms``."""
        rng = self._rng
        organization = rng.choices(ORGANIZATIONS, cum_weights=_SHARES)[0]
        kind = rng.random()
        if kind < _BUILDS:
            return self._build(ms, organization)
        if kind < _BUILDS_AND_CHORES:
            return [self._chore(ms, organization)]
        return [self._upkeep(ms, organization)]

    # -- builds

    def _build(self, ms: int, organization: Organization) -> list[Timed]:
        """Return the start of a build and what becomes of it."""
        rng = self._rng
        project = self._front(organization.projects)
        if rng.random() < _BY_TOKEN:
            name = self._front(organization.tokens)
            if name == LOST_TOKEN and ms >= self._at.token_deleted:
                if ms < self._at.token_replaced:
                    return [self.failed_authentication(ms)]
                name = NEW_TOKEN
            context = Context(organization.ci, rng.choice(CI_AGENTS))
            scene = Scene(organization.id, _token(name), context)
        else:
            person = self._person(organization, ms, writing=True)
            scene = self._scene(organization, person, CLI_AGENTS)
        commit: Metadata = {
            "project": project,
            "branch": self._branch(),
            "commit": f"{rng.getrandbits(48):012x}",
        }
        build = [_named("build", self._code()), project_target(project)]
        started = happening(ms, scene, "build.started", build, commit)
        return [started, *self._outcome(ms, scene, build, commit)]

    def _outcome(self, ms: int, scene: Scene, build: list[Target], commit: Metadata) -> list[Timed]:
        """Return how a build ends, and the image that it may push."""
        rng = self._rng
        project = str(commit["project"])
        seconds, warm = self._duration(project, ms)
        end = ms + round(seconds * 1_000)
        done = {**commit, "duration_seconds": seconds, "cache_hit_percent": warm}
        chance = rng.random()
        if chance < _FAILED:
            done["reason"] = rng.choice(FAILURES)
            return [happening(end, scene, "build.failed", build, done)]
        if chance < _FAILED_OR_CANCELED:
            done["reason"] = "superseded by a newer commit"
            return [happening(end, scene, "build.canceled", build, done)]
        events = [happening(end, scene, "build.finished", build, done)]
        if commit["branch"] == "main":
            image = [_image(project, str(commit["commit"])), project_target(project)]
            pushed = {**commit, "size_mb": rng.randrange(40, 900)}
            events.append(happening(end + 1_300, scene, "image.pushed", image, pushed))
        return events

    def failed_authentication(self, ms: int) -> Timed:
        """Return an attempt of the build pipeline with the token that was deleted."""
        project = self._front(TIDEWATER.projects)
        scene = Scene(TIDEWATER.id, _token(LOST_TOKEN), Context(TIDEWATER.ci, CI_AGENTS[0]))
        metadata: Metadata = {
            "project": project,
            "reason": "token deleted",
            "attempt": self._rng.randrange(1, 6),
        }
        return happening(ms, scene, "auth.failed", [project_target(project)], metadata)

    def _duration(self, project: str, ms: int) -> tuple[float, int]:
        """Return the seconds that a build takes, and the percentage of layers from the cache."""
        rng = self._rng
        usual = 45 + 12 * len(project)
        cold = 0.0
        if project == RESET_PROJECT and ms >= self._at.cache_reset:
            cold = exp((self._at.cache_reset - ms) / _RESET_WARMING)
        warm = rng.uniform(82, 97) * (1 - 0.95 * cold)
        seconds = usual * rng.lognormvariate(0, 0.22) * (1 + _RESET_SLOWNESS * cold)
        return round(seconds, 1), round(warm)

    # -- people and the service

    def _chore(self, ms: int, organization: Organization) -> Timed:
        """A person does something other than building."""
        rng = self._rng
        action = rng.choices(_CHORES, cum_weights=_CHORE_SUMS)[0]
        person = self._person(organization, ms, writing=action not in READING)
        if action == "access.denied":
            # by chance only those who may look and not touch are denied
            person = next(p for p in organization.people if p.role == "viewer")
        targets, metadata = self._subjects[action.partition(".")[0]](organization, action)
        scene = self._scene(organization, person, BROWSERS)
        return happening(ms, scene, action, targets, metadata)

    def _upkeep(self, ms: int, organization: Organization) -> Timed:
        """The service itself does something."""
        rng = self._rng
        project = self._front(organization.projects)
        action, metadata = rng.choice(UPKEEP)
        targets = {
            "runner": _named("runner", f"{rng.randrange(1, 40):02d}"),
            "cache": cache_target(project),
            "image": _image(project, f"{rng.getrandbits(48):012x}"),
            "integration": _named("integration", rng.choice(organization.integrations)),
            "billing": _organization(organization),
        }
        scene = Scene(organization.id, _SYSTEM, Context("192.0.2.250", "kilnworks-control/41"))
        return happening(ms, scene, action, [targets[action.partition(".")[0]]], metadata)

    def _session(self, _: Organization, action: str) -> Subject:
        method = self._rng.choice(("sso", "sso", "password", "passkey"))
        target = Target(f"session_{self._code()}", "session", method)
        return [target], {"method": method, "mfa": action == "session.created"}

    def _about_project(self, organization: Organization, action: str) -> Subject:
        name = self._front(organization.projects)
        if action in {"project.created", "project.archived"}:
            # the cast's own projects stay
            name = f"{self._rng.choice(BRANCH_WORDS)}-spike-{self._rng.randrange(100)}"
        return [project_target(name)], {"project": name}

    def _secret(self, organization: Organization, _: str) -> Subject:
        project = self._front(organization.projects)
        name = self._rng.choice(SECRETS)
        secret = Target(f"secret_{project}_{name.lower()}", "secret", name)
        return [secret, project_target(project)], {"project": project}

    def _about_cache(self, organization: Organization, action: str) -> Subject:
        # the cache of the story is reset once only
        project = self._rng.choice([p for p in organization.projects if p != RESET_PROJECT])
        metadata: Metadata = {"project": project, "size_gb": self._rng.choice((25, 50, 100, 200))}
        if action == "cache.reset":
            metadata["reason"] = self._rng.choice(("corrupt layer", "disk pressure", "clean test"))
        return [cache_target(project), project_target(project)], metadata

    def _about_image(self, organization: Organization, _: str) -> Subject:
        project = self._front(organization.projects)
        image = _image(project, f"{self._rng.getrandbits(48):012x}")
        base = self._rng.choice(BASE_IMAGES)
        return [image, project_target(project)], {"project": project, "base_image": base}

    def _about_token(self, organization: Organization, action: str) -> Subject:
        name = f"tmp-{self._rng.randrange(100):02d}"
        if action == "token.rotated":
            name = organization.tokens[-1]
        reasons = {"token.deleted": "expired", "token.rotated": "quarterly rotation"}
        return [token_target(name)], {"reason": reasons.get(action, "local testing")}

    def _member(self, organization: Organization, action: str) -> Subject:
        if action != "member.role_changed":
            name = self._rng.choice(GUESTS)
            return [Target(person_id(name), "user", name)], {"role": "viewer"}
        person = self._rng.choice([p for p in organization.people if p.role == "member"])
        target = Target(person_id(person.name), "user", person.name)
        return [target], {"role": "member", "previous_role": "viewer"}

    def _about_integration(self, organization: Organization, _: str) -> Subject:
        name = self._rng.choice(organization.integrations)
        return [_named("integration", name)], {"provider": name}

    def _auth(self, organization: Organization, _: str) -> Subject:
        reason = self._rng.choice(("wrong password", "wrong password", "second factor missing"))
        return [_organization(organization)], {"reason": reason}

    def _access(self, organization: Organization, _: str) -> Subject:
        project = self._front(organization.projects)
        return [project_target(project)], {
            "project": project,
            "reason": "role viewer may not write",
        }

    def _whole(self, organization: Organization, _: str) -> Subject:
        return [_organization(organization)], {"channel": self._rng.choice(("console", "api"))}

    # -- choices

    def _front(self, names: tuple[str, ...]) -> str:
        """Choose one, the first ones more often."""
        return names[int(self._rng.random() ** 1.7 * len(names))]

    def _person(self, organization: Organization, ms: int, *, writing: bool) -> Person:
        """Choose a person who may do it at the time, the first ones more often."""
        people = organization.people
        person = people[int(self._rng.random() ** 1.5 * len(people))]
        left = person.name == LEAVER and ms >= self._at.member_removed
        if left or (writing and person.role == "viewer"):
            return people[0]
        return person

    def _scene(self, organization: Organization, person: Person, agents: tuple[str, ...]) -> Scene:
        rng = self._rng
        location = organization.office if rng.random() < _AT_OFFICE else person.home
        return Scene(
            organization.id, user(organization, person), Context(location, rng.choice(agents))
        )

    def _branch(self) -> str:
        rng = self._rng
        if rng.random() > _TOPIC_BRANCH:
            return rng.choice(BRANCHES)
        return f"fix/{rng.choice(BRANCH_WORDS)}-{rng.randrange(100, 999)}"

    def _code(self) -> str:
        return f"{self._rng.getrandbits(40):010x}"


def person_id(name: str) -> str:
    """Return the id of a person: ``user_mateo_duarte``."""
    return "_".join(["user", *words(name)])


def user(organization: Organization, person: Person) -> Actor:
    """Return a person as actor."""
    return _USERS[organization.id, person.name]


def _make_user(organization: Organization, person: Person) -> Actor:
    mail = ".".join(words(person.name)) + "@" + organization.domain
    return Actor(person_id(person.name), "user", person.name, {"role": person.role, "email": mail})


def _token_id(name: str) -> str:
    return "tok_" + name.replace("-", "_")


def _token(name: str) -> Actor:
    return Actor(_token_id(name), "api_token", name, {"role": "builder"})


def token_target(name: str) -> Target:
    """Return an API token as target."""
    return Target(_token_id(name), "api_token", name)


def _named(kind: str, name: str) -> Target:
    return Target(f"{kind}_{name}", kind, name)


def project_target(name: str) -> Target:
    """Return a project as target."""
    return Target(f"proj_{name}", "project", name)


def cache_target(project: str) -> Target:
    """Return the layer cache of a project as target."""
    return Target(f"cache_{project}", "cache", f"{project} layers")


def _image(project: str, commit: str) -> Target:
    return Target(f"img_{project}_{commit[:8]}", "image", f"{project}:{commit[:8]}")


def _organization(organization: Organization) -> Target:
    return Target(organization.id, "organization", organization.name)


_SYSTEM = Actor("system", "system", "Kilnworks")
_SHARES = list(accumulate(organization.share for organization in ORGANIZATIONS))
_CHORES = list(CHORES)
_CHORE_SUMS = list(accumulate(CHORES.values()))
_USERS = {
    (organization.id, person.name): _make_user(organization, person)
    for organization in ORGANIZATIONS
    for person in organization.people
}
