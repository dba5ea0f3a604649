"""Is somebody here already? Exact and similar, of all kinds, and never more than the asker may see."""

import pytest

from core import duplicates
from core.context import Ctx
from core.duplicates import Likeness, Match, bare_company, matches
from core.enums import LeadStatus
from core.models import Member
from tests.conftest import CtxFor
from tests.factories import make_account, make_contact, make_lead, make_member

LENA = ("Lena Fischer", "Acme GmbH", "lena@acme.example", "+49301234567")


@pytest.fixture
def ana(ctx_for: CtxFor) -> Member:
    with ctx_for() as ctx:
        return make_member(ctx, "Ana Costa")


def lena(ctx: Ctx, **over: object) -> None:
    values = {"name": LENA[0], "company": LENA[1], "email": LENA[2], "phone": LENA[3]}
    make_lead(ctx, **(values | over))  # type: ignore[arg-type]


def found(
    ctx_for: CtxFor, who: Member, name: str = "", company: str = "", email: str = "", phone: str = ""
) -> list[Match]:
    with ctx_for(who) as ctx:
        return matches(ctx, name, company, email, phone)


@pytest.mark.parametrize(
    ("typed", "likeness"),
    [
        ({"email": "LENA@acme.example "}, Likeness.EMAIL),
        ({"phone": "+49 (30) 123-4567"}, Likeness.PHONE),
        ({"name": "lena  fischer", "company": "ACME"}, Likeness.SAME_NAME),
        ({"name": "Lena Fischer", "company": "Globex"}, Likeness.NAME),
        ({"name": "Fischer Lena"}, Likeness.NAME),
        ({"name": "Lena Fisher"}, Likeness.NAME),
        ({"name": "Lenna Fischer"}, Likeness.NAME),
    ],
)
def test_a_lead_is_recognised(ctx_for: CtxFor, ana: Member, typed: dict[str, str], likeness: Likeness) -> None:
    with ctx_for() as ctx:
        lena(ctx)
    (match,) = found(ctx_for, ana, **typed)
    assert (match.ref, match.name, match.detail, match.likeness) == ("L-1", "Lena Fischer", "Acme GmbH", likeness)
    assert match.exact is (likeness in duplicates.EXACT)


@pytest.mark.parametrize(
    "typed",
    [
        {"name": "Lena Fischman"},
        {"name": "Le"},
        {"name": "Leo Fuchs"},
        {"email": "lena@acme"},
        {"email": "other@acme.example"},
        {"phone": "+49 30"},
        {"company": "Acme"},
        {},
    ],
)
def test_somebody_else_and_unfinished_typing_are_not(ctx_for: CtxFor, ana: Member, typed: dict[str, str]) -> None:
    with ctx_for() as ctx:
        lena(ctx)
    assert found(ctx_for, ana, **typed) == []


@pytest.mark.parametrize(
    ("typed", "known"),
    [
        ("Acme", "Acme GmbH"),
        ("ACME, Inc.", "Acme GmbH"),
        ("Acme Robotic", "Acme Robotics GmbH & Co. KG"),
        ("Acme", "Acme Robotics"),
        ("Acme Robotics GmbH", "Acme"),
    ],
)
def test_a_company_is_recognised_whatever_its_legal_form(ctx_for: CtxFor, ana: Member, typed: str, known: str) -> None:
    with ctx_for() as ctx:
        make_account(ctx, known)
    assert [(one.ref, one.likeness) for one in found(ctx_for, ana, company=typed)] == [("A-1", Likeness.COMPANY)]


@pytest.mark.parametrize("typed", ["Acmeton", "Acorn", "Ac", "GmbH"])
def test_another_company_is_not(ctx_for: CtxFor, ana: Member, typed: str) -> None:
    with ctx_for() as ctx:
        make_account(ctx, "Acme GmbH")
    assert found(ctx_for, ana, company=typed) == []


def test_a_mail_addresss_domain_gives_the_company_away_but_a_public_one_does_not(ctx_for: CtxFor, ana: Member) -> None:
    with ctx_for() as ctx:
        make_account(ctx, "Acme GmbH", domain="acme.example")
        make_account(ctx, "Mailers", domain="gmail.com")
    assert [one.name for one in found(ctx_for, ana, email="new@acme.example")] == ["Acme GmbH"]
    assert found(ctx_for, ana, email="somebody@gmail.com") == []


def test_the_likeliest_come_first_and_only_three(ctx_for: CtxFor, ana: Member) -> None:
    with ctx_for() as ctx:
        acme = make_account(ctx, "Acme GmbH", domain="acme.example")
        make_contact(ctx, "Lena Fischer", account=acme, email="other@acme.example")
        for _ in range(4):
            lena(ctx, email="", phone="", company="Globex")
        lena(ctx, name="L. F.", phone="")
        lena(ctx, name="L. F.", email="")
    shown = found(ctx_for, ana, *LENA)
    assert [(one.ref, one.likeness) for one in shown] == [
        ("L-5", Likeness.EMAIL),
        ("L-6", Likeness.PHONE),
        ("C-1", Likeness.SAME_NAME),
    ]


def test_the_one_with_the_address_is_found_among_hundreds_of_namesakes(ctx_for: CtxFor, ana: Member) -> None:
    with ctx_for() as ctx:
        lena(ctx)
        for n in range(duplicates.CANDIDATES_MAX + 5):
            make_lead(ctx, f"Lena {n}")
    assert next(one.ref for one in found(ctx_for, ana, *LENA)) == "L-1"


def test_a_converted_lead_still_counts_and_one_taken_back_does_not(ctx_for: CtxFor, ana: Member) -> None:
    with ctx_for() as ctx:
        lena(ctx, status=LeadStatus.CONVERTED)
        lena(ctx, archived_at=ctx.now)
    assert [one.ref for one in found(ctx_for, ana, *LENA)] == ["L-1"]


def test_what_one_may_not_see_is_not_there(ctx_for: CtxFor, ana: Member) -> None:
    with ctx_for() as ctx:
        ben = make_member(ctx, "Ben")
        lena(ctx, owner=ben)
        hidden = make_account(ctx, "Acme GmbH", owner=ben, domain="acme.example")
        make_contact(ctx, "Lena Fischer", account=hidden, owner=ana, email=LENA[2])
    (match,) = found(ctx_for, ana, *LENA)
    assert (match.ref, match.detail) == ("C-1", LENA[2])
    assert len(found(ctx_for, ben, *LENA)) == 2


@pytest.mark.parametrize(
    "text", ["<!channel> *x* <https://evil|ok>", "%", "_", "\\", "x" * 5000, "'; DROP TABLE leads"]
)
def test_any_text_may_be_typed(ctx_for: CtxFor, ana: Member, text: str) -> None:
    with ctx_for() as ctx:
        lena(ctx)
    assert found(ctx_for, ana, text, text, text, text) == []


@pytest.mark.parametrize(
    ("name", "bare"),
    [
        ("Acme GmbH", "acme"),
        ("Acme GmbH & Co. KG", "acme"),
        ("Acme, Inc.", "acme"),
        ("Acme Pty", "acme"),
        ("AG", "ag"),
        ("Sagrada SA", "sagrada"),
        ("Incubate", "incubate"),
        ("", ""),
    ],
)
def test_legal_forms_are_left_out(name: str, bare: str) -> None:
    assert bare_company(name) == bare
