"""What every command acts with: the service, its one organisation, and where it speaks."""

from datetime import UTC, datetime

from rich.console import Console

from issuer import organisations
from issuer.service import Service, open_service
from issuer.settings import settings_from
from issuer.tables import Organisation

__all__ = ["minute", "progress_on", "say", "the_organisation", "the_service"]

say = Console(highlight=False, soft_wrap=True, markup=False)  # an operator's text is no markup
progress_on = Console(stderr=True)


def the_service() -> Service:
    """The service as the environment sets it. Raises `Misconfigured`."""
    return open_service(settings_from(), clock=lambda: datetime.now(UTC))


def the_organisation(service: Service) -> Organisation:
    """The organisation that commands act for. Raises `NotFound`."""
    with service.database.reading() as session:
        return organisations.the_only_one(session)


def minute(moment: datetime) -> str:
    """A moment as people read it in a terminal."""
    return f"{moment:%Y-%m-%d %H:%M}"
