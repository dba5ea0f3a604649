"""The page below each mail: nothing happens by looking, all of it by a click, and it says what is true."""

from collections.abc import Iterator
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from core.context import Ctx, Workspace
from core.db import Database
from core.emails import drafts, suppressions
from core.emails.drafts import EmailInput
from core.emails.reader_words import WORDS
from core.emails.tokens import unsubscribe_url
from core.enums import SuppressionReason
from core.models import Email, EmailEvent, Outbox, WorkspaceRow
from tests.conftest import CtxFor
from tests.factories import FixedClock, make_lead, make_member
from web import unsubscribe

LENA = "lena@acme.example"
SECRET = "a secret of the tests that is long enough"


@pytest.fixture
def client(database: Database, clock: FixedClock) -> FlaskClient:
    app = Flask("page")
    unsubscribe.mount(app, database, clock, SECRET)
    return app.test_client()


@pytest.fixture
def email(ctx_for: CtxFor) -> Email:
    with ctx_for() as ctx:
        ana = make_member(ctx, "Ana Silva")
        lead = make_lead(ctx, owner=ana, email=LENA)
        ctx.session.get_one(WorkspaceRow, ctx.workspace.id).name = "Northwind & Sons"
    with ctx_for(ana) as ctx:
        return drafts.send(ctx, "lead", lead.id, EmailInput("Hello", "Hello"))


@pytest.fixture
def path(email: Email) -> str:
    return link(email.workspace_id, email.id)


def link(workspace_id: UUID, email_id: UUID, secret: str = SECRET) -> str:
    return unsubscribe_url("", secret, workspace_id, email_id)


def standing(ctx_for: CtxFor) -> dict[str, SuppressionReason]:
    with ctx_for() as ctx:
        return suppressions.standing(ctx, [LENA])


OUT = {LENA: SuppressionReason.UNSUBSCRIBED}


def test_looking_changes_nothing(client: FlaskClient, ctx_for: CtxFor, path: str) -> None:
    for method in (client.get, client.head):
        for _ in range(3):
            assert method(path).status_code == 200
    assert "Stop e-mail from Northwind &amp; Sons?" in client.get(path).text
    assert standing(ctx_for) == {}


@pytest.mark.parametrize(
    "body",
    [
        {"data": {"List-Unsubscribe": "One-Click"}},
        {"data": b"List-Unsubscribe=One-Click", "content_type": "application/x-www-form-urlencoded"},
        {"data": {"List-Unsubscribe": "One-Click"}, "content_type": "multipart/form-data"},
        {"data": {}},
        {"data": b"{", "content_type": "application/json"},
        {"data": b"--x--", "content_type": "multipart/form-data; boundary=y"},
    ],
)
def test_one_click_is_enough(client: FlaskClient, ctx_for: CtxFor, path: str, body: dict[str, object]) -> None:
    answer = client.post(path, **body)  # type: ignore[arg-type]  # a request's parts
    assert answer.status_code == 200
    assert "Location" not in answer.headers
    assert "Set-Cookie" not in answer.headers
    assert standing(ctx_for) == OUT


def test_a_second_click_changes_nothing_more(
    client: FlaskClient, ctx_for: CtxFor, email: Email, path: str, clock: FixedClock
) -> None:
    for _ in range(3):
        assert "You will get no more e-mail" in client.post(path).text
        clock.advance(minutes=1)
    with ctx_for() as ctx:
        events = ctx.session.scalars(select(EmailEvent).where(EmailEvent.email_id == email.id)).all()
        assert [(one.kind, one.address) for one in events] == [("unsubscribe", LENA)]
        assert ctx.session.get_one(Email, (ctx.workspace.id, email.id)).unsubscribed_at == events[0].at
        changed = ctx.session.scalars(select(Outbox.payload).where(Outbox.kind == "record.changed")).all()
    assert {one["entity_id"] for one in changed} == {str(email.lead_id)}


def test_the_same_link_brings_one_back(client: FlaskClient, ctx_for: CtxFor, path: str) -> None:
    client.post(path)
    asked = client.get(path).text
    assert 'name="act" value="resume"' in asked
    again = client.post(path, data={"act": "resume"}).text
    assert "You receive e-mail again" in again
    assert standing(ctx_for) == {}
    assert "Stop e-mail from" in client.get(path).text
    client.post(path)
    assert standing(ctx_for) == OUT


