"""Platform certificates of merchants that work without a WeChat Pay public key. Fetched by command, never because of a request."""

from core import clock
from payments.wechatpay import keys
from payments.wechatpay.client import Client
from shop.models import WeChatPayAccount


def refresh(account: WeChatPayAccount) -> dict[str, str]:
    """Fetch the certificates and keep them beside those that are still valid. Returns all of them, serial number → PEM.

    Raises GatewayError; the account then keeps what it has.
    """
    fetched = Client(account).certificates()
    now = clock.now()
    kept = {serial: pem for serial, pem in account.certificates.items() if _valid_until(pem) > now.timestamp()}
    account.certificates = kept | fetched
    WeChatPayAccount.objects.filter(pk=account.pk).update(certificates=account.certificates)
    return account.certificates


def _valid_until(pem: str) -> float:
    try:
        return keys.certificate(pem).not_valid_after_utc.timestamp()
    except ValueError:
        return 0.0
