"""Finding records by what people type."""

from collections.abc import Callable, Mapping
from time import process_time

import psycopg
import pytest
from sqlalchemy import Connection, event, text

from core.context import Ctx
from core.enums import EntityType, LeadStatus, Role
from core.errors import NotFound
from core.models import Lead, Member
from core.queries.records import SEARCHABLE, find_by_ref, hit_of, recent, search, similar
from core.refs import Ref, parse_ref
from tests.conftest import CtxFor
from tests.factories import (
    make_account,
    make_contact,
    make_deal,
    make_lead,
    make_member,
    make_quote,
    put_rows,
    the_stage,
)

LEADS = (EntityType.LEAD,)


@pytest.fixture
def ana(ctx_for: CtxFor) -> Member:
    with ctx_for() as ctx:
        ana = make_member(ctx, "Ana Rep")
        ctx.session.expunge(ana)
        return ana


def names(ctx: Ctx, words: str, *entities: EntityType) -> list[str]:
    return [hit.name for hit in search(ctx, words, entities or tuple(EntityType)[:4], 10)]


def test_a_person_is_found_by_either_name_company_mail_and_phone(ctx_for: CtxFor, ana: Member) -> None:
    with ctx_for() as ctx:
        make_lead(
            ctx,
            "Maria João Silva",
            company="Blue Ocean Lda",
            email="mj@blueocean.pt",
            phone="+351213456789",
            owner=ana,
        )
        make_lead(ctx, "Somebody Else", company="Red Lake", email="x@redlake.pt", phone="+351999999999", owner=ana)
    with ctx_for(ana) as ctx:
        for words in (
            "maria",
            "MARIA JOÃO SIL",
            "silva mar",
            "blue oc",
            "mj@blue",
            "mj@blueocean.pt",
            "+351 21 345",
            "00351 213456789",
            "  maria   blue ",
            "blue silva",
            "L-1",
            "l1",
            "1",
        ):
            assert names(ctx, words, EntityType.LEAD) == ["Maria João Silva"], words


def test_national_digits_are_read_as_the_workspaces_country(ctx_for: CtxFor, ana: Member) -> None:
    with ctx_for() as ctx:
        make_lead(ctx, "New Yorker", phone="+12125550123", owner=ana)
    with ctx_for(ana) as ctx:
        assert names(ctx, "212 555") == ["New Yorker"]
        assert names(ctx, "(212) 555-0123") == ["New Yorker"]
        assert names(ctx, "12") == []


def test_the_best_comes_first(ctx_for: CtxFor, ana: Member, clock: object) -> None:
    with ctx_for() as ctx:
        make_lead(ctx, "Kim Last", company="ana@acme.io", owner=ana)
        make_lead(ctx, "Ana@acme.io fan", owner=ana)
        make_lead(ctx, "Exact Mail", email="ana@acme.io", owner=ana)
    with ctx_for(ana) as ctx:
        assert names(ctx, "ana@acme.io", EntityType.LEAD) == ["Exact Mail", "Ana@acme.io fan", "Kim Last"]


def test_a_word_in_the_middle_or_between_signs_is_found_where_no_name_begins_so(ctx_for: CtxFor, ana: Member) -> None:
    with ctx_for() as ctx:
        make_lead(ctx, "Maeve O'Brien Kelly", company="Brücke Logistik GmbH", phone="+351912345678", owner=ana)
        make_deal(ctx, "Cell (X-1), second line", owner=ana)
        make_lead(ctx, "Olga Berg", company="Of Ben's GmbH", owner=make_member(ctx, "Ben"))
        hidden = make_account(ctx, "Their GmbH", owner=make_member(ctx, "Kim"))
        make_deal(ctx, "Of an account one may not see", owner=ana, account=hidden)
    with ctx_for(ana) as ctx:
        for words in ("o'b", "gmbh", "logistik gmbh", "912 345 678", "912345", "0912 345", "351 912 345 678"):
            assert names(ctx, words) == ["Maeve O'Brien Kelly"], words
        for words in ("x-1", "(x-1)", "second line"):
            assert names(ctx, words) == ["Cell (X-1), second line"], words
        for words in ("rien", "l", "345", "gmbh line"):
            assert names(ctx, words) == [], words


def test_a_number_of_another_country_needs_no_plus(ctx_for: CtxFor, ana: Member) -> None:
    with ctx_for() as ctx:
        make_lead(ctx, "Berliner", phone="+4930901820", owner=ana)
    with ctx_for(ana) as ctx:
        assert names(ctx, "49 30 901820") == ["Berliner"]


def test_what_is_open_comes_before_what_is_over(ctx_for: CtxFor, ana: Member) -> None:
    with ctx_for() as ctx:
        make_contact(ctx, "Lena Fischer", owner=ana)
        make_lead(ctx, "Lena Fischer", owner=ana, status=LeadStatus.CONVERTED)
    with ctx_for(ana) as ctx:
        assert [hit.ref for hit in search(ctx, "lena")] == ["C-1", "L-1"]


