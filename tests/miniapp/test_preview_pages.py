"""The preview's addresses: a stage for a store that is compiled, a page that says what to do for one that is not, nothing for others."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import responses
from django.contrib.auth.models import User
from django.test import Client

from shop.models import StaffMembership, Store

SANDBOX = "http://127.0.0.1:7999"
BILL = {
    "appId": "wx1",
    "timeStamp": "1",
    "nonceStr": "n",
    "package": "prepay_id=wx2",
    "signType": "RSA",
    "paySign": "s",
}


@pytest.fixture
def compiled(store: Store, settings: Any, tmp_path: Path) -> Path:
    """The store's compiled program, as small as can be."""
    settings.PREVIEW_DIR = tmp_path
    folder = tmp_path / store.slug
    folder.mkdir()
    (folder / "index.html").write_text("<!doctype html><title>shop</title>")
    (folder / "program.js").write_text("JishiPreview.start()")
    (tmp_path / "secret.txt").write_text("not yours")
    return folder


@pytest.fixture
def sandbox(settings: Any) -> Any:
    settings.SANDBOX_URL = SANDBOX
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock


def post(client: Client, path: str, body: Any) -> Any:
    return client.post(f"/preview/tea/wx/{path}", json.dumps(body), content_type="application/json")


def test_the_stage(client: Client, compiled: Path) -> None:
    answer = client.get("/preview/tea/")
    assert answer.status_code == 200
    page = answer.content.decode()
    assert "/preview/tea/app/" in page
    assert 'src="data:image/svg+xml' in page


def test_the_stage_speaks_chinese(client: Client, compiled: Path) -> None:
    page = client.get("/preview/tea/", headers={"accept-language": "zh-hans"}).content.decode()
    assert "小程序预览" in page
    assert 'lang="zh-hans"' in page


def test_a_store_that_is_not_compiled_says_what_to_do(
    client: Client, store: Store, settings: Any, tmp_path: Path
) -> None:
    settings.PREVIEW_DIR = tmp_path
    page = client.get("/preview/tea/")
    assert page.status_code == 200
    assert "manage.py miniapp preview tea" in page.content.decode()
    assert client.get("/preview/tea/app/").headers["Location"] == "/preview/tea/"
    assert client.get("/preview/tea/app/program.js").status_code == 404


def test_no_store_no_stage(client: Client, db: None) -> None:
    assert client.get("/preview/nobody/").status_code == 404


def test_a_name_cannot_become_markup(client: Client, compiled: Path, store: Store) -> None:
    Store.objects.filter(pk=store.pk).update(
        name_en="</title><script>alert(1)</script>", name_zh="", brand_color="red;x:y"
    )
    page = client.get("/preview/tea/").content.decode()
    assert "<script>alert" not in page
    assert "red;x:y" not in page


def test_the_program_runs_under_a_strict_policy(client: Client, compiled: Path) -> None:
    answer = client.get("/preview/tea/app/")
    policy = answer.headers["Content-Security-Policy"]
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert answer.headers["Cache-Control"] == "no-cache"
    script = client.get("/preview/tea/app/program.js")
    assert script.headers["Content-Type"].startswith("text/javascript")


@pytest.mark.parametrize(
    "path", ["../secret.txt", "..%2fsecret.txt", "%2e%2e/secret.txt", "....//secret.txt", "/etc/passwd"]
)
def test_nothing_outside_the_folder_is_served(client: Client, compiled: Path, path: str) -> None:
    answer = client.get(f"/preview/tea/app/{path}")
    assert answer.status_code == 404 or answer.headers.get("Location", "").startswith("/preview/tea/app")


def test_login_asks_the_sandbox_for_a_code(client: Client, store: Store, sandbox: Any) -> None:
    sandbox.post(
        f"{SANDBOX}/sandbox/login-codes",
        json={"code": "c0de"},
        match=[responses.matchers.json_params_matcher({"appid": store.wechat_app_id, "user": "alice"})],
    )
    answer = post(client, "login", {"user": "alice"})
    assert (answer.status_code, answer.json()) == (200, {"code": "c0de"})


