"""Does a store's account at Stripe work? Found out before the first shopper does, without moving any money."""

import re
from collections.abc import Iterator

from payments import accounts
from payments.findings import Finding, look_at
from payments.gateways import Declined, GatewayError, gateway
from payments.stripe import amounts
from payments.stripe.client import Client
from shop.models import Store, StripeAccount

# Where Stripe offers WeChat Pay to merchants (docs.stripe.com/payments/wechat-pay); mainland China is not among them.
WITHOUT_WECHAT_PAY = {"CN"}


def check(store: Store) -> Iterator[Finding]:
    """Look at its keys, and ask Stripe what it makes of them."""
    return look_at(gateway("stripe"), store, accounts.find(StripeAccount, store), _written, _at_the_provider)


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


def _at_the_provider(account: StripeAccount) -> Iterator[Finding]:
    try:
        Client(account).balance()
    except Declined as error:
        yield Finding(False, f"Stripe refuses: {error}.")
    except GatewayError as error:
        yield Finding(False, f"Stripe does not answer: {error}")
    else:
        yield Finding(True, "Stripe accepts the secret key.")
