"""Platform certificates are known before they are needed: fetched by a job, each account apart, and never because of a request."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.conf import settings as django_settings
from django_scopes import scopes_disabled
from pytest_django import Settings

from core import clock
from payments.gateways import Unavailable
from payments.tasks import refresh_certificates
from payments.wechatpay import certificates
from payments.wechatpay.client import Client
from shop.models import Store, WeChatPayAccount
from tests.support.pay import Platform, _key, give_account
from tests.support.pay_host import Answer, Host, account, listening, plain, refusal, signed
from tests.support.platform_certificates import certificate, offered

OLD = Platform(_key("platform"), serial="A1")
NEW = Platform(_key("rotated"), serial="B2")


@pytest.fixture
def host(settings: Settings) -> Iterator[Host]:
    with listening() as host:
        settings.WECHATPAY_API_BASE = host.url
        yield host


def pem(platform: Platform, days: float) -> dict[str, str]:
    """The certificate of that platform, which ends so many days from now."""
    return dict([certificate(platform.key, int(platform.serial, 16), days, now=clock.now())])


def offers(host: Host, certificates: dict[str, str], signer: Platform = OLD) -> None:
    host.answer = signed(offered(certificates), platform=signer)


def merchant(store: Store, **columns: object) -> WeChatPayAccount:
    """The store's account, in certificate mode and without any certificate unless said otherwise."""
    give_account(store)
    columns = {"public_key_id": "", "public_key": "", "certificates": {}, "certificates_asked_at": None} | columns
    with scopes_disabled():
        WeChatPayAccount.objects.filter(store=store).update(**columns)
        return WeChatPayAccount.objects.get(store=store)


def held(store: Store) -> list[str]:
    with scopes_disabled():
        return sorted(WeChatPayAccount.objects.get(store=store).certificates)


def test_the_first_one_is_trusted_through_the_apiv3_key(
    store: Store, host: Host, caplog: pytest.LogCaptureFixture
) -> None:
    merchant(store)
    offers(host, pem(OLD, 400))
    caplog.set_level("INFO")

    refresh_certificates()

    assert held(store) == ["A1"]
    assert "merchant 1900000001: 1 platform certificates, the newest until" in caplog.text


def test_under_another_apiv3_key_nothing_is_believed(store: Store, host: Host) -> None:
    merchant(store)
    host.answer = signed(offered(pem(OLD, 400), "z" * 32), platform=OLD)
    refresh_certificates()
    assert held(store) == []


def test_signed_by_somebody_else_nothing_is_believed(store: Store, host: Host) -> None:
    merchant(store)
    offers(host, pem(OLD, 400), signer=Platform(_key("stranger"), serial="A1"))
    refresh_certificates()
    assert held(store) == []


def test_the_next_one_is_known_before_the_last_one_ends(store: Store, host: Host) -> None:
    last = pem(OLD, 8)
    merchant(store, certificates=last, certificates_asked_at=clock.now() - timedelta(hours=2))
    offers(host, last | pem(NEW, 1800))

    refresh_certificates()

    assert held(store) == ["A1", "B2"]
    host.answer = signed({"prepay_id": "wx1"}, platform=NEW)
    with scopes_disabled():
        assert Client(WeChatPayAccount.objects.get()).prepay({}) == "wx1"


def test_what_has_ended_is_dropped_and_what_is_valid_is_kept(store: Store, host: Host) -> None:
    ended = dict([certificate(OLD.key, 0xC3, -1, now=clock.now())])
    merchant(store, certificates=ended | pem(OLD, 20) | {"D4": "nonsense"})
    offers(host, pem(NEW, 1800), signer=NEW)
    refresh_certificates()
    assert held(store) == ["A1", "B2"]


@pytest.mark.parametrize(
    ("held_days", "asked_hours", "key_id", "due"),
    [
        (400, None, "", True),
        (400, 11, "", False),
        (400, 12, "", True),
        (31, 1, "", False),
        (30, 1, "", True),
        (-1, 1, "", True),
        (None, 1, "", True),
        (None, 1, "PUB_KEY_ID_1", False),
        (None, 12, "PUB_KEY_ID_1", True),
        (30, 1, "PUB_KEY_ID_1", True),
    ],
)
def test_when_it_is_time(held_days: int | None, asked_hours: int | None, key_id: str, due: bool) -> None:
    now = clock.now()
    row = account(
        public_key_id=key_id,
        certificates={} if held_days is None else pem(OLD, held_days),
        certificates_asked_at=None if asked_hours is None else now - timedelta(hours=asked_hours),
    )
    assert certificates.is_due(row, now) is due


@pytest.mark.parametrize(
    "answer",
    [refusal(404, "RESOURCE_NOT_EXISTS"), refusal(500, "SYSTEM_ERROR"), signed({"data": []}), plain(b"<html>", 404)],
    ids=["404", "500", "empty", "page"],
)
def test_merchants_with_a_public_key_get_none_and_need_none(
    answer: Answer, store: Store, host: Host, caplog: pytest.LogCaptureFixture
) -> None:
    platform = Platform()
    give_account(store, platform)
    host.answer = answer
    refresh_certificates()
    refresh_certificates()

    assert held(store) == []
    assert len(host.asked) <= 2, "one look, with its second try"
    assert not [record for record in caplog.records if record.name.endswith("certificates") and record.levelno > 20]


def test_a_failure_leaves_what_is_there_and_does_not_stop_the_others(
    store: Store, other_store: Store, host: Host, caplog: pytest.LogCaptureFixture
) -> None:
    merchant(store, certificates=pem(OLD, 20), private_key="nonsense", certificates_asked_at=None)
    merchant(other_store)
    offers(host, pem(OLD, 400))

    refresh_certificates()

    assert (held(store), held(other_store)) == (["A1"], ["A1"])
    assert "cannot be fetched" in caplog.text


def test_an_error_of_ours_does_not_stop_the_others_either(
    store: Store, other_store: Store, host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    merchant(store, mchid="1900000009")
    merchant(other_store)
    offers(host, pem(OLD, 400))
    real = certificates.refresh

    def refresh(row: WeChatPayAccount) -> dict[str, str]:
        if row.mchid == "1900000009":
            raise ZeroDivisionError
        return real(row)

    monkeypatch.setattr(certificates, "refresh", refresh)
    refresh_certificates()
    assert held(other_store) == ["A1"]


def test_both_keys_during_the_migration(store: Store, host: Host) -> None:
    """Answers are verified by whichever of the two is named."""
    give_account(store, Platform())
    with scopes_disabled():
        WeChatPayAccount.objects.update(certificates=pem(NEW, 400))
        row = WeChatPayAccount.objects.get()
    for signer in (Platform(), NEW):
        host.answer = signed({"prepay_id": "wx1"}, platform=signer)
        assert Client(row).prepay({}) == "wx1"
    assert {asked.headers["Wechatpay-Serial"] for asked in host.asked} == {Platform().serial}


def test_an_unknown_serial_number_fetches_nothing(store: Store, host: Host) -> None:
    row = merchant(store, certificates=pem(OLD, 400))
    host.answer = signed({"prepay_id": "wx1"}, platform=NEW)
    with pytest.raises(Unavailable, match="not one of this merchant's keys"):
        Client(row).prepay({})
    assert [asked.path for asked in host.asked] == ["/v3/pay/transactions/jsapi"]


def test_beat_looks_every_hour() -> None:
    entry = django_settings.CELERY_BEAT_SCHEDULE["refresh_certificates"]
    assert entry["task"] == refresh_certificates.name
    assert entry["schedule"] == 3600
