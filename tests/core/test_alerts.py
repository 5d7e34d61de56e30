"""Nothing is set aside without an alert, in the same transaction; the same trouble is one alert, which is closed when it is over.

The rows are pictures, because some model is needed; the handlers are the test's own.
"""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from django.utils.translation import gettext_noop
from django_scopes import scopes_disabled

from core import alerts, clock, duework, tasks
from core.models import Alert, JournalEntry, LeaseLost
from shop.models import Picture, Store
from tests.core.test_due_work import START, Handle, due_picture, handle  # noqa: F401  a fixture
from tests.support.racing import together


def fail(picture: Picture) -> None:
    raise ValueError("13800138000 is no number")


def park(store: Store) -> Picture:
    """A picture that a worker has set aside, as it is in the database."""
    picture = due_picture(store, claim="me", attempts=1, last_error="earlier")
    picture.park("no such file")
    return Picture.objects.get(pk=picture.pk)


def raise_difference(store: Store, subject: str = "payments.statement:1", **more: object) -> int:
    return alerts.raise_alert(store, "difference", subject, gettext_noop("Alerts"), **more)  # type: ignore[arg-type]


class TestParking:
    def test_a_handler_that_sets_a_row_aside_raises_an_alert(self, store: Store, handle: Handle) -> None:  # noqa: F811
        handle(lambda picture: picture.park("no such file."))
        picture = due_picture(store)

        duework.run_pending()

        alert = Alert.objects.get()
        assert (alert.kind, alert.subject, alert.severity) == ("parked", f"shop.picture:{picture.pk}", "warning")
        assert alert.link == f"/admin/shop/picture/{picture.pk}/change/"
        assert alert.shown_text.startswith("No such file. Nothing more happens")
        assert alerts.parked_without_alert() == []

    def test_so_does_the_last_failure_and_what_the_exception_quotes_stays_inside(
        self,
        store: Store,
        handle: Handle,  # noqa: F811
    ) -> None:
        handle(fail)
        with time_machine.travel(START, tick=False) as traveller:
            picture = due_picture(store)
            for _ in range(3):
                assert not Alert.objects.exists(), "it is tried again first"
                duework.run_pending()
                traveller.shift(timedelta(minutes=1))

        picture.refresh_from_db()
        assert "13800138000" in picture.last_error
        alert = Alert.objects.get()
        assert "It failed each time" in alert.shown_text
        assert "13800138000" not in alert.shown_title + alert.shown_text

    def test_so_does_a_row_that_kills_its_workers(self, store: Store, handle: Handle) -> None:  # noqa: F811
        handle(lambda picture: picture.finish())
        with time_machine.travel(START, tick=False) as traveller:
            picture = due_picture(store)
            for _ in range(3):
                duework._claim(Picture, picture.pk)
                traveller.shift(timedelta(seconds=61))
            duework.run_pending()

        assert "The worker died each time" in Alert.objects.get().shown_text

    def test_both_commit_or_neither(self, store: Store) -> None:
        picture = due_picture(store, claim="me")
        with transaction.atomic():
            picture.park("no such file")
            assert Alert.objects.exists()
            transaction.set_rollback(True)

        assert Picture.objects.get().parked_at is None
        assert not Alert.objects.exists()

    def test_a_worker_that_was_taken_over_tells_nobody(self, store: Store) -> None:
        picture = due_picture(store, claim="me")
        Picture.objects.update(claim="another")

        with pytest.raises(LeaseLost):
            picture.park("no such file")

        assert not Alert.objects.exists()

    def test_everything_that_a_worker_carries_out_is_asked_about(self) -> None:
        assert set(alerts.models_of_work()) == set(duework.models_with_work()) - {Alert}

    def test_parking_costs_one_statement_more(self, store: Store) -> None:
        picture = due_picture(store, claim="me", last_error="earlier")
        with transaction.atomic(), CaptureQueriesContext(connection) as captured:
            picture.park("no such file")

        assert len(captured) == 2

    def test_finishing_what_never_failed_costs_none(self, store: Store) -> None:
        picture = due_picture(store, claim="me")
        with transaction.atomic(), CaptureQueriesContext(connection) as captured:
            picture.finish()

        assert len(captured) == 1

    def test_an_alert_that_is_set_aside_raises_none_of_itself(self, store: Store) -> None:
        raise_difference(store)
        Alert.objects.update(claim="me")
        alert = Alert.objects.get()

        alert.park("the mail server refuses it")

        assert Alert.objects.get().parked_at is not None
        assert alerts.parked_without_alert() == []


