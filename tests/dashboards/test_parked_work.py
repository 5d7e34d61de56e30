"""The page of parked work shows all that was set aside of one's own stores, and takes it back to work after a look."""

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django_scopes import scope, scopes_disabled

from core import clock
from core.models import Alert, JournalEntry
from dashboards import parked
from orders.models import Duty, Order
from shop.models import Picture, ProductImport, Store
from tests.core.test_due_work import due_picture
from tests.dashboards.test_order_board import board, order, staff  # noqa: F401  fixtures
from tests.shop.admin_support import staff_of


@pytest.fixture
def duty(order: Order) -> Duty:  # noqa: F811
    """The duty to close the order, set aside."""
    Duty.objects.update(parked_at=clock.now(), attempts=8, last_error="the worker died each time")
    return Duty.objects.get()


def parked_picture(store: Store, **columns: object) -> Picture:
    return due_picture(store, **{"parked_at": clock.now(), "attempts": 8, "last_error": "no such file", **columns})


def page(client: Client, query: str = "") -> str:
    response = client.get(f"/ops/parked/{query}")
    assert response.status_code == 200
    return response.content.decode()


def test_nothing_is_set_aside(board: Client) -> None:  # noqa: F811
    assert "Nothing is set aside" in page(board)


def test_rows_of_every_kind_are_in_one_list(store: Store, duty: Duty) -> None:
    picture = parked_picture(store, alt_en="Blue cup")
    text = page(staff_of(store))

    assert f'href="/admin/shop/picture/{picture.pk}/change/"' in text
    assert "Blue cup" in text
    assert "no such file" in text
    assert "duty: close unpaid" in text
    assert f'href="/ops/orders/{duty.order.public_id}/"' in text
    assert text.count("8 ×") == 2


def test_the_trouble_is_told_in_the_readers_language(store: Store, duty: Duty) -> None:
    client = staff_of(store)
    assert "the worker died each time" in page(client)
    assert (
        "后台进程每次都意外终止" in client.get("/ops/parked/", headers={"accept-language": "zh-hans"}).content.decode()
    )


def test_one_is_tried_again_after_a_look(board: Client, staff: User, duty: Duty) -> None:  # noqa: F811
    key = f"orders.duty:{duty.pk}"

    preview = board.post("/ops/parked/retry/", {"row": key}).content.decode()
    assert "Try 1 row again" in preview
    assert Duty.objects.get().parked_at is not None, "not before it is confirmed"
    result = board.post("/ops/parked/retry/", {"row": key, "confirmed": "yes"}).content.decode()

    assert "1 row is tried again" in result
    assert Duty.objects.get().parked_at is None
    entry = JournalEntry.objects.get(subject=key)
    assert (entry.actor, entry.from_state, entry.to_state) == (f"staff:{staff.pk}", "parked", "due")


def test_many_are_tried_again_and_who_comes_second_is_told(store: Store) -> None:
    rows = [parked_picture(store) for _ in range(3)]
    keys = [f"shop.picture:{row.pk}" for row in rows]
    client = staff_of(store)
    Picture.objects.filter(pk=rows[0].pk).update(parked_at=None)

    result = client.post("/ops/parked/retry/", {"row": keys, "confirmed": "yes"}).content.decode()

    assert "2 rows are tried again" in result
    assert "somebody was quicker" in result
    assert not Picture.objects.filter(parked_at__isnull=False).exists()
    assert JournalEntry.objects.filter(to_state="due").count() == 2


def test_the_alert_of_what_has_no_page_leads_here(order: Order) -> None:  # noqa: F811
    Duty.objects.update(claim="me")
    Duty.objects.get().park("the provider refuses it")

    assert Alert.objects.get().link == "/ops/parked/"


def test_an_alert_that_did_not_arrive_is_parked_work_too(store: Store) -> None:
    now = clock.now()
    Alert.objects.create(store=store, kind="x", subject="x:1", title="Alerts", at=now, last_at=now, parked_at=now)

    assert "Alerts" in page(staff_of(store))


class TestOthers:
    @pytest.fixture
    def foreign(self, other_store: Store) -> Picture:
        with scope(store=other_store):
            return parked_picture(other_store, alt_en="Foreign picture")

    def test_another_stores_rows_are_not_seen(self, store: Store, foreign: Picture) -> None:
        parked_picture(store, alt_en="Own picture")
        text = page(staff_of(store))

        assert "Own picture" in text
        assert "Foreign picture" not in text

    @pytest.mark.parametrize("confirmed", ["", "yes"])
    def test_posting_their_ids_is_a_404_and_changes_nothing(
        self, store: Store, foreign: Picture, confirmed: str
    ) -> None:
        own = parked_picture(store)
        keys = [f"shop.picture:{own.pk}", f"shop.picture:{foreign.pk}"]

        response = staff_of(store).post("/ops/parked/retry/", {"row": keys, "confirmed": confirmed})

        assert response.status_code == 404
        with scopes_disabled():
            assert Picture.objects.filter(parked_at__isnull=False).count() == 2, "not even one's own"
            assert not JournalEntry.objects.exists()

    def test_order_staff_see_nothing_of_the_catalogue(self, board: Client, store: Store, duty: Duty) -> None:  # noqa: F811
        row = ProductImport.objects.create(store=store, file="x.csv", name="secret.csv", parked_at=clock.now())

        text = page(board)

        assert "close unpaid" in text
        assert "secret.csv" not in text
        response = board.post("/ops/parked/retry/", {"row": f"shop.productimport:{row.pk}", "confirmed": "yes"})
        assert response.status_code == 404

    @pytest.mark.parametrize(
        "key",
        [
            "",
            "shop.picture:",
            "shop.picture:x",
            "shop.store:1",
            "auth.user:1",
            "shop.picture:٣",
            "x",
            f"shop.picture:{9**30}",
        ],
    )
    def test_nonsense_is_a_404(self, board: Client, key: str) -> None:  # noqa: F811
        assert board.post("/ops/parked/retry/", {"row": key, "confirmed": "yes"}).status_code == 404

    def test_nobody_else_gets_in(self, store: Store) -> None:
        assert Client().get("/ops/parked/").status_code == 302
        stranger = User.objects.create_user("stranger", is_staff=True)
        client = Client()
        client.force_login(stranger)
        assert client.get("/ops/parked/").status_code == 404
        assert staff_of(store).get("/ops/parked/retry/").status_code == 405


def test_pages_are_turned(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parked, "PAGE", 2)
    for number in range(3):
        parked_picture(store, alt_en=f"Picture {number}")
    client = staff_of(store)

    first, second = page(client), page(client, "?page=2")

    assert "Picture 2" in first
    assert "Picture 1" in first
    assert "Picture 0" not in first
    assert "Picture 0" in second
    assert 'href="?page=2"' in first
    assert "Page 2 of 2" in page(client, "?page=99")


def test_more_rows_cost_no_more_questions(store: Store) -> None:
    client = staff_of(store)
    counts = []
    for _ in range(2):
        parked_picture(store)
        with CaptureQueriesContext(connection) as captured:
            page(client)
        counts.append(len(captured))
        for _ in range(5):
            parked_picture(store)
    assert counts[0] == counts[1]
