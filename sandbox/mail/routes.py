"""SendGrid's v3 API as far as the app uses it: `POST /v3/mail/send` and `GET /v3/scopes`."""

import json
import socket
import time
from collections.abc import Callable
from http import HTTPStatus

from flask import Flask, Response, jsonify, request

from sandbox.faults import CallFault
from sandbox.jsons import JsonObject, as_object, as_text, is_true, parse_object
from sandbox.mail.office import PostOffice
from sandbox.mail.send_checks import problems_of

BODY_MAX_BYTES = 30 * 1024 * 1024
"""The whole message, attachments in base64 included."""
SEND, SCOPES = "mail/send", "scopes"
"""What faults call the two."""
TOO_LARGE = (
    "<html>\r\n<head><title>413 Request Entity Too Large</title></head>\r\n<body>\r\n<center><h1>413 Request Entity "
    "Too Large</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
)
NOT_A_SENDER = (
    "The from address does not match a verified Sender Identity. Mail cannot be sent until this error is resolved. "
    "Visit https://sendgrid.com/docs/for-developers/sending-email/sender-identity/ to see the Sender Identity "
    "requirements"
)


def mount_api(app: Flask, office: PostOffice) -> None:
    """Add the routes."""

    @app.post("/v3/mail/send")
    def send() -> Response:
        return _with_faults(office, SEND, lambda: _send(office))

    @app.get("/v3/scopes")
    def scopes() -> Response:
        def listed() -> Response:
            return _refused_key(office) or jsonify({"scopes": list(office.account.scopes)})

        return _with_faults(office, SCOPES, listed)


def _send(office: PostOffice) -> Response:
    if (request.content_length or 0) > BODY_MAX_BYTES:
        return Response(TOO_LARGE, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, mimetype="text/html")
    refused = _refused_key(office) or _refused_scope(office, "mail.send")
    if refused is not None:
        return refused
    if not request.is_json:
        return _errors(415, "Content-Type should be application/json.")
    body = parse_object(request.get_data())
    if body is None:
        return _note(office, _errors(400, "Bad Request"))
    problems = problems_of(body, office.clock.unix())
    if problems:
        return _note(office, _answer(400, {"errors": problems}))
    if not _may_send_as(office, as_text(as_object(body.get("from")).get("email"))):
        return _note(office, _errors(403, NOT_A_SENDER, "from"))
    return _accepted(office, body)


def _accepted(office: PostOffice, body: JsonObject) -> Response:
    provider_id = office.accept(body)
    sandboxed = is_true(as_object(as_object(body.get("mail_settings")).get("sandbox_mode")).get("enable"))
    response = Response(b"", 200 if sandboxed else 202, mimetype="text/plain")
    if not sandboxed:
        response.headers["X-Message-Id"] = provider_id
    return response


def _refused_key(office: PostOffice) -> Response | None:
    given = request.headers.get("Authorization", "")
    if not given.startswith("Bearer "):
        return _errors(401, "Permission denied, wrong credentials")
    if given.removeprefix("Bearer ") != office.account.api_key:
        return _errors(401, "The provided authorization grant is invalid, expired, or revoked")
    return None


def _refused_scope(office: PostOffice, scope: str) -> Response | None:
    return None if scope in office.account.scopes else _errors(403, "access forbidden")


def _may_send_as(office: PostOffice, sender: str) -> bool:
    verified = office.account.senders
    return not verified or sender.lower() in verified or sender.lower().rpartition("@")[2] in verified


def _with_faults(office: PostOffice, name: str, work: Callable[[], Response]) -> Response:
    fault = office.faults.take_call(name)
    return _troubled(fault, work) if fault is not None else work()


def _troubled(fault: CallFault, work: Callable[[], Response]) -> Response:
    """Do the call with the trouble asked for. Dropping closes the socket under the server."""
    if fault.mode == "delay":
        time.sleep(fault.seconds)
        return work()
    if fault.mode == "error":
        return _errors(fault.status, HTTPStatus(fault.status).phrase)
    if fault.mode == "ratelimited":
        response = _errors(429, "too many requests")
        response.headers["X-RateLimit-Limit"] = "600"
        response.headers["X-RateLimit-Remaining"] = "0"
        # When the limit is lifted, in unix seconds: about real waiting, so not on the sandbox's clock.
        response.headers["X-RateLimit-Reset"] = str(int(time.time() + max(1.0, fault.seconds)))
        return response
    if fault.mode == "drop_after":
        work()
    request.environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
    return Response("", 200)


def _note(office: PostOffice, response: Response) -> Response:
    office.refused.append(response.get_data(as_text=True))
    return response


def _errors(status: int, message: str, field: str | None = None) -> Response:
    return _answer(status, {"errors": [{"message": message, "field": field, "help": None}]})


def _answer(status: int, body: JsonObject) -> Response:
    return Response(json.dumps(body), status, mimetype="application/json")
