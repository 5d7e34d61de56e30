"""Enter the texts that rooms ask for into their Chinese catalogues, for somebody to translate."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from core import catalogues


class Command(BaseCommand):
    help = "Enter new texts into the rooms' Chinese catalogues and remove those that nobody asks for; list what lacks."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("rooms", nargs="*", metavar="room", help=f"of {', '.join(catalogues.ROOMS)} (default: all)")

    def handle(self, *args: Any, **options: Any) -> None:
        for name in options["rooms"] or catalogues.ROOMS:
            room = Path(settings.BASE_DIR) / name
            new = catalogues.collect(room)
            lacking = catalogues.missing(room)
            self.stdout.write(f"{name}: {new} new, {len(lacking)} without a translation")
            for text, path in lacking.items():
                self.stdout.write(f"    {path}: {text.msgid!r}")
