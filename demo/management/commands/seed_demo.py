"""Fills a fresh installation with the demo store; harmless when it is there."""

import logging
import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django_scopes import scope

from core import duework
from demo import art, shelves, store, tuesday
from shop.models import Picture, Store

# Of the size at which the pictures are drawn by hand: 960 pixels are what a phone shows, and a newcomer waits half as long.
SHARE = 0.8


class Command(BaseCommand):
    help = "Open the demo store Jishi Tea 集市茶铺: staff, catalogue, pictures, home page, orders, mini program."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.SANDBOX_URL:
            raise CommandError("The demo pays at the sandbox: start it with `manage.py up --demo`.")
        self.started = time.monotonic()
        # Hundreds of duties are carried out here; that each is done is not news.
        logging.getLogger("core.duework").setLevel(logging.WARNING)
        ready = store.is_ready()
        shop = store.open_store()
        with scope(store=shop):
            store.register_at_sandbox(shop)
            store.open_stripe_account(shop)
            store.take_money_by_hand(shop)
            if not ready:
                logins = store.hire_staff(shop)
                self._fill_shelves(shop, Path(settings.VAR_DIR) / "demo-pictures")
                self._say(f"{tuesday.sell(shop)} orders of an ordinary Tuesday")
        if not (Path(settings.PREVIEW_DIR) / shop.slug).exists():
            self._say("generating the mini program")
            call_command("miniapp", "preview", shop.slug)
        if not ready:
            store.note_logins(logins)
        self._say(f"{shop} is ready")

    def _fill_shelves(self, shop: Store, pictures: Path) -> None:
        self._say("drawing the pictures")
        art.draw_all(pictures, share=SHARE)
        self._say("importing the product file")
        call_command(
            "import_products", shop.slug, str(shelves.FOLDER / "products.csv"), pictures=str(pictures), no_fetch=True
        )
        shelves.arrange_categories(shop, pictures)
        shelves.arrange_home(shop, pictures)
        self._make_renditions()

    def _make_renditions(self) -> None:
        """Carry out the pictures' work here, on every core: Pillow works outside Python's lock."""
        waiting = list(Picture.objects.filter(state=Picture.State.WAITING).values_list("pk", flat=True))
        self._say(f"making {len(waiting)} pictures ready for phones")
        with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
            for done, _ in enumerate(pool.map(_make_rendition, waiting), start=1):
                if done % 25 == 0:
                    self._say(f"{done} of {len(waiting)}")

    def _say(self, what: str) -> None:
        self.stdout.write(f"{time.monotonic() - self.started:5.1f} s  {what}")


def _make_rendition(pk: int) -> None:
    """One picture, on a connection of this thread's own."""
    try:
        duework.run(Picture, pk)
    finally:
        connection.close()
