"""What of e-mail somebody may read: their own records' mails, and nobody else's."""

import pytest

from core.emails import mailings
from core.emails.drafts import EmailInput, send
from core.emails.templates import TemplateInput, create
from core.enums import BulkState
from core.errors import Conflict, Invalid, NotFound
from core.models import BulkJob, Member
from core.queries import emails as queries
from core.queries.activities import timeline
from core.queries.leads import lead_card
from tests.conftest import CtxFor
from tests.factories import make_lead, make_member


@pytest.fixture
def people(ctx_for: CtxFor) -> tuple[Member, Member]:
    """Ana and Ben, who see only their own."""
    with ctx_for() as ctx:
        return make_member(ctx, "Ana Silva"), make_member(ctx, "Ben Okafor")


def test_a_mail_is_seen_as_its_record_is(ctx_for: CtxFor, people: tuple[Member, Member]) -> None:
    ana, ben = people
    with ctx_for(ana) as ctx:
        lead = make_lead(ctx, owner=ana, email="lena@acme.example")
        mail = send(ctx, "lead", lead.id, EmailInput("Hello", "Text"))
        assert queries.mail_view(ctx, mail.id).subject == "Hello"
        (item,) = lead_card(ctx, lead.id).timeline
        assert item.mail is not None
        assert item.mail.id == mail.id
    with ctx_for(ben) as ctx:
        with pytest.raises(NotFound):
            queries.mail_view(ctx, mail.id)
        assert timeline(ctx, "lead", lead.id) == []


def test_a_mailing_reaches_only_what_its_sender_may_write_to(ctx_for: CtxFor, people: tuple[Member, Member]) -> None:
    ana, ben = people
    with ctx_for() as ctx:
        template = create(ctx, TemplateInput("News", "News", "Hello {{first_name}}"))
        mine = make_lead(ctx, "Lena Fischer", owner=ana, email="lena@acme.example")
        his = make_lead(ctx, "Kim Ng", owner=ben, email="kim@acme.example")
    with ctx_for(ana) as ctx:
        found = mailings.audience(ctx, [his.id, mine.id], template.id)
        assert [one.name for one in found.readers] == ["Lena Fischer"], "that there is another one is not told"
        with pytest.raises(Invalid):
            mailings.start(ctx, [his.id], template.id, 100)
        with pytest.raises(Invalid):
            mailings.start(ctx, [mine.id], template.id, 1_000_000)
        job = mailings.start(ctx, [his.id, mine.id], template.id, 100)
        assert job.ids == [str(mine.id)]
    with ctx_for(ben) as ctx, pytest.raises(NotFound):
        mailings.stop(ctx, job.id)
    with ctx_for(ana) as ctx:
        mailings.stop(ctx, job.id)
        with pytest.raises(Conflict):
            mailings.stop(ctx, job.id)
        assert ctx.session.get_one(BulkJob, (ctx.workspace.id, job.id)).state is BulkState.STOPPED


def test_templates_are_found_by_what_is_typed(ctx_for: CtxFor, people: tuple[Member, Member]) -> None:
    with ctx_for() as ctx:
        for name in ("First mail", "Second mail", "First reminder"):
            create(ctx, TemplateInput(name, name, "Text"))
    with ctx_for(people[0]) as ctx:
        assert [row.name for row in queries.find_templates(ctx, "MAIL")] == ["First mail", "Second mail"]
        assert [row.name for row in queries.find_templates(ctx, "")] == ["First mail", "First reminder", "Second mail"]
        assert queries.template_named(ctx, "second") is not None
        assert queries.template_named(ctx, "first") is None, "two are called so"
        assert queries.template_named(ctx, "100%") is None
