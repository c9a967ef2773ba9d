"""From a WorkOS store's address to what its store is told: key, mirror, modes, who is told what."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from auditctl.errors import AccessError
from auditctl.stores.opening import Address
from auditctl.stores.workos.options import DEFAULT_BASE_URL, WorkosOptions

if TYPE_CHECKING:
    from auditctl.cli.session import Session


def default_workos(session: Session) -> Address:
    """Return the address of ``--store workos``, which needs no set-up."""
    base_url = session.env.get("WORKOS_BASE_URL") or DEFAULT_BASE_URL
    return Address("workos", base_url.rstrip("/"), "workos")


def mirror_file(session: Session, address: Address) -> str:
    """Return the mirror's file: one for each name and base URL, since ids are of an environment."""
    host = re.sub(r"[^A-Za-z0-9.-]+", "_", address.location.partition("://")[2])
    return str(session.paths.mirrors / f"{address.name}@{host}.db")


def workos_options(session: Session, address: Address) -> WorkosOptions:
    """Return how a WorkOS store is opened."""
    return WorkosOptions(
        name=address.name,
        base_url=address.location,
        api_key=lambda: _key(session, address),
        mirror=mirror_file(session, address),
        org=address.org,
        mode=session.fetching,
        tell=session.say,
        trace=session.trace,
        now=lambda: int(session.now().timestamp() * 1000),
    )


def _key(session: Session, address: Address) -> str:
    """Return the key. It is a first form: the environment only."""
    key = session.env.get("AUDITCTL_API_KEY") or session.env.get("WORKOS_API_KEY")
    if not key:
        raise AccessError(
            f"there is no API key for the store {address.name}",
            hint=f"`auditctl login {address.name}`, or set WORKOS_API_KEY",
        )
    return key
