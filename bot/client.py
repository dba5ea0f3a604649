"""Slack's Web API over one pool of kept-alive connections.

The SDK's own client opens a TLS connection for each call and, left to its defaults, reloads the certificate bundle each
time (19 ms of CPU); a modal has 3 seconds in all. So the SDK's client stays, its transport is replaced.
"""

import io
import json
from collections.abc import Mapping
from email.message import Message as Headers
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request

import structlog
import urllib3
from slack_sdk import WebClient
from urllib3.exceptions import HTTPError as TransportError

log = structlog.get_logger()
TIMEOUT_SECONDS = 5.0
UPLOAD_SECONDS = 30.0
"""A file may be megabytes."""
POOL_SIZE = 64


class SlackConnection:
    """One per process: the pool, and clients that share it."""

    def __init__(self, api_url: str, *, timeout: float = TIMEOUT_SECONDS) -> None:
        self._api_url = api_url
        self._timeout = timeout
        self._pool = urllib3.PoolManager(
            maxsize=POOL_SIZE,
            # Never repeated by itself: a post that Slack accepted before the connection broke would stand there twice.
            retries=False,
            timeout=urllib3.Timeout(total=timeout),
        )

    def client(self, token: str) -> WebClient:
        """A Web API client for one workspace's token (`xoxb-…`). Never retries by itself."""
        return _PooledClient(self._pool, token=token, base_url=self._api_url, timeout=self._timeout)

    def respond(self, response_url: str, payload: Mapping[str, object]) -> bool:
        """Post to a response_url (at most 5 times within 30 minutes of the interaction). False where it was refused."""
        try:
            answer = self._pool.request(
                "POST",
                response_url,
                body=json.dumps(payload).encode(),
                headers={"Content-Type": "application/json; charset=utf-8"},
            )
        except TransportError:
            log.warning("response_url_unreachable")
            return False
        if answer.status != 200:
            log.warning("response_url_refused", status=answer.status)
        return answer.status == 200

    def upload(self, url: str, content: bytes) -> bool:
        """Post a file's content to the address files.getUploadURLExternal gave. False where it was not taken."""
        try:
            answer = self._pool.request(
                "POST",
                url,
                body=content,
                headers={"Content-Type": "application/octet-stream"},
                timeout=urllib3.Timeout(total=UPLOAD_SECONDS),
            )
        except TransportError:
            log.warning("upload_unreachable")
            return False
        if answer.status != 200:
            log.warning("upload_refused", status=answer.status)
        return answer.status == 200


def _bytes(data: object) -> bytes | None:
    """The SDK always hands over bytes; its type allows more."""
    if data is None or isinstance(data, bytes):
        return data
    raise TypeError(f"unexpected request body {type(data).__name__}")


class _PooledClient(WebClient):
    """The SDK's client on our pool."""

    def __init__(self, pool: urllib3.PoolManager, *, token: str, base_url: str, timeout: float) -> None:
        super().__init__(token=token, base_url=base_url, timeout=int(timeout), retry_handlers=[])
        self._pool = pool

    def _perform_urllib_http_request_internal(self, url: str, req: Request) -> dict[str, Any]:
        try:
            answer = self._pool.request(req.get_method(), url, body=_bytes(req.data), headers=dict(req.header_items()))
        except TransportError as error:
            raise ConnectionError(str(error)) from error
        body = answer.data.decode("utf-8", "replace")
        if answer.status != 200:
            headers = Headers()
            for name, value in answer.headers.items():
                headers[name] = value
            raise HTTPError(url, answer.status, answer.reason or "", headers, io.BytesIO(answer.data))
        return {"status": answer.status, "headers": answer.headers, "body": body}
