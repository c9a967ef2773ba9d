"""The calls of the WorkOS API that auditctl makes, each with its types.

Answers are read tolerantly: what is not known is kept out, what is missing is empty.
https://workos.com/docs/reference/audit-logs
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

from auditctl.events.clock import format_ms

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from auditctl.stores.workos.http import Http

PAGE = 100


class Organization(NamedTuple):
    """One organization."""

    id: str
    name: str
    domains: tuple[str, ...] = ()
    external_id: str | None = None
    created_at: str | None = None


class ExportFilters(NamedTuple):
    """What WorkOS itself can filter by: OR within a list, AND between them; exact texts."""

    actions: tuple[str, ...] = ()
    actor_ids: tuple[str, ...] = ()
    actor_names: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()


EVERY_EVENT = ExportFilters()


class Export(NamedTuple):
    """One export: ``pending``, ``ready``, ``error``, ``expired`` or what else WorkOS says."""

    id: str
    state: str
    url: str | None = None


class Action(NamedTuple):
    """One action with its newest schema, as WorkOS describes it."""

    name: str
    schema: dict[str, Any]
    created_at: str | None = None
    updated_at: str | None = None


class Api:
    """One environment of WorkOS.

    Args:
        http: How to reach it.
    """

    def __init__(self, http: Http) -> None:
        self.http = http

    def organizations(
        self, *, search: str | None = None, most: int | None = None
    ) -> Iterator[Organization]:
        """Yield the organizations, newest first.

        Args:
            search: A part of the name.
            most: How many at most.
        """
        query: dict[str, str | int] = {} if search is None else {"search": search}
        for item in self._pages("/organizations", query, most):
            domains = tuple(str(one.get("domain", "")) for one in item.get("domains") or ())
            yield Organization(
                str(item["id"]),
                str(item.get("name", "")),
                domains,
                item.get("external_id"),
                item.get("created_at"),
            )

    def create_event(
        self, organization_id: str, event: dict[str, Any], *, idempotency_key: str | None = None
    ) -> None:
        """Send one event.

        Raises:
            RefusedError: WorkOS does not take it; the message names the fields.
        """
        body = {"organization_id": organization_id, "event": event}
        self.http.request("POST", "/audit_logs/events", body=body, idempotency_key=idempotency_key)

    def create_export(
        self, organization_id: str, since: int, until: int, filters: ExportFilters = EVERY_EVENT
    ) -> Export:
        """Ask for an export of ``[since, until]`` (milliseconds).

        Whether WorkOS counts the end in is not documented; the caller drops what it did not want.

        Raises:
            EmptyExportError: No event matches.
            WindowError: The start is too long ago.
        """
        body: dict[str, Any] = {
            "organization_id": organization_id,
            "range_start": format_ms(since),
            "range_end": format_ms(until),
        }
        body.update({name: list(given) for name, given in filters._asdict().items() if given})
        return _export(self.http.request("POST", "/audit_logs/exports", body=body))

    def export(self, export_id: str) -> Export:
        """Return the state of an export; a new address where it is ready."""
        return _export(self.http.request("GET", f"/audit_logs/exports/{_part(export_id)}"))

    def actions(self) -> Iterator[Action]:
        """Yield the actions of the environment."""
        for item in self._pages("/audit_logs/actions", {}, None):
            yield Action(
                str(item.get("name", "")),
                item.get("schema") or {},
                item.get("created_at"),
                item.get("updated_at"),
            )

    def schemas(self, action: str) -> Iterator[dict[str, Any]]:
        """Yield the versions of an action's schema, newest first, as WorkOS writes them."""
        yield from self._pages(f"/audit_logs/actions/{_part(action)}/schemas", {}, None)

    def push_schema(self, action: str, body: dict[str, Any]) -> dict[str, Any]:
        """Make a new version of an action's schema, and the action where there is none."""
        path = f"/audit_logs/actions/{_part(action)}/schemas"
        made: dict[str, Any] = self.http.request("POST", path, body=body, repeatable=False)
        return made

    def retention(self, organization_id: str) -> dict[str, Any]:
        """Return an organization's retention as WorkOS says it."""
        path = f"/organizations/{_part(organization_id)}/audit_logs_retention"
        told: dict[str, Any] = self.http.request("GET", path)
        return told

    def set_retention(self, organization_id: str, body: dict[str, Any]) -> dict[str, Any]:
        """Set an organization's retention: ``retention_period`` or ``retention_period_in_days``."""
        path = f"/organizations/{_part(organization_id)}/audit_logs_retention"
        told: dict[str, Any] = self.http.request("PUT", path, body=body)
        return told

    def audit_configuration(self, organization_id: str) -> dict[str, Any]:
        """Return the audit-log configuration of an organization as WorkOS says it."""
        path = f"/organizations/{_part(organization_id)}/audit_log_configuration"
        told: dict[str, Any] = self.http.request("GET", path)
        return told

    def portal_link(self, organization_id: str, intent: str, **more: str) -> str:
        """Return a link to the Admin Portal; it is valid for minutes.

        Args:
            organization_id: Whose portal.
            intent: ``audit_logs`` or ``log_streams``.
            more: ``return_url``, ``success_url``.
        """
        body = {"organization": organization_id, "intent": intent, **more}
        made = self.http.request("POST", "/portal/generate_link", body=body)
        return str(made["link"])

    def _pages(
        self, path: str, query: dict[str, str | int], most: int | None
    ) -> Iterator[dict[str, Any]]:
        """Yield the items of a list, page after page."""
        left = most
        after: str | None = None
        while left is None or left > 0:
            asked: dict[str, str | int] = {**query, "limit": min(PAGE, left or PAGE)}
            if after is not None:
                asked["after"] = after
            page = self.http.request("GET", path, query=asked)
            items: Sequence[dict[str, Any]] = page.get("data") or ()
            yield from items
            after = (page.get("list_metadata") or {}).get("after")
            if not (items and after):
                return
            if left is not None:
                left -= len(items)


def _part(text: str) -> str:
    """Return a text as one step of a path."""
    return quote(text, safe="")


def _export(told: dict[str, Any]) -> Export:
    return Export(str(told.get("id", "")), str(told.get("state", "")), told.get("url") or None)
