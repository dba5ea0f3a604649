"""Access fails closed: what nobody decided about is for admins alone."""

import pytest

from core.access import GUARDED, SHARED, visible
from core.enums import Role, Visibility
from core.models import Delivery, History, TenantModel
from tests import factories
from tests.conftest import CtxFor


@pytest.mark.parametrize("visibility", Visibility)
@pytest.mark.parametrize("model", [History, Delivery])
def test_what_was_not_decided_upon_is_refused(
    ctx_for: CtxFor, model: type[TenantModel], visibility: Visibility
) -> None:
    with ctx_for() as ctx:
        ana = factories.make_member(ctx, role=Role.MANAGER)
    with ctx_for(ana) as ctx:
        object.__setattr__(ctx.workspace, "visibility", visibility)
        with pytest.raises(TypeError, match="only admins"):
            visible(ctx, model)


def test_each_model_is_shared_or_guarded_never_both() -> None:
    assert not SHARED & GUARDED
