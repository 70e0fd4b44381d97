"""Who commands: stations with their devices, jobs and files; officers and their sittings."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "officers",
        sa.Column("office", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("login", sa.String(length=60), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("nip", sa.String(length=18), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("roles", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("locked_until", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["office"], ["offices.id"], name=op.f("fk_officers_office")),
        sa.PrimaryKeyConstraint("office", "id", name=op.f("pk_officers")),
        sa.UniqueConstraint("office", "login", name=op.f("uq_officers_office_login")),
    )
    op.create_table(
        "officer_sessions",
        sa.Column("office", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("officer", sa.String(length=32), nullable=False),
        sa.Column("csrf", sa.String(length=64), nullable=False),
        sa.Column("counter", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["office", "officer"],
            ["officers.office", "officers.id"],
            name=op.f("fk_officer_sessions_office_officer"),
        ),
        sa.ForeignKeyConstraint(
            ["office"], ["offices.id"], name=op.f("fk_officer_sessions_office")
        ),
        sa.PrimaryKeyConstraint("office", "token_hash", name=op.f("pk_officer_sessions")),
    )
    op.create_table(
        "stations",
        sa.Column("office", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("counter", sa.Integer(), nullable=True),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.Column("boot", sa.String(length=40), nullable=False),
        sa.Column("version", sa.String(length=40), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["office"], ["offices.id"], name=op.f("fk_stations_office")),
        sa.PrimaryKeyConstraint("office", "id", name=op.f("pk_stations")),
        sa.UniqueConstraint("office", "token_hash", name=op.f("uq_stations_office_token_hash")),
    )
    op.create_table(
        "station_devices",
        sa.Column("office", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("station", sa.String(length=32), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("lamp", sa.String(length=8), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("model", sa.String(length=80), nullable=False),
        sa.Column("serial", sa.String(length=80), nullable=False),
        sa.Column("firmware", sa.String(length=80), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["office", "station"],
            ["stations.office", "stations.id"],
            name=op.f("fk_station_devices_office_station"),
        ),
        sa.ForeignKeyConstraint(["office"], ["offices.id"], name=op.f("fk_station_devices_office")),
        sa.PrimaryKeyConstraint("office", "station", "role", name=op.f("pk_station_devices")),
    )
    op.create_table(
        "jobs",
        sa.Column("office", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("counter", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("options", sa.Text(), nullable=False),
        sa.Column("application", sa.String(length=32), nullable=True),
        sa.Column("evidence", sa.String(length=60), nullable=False),
        sa.Column("blob", sa.String(length=32), nullable=True),
        sa.Column("copy_of", sa.String(length=32), nullable=True),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("boot", sa.String(length=40), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("lease_until", sa.BigInteger(), nullable=True),
        sa.Column("deadline", sa.BigInteger(), nullable=False),
        sa.Column("queued_at", sa.BigInteger(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("blobs", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["office"], ["offices.id"], name=op.f("fk_jobs_office")),
        sa.PrimaryKeyConstraint("office", "id", name=op.f("pk_jobs")),
    )
    op.create_index("ix_jobs_application", "jobs", ["office", "application"], unique=False)
    op.create_index("ix_jobs_counter", "jobs", ["office", "counter", "state"], unique=False)
    op.create_table(
        "blobs",
        sa.Column("office", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("media_type", sa.String(length=80), nullable=False),
        sa.Column("stored_at", sa.BigInteger(), nullable=False),
        sa.Column("station", sa.String(length=40), nullable=False),
        sa.Column("application", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(["office"], ["offices.id"], name=op.f("fk_blobs_office")),
        sa.PrimaryKeyConstraint("office", "id", name=op.f("pk_blobs")),
    )
