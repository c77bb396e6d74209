"""The look of an organisation and its logo"""

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'


def upgrade() -> None:
    op.add_column('organisations', sa.Column('look', sa.JSON(), nullable=True))
    op.add_column('organisations', sa.Column('logo', sa.LargeBinary(), nullable=True))