def test_deals_and_contacts_are_found_by_their_account(ctx_for: CtxFor, ana: Member) -> None:
    with ctx_for() as ctx:
        acme = make_account(ctx, "Acme GmbH", owner=ana, domain="acme.io")
        make_contact(ctx, "Ben Okafor", account=acme, owner=ana)
        make_deal(ctx, "Rollout 2026", account=acme, owner=ana)
    with ctx_for(ana) as ctx:
        assert set(names(ctx, "acme")) == {"Acme GmbH", "Ben Okafor", "Rollout 2026"}
        assert names(ctx, "acme.io") == ["Acme GmbH"]
        assert search(ctx, "rollout")[0].detail == "Acme GmbH"


def test_wildcards_mean_themselves(ctx_for: CtxFor, ana: Member) -> None:
    with ctx_for() as ctx:
        make_lead(ctx, "Ana Silva", owner=ana)
    with ctx_for(ana) as ctx:
        for words in ("%", "_", "a%", "ana %", "ana _ilva", "\\", "", "   ", "'; --", "a" * 5000, "<!channel>"):
            assert names(ctx, words) == [], words


def test_what_may_not_be_seen_is_not_found(ctx_for: CtxFor, ana: Member) -> None:
    with ctx_for() as ctx:
        ben = make_member(ctx, "Ben Rep")
        boss = make_member(ctx, "Mira", role=Role.MANAGER)
        account = make_account(ctx, "Secret GmbH", owner=ben)
        lead = make_lead(ctx, "Secret Person", owner=ben)
        deal = make_deal(ctx, "Open deal", account=account, owner=ana)
        make_quote(ctx, make_deal(ctx, "Secret deal", owner=ben))
        ben_id, lead_id, deal_id = ben.id, lead.id, deal.id
        ctx.session.get_one(Member, (ctx.workspace.id, ben_id)).manager_id = boss.id
        ctx.session.expunge(ben)
    with ctx_for(ana) as ctx:
        assert names(ctx, "secret") == []
        assert names(ctx, "L-1") == names(ctx, "1", EntityType.LEAD) == names(ctx, "Q-2026-0001") == []
        assert find_by_ref(ctx, Ref(EntityType.LEAD, 1)) is None
        with pytest.raises(NotFound):
            hit_of(ctx, EntityType.LEAD, lead_id)
        # The deal is Ana's own, and names its account to her; the account itself cannot be searched through it.
        assert hit_of(ctx, EntityType.DEAL, deal_id).name == "Open deal"
    with ctx_for(ben) as ctx:
        assert names(ctx, "secret p") == ["Secret Person"]
        quote = parse_ref("q-2026-1")
        assert quote is not None
        assert find_by_ref(ctx, quote) is not None
        assert [hit.ref for hit in search(ctx, "Q-2026-0001")] == ["Q-2026-0001"]


def test_what_was_taken_back_is_not_found(ctx_for: CtxFor, ana: Member) -> None:
    with ctx_for(ana) as ctx:
        make_lead(ctx, "Gone Person", owner=ana).archived_at = ctx.now
    with ctx_for(ana) as ctx:
        assert names(ctx, "gone") == []
        assert find_by_ref(ctx, Ref(EntityType.LEAD, 1)) is None


def test_recent_are_the_actors_own_and_only_open_ones_if_asked(ctx_for: CtxFor, ana: Member) -> None:
    with ctx_for() as ctx:
        make_lead(ctx, "Nobody's")
        make_lead(ctx, "Mine", owner=ana)
        make_lead(ctx, "Mine, converted", owner=ana, status=LeadStatus.CONVERTED)
        make_deal(ctx, "Mine, won", owner=ana, stage=the_stage(ctx, "Won"), closed_at=ctx.now)
        make_deal(ctx, "Mine, open", owner=ana)
    with ctx_for(ana) as ctx:
        assert {hit.name for hit in recent(ctx, EntityType.LEAD)} == {"Mine", "Mine, converted"}
        assert [hit.name for hit in recent(ctx, EntityType.LEAD, open_only=True)] == ["Mine"]
        assert [hit.name for hit in recent(ctx, EntityType.DEAL, open_only=True)] == ["Mine, open"]
        assert {hit.name for hit in search(ctx, "mine", open_only=True)} == {"Mine", "Mine, open"}


def test_who_owns_nothing_is_offered_the_newest_they_may_see(ctx_for: CtxFor, ana: Member) -> None:
    with ctx_for() as ctx:
        make_lead(ctx, "Nobody's")
        make_lead(ctx, "Ana's", owner=ana)
        admin = make_member(ctx, "Ada", role=Role.ADMIN)
        ctx.session.expunge(admin)
    with ctx_for(admin) as ctx:
        assert [hit.name for hit in recent(ctx, EntityType.LEAD)] == ["Ana's", "Nobody's"]


MANY = """
    INSERT INTO {table} (workspace_id, id, number, name, {empty}, created_at, updated_at, version)
    SELECT :workspace, gen_random_uuid(), n, md5(n::text), {values}, now(), now(), 1 FROM generate_series(1, 4000) n
"""


