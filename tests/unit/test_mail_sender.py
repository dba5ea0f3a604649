"""What each answer of SendGrid means: taken, wait, try again, refused, or nobody knows."""

import json
import logging
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Thread

import pytest

from notifications.email import LONGEST_WAIT, MESSAGE_MAX_BYTES, WORDS_MAX, SendGridSender, failure_of
from notifications.failures import OutcomeUnknown, Permanent, RateLimited, Transient
from sandbox.server import SandboxServer
from sandbox.simulator import Sandbox
from tests.factories import START, FixedClock

NGINX = b"<html>\r\n<head><title>413 Request Entity Too Large</title></head></html>"
MESSAGE = {
    "personalizations": [{"to": [{"email": "lena@acme.example"}]}],
    "from": {"email": "sales@northwind.example"},
    "subject": "Hello",
    "content": [{"type": "text/plain", "value": "Hello"}],
}


def refusal(*errors: dict[str, object]) -> bytes:
    return json.dumps({"errors": list(errors)}).encode()


SENDER = refusal({"message": "The from address does not match a verified Sender Identity.", "field": "from"})


@pytest.mark.parametrize(
    ("status", "body", "kind", "code"),
    [
        (400, refusal({"message": "Bad subject.", "field": "subject"}), Permanent, "http_400"),
        (401, b"", Transient, "mail_rejected_key"),
        (403, refusal({"message": "access forbidden", "field": None}), Transient, "mail_rejected_key"),
        (403, SENDER, Permanent, "http_403"),
        (404, b"", Transient, "mail_wrong_url"),
        (405, b"", Transient, "mail_wrong_url"),
        (408, b"", Transient, "mail_not_taken"),
        (413, NGINX, Permanent, "mail_too_large"),
        (301, b"", Permanent, "http_301"),
        (429, b"", RateLimited, "ratelimited"),
        (500, NGINX, Transient, "mail_not_taken"),
        (503, b"{}", Transient, "mail_not_taken"),
        (502, b"", OutcomeUnknown, "http_502"),
        (504, b"", OutcomeUnknown, "http_504"),
    ],
)
def test_each_status_has_a_meaning(status: int, body: bytes, kind: type[Exception], code: str) -> None:
    failure = failure_of(status, {}, body, START)
    assert type(failure) is kind
    assert failure.code == code
    assert failure.reason


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (refusal({"message": "Bad.", "field": "subject"}), "Bad. (subject)"),
        (refusal({"message": "The subject is bad.", "field": "subject"}), "The subject is bad."),
        (refusal({"message": "A."}, {"message": "B.", "help": None}, {"message": "A."}), "A. B."),
        (refusal({"message": "x" * 1000}), "x" * WORDS_MAX),
        (b'{"errors": "no list"}', "SendGrid refused it with HTTP 400."),
        (b'{"errors": ["no object", {"message": ""}]}', "SendGrid refused it with HTTP 400."),
        (b"[]", "SendGrid refused it with HTTP 400."),
        (NGINX, "SendGrid refused it with HTTP 400."),
        (b"\xff\xfe", "SendGrid refused it with HTTP 400."),
    ],
)
def test_a_refusal_is_told_in_its_own_words(body: bytes, reason: str) -> None:
    assert failure_of(400, {}, body, START).reason == reason


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "7"}, 7),
        ({"X-RateLimit-Reset": str(int(START.timestamp()) + 42)}, 42),
        ({"Retry-After": "7", "X-RateLimit-Reset": "1"}, 7),
        ({"X-RateLimit-Reset": "1"}, 1),
        ({"Retry-After": "0"}, 1),
        ({"Retry-After": "999999"}, LONGEST_WAIT.total_seconds()),
        ({"Retry-After": "9" * 400}, 60),
        ({"Retry-After": "soon"}, 60),
        ({}, 60),
    ],
)
def test_a_429_says_how_long_to_wait(headers: dict[str, str], seconds: float) -> None:
    failure = failure_of(429, headers, b"", START)
    assert isinstance(failure, RateLimited)
    assert failure.wait == timedelta(seconds=seconds)


@contextmanager
def answering(*acts: str) -> Iterator[str]:
    """A server that does one act for each connection and then closes it; its address."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            for act in acts:
                line, _ = listener.accept()
                with line:
                    if act:
                        line.recv(65536)
                        line.sendall(act.encode())

        server = Thread(target=serve, daemon=True)
        server.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


def sender_for(url: str, key: str = "SG.sandbox") -> SendGridSender:
    return SendGridSender(key, url, FixedClock())


def test_a_connection_that_was_never_there_may_be_tried_again() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(Transient) as failed:
        sender_for(f"http://127.0.0.1:{port}").send(MESSAGE)
    assert failed.value.code == "mail_not_taken"
    with pytest.raises(Transient):
        sender_for("http://no-such-host.invalid").send(MESSAGE)


@pytest.mark.parametrize("answer", ["", "HTTP/1.1 202 Accepted\r\nContent-Length: 9\r\n\r\nabc", "nonsense\r\n\r\n"])
def test_a_connection_that_breaks_leaves_it_open_whether_the_mail_was_taken(answer: str) -> None:
    with answering(answer) as url, pytest.raises(OutcomeUnknown) as failed:
        sender_for(url).send(MESSAGE)
    assert failed.value.code == "no_answer"


def test_a_server_that_does_not_answer_is_waited_for_only_so_long(monkeypatch: pytest.MonkeyPatch) -> None:
    import urllib3

    monkeypatch.setattr("notifications.email.TIMEOUT", urllib3.Timeout(total=0.2))
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(OutcomeUnknown):
        sender_for(f"http://127.0.0.1:{silent.getsockname()[1]}").send(MESSAGE)


def test_a_redirect_is_not_followed() -> None:
    answer = "HTTP/1.1 307 Temporary Redirect\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"
    with answering(answer) as url, pytest.raises(Permanent) as failed:
        sender_for(url).send(MESSAGE)
    assert failed.value.code == "http_307"


def test_an_idle_connection_is_not_used_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it is closed at the same moment, nobody would know whether the mail was taken."""
    taken = "HTTP/1.1 202 Accepted\r\nX-Message-Id: abc\r\nContent-Length: 0\r\n\r\n"
    now = [100.0]
    monkeypatch.setattr("notifications.email.time.monotonic", lambda: now[0])
    with answering(taken, taken) as url:
        sender = sender_for(url)
        assert sender.send(MESSAGE) == "abc"
        now[0] += 5
        assert sender.send(MESSAGE) == "abc"


def test_what_is_too_large_is_not_even_sent() -> None:
    huge = MESSAGE | {"content": [{"type": "text/plain", "value": "x" * MESSAGE_MAX_BYTES}]}
    with pytest.raises(Permanent) as failed:
        sender_for("http://127.0.0.1:1").send(huge)
    assert failed.value.code == "mail_too_large"


def test_the_key_appears_in_no_log(caplog: pytest.LogCaptureFixture) -> None:
    sandbox = Sandbox()
    sandbox.mail.account.api_key = "SG.a-very-secret-key-of-this-test"
    with SandboxServer(sandbox) as server, caplog.at_level(logging.DEBUG):
        sender = sender_for(server.url, "SG.a-very-secret-key-of-this-test")
        assert "mail.send" in sender.scopes()
        assert len(sender.send(MESSAGE)) == 22
        with pytest.raises(Transient):
            sender_for(server.url, "SG.another-very-secret-key").scopes()
    assert "very-secret" not in caplog.text
    assert "lena@acme.example" not in caplog.text
