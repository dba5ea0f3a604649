"""${message}

Written so that the previous release keeps working beside it: add (expand), fill in batches, and take away (contract)
only in a later release. A new tenant table ends with `enable_tenant_security("<table>")`. A statement that needs longer
than migrations.run allows says so: op.execute("SET LOCAL statement_timeout = '10min'").
"""

import sqlalchemy as sa
from alembic import op
${imports if imports else ""}
from migrations.security import enable_tenant_security

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = ${repr(branch_labels)}
depends_on = ${repr(depends_on)}


def upgrade() -> None:
    """Forward."""
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    """Back."""
    ${downgrades if downgrades else "pass"}