@pytest.mark.parametrize("user", [None, "", 5, "a" * 65, "<b>", ["x"]])
def test_a_user_is_a_name(client: Client, store: Store, sandbox: Any, user: Any) -> None:
    answer = post(client, "login", {"user": user})
    assert answer.status_code == 400
    assert "user" in answer.json()["errors"]
    assert len(sandbox.calls) == 0


def test_the_cashier_is_the_stores_own(client: Client, store: Store, sandbox: Any) -> None:
    wanted = {**BILL, "appId": store.wechat_app_id}
    bill = {
        "prepay_id": "wx2",
        "description": "x",
        "amount": 100,
        "currency": "CNY",
        "merchant": "1900",
        "state": "NOTPAY",
    }
    sandbox.post(f"{SANDBOX}/sandbox/cashier", json=bill, match=[responses.matchers.json_params_matcher(wanted)])
    answer = post(client, "cashier", BILL)
    assert answer.json()["amount"] == 100
    assert answer.json()["merchant"] == "Tea"


def test_what_the_sandbox_refuses_is_passed_on(client: Client, store: Store, sandbox: Any) -> None:
    sandbox.post(f"{SANDBOX}/sandbox/cashier", json={"code": "SIGN_ERROR", "message": "wrong"}, status=400)
    answer = post(client, "cashier", BILL)
    assert (answer.status_code, answer.json()["code"]) == (400, "SIGN_ERROR")


def test_what_the_shopper_does(client: Client, store: Store, sandbox: Any) -> None:
    sandbox.post(
        f"{SANDBOX}/sandbox/cashier/wx2",
        json={"state": "SUCCESS"},
        match=[responses.matchers.json_params_matcher({"action": "pay_late", "delay": 20})],
    )
    assert post(client, "cashier/wx2", {"action": "pay_late", "delay": 20}).json() == {"state": "SUCCESS"}
    assert post(client, "cashier/wx2", {"action": "steal"}).status_code == 400


@pytest.mark.parametrize("missing", sorted(BILL))
def test_a_bill_has_all_its_parts(client: Client, store: Store, sandbox: Any, missing: str) -> None:
    answer = post(client, "cashier", {**BILL, missing: None})
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [missing])


@pytest.mark.parametrize(
    "path, body", [("login", {"user": "alice"}), ("cashier", BILL), ("cashier/wx2", {"action": "pay"})]
)
class TestOnlyWithASandbox:
    """Without one these addresses are not there; with one that is down they say so."""

    def test_no_sandbox(self, client: Client, store: Store, settings: Any, path: str, body: Any) -> None:
        settings.SANDBOX_URL = ""
        answer = post(client, path, body)
        assert answer.status_code == 404
        assert answer.headers["Content-Type"].startswith("application/problem+json")

    def test_down(self, client: Client, store: Store, settings: Any, path: str, body: Any) -> None:
        settings.SANDBOX_URL = "http://127.0.0.1:9"
        answer = post(client, path, body)
        assert answer.status_code == 502
        assert answer.json()["type"] == "/problems/sandbox-down"

    def test_not_json(self, client: Client, store: Store, sandbox: Any, path: str, body: Any) -> None:
        assert client.post(f"/preview/tea/wx/{path}", "[", content_type="application/json").status_code == 400
        assert client.get(f"/preview/tea/wx/{path}").status_code == 405

    def test_another_store(self, client: Client, store: Store, sandbox: Any, path: str, body: Any) -> None:
        answer = client.post(f"/preview/nobody/wx/{path}", json.dumps(body), content_type="application/json")
        assert answer.status_code == 404


def test_the_admins_link_leads_to_the_preview_of_ones_own_store(
    client: Client, store: Store, other_store: Store
) -> None:
    user = User.objects.create_user("mei", password="x", is_staff=True)
    assert client.get("/preview/")["Location"].startswith("/admin/login/")

    client.force_login(user)
    assert client.get("/preview/").status_code == 404, "staff of no store"
    StaffMembership.objects.create(store=store, user=user)
    assert client.get("/preview/")["Location"] == f"/preview/{store.slug}/"