def test_the_indexes_serve_every_condition(ctx_for: CtxFor, ana: Member, owner_url: str) -> None:
    with ctx_for() as ctx:
        make_account(ctx, "Abacus")
        stage = the_stage(ctx, "Lead in")
        fill(ctx, "leads", company="''", email="md5(n::text)", phone="''", status="'new'", notes="''")
        fill(ctx, "contacts", email="md5(n::text)", phone="''", title="''", notes="''")
        fill(ctx, "accounts", where="4000 + n", domain="md5(n::text)", phone="''", notes="''")
        place = {"pipeline_id": f"'{stage.pipeline_id}'::uuid", "stage_id": f"'{stage.id}'::uuid"}
        rest = {"stage_entered_at": "now()", "currency": "'EUR'", "next_step": "''", "competitor": "''"}
        fill(ctx, "deals", **place, **rest)
    with psycopg.connect(owner_url, autocommit=True) as owner:
        owner.execute("ANALYZE leads, contacts, accounts, deals")
    for words in ("ab", "ab cd", "+49123", "ab@acme.io"):
        plans: list[str] = []
        with ctx_for(ana) as ctx:
            event.listen(ctx.session.connection(), "before_cursor_execute", explaining(plans))
            for entity in SEARCHABLE:
                search(ctx, words, (entity,))
        assert len(plans) >= len(SEARCHABLE), words
        for plan in plans:
            assert "Seq Scan" not in plan, (words, plan)
            assert any("Index Cond" in line and "_key >= " in line for line in plan.splitlines()), (words, plan)


def fill(ctx: Ctx, table: str, where: str = "n", **columns: str) -> None:
    made = MANY.format(table=table, empty=", ".join(columns), values=", ".join(columns.values()))
    ctx.session.execute(text(made.replace("n, md5", f"{where}, md5", 1)), {"workspace": ctx.workspace.id})


def explaining(plans: list[str]) -> Callable[..., None]:
    """Before a statement on a searched table runs, what PostgreSQL is going to do for it."""

    def explain(
        connection: Connection, cursor: psycopg.Cursor, statement: str, parameters: Mapping[str, object], *_: object
    ) -> None:
        if "_key >= " in statement and not statement.startswith("EXPLAIN"):
            cursor.execute("EXPLAIN " + statement, parameters)
            plans.append("\n".join(str(row[0]) for row in cursor.fetchall()))

    return explain


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("ficsher", "Lena Fischer"),
        ("lena fisher", "Lena Fischer"),
        ("ficsh", "Lena Fischer"),
        ("roboterfabirk", "Kim Roe"),
        ("acmme", "Acme GmbH"),
        ("rolout", "Rollout"),
        ("acme rolout", "Rollout"),
    ],
)
def test_a_letter_or_two_may_be_wrong(ctx_for: CtxFor, ana: Member, typed: str, meant: str) -> None:
    with ctx_for() as ctx:
        make_lead(ctx, "Lena Fischer", owner=ana)
        make_lead(ctx, "Kim Roe", company="Roboterfabrik AG", owner=ana)
        account = make_account(ctx, "Acme GmbH", owner=ana)
        make_deal(ctx, "Rollout", owner=ana, account=account)
        make_lead(ctx, "Lena of Ben's", owner=make_member(ctx, "Ben"))
    with ctx_for(ana) as ctx:
        assert search(ctx, typed) == [], "the usual search finds nothing"
        assert [hit.name for hit in similar(ctx, typed)][:1] == [meant]


def test_likeness_shows_nothing_one_may_not_see_and_nothing_that_is_over(ctx_for: CtxFor, ana: Member) -> None:
    with ctx_for() as ctx:
        make_lead(ctx, "Lena Fischer", owner=make_member(ctx, "Ben"))
        make_lead(ctx, "Lara Fischer", owner=ana, archived_at=ctx.now)
        make_lead(ctx, "Lisa Fischer", owner=ana, status=LeadStatus.CONVERTED)
    with ctx_for(ana) as ctx:
        assert [hit.name for hit in similar(ctx, "ficsher")] == ["Lisa Fischer"]
        assert similar(ctx, "ficsher", open_only=True) == []
        for too_little in ("", "fis", "a b", "lena@ficsher.de", "+49 30", "xxxxxxxx"):
            assert similar(ctx, too_little) == [], too_little


def test_likeness_takes_no_time_among_five_thousand(ctx_for: CtxFor, ana: Member) -> None:
    with ctx_for() as ctx:
        people = ((number, f"Person {number:05d} Nachname", f"Firma {number}") for number in range(5_000))
        rows = ({"number": number + 1, "name": name, "company": firm} for number, name, firm in people)
        put_rows(ctx, Lead, rows)
        make_lead(ctx, "Lena Fischer", owner=ana, number=6_000)
    with ctx_for(ana) as ctx:
        similar(ctx, "ficsher")  # the statement is built once
        began = process_time()
        assert [hit.name for hit in similar(ctx, "ficsher")] == ["Lena Fischer"]
        assert process_time() - began < 1, "a search field is answered in three seconds, on a busy machine too"
