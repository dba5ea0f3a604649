"""The end-to-end world itself: requests reach the product, strangers do not, and the answers come back."""

import urllib3

from core.enums import Role
from core.models import Member
from tests.e2e.world import Backend, World


def test_a_command_is_answered(world: World) -> None:
    answer = world.ana.command("/crm help", channel="sales")
    assert answer is not None
    assert answer.is_ephemeral
    assert "/lead" in answer.visible_text()


def test_everybody_has_their_place(world: World) -> None:
    members = {member.slack_user_id: member for member in world.rows(Member)}
    assert members[world.mira.id].role is Role.MANAGER
    assert members[world.sam.id].role is Role.ADMIN
    assert {members[rep.id].manager_id for rep in (world.ana, world.ben)} == {members[world.mira.id].id}
    assert members[world.guest.id].guest
    assert world.outsider.id not in members


def test_a_guest_is_told_that_this_is_not_for_them(world: World) -> None:
    answer = world.guest.command("/lead list", channel="general")
    assert answer is not None
    assert "only for members" in answer.visible_text()


def test_an_unsigned_request_is_refused(backend: Backend) -> None:
    answer = urllib3.request("POST", backend.request_url, body="command=%2Fcrm&text=help&user_id=U1&team_id=T1")
    assert answer.status == 401


def test_a_request_that_is_too_large_is_refused(backend: Backend) -> None:
    answer = urllib3.request("POST", backend.request_url, body=b"x" * (2 * 1024 * 1024 + 1))
    assert answer.status == 413


def test_health_and_metrics(backend: Backend) -> None:
    assert urllib3.request("GET", f"{backend.url}/healthz").status == 200
    ready = urllib3.request("GET", f"{backend.url}/readyz")
    assert (ready.status, ready.json()) == (200, {"ok": True, "problem": ""})
    metrics = urllib3.request("GET", f"{backend.url}/metrics").data.decode()
    assert 'rapport_http_requests_total{route="/readyz",status="200"}' in metrics
