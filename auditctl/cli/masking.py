"""Credentials do not leave through messages: tracebacks, traces and errors pass this way.

Masked is what is known to be one (the value of a variable or an option whose name says so) and what
looks like one: a key such as ``sk_...``, what stands behind ``Authorization:`` or ``token=``, the
password of an address. A message that loses too much can be asked for again; a leaked key cannot
be called back.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

MASK = "***"
LEAST = 6  # characters of a value that is looked for everywhere: "on" and "1" are no secrets

_WORDS = (
    r"api[_-]?key|secret|token|password|passwd|passphrase|credentials?|authorization|cookie|"
    r"(?:access|private|signing|encryption)[_-]?key"
)
_SECRET_NAME = re.compile(rf"(?:^|[_\-.])(?:{_WORDS}|key|pwd)(?=$|[_\-.])", re.IGNORECASE)
# PWD is the working folder, in every shell
_NO_SECRET = re.compile(r"idempotency|public|^(?:OLD)?PWD$", re.IGNORECASE)

_KEYS = (
    r"(?<![A-Za-z0-9])(?:(?:sk|rk|pk|whsec|gh[pousr]|github_pat)_[A-Za-z0-9_]{4,}"
    r"|(?:sk|glpat|xox[abprs])-[A-Za-z0-9_-]{16,})"
)
_AWS = r"(?<![A-Za-z0-9])(?:AKIA|ASIA)[A-Z0-9]{12,}"
_JWT = r"(?<![A-Za-z0-9])eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]*)?"
_SCHEMES = r"(?i:(?<=\bbearer )|(?<=\bbasic ))[^\s\"',;]{4,}"
_USERINFO = r"(?<=://)[^\s/@\"']+:[^\s/@\"']+(?=@)"
_LOOKS = re.compile(f"{_KEYS}|{_AWS}|{_JWT}|{_SCHEMES}|{_USERINFO}")
_NAMED = re.compile(
    rf"((?i:{_WORDS})[\"']?\s*[=:]\s*(?:(?i:bearer|basic)\s+)?[\"']?)"
    r"(?!(?i:bearer|basic)\s)([^\s\"',;&]+)"
)


def is_secret_name(name: str) -> bool:
    """Tell whether the name of a variable or an option says that its value is a credential."""
    return _SECRET_NAME.search(name) is not None and _NO_SECRET.search(name) is None


def secrets_of(env: Mapping[str, str], words: Sequence[str]) -> list[str]:
    """Return the credentials in the environment and on the command line."""
    found = [value for name, value in env.items() if is_secret_name(name)]
    for place, word in enumerate(words):
        if not word.startswith("--"):
            continue
        name, equals, value = word.partition("=")
        if is_secret_name(name[2:]):
            found.extend([value] if equals else words[place + 1 : place + 2])
    return [value for value in found if len(value) >= LEAST]


def masked(text: str, secrets: Iterable[str] = (), *, same_length: bool = False) -> str:
    """Return a text without credentials.

    Args:
        text: What is to be shown.
        secrets: Credentials that are known, as :func:`secrets_of` returns them.
        same_length: Put a star for each character, so that positions in the text stay right.
    """

    def hide(found: str) -> str:
        return "*" * len(found) if same_length else MASK

    spellings = {spelling for secret in secrets for spelling in _spellings(secret)}
    if spellings:
        # the longest first: a secret may be the start of another
        known = "|".join(re.escape(one) for one in sorted(spellings, key=len, reverse=True))
        text = re.sub(known, lambda match: hide(match[0]), text)
    text = _LOOKS.sub(lambda match: hide(match[0]), text)
    return _NAMED.sub(lambda match: match[1] + _hidden(match[2], hide), text)


def _hidden(value: str, hide: Callable[[str], str]) -> str:
    return value if set(value) == {"*"} else hide(value)


def _spellings(secret: str) -> Iterator[str]:
    """Yield how a value is written in messages: as it is, in Python's quotes, in JSON's."""
    yield secret
    yield repr(secret)[1:-1]
    yield json.dumps(secret)[1:-1]
    yield json.dumps(secret, ensure_ascii=False)[1:-1]