class TestUntold:
    def test_a_row_set_aside_behind_our_back_is_found_and_told_of(self, store: Store, other_store: Store) -> None:
        with scopes_disabled():
            rows = [due_picture(one, parked_at=clock.now(), last_error="by hand") for one in (store, other_store)]
        assert alerts.parked_without_alert() == [f"shop.picture:{row.pk}" for row in rows]

        tasks.clean_up()

        assert alerts.parked_without_alert() == []
        assert Alert.objects.get().shown_text.startswith("By hand.")

    def test_an_alert_of_an_earlier_time_does_not_count(self, store: Store) -> None:
        picture = park(store)
        alerts.resolve_alert("parked", alerts.subject_of(picture), store=store)
        assert alerts.parked_without_alert() == [], "a person has seen it"

        Picture.objects.update(parked_at=clock.now() + timedelta(seconds=1))

        assert alerts.parked_without_alert() == [f"shop.picture:{picture.pk}"]

    def test_another_stores_alert_does_not_count(self, store: Store, other_store: Store) -> None:
        picture = park(store)
        Alert.objects.update(store=other_store)

        assert alerts.parked_without_alert() == [f"shop.picture:{picture.pk}"]


class TestOver:
    def test_taking_it_back_to_work_is_noted_and_finishing_it_closes_the_alert(
        self,
        store: Store,
        handle: Handle,  # noqa: F811
    ) -> None:
        handle(lambda picture: picture.finish())
        picture = park(store)

        assert duework.retry(picture, "staff:5")

        alert = Alert.objects.get()
        assert (alert.looked_by, alert.resolved_at) == ("staff:5", None)
        entry = JournalEntry.objects.get(subject=f"shop.picture:{picture.pk}")
        assert (entry.actor, entry.from_state, entry.to_state, entry.why) == (
            "staff:5",
            "parked",
            "due",
            "no such file",
        )
        duework.run_pending()
        alert.refresh_from_db()
        assert (alert.resolved_by, alert.resolved_at is None) == ("system", False)

    def test_what_goes_on_without_trouble_is_over_too(self, store: Store, handle: Handle) -> None:  # noqa: F811
        handle(lambda picture: picture.postpone(clock.now() + timedelta(hours=1)))
        duework.retry(park(store), "staff:5")

        duework.run_pending()

        assert Alert.objects.get().resolved_at is not None

    def test_what_fails_again_is_the_same_alert_nobody_looks_at(self, store: Store, handle: Handle) -> None:  # noqa: F811
        handle(lambda picture: picture.park("still no such file"))
        duework.retry(park(store), "staff:5")

        duework.run_pending()

        alert = Alert.objects.get()
        assert (alert.times, alert.looked_at, alert.looked_by, alert.resolved_at) == (2, None, "", None)
        assert alert.shown_text.startswith("Still no such file")

    @pytest.mark.parametrize(
        "put_right",
        [
            lambda: Picture.objects.update(parked_at=None, done_at=clock.now()),
            lambda: Picture.objects.update(parked_at=None, last_error=""),
            lambda: Picture.objects.all().delete(),
        ],
        ids=["done", "begun anew", "deleted"],
    )
    def test_what_was_put_right_by_another_way_is_found(self, store: Store, put_right: Callable[[], object]) -> None:
        park(store)
        tasks.settle_alerts()
        assert Alert.objects.get().resolved_at is None, "it still waits"
        put_right()

        tasks.settle_alerts()

        assert Alert.objects.get().resolved_at is not None

    def test_what_is_taken_back_to_work_and_not_done_yet_stays_open(self, store: Store) -> None:
        duework.retry(park(store), "staff:5")

        assert alerts.settle() == 0
        assert Alert.objects.get().resolved_at is None


