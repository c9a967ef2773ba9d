"""What the chores of people in the demo trail are about: targets and metadata of an action."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditctl.events.intake import Metadata, Scalar, Target
from auditctl.stores.demo.cast import (
    BASE_IMAGES,
    BRANCH_WORDS,
    GUESTS,
    LEAVER,
    PLANS,
    PROJECT_SETTINGS,
    RESET_PROJECT,
    ROLES,
    SECRETS,
    SETTINGS,
    Organization,
)
from auditctl.stores.demo.things import (
    cache_target,
    guest_target,
    image_target,
    named,
    organization_target,
    person_target,
    project_target,
    token_target,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

Subject = tuple[list[Target], Metadata]
_MOST_AT_ONCE = 3


class Subjects:
    """Chooses what an action is about.

    Args:
        rng: Where every choice comes from.
    """

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._about: dict[str, Callable[[Organization, str], Subject]] = {
            "session": self._session,
            "project": self._project,
            "secret": self._secret,
            "cache": self._cache,
            "image": self._image,
            "token": self._token,
            "member": self._member,
            "integration": self._integration,
            "auth": self._auth,
            "access": self._access,
            "organization": self._organization,
            "billing": self._billing,
            "audit_log": self._audit_log,
        }

    def of(self, organization: Organization, action: str) -> Subject:
        """Return targets and metadata of an action."""
        return self._about[action.partition(".")[0]](organization, action)

    def project(self, organization: Organization) -> str:
        """Choose a project, the first ones more often."""
        projects = organization.projects
        return projects[int(self._rng.random() ** 1.7 * len(projects))]

    def commit(self) -> str:
        """Return the name of a commit."""
        return f"{self._rng.getrandbits(48):012x}"

    def _session(self, _: Organization, action: str) -> Subject:
        method = self._rng.choice(("sso", "sso", "password", "passkey"))
        target = Target(f"session_{self._rng.getrandbits(40):010x}", "session", method)
        return [target], {"method": method, "mfa": action == "session.created"}

    def _project(self, organization: Organization, action: str) -> Subject:
        name = self.project(organization)
        if action in {"project.created", "project.archived"}:
            # the cast's own projects stay
            name = f"{self._rng.choice(BRANCH_WORDS)}-spike-{self._rng.randrange(100)}"
        metadata: Metadata = {"project": name}
        if action == "project.updated":
            metadata |= self._change(PROJECT_SETTINGS)
        return [project_target(name)], metadata

    def _secret(self, organization: Organization, _: str) -> Subject:
        project = self.project(organization)
        name = self._rng.choice(SECRETS)
        secret = Target(f"secret_{project}_{name.lower()}", "secret", name)
        return [secret, project_target(project)], {"project": project}

    def _cache(self, organization: Organization, action: str) -> Subject:
        # the cache of the story is reset once only
        project = self._rng.choice([p for p in organization.projects if p != RESET_PROJECT])
        metadata: Metadata = {"project": project, "size_gb": self._rng.choice((25, 50, 100, 200))}
        if action == "cache.reset":
            metadata["reason"] = self._rng.choice(("corrupt layer", "disk pressure", "clean test"))
        return [cache_target(project), project_target(project)], metadata

    def _image(self, organization: Organization, action: str) -> Subject:
        project = self.project(organization)
        several = self._rng.randrange(1, 5) if action == "image.deleted" else 1
        images = [image_target(project, self.commit()) for _ in range(several)]
        base = self._rng.choice(BASE_IMAGES)
        return [*images, project_target(project)], {"project": project, "base_image": base}

    def _token(self, organization: Organization, action: str) -> Subject:
        name = f"tmp-{self._rng.randrange(100):02d}"
        if action == "token.rotated":
            name = organization.tokens[-1]
            return [token_target(name)], {"reason": "quarterly rotation", "expires_days": 90}
        reason = "expired" if action == "token.deleted" else "local testing"
        return [token_target(name)], {"reason": reason}

    def _member(self, organization: Organization, action: str) -> Subject:
        rng = self._rng
        if action == "member.role_changed":
            # who is in a story keeps his role otherwise
            some = [p for p in organization.people if p.role != "owner" and p.name != LEAVER]
            before, after = rng.choice(ROLES)
            target = person_target(organization, rng.choice(some))
            return [target], {"role": after, "previous_role": before}
        several = rng.randrange(1, _MOST_AT_ONCE + 1) if action == "member.invited" else 1
        return [guest_target(name) for name in rng.sample(GUESTS, several)], {"role": "viewer"}

    def _integration(self, organization: Organization, _: str) -> Subject:
        name = self._rng.choice(organization.integrations)
        return [named("integration", name)], {"provider": name}

    def _auth(self, organization: Organization, _: str) -> Subject:
        reason = self._rng.choice(("wrong password", "wrong password", "second factor missing"))
        return [organization_target(organization)], {"reason": reason}

    def _access(self, organization: Organization, _: str) -> Subject:
        project = self.project(organization)
        reason = "role viewer may not write"
        return [project_target(project)], {"project": project, "reason": reason}

    def _organization(self, organization: Organization, _: str) -> Subject:
        return [organization_target(organization)], self._change(SETTINGS)

    def _billing(self, organization: Organization, _: str) -> Subject:
        before, after = self._rng.sample(PLANS, 2)
        return [organization_target(organization)], {"plan": after, "previous_plan": before}

    def _audit_log(self, organization: Organization, _: str) -> Subject:
        rows, days = self._rng.randrange(200, 9_000), self._rng.choice((1, 7, 30))
        return [organization_target(organization)], {"format": "csv", "days": days, "rows": rows}

    def _change(self, settings: tuple[tuple[str, Scalar, Scalar], ...]) -> Metadata:
        setting, before, after = self._rng.choice(settings)
        return {"setting": setting, "previous": before, "value": after}
