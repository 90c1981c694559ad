"""what a case waits for: who comes, what is reported elsewhere, and what a list was locked knowing.

Revision 0018, after 0017.
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "stated_report",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("patient_id", sa.String(length=32), nullable=False),
        sa.Column("study_id", sa.String(length=32), nullable=False),
        sa.Column("said", sa.String(), nullable=False),
        sa.Column("by_id", sa.String(length=32), nullable=True),
        sa.Column("by_name", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("undone_at", sa.DateTime(), nullable=True),
        sa.Column("undone_by", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_stated_report_by_id")),
        sa.ForeignKeyConstraint(["case_id"], ["mdt_case.id"], name=op.f("fk_stated_report_case_id")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_stated_report_patient_id")),
        sa.ForeignKeyConstraint(["study_id"], ["study.id"], name=op.f("fk_stated_report_study_id")),
        sa.ForeignKeyConstraint(["undone_by"], ["person.id"], name=op.f("fk_stated_report_undone_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stated_report")),
    )
    op.create_index("ix_stated_report_case_id", "stated_report", ["case_id"])
    op.add_column("expected_presence", sa.Column("comes", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.add_column("meeting", sa.Column("locked_knowing", sa.JSON(), nullable=False, server_default="[]"))


def downgrade() -> None:
    op.drop_column("meeting", "locked_knowing")
    op.drop_column("expected_presence", "comes")
    op.drop_index("ix_stated_report_case_id", "stated_report")
    op.drop_table("stated_report")
