"""What was found out about a store's account at a provider, and the command that prints it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any, TypeVar
from urllib.parse import urlsplit

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation
from django_scopes import scope

from core.models import TenantModel
from payments.gateways import Gateway
from shop.models import Store

A = TypeVar("A", bound=TenantModel)
SIGNS = {True: "ok   ", False: "WRONG", None: "?    "}


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. ``good`` is None where nothing can be said."""

    good: bool | None
    text: str


def look_at(
    gateway: Gateway,
    store: Store,
    account: A | None,
    written: Callable[[Store, A], Iterator[Finding]],
    asked: Callable[[A], Iterator[Finding]],
) -> Iterator[Finding]:
    """Look at a store's account step by step: what is ``written``, and if nothing of that is wrong what the provider says when it is
    ``asked``; then where notifications go."""
    with translation.override(None):
        label = str(gateway.label)
    if account is None:
        yield Finding(False, f"This store has no account at {label}.")
        return
    found = list(written(store, account))
    yield from found
    if not any(finding.good is False for finding in found):
        yield from asked(account)
    yield reachable(label, gateway.notify_url(store))


def reachable(provider: str, url: str) -> Finding:
    """Whether a provider can reach the address: https, and a public host."""
    parts = urlsplit(url)
    try:
        public = ip_address(parts.hostname or "").is_global
    except ValueError:
        public = "." in (parts.hostname or "")
    good = parts.scheme == "https" and public and not parts.query
    return Finding(good, f"Notifications go to {url}; {provider} needs https and a public host (PUBLIC_BASE_URL).")


class CheckCommand(BaseCommand):
    """Prints what ``look`` finds out about a store; fails when any of it is wrong."""

    look: Callable[[Store], Iterator[Finding]]

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("store", help="the store's address, e.g. tea")

    def handle(self, *args: Any, **options: Any) -> None:
        store = Store.objects.filter(slug=options["store"]).first()
        if store is None:
            raise CommandError(f"There is no store {options['store']}.")
        wrong = 0
        with scope(store=store):
            for finding in type(self).look(store):
                self.stdout.write(f"{SIGNS[finding.good]}  {finding.text}")
                wrong += finding.good is False
        if wrong:
            raise CommandError(f"{wrong} of these must be put right.")
