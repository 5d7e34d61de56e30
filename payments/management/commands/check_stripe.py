"""``manage.py check_stripe <store>``: does the store's account at Stripe work? Moves no money."""

from payments.findings import CheckCommand
from payments.stripe.checking import check


class Command(CheckCommand):
    help = "Check a store's account at Stripe: keys, mode, webhook secret, where notifications go. Moves no money."
    look = staticmethod(check)
