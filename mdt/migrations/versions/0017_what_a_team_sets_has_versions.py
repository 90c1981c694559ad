"""what a team sets has versions, which are never overwritten.

Revision 0017, after 0016.
"""

from datetime import timedelta

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

ONE_A_DAY = ("agenda_rule", "cut_off_rule", "preparation_policy")  # a second one for a day took the first one's place
HAS_ITS_KEY = "agenda_rule"  # the one that said by a foreign key who set it


def upgrade() -> None:
    for table in ONE_A_DAY:
        with op.batch_alter_table(table) as batch:
            batch.drop_constraint(f"uq_{table}_team_id_starts", type_="unique")
            if table == HAS_ITS_KEY:
                batch.drop_constraint(f"fk_{table}_set_by", type_="foreignkey")
            batch.alter_column("set_by", new_column_name="made_by", existing_type=sa.String(32))
            batch.alter_column("set_at", new_column_name="made_at", existing_type=sa.DateTime())
            batch.create_index(f"ix_{table}_team_id", ["team_id"])
        with op.batch_alter_table(table) as batch:
            batch.create_foreign_key(f"fk_{table}_made_by", "person", ["made_by"], ["id"])
    with op.batch_alter_table("letter_template") as batch:
        batch.create_index("ix_letter_template_team_id", ["team_id"])
    op.drop_column("team_policy", "ends")


def downgrade() -> None:
    op.add_column("team_policy", sa.Column("ends", sa.Date(), nullable=True))
    _end_what_was_followed()
    with op.batch_alter_table("letter_template") as batch:
        batch.drop_index("ix_letter_template_team_id")
    for table in ONE_A_DAY:
        op.execute(
            f"DELETE FROM {table} WHERE EXISTS (SELECT 1 FROM {table} later WHERE later.team_id = {table}.team_id "
            f"AND later.starts = {table}.starts AND later.made_at > {table}.made_at)"
        )
        with op.batch_alter_table(table) as batch:
            batch.drop_index(f"ix_{table}_team_id")
            batch.drop_constraint(f"fk_{table}_made_by", type_="foreignkey")
            batch.alter_column("made_by", new_column_name="set_by", existing_type=sa.String(32))
            batch.alter_column("made_at", new_column_name="set_at", existing_type=sa.DateTime())
            batch.create_unique_constraint(f"uq_{table}_team_id_starts", ["team_id", "starts"])
        if table == HAS_ITS_KEY:
            with op.batch_alter_table(table) as batch:
                batch.create_foreign_key(f"fk_{table}_set_by", "person", ["set_by"], ["id"])


def _end_what_was_followed() -> None:
    """A version ends the day before the first day of those set after it."""
    connection = op.get_bind()
    policy = sa.table(
        "team_policy",
        sa.column("id", sa.String),
        sa.column("team_id", sa.String),
        sa.column("starts", sa.Date),
        sa.column("ends", sa.Date),
        sa.column("made_at", sa.DateTime),
    )
    rows = connection.execute(sa.select(policy)).all()
    for row in rows:
        after = [one.starts for one in rows if one.team_id == row.team_id and one.made_at > row.made_at]
        if after:
            ends = min(after) - timedelta(days=1)
            connection.execute(sa.update(policy).where(policy.c.id == row.id).values(ends=ends))
