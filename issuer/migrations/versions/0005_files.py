"""The look of an achievement version, and the files that were made of credentials and kept"""

import sqlalchemy as sa
from alembic import op

revision = '0005'
down_revision = '0004'


def upgrade() -> None:
    op.add_column('achievements', sa.Column('look', sa.JSON(), nullable=True))
    op.create_table('files',
    sa.Column('code', sa.String(), nullable=False),
    sa.Column('sha256', sa.String(), nullable=False),
    sa.Column('rendition', sa.String(), nullable=False),
    sa.Column('made_at', sa.DateTime(), nullable=False),
    sa.ForeignKeyConstraint(['code'], ['credentials.code'], name=op.f('fk_files_code')),
    sa.PrimaryKeyConstraint('code', 'sha256', 'rendition', name=op.f('pk_files'))
    )
