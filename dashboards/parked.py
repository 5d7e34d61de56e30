"""Parked work: rows of every kind that were set aside for a person, in one list."""

from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.core.paginator import Page, Paginator
from django.db.models import CharField, QuerySet, Value
from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.translation import gettext

from core import alerts
from core.models import Alert
from orders.models import Duty
from shop.models import Store
from shop.roles import CHANGE, ORDERS, VIEW, stores_where

PAGE = 50
MANY = 200


@dataclass(frozen=True)
class ParkedRow:
    """A row as the list shows it; ``key`` is how forms name it, such as ``payments.refund:12``."""

    row: Any
    may_retry: bool

    @property
    def key(self) -> str:
        return alerts.subject_of(self.row)

    @property
    def kind(self) -> str:
        """What it is, and of a duty which."""
        name = str(self.row._meta.verbose_name)
        return f"{name}: {self.row.get_kind_display()}" if isinstance(self.row, Duty) else name

    @property
    def name(self) -> str:
        return str(self.row.order) if isinstance(self.row, Duty) else str(self.row)

    @property
    def link(self) -> str:
        """The page of the row; of a duty that of its order."""
        if isinstance(self.row, Duty):
            return reverse("dashboards:order", args=[self.row.order.public_id])
        return alerts.page_of(self.row)

    @property
    def trouble(self) -> str:
        """The last error, in the reader's language where it is one of the house's."""
        return gettext(self.row.last_error) if self.row.last_error else ""


def models_of_work() -> list[type[Any]]:
    """Everything that can be parked, undelivered alerts too."""
    return [*alerts.models_of_work(), Alert]


def stores_for(request: HttpRequest, model: type[Any], level: int = VIEW) -> list[Store]:
    """The stores of whose rows of that kind the caller may know: as on the kind's own page in the admin."""
    page: Any = admin.site._registry.get(model)
    return page.stores(request, level) if page is not None else stores_where(request, ORDERS, level)


def page(request: HttpRequest, number: str | None) -> "Page[Any]":
    """One page of what the caller may see, newest first, with ``ParkedRow`` for rows."""
    kinds = [_ids(request, model) for model in models_of_work()]
    found = Paginator(kinds[0].union(*kinds[1:], all=True).order_by("-parked_at", "label", "pk"), PAGE).get_page(number)
    by_label: dict[str, list[int]] = {}
    for label, pk, _at in found.object_list:
        by_label.setdefault(label, []).append(pk)
    rows = {row.key: row for label, pks in by_label.items() for row in _rows(request, label, pks)}
    found.object_list = [rows[key] for label, pk, _at in found.object_list if (key := f"{label}:{pk}") in rows]
    return found


def count(request: HttpRequest) -> int:
    """How many there are that the caller may see."""
    kinds = [_ids(request, model) for model in models_of_work()]
    return kinds[0].union(*kinds[1:], all=True).count()


def chosen(request: HttpRequest, keys: list[str]) -> list[ParkedRow]:
    """The rows that these keys name. Http404, as a whole, when one of them is not the caller's to retry, or is nothing."""
    by_label: dict[str, list[int]] = {}
    for key in dict.fromkeys(keys[:MANY]):
        label, _, pk = key.partition(":")
        if not pk.isascii() or not pk.isdecimal() or len(pk) > 18:
            raise Http404
        by_label.setdefault(label, []).append(int(pk))
    rows = [row for label, pks in by_label.items() for row in _rows(request, label, pks)]
    if len(rows) != sum(map(len, by_label.values())) or not all(row.may_retry for row in rows):
        raise Http404
    return rows


def _ids(request: HttpRequest, model: type[Any]) -> "QuerySet[Any]":
    rows: QuerySet[Any] = model.objects.filter(parked_at__isnull=False, store__in=stores_for(request, model))
    label = Value(model._meta.label_lower, CharField())
    return rows.annotate(label=label).order_by().values_list("label", "pk", "parked_at")


def _rows(request: HttpRequest, label: str, pks: list[int]) -> list[ParkedRow]:
    model = {model._meta.label_lower: model for model in models_of_work()}.get(label)
    if model is None:
        return []
    rows = model.objects.filter(pk__in=pks, store__in=stores_for(request, model)).select_related("store")
    if model is Duty:
        rows = rows.select_related("order")
    may = {store.pk for store in stores_for(request, model, CHANGE)}
    return [ParkedRow(row, row.store_id in may) for row in rows.order_by("pk")]
