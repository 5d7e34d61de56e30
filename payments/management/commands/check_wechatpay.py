"""``manage.py check_wechatpay <store>``: does the store's account at WeChat Pay work? Moves no money."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django_scopes import scope

from payments.wechatpay.checking import check
from shop.models import Store

SIGNS = {True: "ok   ", False: "WRONG", None: "?    "}


class Command(BaseCommand):
    help = "Check a store's account at WeChat Pay: keys, signatures both ways, where notifications go. Moves no money."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("store", help="the store's address, e.g. tea")

    def handle(self, *args: Any, **options: Any) -> None:
        store = Store.objects.filter(slug=options["store"]).first()
        if store is None:
            raise CommandError(f"There is no store {options['store']}.")
        wrong = 0
        with scope(store=store):
            for finding in check(store):
                self.stdout.write(f"{SIGNS[finding.good]}  {finding.text}")
                wrong += finding.good is False
        if wrong:
            raise CommandError(f"{wrong} of these must be put right.")
