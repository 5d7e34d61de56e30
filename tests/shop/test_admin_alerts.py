"""Staff see their own stores' alerts, open ones first, and say when one is settled; the store's page says who is told."""

from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django_scopes import scope, scopes_disabled

from core import alerts, duework
from core.models import Alert
from shop.models import Store
from tests.shop.admin_support import staff_of
from tests.shop.test_admin_tenancy import form_of

LIST = "/admin/core/alert/"


def raise_one(store: Store, subject: str = "x:1", **more: Any) -> Alert:
    with scope(store=store):
        pk = alerts.raise_alert(store, "difference", subject, "%(name)s", params={"name": subject}, **more)
        return Alert.objects.get(pk=pk)


class TestList:
    def test_open_ones_come_first(self, store: Store) -> None:
        raise_one(store, "old:1")
        alerts.resolve_alert("difference", raise_one(store, "settled:1").subject)
        raise_one(store, "urgent:1", severity="urgent")

        text = staff_of(store).get(LIST).content.decode()

        assert text.index("urgent:1") < text.index("old:1") < text.index("settled:1")
        assert "dot-bad" in text
        assert "dot-waiting" in text
        assert "dot-good" in text
        only_open = staff_of(store, name="b").get(f"{LIST}?state=open").content.decode()
        assert "settled:1" not in only_open

    def test_more_alerts_cost_no_more_questions(self, store: Store) -> None:
        client = staff_of(store)
        counts = []
        for number in range(2):
            raise_one(store, f"x:{number}")
            with CaptureQueriesContext(connection) as captured:
                client.get(LIST)
            counts.append(len(captured))
            for more in range(5):
                alerts.resolve_alert("difference", raise_one(store, f"y:{number}{more}").subject, by="staff:1")
        assert counts[0] == counts[1]

    def test_many_are_marked_as_resolved(self, store: Store) -> None:
        rows = [raise_one(store, f"x:{number}") for number in range(3)]
        client = staff_of(store, role="ops")

        client.post(LIST, {"action": "resolve", "_selected_action": [row.pk for row in rows[:2]]})

        assert set(Alert.objects.filter(resolved_at=None)) == {rows[2]}
        assert Alert.objects.get(pk=rows[0].pk).resolved_by.startswith("staff:")


class TestPage:
    def test_it_says_where_who_was_told_and_who_settled_it(self, store: Store) -> None:
        alert = raise_one(store, link="/admin/shop/product/")
        client = staff_of(store, name="mei")
        duework.run_pending(Alert)

        page = client.get(f"{LIST}{alert.pk}/change/").content.decode()
        assert 'href="/admin/shop/product/"' in page
        assert "the store names nobody" in page
        assert client.get(f"{LIST}{alert.pk}/resolve/").status_code == 405
        client.post(f"{LIST}{alert.pk}/resolve/")

        assert "mei" in client.get(f"{LIST}{alert.pk}/change/").content.decode()
        alert.refresh_from_db()
        assert alert.resolved_at is not None

    def test_another_stores_alert_is_a_404_and_stays_open(self, store: Store, other_store: Store) -> None:
        foreign = raise_one(other_store, "zebra:1")
        client = staff_of(store)

        assert "zebra" not in client.get(LIST).content.decode()
        assert client.get(f"{LIST}{foreign.pk}/change/").status_code == 404
        assert client.post(f"{LIST}{foreign.pk}/resolve/").status_code == 404
        client.post(LIST, {"action": "resolve", "_selected_action": [foreign.pk]})
        with scopes_disabled():
            assert Alert.objects.get().resolved_at is None


class TestStorePage:
    def save(self, store: Store, **changes: Any) -> Any:
        client = staff_of(store)
        url = f"/admin/shop/store/{store.pk}/change/"
        return client.post(url, form_of(client.get(url)) | changes, follow=True)

    def test_addresses_and_the_secret_are_kept_and_the_secret_is_not_shown(self, store: Store) -> None:
        page = self.save(
            store, alert_emails="mei@example.com\n\n lan@example.com\nmei@example.com",
            alert_url="https://example.com/alerts", alert_secret="quite a long secret", _continue="1",
        )  # fmt: skip

        store.refresh_from_db()
        assert store.alert_emails == ["mei@example.com", "lan@example.com"]
        assert (store.alert_url, store.alert_secret) == ("https://example.com/alerts", "quite a long secret")
        text = page.content.decode()
        assert "mei@example.com\nlan@example.com" in text
        assert "quite a long secret" not in text
        with connection.cursor() as cursor:
            cursor.execute("SELECT alert_secret FROM shop_store WHERE id = %s", [store.pk])
            assert "quite a long secret" not in cursor.fetchone()[0]

    @pytest.mark.parametrize(
        "changes, field",
        [
            ({"alert_emails": "mei@example.com\nnonsense"}, "alert_emails"),
            ({"alert_emails": "\n".join(f"a{n}@example.com" for n in range(21))}, "alert_emails"),
            ({"alert_url": "http://example.com/", "alert_secret": "s" * 16}, "alert_url"),
            ({"alert_url": "https://example.com:6379/", "alert_secret": "s" * 16}, "alert_url"),
            ({"alert_url": "https://me:pw@example.com/", "alert_secret": "s" * 16}, "alert_url"),
            ({"alert_url": "https://example.com/"}, "alert_secret"),
            ({"alert_url": "https://example.com/", "alert_secret": "short"}, "alert_secret"),
        ],
    )
    def test_nonsense_is_named(self, store: Store, changes: dict[str, str], field: str) -> None:
        response = self.save(store, **changes)

        assert list(response.context["adminform"].form.errors) == [field]
        store.refresh_from_db()
        assert (store.alert_emails, store.alert_url, store.alert_secret) == ([], "", "")

    def test_the_button_saves_and_sends_a_test(self, store: Store) -> None:
        text = self.save(store, alert_emails="mei@example.com", _test_alert="1").content.decode()
        duework.run_pending(Alert)

        assert "A test alert is on its way." in text
        assert mail.outbox[0].to == ["mei@example.com"]

    def test_it_says_when_nobody_would_get_it(self, store: Store) -> None:
        text = self.save(store, _test_alert="1").content.decode()

        assert "nobody would get it" in text
        assert not Alert.objects.exists()
