"""Who acts and what it is done to in the demo trail: actors, targets, and events made of them.

Ids are made of names, so that they can be read and typed. The objects are shared between events,
which nobody changes.
"""

from functools import cache
from typing import NamedTuple

from auditctl.events.clock import format_ms
from auditctl.events.intake import Actor, Context, Metadata, NewEvent, Target
from auditctl.query.text import words
from auditctl.stores.demo.cast import NAMELESS, ORGANIZATIONS, REGIONS, Organization, Person

BUILD_VERSION = 2  # the second schema of builds brought the use of the cache

Timed = tuple[int, NewEvent]  # when it occurs in milliseconds, and what


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
        version=BUILD_VERSION if action.startswith("build.") else 1,
        targets=targets,
        context=scene.context,
        metadata={"region": REGIONS[scene.organization], **metadata},
    )
    return ms, event


# -- actors

SYSTEM = Actor("system", "system", "Kilnworks")


def user(organization: Organization, person: Person) -> Actor:
    """Return a member as actor."""
    return _USERS[organization.id, person.name]


def stranger(organization: Organization, person: Person) -> Actor:
    """Return a person who is no member any more, and so has no role."""
    actor = user(organization, person)
    return Actor(actor.id, actor.type, actor.name, {"email": _email(organization, person)})


def _make_user(organization: Organization, person: Person) -> Actor:
    metadata: Metadata = {"role": person.role, "email": _email(organization, person)}
    return Actor(_person_id(person), "user", person.name, metadata)


def _person_id(person: Person) -> str:
    return f"user_{person.handle}" if person.handle else _id_of_name(person.name)


def _email(organization: Organization, person: Person) -> str:
    local = words(person.handle or person.name)
    return f"{'.'.join(local)}@{organization.domain}"


def _id_of_name(name: str) -> str:
    return "_".join(["user", *words(name)])


@cache
def token(name: str) -> Actor:
    """Return an API token as actor."""
    target = token_target(name)
    return Actor(target.id, target.type, target.name, {"role": "builder"})


# -- targets


@cache
def token_target(name: str) -> Target:
    """Return an API token as target."""
    identity = f"tok_{name.replace('-', '_')}"
    return Target(identity, "token") if name in NAMELESS else Target(identity, "token", name)


@cache
def person_target(organization: Organization, person: Person) -> Target:
    """Return a member as target."""
    email = _email(organization, person)
    return Target(_person_id(person), "user", person.name, {"email": email})


@cache
def guest_target(name: str) -> Target:
    """Return somebody from outside as target."""
    email = f"{'.'.join(words(name))}@contractor.example.net"
    return Target(_id_of_name(name), "user", name, {"email": email})


@cache
def named(kind: str, name: str) -> Target:
    """Return a thing whose id is made of its kind and name."""
    return Target(f"{kind}_{name}", kind, name)


@cache
def project_target(name: str) -> Target:
    """Return a project as target."""
    return Target(f"proj_{name}", "project", name)


@cache
def cache_target(project: str) -> Target:
    """Return the layer cache of a project as target; it has the project's name."""
    return Target(f"cache_{project}", "cache", project)


@cache
def organization_target(organization: Organization) -> Target:
    """Return an organization as target."""
    return Target(organization.id, "organization", organization.name)


def build_target(code: str, project: str, commit: str) -> Target:
    """Return a build as target: what is built, and of which commit."""
    return Target(f"build_{code}", "build", f"{project}@{commit[:7]}")


def image_target(project: str, commit: str) -> Target:
    """Return an image as target."""
    return Target(f"img_{project}_{commit[:7]}", "image", f"{project}:{commit[:7]}")


_USERS = {
    (organization.id, person.name): _make_user(organization, person)
    for organization in ORGANIZATIONS
    for person in organization.people
}
