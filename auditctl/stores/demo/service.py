"""The invented service of the demo trail: what happens in it at a given moment.

An activity is a build with its outcome, a chore of a person, or upkeep by the service itself.
"""

from itertools import accumulate
from math import exp
from random import Random

from auditctl.events.intake import Context, Metadata, Source, Target
from auditctl.stores.demo.cast import (
    BRANCH_WORDS,
    BRANCHES,
    BROWSERS,
    CHORES,
    CI_AGENTS,
    CLI_AGENTS,
    FAILURES,
    LEAVER,
    LOST_TOKEN,
    NEW_TOKEN,
    ORGANIZATIONS,
    READING,
    RESET_PROJECT,
    SILENT,
    UPKEEP,
    Organization,
    Person,
)
from auditctl.stores.demo.stories import HOUR, Moments, failed_authentication
from auditctl.stores.demo.subjects import Subjects
from auditctl.stores.demo.things import (
    SYSTEM,
    Scene,
    Timed,
    build_target,
    cache_target,
    happening,
    image_target,
    named,
    organization_target,
    project_target,
    token,
    user,
)

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

_CONSOLE = Context("192.0.2.250", "kilnworks-control/41")


class Service:
    """The invented service: turns a moment into what happens then.

    Args:
        rng: Where every choice comes from.
        moments: When the stories happen; what comes after them takes note.
        brisk: Builds take seconds, for those who watch.
    """

    def __init__(self, rng: Random, moments: Moments, *, brisk: bool = False) -> None:
        self._rng = rng
        self._at = moments
        self._brisk = brisk
        self._subjects = Subjects(rng)

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
        project = self._subjects.project(organization)
        if rng.random() < _BY_TOKEN:
            name = self._front(organization.tokens)
            if name == LOST_TOKEN and ms >= self._at.token_deleted:
                if ms < self._at.token_replaced:
                    return [failed_authentication(rng, ms, project)]
                name = NEW_TOKEN
            agent = "" if name in SILENT else rng.choice(CI_AGENTS)
            scene = Scene(organization.id, token(name), Context(organization.ci, agent))
        else:
            person = self._person(organization, ms, writing=True)
            scene = self._scene(organization, person, CLI_AGENTS)
        sha = self._subjects.commit()
        commit: Metadata = {"project": project, "branch": self._branch(), "commit": sha}
        code = f"{rng.getrandbits(40):010x}"
        build = [build_target(code, project, sha), project_target(project)]
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
            image = [image_target(project, str(commit["commit"])), project_target(project)]
            pushed = {**commit, "size_mb": rng.randrange(40, 900), "signed": rng.random() < 0.8}  # noqa: PLR2004 - most
            events.append(happening(end + 1_300, scene, "image.pushed", image, pushed))
        return events

    def _duration(self, project: str, ms: int) -> tuple[float, int]:
        """Return the seconds that a build takes, and the percentage of layers from the cache."""
        rng = self._rng
        if self._brisk:
            return round(rng.uniform(4, 24), 1), rng.randrange(96, 101)
        usual = 45 + 12 * len(project)
        cold = 0.0
        if project == RESET_PROJECT and ms >= self._at.cache_reset:
            cold = exp((self._at.cache_reset - ms) / _RESET_WARMING)
        warm = rng.uniform(82, 97) * (1 - 0.95 * cold)
        seconds = usual * rng.lognormvariate(0, 0.22) * (1 + _RESET_SLOWNESS * cold)
        return round(seconds, 1), round(warm)

    def _branch(self) -> str:
        rng = self._rng
        if rng.random() > _TOPIC_BRANCH:
            return rng.choice(BRANCHES)
        return f"fix/{rng.choice(BRANCH_WORDS)}-{rng.randrange(100, 999)}"

    # -- people and the service

    def _chore(self, ms: int, organization: Organization) -> Timed:
        """A person does something other than building."""
        rng = self._rng
        action = rng.choices(_CHORES, cum_weights=_CHORE_SUMS)[0]
        person = self._person(organization, ms, writing=action not in READING)
        if action == "access.denied":
            # by chance only those who may look and not touch are denied
            person = next(p for p in organization.people if p.role == "viewer")
        targets, metadata = self._subjects.of(organization, action)
        scene = self._scene(organization, person, BROWSERS)
        ms, event = happening(ms, scene, action, targets, metadata)
        if action == "integration.connected" and metadata["provider"] == "github":
            event.source = _installation(organization)
        return ms, event

    def _upkeep(self, ms: int, organization: Organization) -> Timed:
        """The service itself does something."""
        rng = self._rng
        project = self._subjects.project(organization)
        action, metadata = rng.choice(UPKEEP)
        kind = action.partition(".")[0]
        if kind == "runner":
            targets = [named("runner", f"{rng.randrange(1, 40):02d}")]
        elif kind == "cache":
            targets = [cache_target(project), project_target(project)]
        elif kind == "image":
            several = rng.randrange(2, 7) if action == "image.expired" else 1
            targets = [image_target(project, self._subjects.commit()) for _ in range(several)]
        elif kind == "integration":
            targets = [named("integration", rng.choice(organization.integrations))]
        else:
            targets = [organization_target(organization)]
        # what is counted at the end of an hour has no place
        context = Context() if kind == "billing" else _CONSOLE
        return happening(ms, Scene(organization.id, SYSTEM, context), action, targets, metadata)

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
        context = Context(location, rng.choice(agents))
        return Scene(organization.id, user(organization, person), context)


def _installation(organization: Organization) -> Source:
    """Return the message of another service that an event was made of."""
    login = organization.domain.partition(".")[0]
    repositories = [
        {"full_name": f"{login}/{name}", "private": True} for name in organization.projects
    ]
    account = {"login": login, "type": "Organization"}
    record = {"action": "created", "account": account, "repositories": repositories}
    return Source("github.installation", record)


_SHARES = list(accumulate(organization.share for organization in ORGANIZATIONS))
_CHORES = list(CHORES)
_CHORE_SUMS = list(accumulate(CHORES.values()))
