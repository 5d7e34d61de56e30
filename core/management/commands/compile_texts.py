"""Compile the message catalogues of every room, without gettext's programs."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from core.catalogues import compile_catalogue


class Command(BaseCommand):
    help = "Compile the message catalogues of every room. Does nothing where the compiled one is newer."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        compiled = 0
        for source in sorted(Path(settings.BASE_DIR).glob("*/locale/*/LC_MESSAGES/*.po")):
            try:
                compiled += compile_catalogue(source)
            except (OSError, ValueError) as error:
                raise CommandError(f"{source}: {error}") from error
        if options["verbosity"] > 0 and compiled:
            self.stdout.write(f"Compiled {compiled} message catalogues.")