def test_a_busy_database_is_asked_again(
    client: FlaskClient, ctx_for: CtxFor, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from core.emails import optouts
    from core.errors import Busy

    stop, busy = optouts.stop, [Busy(), Busy()]

    def sometimes(ctx: Ctx, email_id: UUID) -> None:
        if busy:
            raise busy.pop()
        stop(ctx, email_id)

    monkeypatch.setattr("core.emails.optouts.stop", sometimes)
    assert client.post(path).status_code == 200
    assert standing(ctx_for) == OUT
    busy += [Busy()] * 3
    assert client.post(path).status_code == 503


def test_coming_back_lifts_nothing_else(client: FlaskClient, ctx_for: CtxFor, path: str) -> None:
    with ctx_for() as ctx:
        suppressions.suppress(ctx, LENA, SuppressionReason.BOUNCED)
    client.post(path)
    said = client.post(path, data={"act": "resume"}).text
    assert standing(ctx_for) == {LENA: SuppressionReason.BOUNCED}
    assert "You receive e-mail again" not in said
    assert "no e-mail goes to this address yet" in said
    assert "no e-mail goes to this address yet" in client.post(path, data={"act": "resume"}).text, "nor the second time"


@pytest.mark.parametrize("data", [{}, {"act": "resume"}])
def test_a_mail_that_is_gone_gets_the_same_answers(
    client: FlaskClient, workspace: Workspace, path: str, data: dict[str, str]
) -> None:
    gone = link(workspace.id, uuid4())
    assert client.get(gone).text == client.get(path).text
    assert client.post(gone, data=data).text == client.post(path, data=data).text


def test_a_workspace_that_is_gone_is_not_named(client: FlaskClient) -> None:
    gone = link(uuid4(), uuid4())
    assert "Stop e-mail from this sender?" in client.get(gone).text
    assert client.post(gone).status_code == 200


@pytest.mark.parametrize("change", [lambda path: path[:-3], lambda path: path + "x", lambda _: "/u/nonsense"])
def test_a_link_that_was_cut_off_says_so_and_does_nothing(
    client: FlaskClient, ctx_for: CtxFor, path: str, change: object
) -> None:
    assert callable(change)
    for answer in (client.get(change(path)), client.post(change(path))):
        assert answer.status_code == 404
        assert "This link is not complete" in answer.text
    assert standing(ctx_for) == {}


def test_somebody_elses_signature_is_none(client: FlaskClient, ctx_for: CtxFor, email: Email) -> None:
    forged = link(email.workspace_id, email.id, "another secret, as long as ours")
    assert client.post(forged).status_code == 404
    assert standing(ctx_for) == {}


@pytest.mark.parametrize(
    ("wanted", "language"),
    [
        ("de-AT,de;q=0.9,en;q=0.5", "de"),
        ("es", "es"),
        ("ja,pl;q=0.4", "pl"),
        ("pt-BR", "en"),
        ("", "en"),
        ("*", "en"),
        ("x" * 5000, "en"),
    ],
)
def test_it_speaks_the_readers_language(client: FlaskClient, path: str, wanted: str, language: str) -> None:
    page = client.get(path, headers={"Accept-Language": wanted}).text
    assert f'<html lang="{language}">' in page
    assert WORDS[language].stop in page


def test_what_others_may_do_with_the_page(client: FlaskClient, path: str) -> None:
    headers = client.get(path).headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert LENA not in client.get(path).text


def test_without_a_secret_there_is_no_page(database: Database, clock: FixedClock, path: str) -> None:
    app = Flask("page")
    unsubscribe.mount(app, database, clock, "")
    assert app.test_client().get(path).status_code == 404
    assert app.test_client().post(path).status_code == 404


def test_every_language_has_every_sentence() -> None:
    for language, words in WORDS.items():
        texts = [getattr(words, name) for name in words.__dataclass_fields__]
        assert all(texts), language
        assert "{company}" in words.ask_title
        assert [text for text in texts if "{" in text] == [words.wrote, words.ask_title], language
        assert "A" in words.wrote.format(who="A", when="B"), language


@pytest.fixture(autouse=True)
def _nothing_personal_in_the_log(capsys: pytest.CaptureFixture[str]) -> Iterator[None]:
    yield
    said = capsys.readouterr()
    assert LENA not in said.out + said.err
