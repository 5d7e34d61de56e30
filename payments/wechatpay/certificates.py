"""Platform certificates of merchants that work without a WeChat Pay public key, or are on their way to one.

Fetched by a job and by command, never because of a request: a forged serial number costs no call. WeChat Pay offers a new certificate
some time before it signs with it, so that looking twice a day is often enough to know it before the old one ends.
"""

import logging
from datetime import datetime, timedelta

from django_scopes import scopes_disabled

from core import clock
from payments.gateways import GatewayError
from payments.wechatpay import keys
from payments.wechatpay.client import Client
from shop.models import WeChatPayAccount

LOOKED_AFTER = timedelta(hours=12)
# The newest certificate ends so soon that its successor must be near.
ENDS_SOON = timedelta(days=30)

logger = logging.getLogger(__name__)


def refresh(account: WeChatPayAccount) -> dict[str, str]:
    """Fetch the certificates and keep them beside those that are still valid. Returns all of them, serial number → PEM.

    Raises GatewayError; the account then keeps what it has.
    """
    fetched = Client(account).certificates()
    now = clock.now()
    known = {**account.certificates, **fetched}
    account.certificates = {serial: pem for serial, pem in known.items() if keys.expires(pem) > now}
    account.certificates_asked_at = now
    # The merchant may have been replaced by another one meanwhile, who has nothing to do with these.
    WeChatPayAccount.objects.filter(pk=account.pk, mchid=account.mchid).update(
        certificates=account.certificates, certificates_asked_at=now
    )
    return account.certificates


def refresh_all() -> None:
    """Refresh the accounts of all stores where it is time to. One that fails keeps what it has, and none waits for another's sake."""
    with scopes_disabled():
        for account in WeChatPayAccount.objects.order_by("pk"):
            if is_due(account, clock.now()):
                _refresh_one(account)


def is_due(account: WeChatPayAccount, now: datetime) -> bool:
    """Whether it is time to look for new certificates: there is none, the newest ends soon, or the last look was long ago."""
    asked_at = account.certificates_asked_at
    if asked_at is None or now - asked_at >= LOOKED_AFTER:
        return True
    newest = max((keys.expires(pem) for pem in account.certificates.values()), default=None)
    if newest is None or newest <= now:
        return not account.public_key_id
    return newest - now <= ENDS_SOON


def _refresh_one(account: WeChatPayAccount) -> None:
    try:
        found = refresh(account)
    except GatewayError as error:
        if account.public_key_id and not account.certificates:
            # New merchants have none and are told so in several ways (404, 500); they need none.
            logger.info("merchant %s has a public key and gets no platform certificates: %s", account.mchid, error)
            WeChatPayAccount.objects.filter(pk=account.pk).update(certificates_asked_at=clock.now())
        else:
            logger.error("platform certificates of merchant %s cannot be fetched: %s", account.mchid, error)
    except Exception:
        logger.exception("platform certificates of merchant %s cannot be refreshed", account.mchid)
    else:
        until = max((keys.expires(pem) for pem in found.values()), default=None)
        logger.info("merchant %s: %d platform certificates, the newest until %s", account.mchid, len(found), until)
