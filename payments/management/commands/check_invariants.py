"""Does every promise about money hold in this installation, at this moment?"""

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from payments import invariants


class Command(BaseCommand):
    help = "Ask the database for broken promises about money. Ends with an error when there are any; changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--grace",
            type=int,
            default=int(invariants.GRACE.total_seconds()),
            help="seconds that what is due may have waited (default: %(default)s)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        grace = timedelta(seconds=options["grace"])
        broken = invariants.violations(grace)
        for promise, names in broken.items():
            self.stdout.write(self.style.ERROR(promise))
            for name in names:
                self.stdout.write(f"    {name}")
        if broken:
            raise CommandError(f"{len(broken)} promises about money are broken.")
        self.stdout.write(self.style.SUCCESS(f"{len(list(invariants.everything(grace)))} questions, nothing broken."))
