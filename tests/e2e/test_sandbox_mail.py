"""The sandbox's SendGrid over real HTTP: what it refuses, what arrives, and how the webhooks come."""

import base64
import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date

import pytest
import urllib3
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from flask import Flask, Response, request

from sandbox.driver import FORGED, Mailbox
from sandbox.mail.signing import SIGNATURE_HEADER, TIMESTAMP_HEADER
from sandbox.mail.writing import Attachment
from sandbox.server import SandboxServer
from sandbox.simulator import Sandbox
from web.loopback import serving

ZOE = "zoe@limafoods.example"
DOMAIN = "in.northwind.example"
PAGE = """<form method="post" action=""><input type="hidden" name="List-Unsubscribe" value="One-Click">
<button>Unsubscribe</button></form>"""


@dataclass
class Heard:
    """What a toy with webhooks was sent."""

    sandbox: Sandbox
    url: str
    mailbox: Mailbox
    statuses: list[int] = field(default_factory=list)
    """What to answer next; 200 when there is none left."""
    events: list[dict[str, object]] = field(default_factory=list)
    posts: list[int] = field(default_factory=list)
    """How many events each post held."""
    waiting: list[int] = field(default_factory=list)
    """How many posts the sandbox counted as not done while each of events was here."""
    mails: list[bytes] = field(default_factory=list)
    unsubscribed: list[dict[str, str]] = field(default_factory=list)

    def kinds(self) -> list[str]:
        """The kinds of the events so far, each event once, in the order of their own time."""
        once = {str(one["sg_event_id"]): one for one in self.events}
        return [str(one["event"]) for one in sorted(once.values(), key=lambda one: int(str(one["timestamp"])))]

    def send(self, api_key: str = "SG.sandbox", **changes: object) -> urllib3.BaseHTTPResponse:
        """Ask to send a mail to Zoe."""
        body = {
            "personalizations": [{"to": [{"email": ZOE, "name": "Zoe Lima"}]}],
            "from": {"email": "ana@northwind.example", "name": "Ana Costa"},
            "reply_to": {"email": f"r+token@{DOMAIN}"},
            "subject": "Hello",
            "content": [
                {"type": "text/plain", "value": "Hi Zoe https://northwind.example/a"},
                {"type": "text/html", "value": LINKS},
            ],
            "custom_args": {"crm_msg": "m1"},
            "headers": {
                "List-Unsubscribe": "<https://rapport.example/u/abc>",
                "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            },
        }
        headers = {"Authorization": f"Bearer {api_key}"}
        return urllib3.request("POST", f"{self.url}/v3/mail/send", json=body | changes, headers=headers, retries=False)


LINKS = """<p>Hi Zoe</p><a href="https://northwind.example/a">A</a> <a href="https://northwind.example/b">B</a>
<a clicktracking="off" href="https://rapport.example/u/abc">Unsubscribe</a>"""


@pytest.fixture
def heard() -> Iterator[Heard]:
    with listening() as running:
        yield running


@contextmanager
def listening() -> Iterator[Heard]:
    """A sandbox and a toy that takes its webhooks, each on a port of its own."""
    app = Flask("toy")
    with SandboxServer(Sandbox()) as server, serving(app) as address:
        office = server.sandbox.mail
        toy = Heard(server.sandbox, server.url, Mailbox(office))

        @app.post("/events")
        def events() -> Response:
            body = request.get_data()
            verify(office.poster.events_signer.public_key, body)
            assert body.endswith(b"\r\n")
            toy.waiting.append(office.poster.waiting)
            status = toy.statuses.pop(0) if toy.statuses else 200
            if status == 200:
                toy.events.extend(json.loads(body))
                toy.posts.append(len(json.loads(body)))
            return Response("", status)

        @app.post("/inbound")
        def inbound() -> Response:
            verify(office.poster.inbound_signer.public_key, request.get_data())
            status = toy.statuses.pop(0) if toy.statuses else 200
            if status == 200:
                toy.mails.append(request.get_data())
            return Response("", status)

        @app.route("/u/abc", methods=["GET", "POST"])
        def unsubscribe() -> str:
            if request.method == "POST":
                toy.unsubscribed.append(request.form.to_dict())
            return PAGE

        office.account.events_url, office.account.inbound_url = f"{address}/events", f"{address}/inbound"
        office.account.inbound_domain = DOMAIN
        office.account.sites["https://rapport.example"] = address
        yield toy


def verify(public_key: str, body: bytes) -> None:
    key = serialization.load_der_public_key(base64.b64decode(public_key))
    assert isinstance(key, ec.EllipticCurvePublicKey)
    signed = request.headers[TIMESTAMP_HEADER].encode() + body
    key.verify(base64.b64decode(request.headers[SIGNATURE_HEADER]), signed, ec.ECDSA(hashes.SHA256()))


def error_of(response: urllib3.BaseHTTPResponse) -> str:
    return str(response.json()["errors"][0]["message"])


# -- the API --------------------------------------------------------------------------------------------------------


def test_what_is_taken_arrives_and_says_what_it_is(heard: Heard) -> None:
    answer = heard.send()
    assert (answer.status, answer.data) == (202, b"")
    mail = heard.mailbox.last(ZOE)
    assert mail.message_id.startswith(f"<{answer.headers['X-Message-Id']}@geopod-")
    assert len(answer.headers["X-Message-Id"]) == 22
    assert mail.links == ["https://northwind.example/a", "https://northwind.example/b"]
    assert mail.custom_args == {"crm_msg": "m1"}
    heard.mailbox.settle()
    assert heard.kinds() == ["processed", "delivered"]
    assert {one["crm_msg"] for one in heard.events} == {"m1"}


def test_keys_scopes_senders_and_forms(heard: Heard) -> None:
    account = heard.sandbox.mail.account
    assert heard.send(api_key="SG.wrong").status == 401
    assert urllib3.request("POST", f"{heard.url}/v3/mail/send", json={}).status == 401
    key = {"Authorization": "Bearer SG.sandbox"}
    assert urllib3.request("POST", f"{heard.url}/v3/mail/send", body="{}", headers=key).status == 415
    assert "mail.send" in urllib3.request("GET", f"{heard.url}/v3/scopes", headers=key).json()["scopes"]
    assert urllib3.request("GET", f"{heard.url}/v3/scopes").status == 401
    refused = heard.send(subject="")
    assert (refused.status, refused.json()["errors"][0]["field"]) == (400, "subject")
    assert refused.json()["errors"][0]["help"].endswith("#message.subject")
    account.senders = ("other.example",)
    assert "verified Sender Identity" in error_of(heard.send())
    account.senders, account.scopes = ("northwind.example",), ("scopes.read",)
    assert heard.send().status == 403
    assert heard.mailbox.mails() == []


def test_too_large_is_answered_by_the_server_before_it_and_in_its_way(heard: Heard) -> None:
    big = [{"content": "A" * (31 * 1024 * 1024), "filename": "big.bin"}]
    answer = heard.send(attachments=big)
    assert answer.status == 413
    assert answer.headers["Content-Type"].startswith("text/html")


def test_sandbox_mode_checks_and_sends_nothing(heard: Heard) -> None:
    assert heard.send(mail_settings={"sandbox_mode": {"enable": True}}).status == 200
    assert heard.mailbox.mails() == []


def test_trouble_to_order(heard: Heard) -> None:
    faults = heard.sandbox.faults
    faults.on_call("mail/send", "ratelimited", seconds=5)
    limited = heard.send()
    assert limited.status == 429
    assert limited.headers["X-RateLimit-Remaining"] == "0"
    faults.on_call("mail/send", "error", status=503)
    assert heard.send().status == 503
    faults.on_call("mail/send", "drop_before")
    with pytest.raises(urllib3.exceptions.ProtocolError):
        heard.send()
    assert heard.mailbox.mails() == []
    faults.on_call("mail/send", "drop_after")
    with pytest.raises(urllib3.exceptions.ProtocolError):
        heard.send()
    assert len(heard.mailbox.mails(ZOE)) == 1


# -- events ---------------------------------------------------------------------------------------------------------


def test_events_come_repeated_in_any_order_and_the_same_in_every_run() -> None:
    runs = []
    for _ in range(2):
        with listening() as heard:
            for _ in range(10):
                heard.send()
            heard.mailbox.settle()
            runs.append((heard.posts, [one["event"] for one in heard.events]))
            counts = Counter(str(one["sg_event_id"]) for one in heard.events)
            assert len(counts) == 20
            assert {1, 5} <= set(counts.values()) <= set(range(1, 6))
            assert runs[-1][1] != sorted(runs[-1][1], reverse=True)
    assert runs[0] == runs[1]


def test_without_unsteadiness_each_event_comes_once_in_one_post(heard: Heard) -> None:
    heard.sandbox.mail.line.duplicates = heard.sandbox.mail.line.disorder = False
    for _ in range(3):
        heard.send()
    heard.mailbox.settle()
    assert heard.posts == [6]
    assert [one["event"] for one in heard.events] == ["processed", "delivered"] * 3


def test_what_is_being_posted_is_not_done_yet(heard: Heard) -> None:
    heard.sandbox.mail.line.duplicates = False
    heard.statuses = [503]
    heard.send()
    heard.mailbox.settle()
    assert len(heard.waiting) > 0
    assert min(heard.waiting) > 0
    assert heard.sandbox.mail.poster.waiting > 0, "what was turned away comes again"
    heard.sandbox.clock.advance(60)
    heard.mailbox.settle()
    assert heard.sandbox.mail.poster.waiting == 0


def test_several_posts_at_once(heard: Heard) -> None:
    heard.sandbox.mail.line.at_once = 4
    for _ in range(8):
        heard.send()
    heard.mailbox.settle()
    assert len({one["sg_event_id"] for one in heard.events}) == 16
    assert {one.status for one in heard.mailbox.posted} == {200}


def test_what_people_do(heard: Heard) -> None:
    heard.send()
    mail = heard.mailbox.last(ZOE)
    mail.open(machine=True)
    mail.open()
    mail.click(2)
    mail.spam()
    once = {str(one["sg_event_id"]): one for one in heard.events}.values()
    assert sorted(str(one["event"]) for one in once) == [
        "click",
        "delivered",
        "open",
        "open",
        "processed",
        "spamreport",
    ]
    assert sorted(bool(one["sg_machine_open"]) for one in once if one["event"] == "open") == [False, True]
    assert [one["url"] for one in once if one["event"] == "click"] == ["https://northwind.example/b"]


def test_scanners_follow_every_link_at_once(heard: Heard) -> None:
    heard.send()
    heard.mailbox.last(ZOE).scan()
    clicks = [one for one in heard.events if one["event"] == "click"]
    assert {one["url"] for one in clicks} == {"https://northwind.example/a", "https://northwind.example/b"}
    times = [int(str(one["timestamp"])) for one in clicks]
    assert max(times) - min(times) <= 1


def test_what_becomes_of_mail_and_that_the_account_remembers(heard: Heard) -> None:
    mailbox = heard.mailbox
    mailbox.set_fate(ZOE, "block")
    heard.send()
    mailbox.set_fate(ZOE, "bounce")
    heard.send()
    assert not mailbox.last(ZOE).arrived
    mailbox.set_fate(ZOE, "deliver")
    heard.send()
    mailbox.settle()
    once = {str(one["sg_event_id"]): one for one in heard.events}.values()
    assert sorted(str(one["type"]) for one in once if one["event"] == "bounce") == ["blocked", "bounce"]
    assert [one["reason"] for one in once if one["event"] == "dropped"] == ["Bounced Address"]
    assert mailbox.threads(ZOE) == []


def test_deferred_then_delivered_and_a_mail_never_heard_of(heard: Heard) -> None:
    heard.mailbox.set_fate(ZOE, "defer")
    heard.send()
    heard.mailbox.last(ZOE).arrive()
    heard.mailbox.set_fate(ZOE, "vanish")
    heard.send()
    heard.mailbox.settle()
    assert sorted(heard.kinds()) == ["deferred", "delivered", "processed"]


def test_unsubscribing_in_each_way(heard: Heard) -> None:
    heard.send()
    mail = heard.mailbox.last(ZOE)
    assert mail.unsubscribe() == 200
    assert mail.unsubscribe("page") == 200
    assert heard.unsubscribed == [{"List-Unsubscribe": "One-Click"}] * 2
    mail.unsubscribe("sendgrid")
    mail.unsubscribe("group")
    assert {"unsubscribe", "group_unsubscribe"} <= set(heard.kinds())


def test_events_are_tried_again_until_they_are_taken(heard: Heard) -> None:
    heard.sandbox.mail.line.duplicates = heard.sandbox.mail.line.disorder = False
    heard.statuses = [500, 403]
    heard.send()
    heard.mailbox.settle()
    assert heard.events == []
    heard.sandbox.clock.advance(61)
    heard.mailbox.settle()
    heard.sandbox.clock.advance(301)
    heard.mailbox.settle()
    assert heard.kinds() == ["processed", "delivered"]
    assert heard.mailbox.lost == []


# -- mails that come in ---------------------------------------------------------------------------------------------


def test_a_reply_is_posted_whole_and_stands_in_one_thread(heard: Heard) -> None:
    heard.send()
    mail = heard.mailbox.last(ZOE)
    sent = mail.reply("Gerne, passt Dienstag?", language="de", attachment=Attachment("plan.pdf", b"%PDF-1.7"))
    assert 1 <= len(heard.mails) <= 3
    assert len(set(heard.mails)) == 1
    assert b'name="email"' in heard.mails[0]
    assert f'"to":["r+token@{DOMAIN}"]'.encode() in heard.mails[0]
    assert [one.box for one in mail.thread()] == [ZOE, ZOE]
    assert sent.header("In-Reply-To") == mail.message_id

    answer = {"In-Reply-To": sent.message_id, "References": f"{mail.message_id} {sent.message_id}"}
    heard.send(subject="Re: Hello", headers=answer)
    heard.send(subject="Something else", headers=answer)
    assert [len(thread) for thread in heard.mailbox.threads(ZOE)] == [1, 3]


def test_parsed_mode_other_senders_and_forged_ones(heard: Heard) -> None:
    heard.sandbox.mail.account.inbound_raw = False
    heard.send()
    heard.mailbox.last(ZOE).reply("Hi", from_address="Kim <kim@other.example>", proof=FORGED)
    post = heard.mails[0]
    assert b'name="email"' not in post
    assert b"softfail" in post
    assert b"Kim <kim@other.example>" in post


def test_absence_and_returned_mail_have_no_sender(heard: Heard) -> None:
    heard.send()
    mail = heard.mailbox.last(ZOE)
    mail.out_of_office(date(2026, 12, 5), "de")
    mail.delivery_notice()
    assert all(b'"from":""' in post for post in heard.mails)
    assert any(b"Auto-Submitted: auto-generated" in post for post in heard.mails)
    assert any(b"multipart/report" in post for post in heard.mails)


def test_a_mail_is_tried_again_after_503_and_lost_after_400(heard: Heard) -> None:
    heard.sandbox.mail.line.duplicates = False
    heard.statuses = [503]
    heard.mailbox.write("Zoe <zoe@limafoods.example>", f"hello@{DOMAIN}", "Hi", "Hi")
    assert heard.mails == []
    heard.sandbox.clock.advance(600)
    heard.mailbox.settle()
    assert len(heard.mails) == 1
    heard.statuses = [400]
    heard.mailbox.write("Zoe <zoe@limafoods.example>", f"hello@{DOMAIN}", "Hi", "Hi")
    heard.sandbox.clock.advance(72 * 3600)
    heard.mailbox.settle()
    assert len(heard.mails) == 1
    assert [one.status for one in heard.mailbox.lost] == [400]


def test_mail_to_other_domains_leaves_our_sight(heard: Heard) -> None:
    heard.send(reply_to={"email": "ana@northwind.example"})
    assert heard.mailbox.last(ZOE).reply("Hi").said == ["strayed"]
    assert heard.mails == []


# -- the page's interface -------------------------------------------------------------------------------------------


def test_the_page_reads_and_acts(heard: Heard) -> None:
    heard.send()
    state = urllib3.request("GET", f"{heard.url}/sandbox/mail/state?box={ZOE}").json()
    assert [box["address"] for box in state["boxes"]] == [ZOE]
    (thread,) = state["threads"]
    mail = state["mails"][thread["mails"][0]]
    assert mail["has_html"]
    html = urllib3.request("GET", f"{heard.url}/sandbox/mail/html/{mail['id']}")
    assert "sandbox" in html.headers["Content-Security-Policy"]

    def act(**body: object) -> dict[str, object]:
        found: dict[str, object] = urllib3.request("POST", f"{heard.url}/sandbox/mail/act", json=body).json()
        return found

    assert act(kind="open", mail=mail["id"])["ok"]
    assert act(kind="reply", mail=mail["id"], text="Ja", language="de", style="outlook")["ok"]
    assert act(kind="reply", mail=mail["id"], text=" ") == {"ok": False, "error": "Text is missing."}
    assert act(kind="reply", mail=mail["id"], text="x", language="xx")["ok"] is False
    assert act(kind="fly")["ok"] is False
    assert act(kind="open", mail="m999")["ok"] is False
    assert act(kind="switch", name="duplicates", on=False)["ok"]
    assert heard.sandbox.mail.line.duplicates is False
    assert "open" in heard.kinds()
    assert len(heard.mails) >= 1
