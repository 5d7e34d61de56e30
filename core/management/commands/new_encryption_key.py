"""Make a key for ``JISHI_ENCRYPTION_KEYS``."""

from datetime import UTC, datetime
from typing import Any

from cryptography.fernet import Fernet
from django.core.management.base import BaseCommand, CommandParser


class Command(BaseCommand):
    help = "Print a new key for JISHI_ENCRYPTION_KEYS. Put it first to encrypt with it; keep the old ones to decrypt."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--id", default="", help="what the key is called (the month, unless given)")

    def handle(self, *args: Any, **options: Any) -> None:
        name = options["id"] or f"k{datetime.now(UTC):%Y%m}"
        self.stdout.write(f"{name}:{Fernet.generate_key().decode()}")
