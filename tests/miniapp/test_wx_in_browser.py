"""The wx object in the browser: answers, errors and their texts are WeChat's, and what is missing shows."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.browser
PAY = "{ timeStamp: '1', nonceStr: 'n', package: 'prepay_id=wx1', signType: 'RSA', paySign: 's' }"


@pytest.fixture
def home(launch: Callable[..., Any]) -> Any:
    return launch()


def answer(program: Any, call: str) -> Any:
    """What the promise of a call gives, or its errMsg."""
    return program.of(f"Promise.resolve().then(() => {call}).catch((error) => error.errMsg)")


def start(program: Any, call: str) -> None:
    """Begin a call that waits for the shopper; its end lands in ``app.answer``."""
    program.of(
        f"void ({call}.then((value) => {{ page.answer = value.errMsg }}, (error) => {{ page.answer = error.errMsg }}))"
    )


def test_login_gets_a_code_for_the_same_user(home: Any, server: Any) -> None:
    server.answers["POST", "/preview/sample/wx/login"] = lambda body: (200, {"code": f"code-of-{body['user']}"})
    first = answer(home, "wx.login()")
    assert first["errMsg"] == "login:ok"
    assert answer(home, "wx.login()")["code"] == first["code"]


def test_a_named_user_logs_in(launch: Callable[..., Any], server: Any) -> None:
    server.answers["POST", "/preview/sample/wx/login"] = lambda body: (200, {"code": body["user"]})
    assert answer(launch(query="?user=alice"), "wx.login()")["code"] == "alice"


def test_login_without_a_sandbox_fails(home: Any) -> None:
    assert answer(home, "wx.login()").startswith("login:fail")


def test_request_speaks_json_and_keeps_the_status(home: Any, server: Any) -> None:
    server.answers["POST", "/api/v1/things"] = lambda body: (422, {"got": body})
    result = home.of(
        "new Promise((resolve) => wx.request({ url: '/api/v1/things', method: 'POST', data: { a: 1 },"
        " header: { 'X-Test': 'yes' }, success: resolve, fail: resolve }))"
    )
    assert (result["statusCode"], result["data"], result["errMsg"]) == (422, {"got": {"a": 1}}, "request:ok")
    assert result["header"]["Content-Type"] == "application/json"


def test_request_puts_data_of_a_get_into_the_address(home: Any, server: Any) -> None:
    server.answers["GET", "/api/list"] = (200, [])
    home.of(
        "new Promise((done) => wx.request({ url: '/api/list?a=1', data: { q: '茶 b', none: undefined }, complete: done }))"
    )
    assert ("GET", "/api/list?a=1&q=%E8%8C%B6%20b", "") in server.seen


def test_request_cannot_patch_as_in_wechat(home: Any, server: Any) -> None:
    result = home.of("new Promise((done) => wx.request({ url: '/api/x', method: 'PATCH', complete: done }))")
    assert result["errMsg"] == "request:fail method PATCH is not supported"
    assert server.seen == []


def test_a_foreign_server_is_warned_of(home: Any) -> None:
    home.of("new Promise((done) => wx.request({ url: 'http://127.0.0.1:9/x', complete: done }))")
    assert any("http://127.0.0.1:9 is not the shop's server" in str(one["detail"]) for one in home.log("warning"))


def test_request_can_time_out_and_be_aborted(home: Any, server: Any) -> None:
    def slow(_: Any) -> tuple[int, Any]:
        time.sleep(0.6)
        return 200, {}

    server.answers["GET", "/api/slow"] = slow
    late = home.of("new Promise((done) => wx.request({ url: '/api/slow', timeout: 100, complete: done }))")
    assert late["errMsg"] == "request:fail timeout"
    stopped = home.of("new Promise((done) => wx.request({ url: '/api/slow', complete: done }).abort())")
    assert stopped["errMsg"] == "request:fail abort"


def test_the_network_can_be_away_and_come_back(home: Any, server: Any) -> None:
    server.answers["GET", "/api/x"] = (200, {})
    home.of(
        "void wx.onNetworkStatusChange((state) => { page.networks = [...(page.networks || []), state.networkType] })"
    )
    home.page.evaluate("JishiPreview.change({ network: 'offline' })")
    failed = home.of("new Promise((done) => wx.request({ url: '/api/x', complete: done }))")
    assert failed["errMsg"].startswith("request:fail")
    assert answer(home, "wx.getNetworkType()")["networkType"] == "none"
    home.page.evaluate("JishiPreview.change({ network: 'slow' })")

    begun = time.monotonic()
    assert home.of("new Promise((done) => wx.request({ url: '/api/x', complete: done }))")["statusCode"] == 200
    assert time.monotonic() - begun > 1
    assert home.of("page.networks") == ["none", "3g"]


def test_storage_keeps_types(home: Any) -> None:
    home.of("wx.setStorageSync('cart', { lines: [1, '2', null], on: true })")
    assert home.of("wx.getStorageSync('cart')") == {"lines": [1, "2", None], "on": True}
    assert home.of("wx.getStorageSync('nothing')") == ""
    assert answer(home, "wx.getStorage({ key: 'nothing' })") == "getStorage:fail data not found"
    assert home.of("wx.getStorageInfoSync().keys") == ["cart"]
    home.of("wx.clearStorageSync()")
    assert home.of("wx.getStorageInfoSync().keys") == []


def test_modal_toast_and_action_sheet(home: Any) -> None:
    start(home, "wx.showModal({ title: 'Sure?', content: 'It cannot be undone' })")
    home.page.get_by_role("dialog", name="Sure?").locator(".jp-confirm").click()
    home.wait("page.answer === 'showModal:ok'")

    start(home, "wx.showActionSheet({ itemList: ['one', 'two'] })")
    home.page.locator(".jp-action-cancel").click()
    home.wait("page.answer === 'showActionSheet:fail cancel'")

    home.of("wx.showToast({ title: 'Saved', duration: 1500 })")
    assert home.page.get_by_role("status").inner_text() == "Saved"
    home.page.get_by_role("status").wait_for(state="detached")

    home.of("wx.showLoading({ title: 'Wait' })")
    home.of("wx.hideLoading()")
    assert home.page.locator(".jp-toast").count() == 0


def test_dialogs_close_with_escape_where_they_may(home: Any) -> None:
    start(home, "wx.showActionSheet({ itemList: ['one'] })")
    home.page.locator(".jp-action").first.wait_for()
    home.page.keyboard.press("Escape")
    home.wait("page.answer === 'showActionSheet:fail cancel'")


def bill(server: Any) -> None:
    server.answers["POST", "/preview/sample/wx/cashier"] = (
        200,
        {"prepay_id": "wx1", "description": "An order", "amount": 12850, "currency": "CNY", "merchant": "Jishi Tea"},
    )
    server.answers["POST", "/preview/sample/wx/cashier/wx1"] = (200, {"state": "SUCCESS"})


@pytest.mark.parametrize(
    "action, result",
    [
        ("pay", "requestPayment:ok"),
        ("decline", "requestPayment:fail bank declined the payment"),
        ("pay_late", "requestPayment:fail cancel"),
    ],
)
def test_the_cashier(home: Any, server: Any, action: str, result: str) -> None:
    bill(server)
    start(home, f"wx.requestPayment({PAY})")
    cashier = home.page.locator(".jp-cashier")
    cashier.wait_for()
    assert "128.50" in cashier.inner_text()
    assert "Jishi Tea" in cashier.inner_text()
    cashier.locator(f"[data-action={action}]").click()
    home.wait("page.answer")

    assert home.of("page.answer") == result
    assert server.seen[-1][2]["action"] == action


def test_closing_the_cashier_is_a_cancel_and_pays_nothing(home: Any, server: Any) -> None:
    bill(server)
    start(home, f"wx.requestPayment({PAY})")
    home.page.locator(".jp-sheet-close").click()
    home.wait("page.answer === 'requestPayment:fail cancel'")
    assert [path for _, path, _ in server.seen] == ["/preview/sample/wx/cashier"]


def test_the_cashier_refuses_what_is_not_signed(home: Any, server: Any) -> None:
    server.answers["POST", "/preview/sample/wx/cashier"] = (
        400,
        {"code": "SIGN_ERROR", "message": "the signature is wrong"},
    )
    assert answer(home, f"wx.requestPayment({PAY})") == "requestPayment:fail the signature is wrong"
    assert answer(home, "wx.requestPayment({ timeStamp: 1 })").startswith(
        "requestPayment:fail parameter error: parameter.timeStamp should be String instead of number"
    )


def test_a_cashier_that_does_not_answer_says_so_and_can_be_tried_again(home: Any, server: Any) -> None:
    bill(server)
    server.answers["POST", "/preview/sample/wx/cashier/wx1"] = (502, {"detail": "The sandbox is not running."})
    start(home, f"wx.requestPayment({PAY})")
    home.page.locator("[data-action=pay]").click()
    home.page.get_by_text("The sandbox is not running.").wait_for()
    bill(server)
    home.page.locator("[data-action=pay]").click()
    home.wait("page.answer === 'requestPayment:ok'")


def test_addresses_phone_and_scan(home: Any) -> None:
    start(home, "wx.chooseAddress().then((address) => { page.address = address; return address })")
    home.page.locator(".jp-address").first.click()
    home.wait("page.address")
    assert home.of("page.address.provinceName") == "浙江省"

    start(home, "wx.scanCode().then((code) => { page.code = code.result; return code })")
    home.page.locator(".jp-dialog-input").fill("SF123")
    home.page.locator(".jp-confirm").click()
    home.wait("page.code === 'SF123'")


def test_subscribe_messages_have_their_limit(home: Any) -> None:
    assert "max bounds" in answer(home, "wx.requestSubscribeMessage({ tmplIds: ['a', 'b', 'c', 'd'] })")
    start(
        home,
        "wx.requestSubscribeMessage({ tmplIds: ['a'] }).then((result) => { page.subscribed = result.a; return result })",
    )
    home.page.locator(".jp-confirm").click()
    home.wait("page.subscribed === 'accept'")


def test_pictures_are_shown_large(home: Any) -> None:
    home.of("wx.previewImage({ urls: ['/images/home.png', '/images/leaf.png'], current: '/images/home.png' })")
    home.page.locator(".jp-viewer-count").get_by_text("1 / 2").wait_for()
    home.page.get_by_role("button", name="下一张").click()
    assert home.page.locator(".jp-viewer-image").get_attribute("src") == "./images/leaf.png"
    home.page.keyboard.press("Escape")
    assert home.page.locator(".jp-viewer").count() == 0


def test_dark_mode_follows_the_switch(home: Any) -> None:
    ground = "getComputedStyle(document.querySelector('wx-page')).backgroundColor"
    assert home.page.evaluate(ground) == "rgb(245, 245, 245)"
    home.page.evaluate("JishiPreview.change({ scheme: 'dark' })")
    assert home.page.evaluate(ground) == "rgb(16, 16, 16)"
    assert home.of("wx.getAppBaseInfo().theme") == "dark"
    nav = "getComputedStyle(document.querySelector('.jp-nav')).backgroundColor"
    assert home.page.evaluate(nav) == "rgb(25, 25, 25)"


def test_language_and_insets_come_from_the_address(launch: Callable[..., Any]) -> None:
    program = launch("#/pkg/pages/lab/lab", query="?lang=en&top=47&bottom=34")
    assert program.of("wx.getAppBaseInfo().language") == "en"
    assert program.of("wx.getWindowInfo().statusBarHeight") == 47
    assert program.of("wx.getMenuButtonBoundingClientRect().top") == 53
    assert program.on("safe").evaluate("(element) => element.offsetHeight") == 34
    assert program.page.evaluate("document.documentElement.lang") == "en"


def test_what_is_missing_is_logged(home: Any) -> None:
    assert home.of("typeof wx.startBeaconDiscovery") == "undefined"
    assert [one["name"] for one in home.log("missing")] == ["wx.startBeaconDiscovery"]


def test_the_log_tells_calls_and_requests(home: Any, server: Any) -> None:
    server.answers["GET", "/api/x"] = (200, {"fine": True})
    home.of("new Promise((done) => wx.request({ url: '/api/x', complete: done }))")
    entry = home.log("request")[-1]
    assert (entry["name"], entry["outcome"]) == ("GET /api/x", {"status": 200, "data": {"fine": True}})
    assert entry["ms"] >= 0


def test_a_long_answer_is_cut_in_the_log_and_not_for_the_program(home: Any, server: Any) -> None:
    server.answers["GET", "/api/long"] = (200, {"results": [{"text": "x" * 2000}] * 100})
    got = home.of("new Promise((done) => wx.request({ url: '/api/long', complete: done }))")
    assert len(got["data"]["results"]) == 100
    outcome = home.log("request")[-1]["outcome"]
    assert outcome["status"] == 200
    assert len(outcome["data"]["results"]) == 31
    assert len(outcome["data"]["results"][0]["text"]) == 501


def test_set_data_has_wechats_limit(home: Any) -> None:
    home.of("page.setData({ big: 'x'.repeat(1100000) })")
    assert any("1024 KB" in str(one["detail"]) for one in home.log("error"))


def test_wide_windows(launch: Callable[..., Any]) -> None:
    program = launch("#/pkg/pages/detail/detail?id=1&name=x", width=1280, height=800)
    assert program.on("detail").evaluate("(element) => getComputedStyle(element).fontSize") == "40px"
    assert program.on("box").bounding_box()["width"] == 512
