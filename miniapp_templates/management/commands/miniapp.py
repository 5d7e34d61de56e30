"""``manage.py miniapp generate|check|preview <store>``: a store's mini program, from its settings."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from miniapp_templates import checking, generating, node, previewing
from shop.models import Store


class Command(BaseCommand):
    help = "Generate a store's WeChat mini program, check it, or compile it for the browser."

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, metavar="generate|check|preview")
        generate = actions.add_parser("generate", help="write the program to var/miniapps/<store>")
        generate.add_argument("--api-base", help="origin of the shop's server (default: PUBLIC_BASE_URL)")
        generate.add_argument("--to", type=Path, help="another folder")
        check = actions.add_parser("check", help="check the generated program; exit code 1 when there is an error")
        check.add_argument("--json", action="store_true", help="print the report as JSON")
        check.add_argument("--folder", type=Path, help="a program elsewhere")
        preview = actions.add_parser("preview", help="generate and compile for the browser")
        for action in (generate, check, preview):
            action.add_argument("store", help="address (slug) of the store")

    def handle(self, *args: Any, action: str, store: str, **options: Any) -> None:
        found = Store.objects.filter(slug=store).first()
        if found is None:
            raise CommandError(f"There is no store {store!r}.")
        try:
            getattr(self, f"_{action}")(found, options)
        except (generating.GeneratingError, node.NodeMissing) as problem:
            raise CommandError(str(problem)) from problem

    def _say(self, text: str) -> None:
        self.stderr.write(text)

    def _generate(self, store: Store, options: dict[str, Any]) -> None:
        folder = generating.generate(store, api_base=options["api_base"], target=options["to"])
        self.stdout.write(f"{folder}")

    def _check(self, store: Store, options: dict[str, Any]) -> None:
        folder = options["folder"] or Path(settings.MINIAPPS_DIR) / generating.check_slug(store.slug)
        if not (folder / "app.json").is_file():
            raise CommandError(f"{folder} holds no program yet: run `manage.py miniapp generate {store.slug}` first.")
        report = checking.check(folder, secrets=checking.secrets_of(store), say=self._say)
        if options["json"]:
            self.stdout.write(report.as_json())
        else:
            for finding in report.findings:
                self.stdout.write(str(finding))
            for reason in report.skipped:
                self.stdout.write(f"not checked: {reason}")
            self.stdout.write("The program is fine." if report.ok else f"{len(report.findings)} findings.")
        if not report.ok:
            raise SystemExit(1)

    def _preview(self, store: Store, options: dict[str, Any]) -> None:
        started = time.monotonic()
        self._say(f"Generating the mini program of {store.slug} …")
        generating.generate(store)
        answer = previewing.preview(store, say=self._say)
        for finding in answer["findings"]:
            self._say(f"{finding['file']}:{finding['line']}: {finding['severity']}: {finding['message']}")
        seconds = time.monotonic() - started
        self._say(f"Compiled in {seconds:.1f} s, {answer['bytes'] / 1024:.0f} KB of program.")
        self.stdout.write(f"{settings.PUBLIC_BASE_URL.rstrip('/')}/preview/{store.slug}/")
