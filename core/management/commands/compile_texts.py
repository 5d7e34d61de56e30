"""Compile the message catalogues (``locale/*/LC_MESSAGES/*.po``) of every room, without gettext's programs."""

from pathlib import Path
from typing import Any

import polib
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    help = "Compile the message catalogues of every room. Does nothing where the compiled one is newer."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        compiled = [
            source for source in sorted(Path(settings.BASE_DIR).glob("*/locale/*/LC_MESSAGES/*.po")) if _compile(source)
        ]
        if options["verbosity"] > 0 and compiled:
            self.stdout.write(f"Compiled {len(compiled)} message catalogues.")


def _compile(source: Path) -> bool:
    """Compile one catalogue if it changed; whether it did. Raises CommandError with the line of what cannot be read."""
    target = source.with_suffix(".mo")
    if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
        return False
    try:
        catalogue = polib.pofile(str(source), check_for_duplicates=True)
    except (OSError, ValueError) as error:
        raise CommandError(f"{source}: {error}") from error
    # Moved into place, so that a process that starts just now reads the old one or the new one whole.
    building = target.with_suffix(".mo.new")
    catalogue.save_as_mofile(str(building))
    building.replace(target)
    return True
