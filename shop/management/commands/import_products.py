"""``manage.py import_products <store> <file>``."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django_scopes import scope

from core import duework
from shop import importing
from shop.models import Picture, Store
from shop.shopify_csv import NoProductFile


class Command(BaseCommand):
    help = "Import a product file in Shopify's CSV format. Importing it again changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("store", help="the store's address (slug)")
        parser.add_argument("file", type=Path)
        parser.add_argument("--pictures", type=Path, help="folder in which relative names of pictures are looked up")
        parser.add_argument("--dry-run", action="store_true", help="only say what it would do")
        parser.add_argument("--all-or-nothing", action="store_true", help="import nothing if any row is bad")
        parser.add_argument("--no-fetch", action="store_true", help="leave fetching the pictures to the worker")

    def handle(self, *args: Any, **options: Any) -> None:
        store = Store.objects.filter(slug=options["store"]).first()
        if store is None:
            raise CommandError(f"There is no store {options['store']}.")
        pictures = Path(options["pictures"]) if options["pictures"] else None
        try:
            content = Path(options["file"]).read_bytes()
        except OSError as error:
            raise CommandError(f"{options['file']} cannot be read: {error.strerror}") from None
        with scope(store=store):
            try:
                report = importing.import_products(
                    store,
                    content,
                    actor="system",
                    all_or_nothing=options["all_or_nothing"],
                    dry_run=options["dry_run"],
                    pictures=pictures,
                    progress=lambda done, of: self.stdout.write(f"  {done} of {of} products"),
                )
            except NoProductFile as error:
                raise CommandError(str(error)) from None
            if report.applied and not options["no_fetch"]:
                waiting = Picture.objects.filter(state=Picture.State.WAITING).count()
                if waiting:
                    self.stdout.write(f"  {waiting} pictures are made ready")
                    duework.run_pending(Picture, limit=10_000)
                importing.add_picture_notes(report, store)
        self._tell(report, options["dry_run"])
        if report.failed and not report.applied and not options["dry_run"]:
            raise CommandError("Nothing was imported, because of the errors above.")

    def _tell(self, report: importing.Report, dry_run: bool) -> None:
        for row in sorted(report.rows, key=lambda row: row.line):
            style = self.style.ERROR if row.level == "error" else self.style.WARNING
            where = f"line {row.line}" if row.line else "pictures"
            self.stdout.write(style(f"{where}: {row.handle + ': ' if row.handle else ''}{row.message}"))
        verb = "would be " if dry_run else ""
        self.stdout.write(
            f"{report.created} products {verb}created, {report.updated} updated, {report.unchanged} unchanged, "
            f"{report.failed} not imported; {report.variants} variants and {report.pictures} pictures written."
        )
