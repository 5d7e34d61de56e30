"""Fixtures of the sandbox's tests: the process, a merchant, an independent client, and a merchant's server."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

import pytest
from wechatpayv3 import WeChatPay, WeChatPayType, core

from tests.sandbox.merchant import Merchant
from tests.sandbox.receiver import Receiver
from tests.sandbox.stripe_api import StripeApi
from tests.support.sandbox import SandboxClient, sandbox, sandbox_process

__all__ = ["sandbox", "sandbox_process"]

NUMBERS = itertools.count(1)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Where the merchant's notifications go."""
    server = Receiver()
    yield server
    server.close()


@pytest.fixture
def merchant(sandbox: SandboxClient, receiver: Receiver) -> Merchant:
    """A registered merchant with wechatpayv3 as its client, in public-key mode."""
    return Merchant(sandbox, sandbox.merchant(), receiver.url)


@pytest.fixture
def certificate_mode(
    sandbox: SandboxClient, merchant: Merchant, monkeypatch: pytest.MonkeyPatch
) -> Callable[[], WeChatPay]:
    """Makes the library in certificate mode. It downloads what is listed in its constructor, before the base URL can be
    set from outside; hence the subclass."""

    class Local(core.Core):
        def _init_certificates(self) -> None:
            self._gate_way = sandbox.url
            super()._init_certificates()

    monkeypatch.setattr("wechatpayv3.core.Core", Local)

    def make() -> WeChatPay:
        return WeChatPay(
            wechatpay_type=WeChatPayType.MINIPROG,
            mchid=merchant.known.mchid,
            private_key=merchant.known.private_key_pem,
            cert_serial_no=merchant.known.serial_no,
            appid=merchant.known.appid,
            apiv3_key=merchant.known.api_v3_key,
            notify_url=merchant.notify_url,
            timeout=(3, 10),
        )

    return make


@pytest.fixture
def stripe(sandbox: SandboxClient, receiver: Receiver) -> StripeApi:
    """A registered account at Stripe, spoken to in plain HTTP; its webhooks go to the receiver."""
    return StripeApi(sandbox, sandbox.stripe_account(webhook_url=receiver.url, webhook_secrets=("whsec_one",)))


@pytest.fixture
def number() -> str:
    """An order number which no other test uses."""
    return f"ORDER{next(NUMBERS):06d}"
