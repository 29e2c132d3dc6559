"""What our adapters ask, one JSON line a request, into the file LIBSOCIAL_TEST_CONTRACT_LOG (`manage.py contract_log`).

Secrets are blotted out: header and query values that carry keys, and every body field named like one.
"""

from __future__ import annotations

import json
import os
import threading
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any
from urllib.parse import parse_qs

from libsocial.core.http import safe_path
from libsocial.core.logging import redact_text

_SECRET = ("token", "secret", "password", "authorization", "proof", "assertion", "verifier", "code", "dpop", "cookie")
_NOT_SECRET = {
    "code_challenge",
    "code_challenge_method",
    "token_type",
    "countrycode",
    "language_code",
    "token_type_hint",
}
_HEADERS = {"host", "user-agent", "accept-encoding", "accept", "connection", "content-length"}
_lock = threading.Lock()


def write(platform: str, request: Any) -> None:
    path = os.environ.get("LIBSOCIAL_TEST_CONTRACT_LOG")
    if not path or not platform:
        return
    line = {
        "platform": platform,
        "method": request.method,
        "path": safe_path(request.path),
        "query": _clean(request.query),
        "headers": {name: _shown(name, value) for name, value in request.headers.items() if name not in _HEADERS},
        "body": _body(request),
    }
    with _lock, open(path, "a", encoding="utf-8") as file:
        file.write(json.dumps(line, ensure_ascii=False, sort_keys=True) + "\n")


def _body(request: Any) -> Any:
    if request.json is not None:
        return _clean(request.json)
    kind = request.headers.get("content-type", "")
    if "x-www-form-urlencoded" in kind:
        return _clean(parse_qs(request.body.decode("utf-8", "replace")))
    if kind.startswith("multipart/"):
        return _parts(kind, request.body)
    return f"{len(request.body)} bytes of {kind or 'nothing said'}" if request.body else ""


def _parts(kind: str, body: bytes) -> list[dict[str, Any]]:
    """The parts of a form: their names, and what is in them where it is text."""
    message = BytesParser(policy=HTTP).parsebytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + body)
    return [_part(part) for part in message.iter_parts()] if message.is_multipart() else []


def _part(part: Any) -> dict[str, Any]:
    name, data = str(part.get_param("name", "", "content-disposition")), part.get_payload(decode=True) or b""
    told: dict[str, Any] = {"name": name, "type": part.get_content_type()}
    if part.get_filename():
        return {**told, "file": part.get_filename(), "bytes": len(data)}
    try:
        return {**told, "content": _clean(json.loads(data), name)}
    except ValueError:
        return {**told, "content": _shown(name, data.decode("utf-8", "replace")[:2000])}


def _clean(value: Any, name: str = "") -> Any:
    if isinstance(value, dict):
        return {key: _clean(item, key) for key, item in value.items()}
    if isinstance(value, list):
        return [_clean(item, name) for item in value]
    return _shown(name, value)


def _shown(name: str, value: Any) -> Any:
    lowered = name.lower()
    if lowered not in _NOT_SECRET and any(word in lowered for word in _SECRET):
        return "…"
    return redact_text(value) if isinstance(value, str) else value
