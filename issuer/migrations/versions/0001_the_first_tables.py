"""The first tables"""

import sqlalchemy as sa
from alembic import op

revision = '0001'
down_revision = None


def upgrade() -> None:
    op.create_table('organisations',
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('tag', sa.String(), nullable=False),
    sa.Column('names', sa.JSON(), nullable=False),
    sa.Column('url', sa.String(), nullable=True),
    sa.Column('signatories', sa.JSON(), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_organisations'))
    )
    op.create_table('achievements',
    sa.Column('organisation_id', sa.String(), nullable=False),
    sa.Column('slug', sa.String(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('document', sa.LargeBinary(), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisations.id'], name=op.f('fk_achievements_organisation_id')),
    sa.PrimaryKeyConstraint('organisation_id', 'slug', 'version', name=op.f('pk_achievements'))
    )
    op.create_table('api_keys',
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('organisation_id', sa.String(), nullable=False),
    sa.Column('label', sa.String(), nullable=False),
    sa.Column('secret_sha256', sa.String(), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.Column('expires_at', sa.DateTime(), nullable=False),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisations.id'], name=op.f('fk_api_keys_organisation_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_api_keys'))
    )
    op.create_index(op.f('ix_api_keys_organisation_id'), 'api_keys', ['organisation_id'], unique=False)
    op.create_table('status_lists',
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('organisation_id', sa.String(), nullable=False),
    sa.Column('taken', sa.Integer(), nullable=False),
    sa.Column('changes', sa.Integer(), nullable=False),
    sa.Column('token', sa.String(), nullable=True),
    sa.Column('signed_changes', sa.Integer(), nullable=True),
    sa.Column('signed_at', sa.DateTime(), nullable=True),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisations.id'], name=op.f('fk_status_lists_organisation_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_status_lists'))
    )
    op.create_index(op.f('ix_status_lists_organisation_id'), 'status_lists', ['organisation_id'], unique=False)
    op.create_table('status_indexes',
    sa.Column('list_id', sa.String(), nullable=False),
    sa.Column('index', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['list_id'], ['status_lists.id'], name=op.f('fk_status_indexes_list_id')),
    sa.PrimaryKeyConstraint('list_id', 'index', name=op.f('pk_status_indexes'))
    )
    op.create_table('credentials',
    sa.Column('code', sa.String(), nullable=False),
    sa.Column('organisation_id', sa.String(), nullable=False),
    sa.Column('completion_id', sa.String(), nullable=False),
    sa.Column('completion_sha256', sa.String(), nullable=False),
    sa.Column('achievement_slug', sa.String(), nullable=False),
    sa.Column('achievement_version', sa.Integer(), nullable=False),
    sa.Column('list_id', sa.String(), nullable=False),
    sa.Column('list_index', sa.Integer(), nullable=False),
    sa.Column('document', sa.LargeBinary(), nullable=False),
    sa.Column('key_id', sa.String(), nullable=False),
    sa.Column('token', sa.String(), nullable=True),
    sa.Column('recorded_at', sa.DateTime(), nullable=False),
    sa.Column('issued_at', sa.DateTime(), nullable=True),
    sa.Column('revoked_at', sa.DateTime(), nullable=True),
    sa.Column('revocation_reason', sa.String(), nullable=True),
    sa.ForeignKeyConstraint(['list_id', 'list_index'], ['status_indexes.list_id', 'status_indexes.index'], name=op.f('fk_credentials_list_id_list_index')),
    sa.ForeignKeyConstraint(['organisation_id', 'achievement_slug', 'achievement_version'], ['achievements.organisation_id', 'achievements.slug', 'achievements.version'], name='fk_credentials_achievement'),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisations.id'], name=op.f('fk_credentials_organisation_id')),
    sa.PrimaryKeyConstraint('code', name=op.f('pk_credentials')),
    sa.UniqueConstraint('list_id', 'list_index', name=op.f('uq_credentials_list_id_list_index')),
    sa.UniqueConstraint('organisation_id', 'completion_id', name=op.f('uq_credentials_organisation_id_completion_id'))
    )
    op.create_index('ix_credentials_intents', 'credentials', ['code'], unique=False, sqlite_where=sa.text('token IS NULL'), postgresql_where=sa.text('token IS NULL'))
