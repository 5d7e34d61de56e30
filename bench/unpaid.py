"""Orders that wait to be paid, each with an open attempt, and what a provider would say when it has been made."""

import json
from pathlib import Path

from django_scopes import scope

from shop.models import Shopper, Store
from tests.support import pay
from tests.support.catalogue import make_product, variant_of
from tests.support.orders import place_order

SHOPPERS, PRODUCTS = 50, 20


def seed(count: int, to: Path) -> None:
    """Place ``count`` orders as shoppers do and open a payment for each; what the sender needs goes into the file ``to``."""
    store = Store.objects.create(
        slug="bench", name_en="Bench", name_zh="测速", wechat_app_id="wx0123456789abcdef", payment_minutes=240, order_limit=10_000
    )  # fmt: skip
    platform = pay.give_account(store)
    with scope(store=store):
        variants = [variant_of(make_product(store, price=1200, stock=count)) for _ in range(PRODUCTS)]
        shoppers = Shopper.objects.bulk_create(Shopper(store=store, openid=f"bench-{n}") for n in range(SHOPPERS))
    transactions = []
    for n in range(count):
        order = place_order(shoppers[n % SHOPPERS], {variants[n % PRODUCTS]: 1})
        transactions.append(pay.transaction(pay.open_attempt(order)))
    to.write_text(json.dumps({"key": pay.private_pem(platform.key), "transactions": transactions}))
