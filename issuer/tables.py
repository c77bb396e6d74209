"""The tables. Every row belongs to an organisation; nothing that was once issued is ever overwritten or deleted."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    MetaData,
    TypeDecorator,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

__all__ = [
    "Achievement",
    "ApiKey",
    "Confirmation",
    "Credential",
    "Dictionary",
    "File",
    "Organisation",
    "StatusIndex",
    "StatusList",
    "Table",
]


class Moment(TypeDecorator[datetime]):
    """A moment in UTC. SQLite drops time zones, so they are taken off and put on here."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        return value.astimezone(UTC).replace(tzinfo=None) if value else None

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        return value.replace(tzinfo=UTC) if value else None


class Table(DeclarativeBase):
    """All tables, with named constraints so that migrations can speak of them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: Moment, dict[str, Any]: JSON, list[Any]: JSON}  # noqa: RUF012 - SQLAlchemy's form


class Organisation(Table):
    """The institution in whose name credentials are issued. `id` stands in its URLs; names are per language.

    `look` has the members of `issuer.descriptions.look.Look`; `logo`, a PNG, is read from the database when it is used.
    """

    __tablename__ = "organisations"

    id: Mapped[str] = mapped_column(primary_key=True)
    tag: Mapped[str]
    names: Mapped[dict[str, Any]]
    url: Mapped[str | None]
    signatories: Mapped[list[Any]]
    look: Mapped[dict[str, Any] | None]
    logo: Mapped[bytes | None] = mapped_column(deferred=True)
    created_at: Mapped[datetime]


class ApiKey(Table):
    """A key of the guarded API. Only the SHA-256 of its secret half is kept."""

    __tablename__ = "api_keys"

    id: Mapped[str] = mapped_column(primary_key=True)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisations.id"), index=True)
    label: Mapped[str]
    secret_sha256: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class Achievement(Table):
    """One version of an achievement: the published bytes, which never change, and the `issuer.looks.Look` of its files."""

    __tablename__ = "achievements"

    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisations.id"), primary_key=True)
    slug: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    document: Mapped[bytes]
    look: Mapped[dict[str, Any] | None]
    created_at: Mapped[datetime]


class StatusList(Table):
    """A status list and, once asked for, its signed form: signed once per change, then served to everyone.

    `changes` counts revocations; `signed_changes` says how many of them the stored token holds, `signed_by` whose it is.
    """

    __tablename__ = "status_lists"

    id: Mapped[str] = mapped_column(primary_key=True)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisations.id"), index=True)
    taken: Mapped[int] = mapped_column(default=0)
    changes: Mapped[int] = mapped_column(default=0)
    token: Mapped[str | None]
    signed_changes: Mapped[int | None]
    signed_at: Mapped[datetime | None]
    signed_by: Mapped[str | None]
    created_at: Mapped[datetime]


class StatusIndex(Table):
    """A taken index of a list. Never freed, so that no index can ever speak of two credentials."""

    __tablename__ = "status_indexes"

    list_id: Mapped[str] = mapped_column(ForeignKey("status_lists.id"), primary_key=True)
    index: Mapped[int] = mapped_column(primary_key=True)


class Credential(Table):
    """The intent to issue (everything but `token`) and then, for ever, the token as it was given out."""

    __tablename__ = "credentials"
    __table_args__ = (
        UniqueConstraint("organisation_id", "completion_id"),
        UniqueConstraint("list_id", "list_index"),
        ForeignKeyConstraint(["list_id", "list_index"], ["status_indexes.list_id", "status_indexes.index"]),
        ForeignKeyConstraint(
            ["organisation_id", "achievement_slug", "achievement_version"],
            ["achievements.organisation_id", "achievements.slug", "achievements.version"],
            name="fk_credentials_achievement",  # the name by convention is longer than PostgreSQL's 63 bytes
        ),
        Index(
            "ix_credentials_intents", "code", sqlite_where=text("token IS NULL"), postgresql_where=text("token IS NULL")
        ),
    )

    code: Mapped[str] = mapped_column(primary_key=True)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisations.id"))
    completion_id: Mapped[str]
    completion_sha256: Mapped[str]
    achievement_slug: Mapped[str]
    achievement_version: Mapped[int]
    list_id: Mapped[str]
    list_index: Mapped[int]
    document: Mapped[bytes]
    key_id: Mapped[str]
    token: Mapped[str | None]
    recorded_at: Mapped[datetime]
    issued_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    revocation_reason: Mapped[str | None]
    superseded_by: Mapped[str | None] = mapped_column(ForeignKey("credentials.code"))


class File(Table):
    """A rendition of a credential that was given out, by the SHA-256 of its bytes, which lie in `issuer.files`."""

    __tablename__ = "files"

    code: Mapped[str] = mapped_column(ForeignKey("credentials.code"), primary_key=True)
    sha256: Mapped[str] = mapped_column(primary_key=True)
    rendition: Mapped[str] = mapped_column(primary_key=True)
    made_at: Mapped[datetime]


class Confirmation(Table):
    """A credential that a compromised key signed and that we did issue, by the SHA-256 of what was signed."""

    __tablename__ = "confirmations"

    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisations.id"), primary_key=True)
    key_id: Mapped[str] = mapped_column(primary_key=True)
    sha256: Mapped[str] = mapped_column(primary_key=True)


class Dictionary(Table):
    """The text that a QR code was compressed with, by its `credential.qr.dictionary_id`: paper needs it for decades."""

    __tablename__ = "dictionaries"

    id: Mapped[str] = mapped_column(primary_key=True)
    content: Mapped[bytes]
    created_at: Mapped[datetime]
