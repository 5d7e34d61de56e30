"""Does a store's account at Stripe work? Found out before the first shopper does, without moving any money."""

import re
from collections.abc import Iterator

from payments.findings import Finding, reachable
from payments.gateways import Declined, GatewayError
from payments.stripe import amounts
from payments.stripe.client import Client
from payments.stripe.gateway import notify_url
from shop.models import Store, StripeAccount

# Where Stripe offers WeChat Pay to merchants (docs.stripe.com/payments/wechat-pay); mainland China is not among them.
WITHOUT_WECHAT_PAY = {"CN"}


def check(store: Store) -> Iterator[Finding]:
    """Look at the account step by step; ends at the first thing without which the rest makes no sense. Calls Stripe."""
    account: StripeAccount | None = StripeAccount.objects.filter(store=store).first()
    if account is None:
        yield Finding(False, "This store has no account at Stripe.")
        return
    written = list(_written(store, account))
    yield from written
    if not any(finding.good is False for finding in written):
        yield _at_the_provider(account)
    yield reachable("Stripe", notify_url(store))


def _written(store: Store, account: StripeAccount) -> Iterator[Finding]:
    yield Finding(store.currency in amounts.CURRENCIES, f"The store sells in {store.currency}.")
    mode = "live" if account.is_live else "test"
    yield Finding(
        bool(re.fullmatch(r"[rs]k_(?:test|live)_\w+", account.secret_key)), "The secret key begins with sk_ or rk_."
    )
    yield Finding(
        account.publishable_key.startswith(f"pk_{mode}_"), f"The publishable key is of the same mode: {mode}."
    )
    for secret in account.webhook_secrets:
        yield Finding(secret.startswith("whsec_"), "The signing secret of the webhook begins with whsec_.")
    if StripeAccount.Method.WECHAT_PAY in account.methods:
        good = store.currency in amounts.WECHAT_PAY_CURRENCIES and account.account_country not in WITHOUT_WECHAT_PAY
        yield Finding(good, f"WeChat Pay over Stripe takes {store.currency} from merchants in this country.")


def _at_the_provider(account: StripeAccount) -> Finding:
    try:
        Client(account).balance()
    except Declined as error:
        return Finding(False, f"Stripe refuses: {error}.")
    except GatewayError as error:
        return Finding(False, f"Stripe does not answer: {error}")
    return Finding(True, "Stripe accepts the secret key.")
