"""a birth date may be unknown.

Revision 0019, after 0018.
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("patient", schema=None) as batch_op:
        batch_op.alter_column("birth_date", existing_type=sa.Date(), nullable=True)


def downgrade() -> None:
    # The earliest day that the version before takes: it agrees with no archive, so nothing is linked by it.
    op.execute("UPDATE patient SET birth_date = '1870-01-01' WHERE birth_date IS NULL")
    with op.batch_alter_table("patient", schema=None) as batch_op:
        batch_op.alter_column("birth_date", existing_type=sa.Date(), nullable=False)
