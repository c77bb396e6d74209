"""Confirmations of what a compromised key signed; what replaces a credential; who signed a status list"""

import sqlalchemy as sa
from alembic import op

revision = '0002'
down_revision = '0001'


def upgrade() -> None:
    op.create_table('confirmations',
    sa.Column('organisation_id', sa.String(), nullable=False),
    sa.Column('key_id', sa.String(), nullable=False),
    sa.Column('sha256', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisations.id'], name=op.f('fk_confirmations_organisation_id')),
    sa.PrimaryKeyConstraint('organisation_id', 'key_id', 'sha256', name=op.f('pk_confirmations'))
    )
    op.add_column('status_lists', sa.Column('signed_by', sa.String(), nullable=True))
    # Inline, because SQLite cannot add a constraint to a table that exists.
    superseded_by = sa.Column('superseded_by', sa.String(), sa.ForeignKey('credentials.code', name=op.f('fk_credentials_superseded_by')), nullable=True)
    op.add_column('credentials', superseded_by, inline_references=True)
