"""Writing e-mail, through the sandbox: the window, its warnings, templates, quotes, and what becomes of a mail."""

import pytest

from core.enums import EmailState, LeadStatus
from core.models import Email, EmailTemplate, Lead
from tests.e2e.world import World
from tests.factories import make_contact, make_deal, make_lead


@pytest.fixture
def lead(world: World) -> Lead:
    with world.ctx(world.ana) as ctx:
        return make_lead(
            ctx, "Lena Fischer", owner=world.member(world.ana), company="Acme GmbH", email="lena@acme.example"
        )


def template(world: World, name: str = "First mail", body: str = "Hello {{first_name}},\n\nabout {{company}}.") -> None:
    with world.ctx(world.sam) as ctx:
        from core.emails.templates import TemplateInput, create

        create(ctx, TemplateInput(name, f"{name} for {{{{company}}}}", body))


def test_a_mail_is_written_from_the_leads_card(world: World, lead: Lead) -> None:
    ana = world.ana
    card = ana.command("/lead view L-1", channel="#sales")
    assert card is not None
    card.click("Email")
    shown = ana.modal.text()
    assert "Lena Fischer · lena@acme.example" in shown
    assert "Ana Costa" in shown
    ana.modal.fill({"Subject": "Our call", "Text": "Hello Lena"})
    ana.modal.submit("Send")

    said = ana.last_message("#sales").visible_text()
    assert "The e-mail to Lena Fischer is on its way: “Our call”." in said
    assert "Status is now Contacted." in said
    (mail,) = world.rows(Email)
    assert (mail.to_address, mail.subject, mail.body) == ("lena@acme.example", "Our call", "Hello Lena")
    assert world.rows(Lead)[0].status is LeadStatus.CONTACTED
