"""A shopper comes in by a code of ``wx.login`` alone: a good one gives a token, anything else a problem and no shopper."""

from typing import Any

import pytest
import responses
import time_machine
from requests import ConnectionError as NoConnection
from rest_framework.test import APIClient

from core import clock
from shop.models import Shopper, ShopperToken, Store
from tests.shop.conftest import StoreClient

URL = "https://wechat.invalid/sns/jscode2session"


@pytest.fixture
def wechat(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    settings.WECHAT_API_BASE = "https://wechat.invalid"
    monkeypatch.setattr("wechat.client.PAUSES", ())
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock


def test_it_works(store: Store, public: StoreClient, wechat: Any) -> None:
    wechat.get(URL, json={"openid": "o-1", "session_key": "secret-session", "unionid": "u-1"})

    answer = public.post("login", {"code": "c-1"})

    assert answer.status_code == 200
    body = answer.json()
    shopper = Shopper.objects.get()
    assert (shopper.openid, shopper.unionid, shopper.language) == ("o-1", "u-1", "en")
    assert body["shopper"] == {"id": shopper.public_id, "nickname": "", "language": "en"}
    assert body["expires_at"].endswith("Z")
    assert "secret-session" not in answer.content.decode()
    assert "o-1" not in answer.content.decode()
    assert not ShopperToken.objects.filter(digest=body["token"]).exists()
    mine = StoreClient(APIClient(HTTP_AUTHORIZATION=f"Bearer {body['token']}"))
    assert mine.get("addresses").status_code == 200


def test_the_same_user_is_the_same_shopper(store: Store, public: StoreClient, wechat: Any) -> None:
    wechat.get(URL, json={"openid": "o-1"})
    first, second = public.post("login", {"code": "c-1"}).json(), public.post("login", {"code": "c-2"}).json()
    assert first["shopper"] == second["shopper"]
    assert first["token"] != second["token"]


def test_the_same_openid_in_another_store_is_another_shopper(
    store: Store, other_store: Store, public: StoreClient, wechat: Any
) -> None:
    wechat.get(URL, json={"openid": "o-1"})
    public.post("login", {"code": "c"})
    token = StoreClient(public.client, "books").post("login", {"code": "c"}).json()["token"]
    assert Shopper._base_manager.count() == 2
    # and a token of one finds nothing in the other
    stranger = APIClient(HTTP_AUTHORIZATION=f"Bearer {token}")
    assert stranger.get("/api/v1/stores/tea/addresses").status_code == 404


@pytest.mark.parametrize(
    "answer, status, kind",
    [
        ({"errcode": 40029, "errmsg": "invalid code"}, 400, "login-code-refused"),
        ({"errcode": 40163, "errmsg": "code been used"}, 400, "login-code-refused"),
        ({"errcode": 40226, "errmsg": "blocked"}, 403, "login-blocked"),
        ({"errcode": 45011, "errmsg": "api minute-quota"}, 429, "too-many-requests"),
        ({"errcode": -1, "errmsg": "system error"}, 503, "provider-busy"),
        ({"errcode": 40013, "errmsg": "invalid appid"}, 503, "login-not-ready"),
        ({"errcode": 0}, 503, "login-not-ready"),
    ],
)
def test_what_wechat_refuses(
    store: Store, public: StoreClient, wechat: Any, answer: Any, status: int, kind: str
) -> None:
    wechat.get(URL, json=answer)
    refused = public.post("login", {"code": "c-1"})
    assert (refused.status_code, refused.json()["type"]) == (status, f"/problems/{kind}")
    assert not Shopper.objects.exists()
    assert not ShopperToken.objects.exists()
    if status == 503:
        assert refused.headers["Retry-After"]


def test_wechat_away(store: Store, public: StoreClient, wechat: Any) -> None:
    wechat.get(URL, body=NoConnection("away"))
    assert public.post("login", {"code": "c-1"}).status_code == 503


@pytest.mark.parametrize(
    "body", [{}, {"code": ""}, {"code": None}, {"code": 5}, {"code": ["x"]}, {"code": "x" * 257}, {"code": "a\x00"}]
)
def test_what_is_no_code_asks_nobody(store: Store, public: StoreClient, wechat: Any, body: Any) -> None:
    answer = public.post("login", body)
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == ["code"]
    assert len(wechat.calls) == 0


def test_a_store_without_app_says_so(store: Store, public: StoreClient) -> None:
    store.wechat_app_id = ""
    store.save()
    assert public.post("login", {"code": "c"}).json()["type"] == "/problems/login-not-ready"


def test_an_openid_that_is_sent_is_nobody(store: Store, public: StoreClient, wechat: Any) -> None:
    wechat.get(URL, json={"openid": "o-real"})
    public.post("login", {"code": "c", "openid": "o-victim", "session_key": "k"})
    assert list(Shopper.objects.values_list("openid", flat=True)) == ["o-real"]


def test_logout_ends_the_token(store: Store, mine: StoreClient) -> None:
    assert mine.get("addresses").status_code == 200
    assert mine.post("logout").status_code == 204
    assert mine.get("addresses").status_code == 401
    assert mine.post("logout").status_code == 401


def test_login_is_throttled(store: Store, public: StoreClient, wechat: Any, settings: Any) -> None:
    settings.THROTTLE_RATES = {**settings.THROTTLE_RATES, "login": 3}
    wechat.get(URL, json={"openid": "o-1"})
    # At half past, so that the minute does not turn between two of them.
    with time_machine.travel(clock.now().replace(second=30), tick=True):
        answers = [public.post("login", {"code": "c"}) for _ in range(5)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
    assert answers[-1].headers["Retry-After"]