class TestOnce:
    def test_the_same_trouble_is_counted(self, store: Store, other_store: Store) -> None:
        first = raise_difference(store)
        assert raise_difference(store, severity="urgent") == first
        raise_difference(store, "payments.statement:2")
        raise_difference(other_store)

        with scopes_disabled():
            assert Alert.objects.count() == 3
        assert (Alert.objects.get(pk=first).times, Alert.objects.get(pk=first).severity) == (2, "urgent")

    def test_after_it_was_resolved_it_is_a_new_one(self, store: Store, other_store: Store) -> None:
        first = raise_difference(store)
        raise_difference(other_store)
        assert alerts.resolve_alert("difference", "payments.statement:1", store=store, by="staff:5") == 1

        assert raise_difference(store) != first
        assert Alert.objects.get(pk=first).resolved_by == "staff:5"
        assert alerts.resolve_alert("difference", "payments.statement:1") == 2, "of all stores"

    def test_it_is_sent_again_only_after_an_hour(self, store: Store) -> None:
        with time_machine.travel(START, tick=False) as traveller:
            raise_difference(store)
            Alert.objects.update(done_at=clock.now(), mailed_at=clock.now(), attempts=1)
            traveller.shift(timedelta(minutes=59))
            raise_difference(store)
            assert Alert.objects.get().mailed_at == START

            traveller.shift(timedelta(minutes=2))
            raise_difference(store)

            alert = Alert.objects.get()
            assert (alert.done_at, alert.mailed_at, alert.attempts, alert.times) == (None, None, 0, 3)
            assert alert.due_at == clock.now()

    @pytest.mark.race
    @pytest.mark.django_db(transaction=True)
    @pytest.mark.parametrize("one_statement", [True, False], ids=["upsert", "control: look, then insert"])
    def test_many_see_it_at_once(self, store: Store, one_statement: bool) -> None:
        """Eight workers on connections of their own; one that looks first and inserts then fails, and loses its transaction."""
        barrier = threading.Barrier(8)

        def naive() -> None:
            known = Alert.objects.filter(subject="payments.statement:1").exists()
            barrier.wait(10)
            if not known:
                now = clock.now()
                Alert.objects.create(
                    store=store, kind="difference", subject="payments.statement:1", title="x", at=now, last_at=now
                )

        def work() -> str:
            try:
                raise_difference(store) if one_statement else naive()
            except IntegrityError:
                return "failed"
            return "raised"

        failed = together(store, [work] * 8).count("failed")

        assert (failed, Alert.objects.get().times) == ((0, 8) if one_statement else (7, 1))


class TestWords:
    def test_each_reader_gets_their_language_and_so_do_the_words_inside(self, store: Store) -> None:
        picture = due_picture(store, claim="me", alt_en="Cup")
        picture.park("the worker died each time")
        alert = Alert.objects.get()

        assert alert.shown_title == "Set aside: picture Cup"
        with translation.override("zh-hans"):
            assert alert.shown_title == "已搁置：图片 Cup"
            assert alert.shown_text.startswith("后台进程每次都意外终止。")

    def test_words_of_another_version_are_shown_as_they_are(self, store: Store) -> None:
        raise_difference(store, text="%(amount)s are missing", params={"sum": 5})

        assert Alert.objects.get().shown_text == "%(amount)s are missing {'sum': 5}"
