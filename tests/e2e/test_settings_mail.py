"""The settings of e-mail as an admin uses them: templates, sender, footer."""

from core.emails.templates import TemplateInput, create
from core.models import EmailTemplate
from tests.e2e.test_settings import clicked, opened, row
from tests.e2e.world import World


def templates(world: World) -> list[str]:
    return [one.name for one in world.rows(EmailTemplate)]


def test_a_template_is_added_changed_removed_and_brought_back(world: World) -> None:
    modal, sam = opened(world, "E-mail templates"), world.sam
    assert "No templates yet." in modal.text()
    modal.click("Add template")
    assert "`{{company}}` the person's company" in sam.modal.text()
    sam.modal.fill({"Name": "First mail", "Subject": "For {{compny}}", "Text": "Hello {{first_name|there}}"})
    sam.modal.submit("Add")
    assert sam.modal.errors == {"Subject": "There is no {{compny}}. Did you mean {{company}}?"}
    sam.modal.fill({"Subject": "For {{company}} <b>"})
    sam.modal.click("Preview")
    assert "Hello Lena" in sam.modal.text()
    assert "For Acme GmbH" in sam.modal.text()
    sam.modal.close()
    sam.modal.submit("Add")
    assert "First mail added." in sam.modal.text()

    clicked(sam.modal, "Edit", "First mail")
    assert sam.modal.value("Text") == "Hello {{first_name|there}}"
    sam.modal.fill({"Name": "Intro"})
    sam.modal.submit("Save")
    assert templates(world) == ["Intro"]
    clicked(sam.modal, "Remove", "Intro")
    assert templates(world) == []
    sam.modal.click("Undo")
    assert templates(world) == ["Intro"]


def test_two_admins_edit_one_template(world: World) -> None:
    with world.ctx(world.sam) as ctx:
        create(ctx, TemplateInput("Intro", "Hello", "Text"))
    sam = world.sam
    clicked(opened(world, "E-mail templates"), "Edit", "Intro")
    with world.ctx() as ctx:
        theirs = ctx.session.merge(world.rows(EmailTemplate)[0])
        theirs.subject, theirs.body = "Theirs", "Their text"
    sam.modal.fill({"Subject": "Mine"})
    sam.modal.submit("Save")
    assert "Theirs" in sam.modal.text()
    assert sam.modal.value("Subject") == "Mine"
    sam.modal.submit("Save")
    saved = world.rows(EmailTemplate)[0]
    assert (saved.subject, saved.body) == ("Mine", "Their text")


def test_sender_and_footer(world: World) -> None:
    modal, sam = opened(world, "E-mail"), world.sam
    modal.fill({"Sender address": "Sales@Northwind.example", "Below each mail": "Northwind Ltd\n\nMain St 1"})
    modal.submit("Save")
    assert "Saved." in sam.modal.text()
    assert (row(world).mail_from, row(world).mail_footer) == ("sales@northwind.example", "Northwind Ltd\n\nMain St 1")
    sam.modal.click("Undo")
    assert (row(world).mail_from, row(world).mail_footer) == ("", "")


def test_templates_are_for_admins(world: World) -> None:
    said = world.mira.command("/crm settings", channel="#sales")
    assert said is not None
    assert not world.mira.has_modal


def test_the_audit_names_templates(world: World) -> None:
    with world.ctx(world.sam) as ctx:
        create(ctx, TemplateInput("Intro", "Hello", "Text"))
    said = world.sam.command("/crm audit", channel="#sales")
    assert said is not None
    assert "Intro" in said.visible_text()
