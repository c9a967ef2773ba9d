"""The one module that speaks HTTP: requests, retries, limits, traces.

It is a first form: no retries yet.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

import httpx

from auditctl.errors import UnavailableError
from auditctl.stores.workos.errors import error_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping


class Download(NamedTuple):
    """A body that is being downloaded.

    Attributes:
        chunks: The body in parts; raises ``UnavailableError`` where it breaks off.
        length: How many bytes it has; None where the server does not say.
    """

    chunks: Iterator[bytes]
    length: int | None


class Http:
    """Requests to one API. May be used by several threads at once.

    Args:
        base_url: Where the API is, without a slash at its end.
        api_key: Returns the key; asked at the first request.
        trace: Takes a line for each request; no secret is in it.
        sleep: How to wait, in seconds.
        monotonic: Seconds that never go back.
    """

    def __init__(
        self,
        base_url: str,
        api_key: Callable[[], str],
        *,
        trace: Callable[[str], None] = lambda _: None,
        sleep: Callable[[float], None] = time.sleep,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._base_url = base_url
        self._api_key = api_key
        self._trace = trace
        self._sleep = sleep
        self._monotonic = monotonic
        self._client = httpx.Client(timeout=60)

    def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str | int] | None = None,
        body: object = None,
        idempotency_key: str | None = None,
        repeatable: bool = True,
    ) -> Any:  # noqa: ANN401 - any JSON value
        """Send a request and return the JSON of its answer; None for an empty one.

        Args:
            method: ``GET``, ``POST`` or ``PUT``.
            path: Begins with a slash; its parts are percent-encoded already.
            query: Parameters.
            body: JSON values.
            idempotency_key: Sent along, the same for each attempt.
            repeatable: Whether doing it twice does no harm, so that it may be sent again where
                nobody knows whether the first one arrived.

        Raises:
            AuditctlError: The API refuses or cannot be reached; see ``errors.py``.
        """
        del repeatable
        headers = {"Authorization": f"Bearer {self._api_key()}"}
        if idempotency_key is not None:
            headers["Idempotency-Key"] = idempotency_key
        try:
            answer = self._client.request(
                method, self._base_url + path, params=query, json=body, headers=headers
            )
        except httpx.HTTPError as error:
            raise UnavailableError(f"{self._base_url} cannot be reached: {error}") from error
        self._trace(f"{method} {path} -> {answer.status_code}")
        if not answer.is_success:
            raise error_of(answer.status_code, answer.content, answer.headers)
        return answer.json() if answer.content else None

    @contextmanager
    def download(self, url: str) -> Iterator[Download]:
        """Open a signed address, without the key.

        Raises:
            ExpiredError: The address is no longer valid.
            UnavailableError: It cannot be reached.
        """
        with self._client.stream("GET", url) as answer:
            if not answer.is_success:
                raise error_of(answer.status_code, answer.read(), answer.headers)
            length = answer.headers.get("content-length")
            yield Download(answer.iter_bytes(), int(length) if length else None)

    def close(self) -> None:
        """Release the connections."""
        self._client.close()
