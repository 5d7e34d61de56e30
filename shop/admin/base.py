"""The admin of a tenant model: staff see and change rows of the stores in which their role allows it, and nothing else exists.

``TenantAdmin`` and ``TenantInline`` close every way by which a ModelAdmin shows or takes rows of others: lists, forms, drop-downs,
autocompletes, filters, bulk actions, buttons of rows, pages of deletion and history. Set ``area`` (``shop.roles``); without one only
owners get in. A foreign row is a 404.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.utils import NestedObjects, unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, router
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, StackedInline, TabularInline
from unfold.widgets import UnfoldAdminSelectWidget

from core.models import TenantModel
from shop.admin.money import MoneyField, for_currency
from shop.models import Store
from shop.roles import CHANGE, ORDERS, STORE, VIEW, stores_where

# Rooms whose admins need not say it.
AREAS_OF_APPS = {"orders": ORDERS, "payments": ORDERS}


class TenantFormMixin(forms.ModelForm):
    """A form of a tenant row: knows the row's store, and takes nothing of another one."""

    # Set by the admin on the class it makes for a request.
    admin_stores: list[Store] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        store = self._store()
        if "for_store" in self.fields:
            field = self.fields["for_store"]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = Store.objects.filter(pk__in=[store.pk for store in self.admin_stores])
        for field in self.fields.values():
            # As Django does with the names of columns.
            field.label = capfirst(field.label) if field.label else field.label
            if isinstance(field, MoneyField) and store is not None:
                for_currency(field, store.currency)

    def _store(self) -> Store | None:
        """The store of the row; of a new one the only one there is, or the one that was chosen."""
        if isinstance(self.instance, Store):
            return self.instance
        if self.instance.store_id is None:
            chosen = self.data.get(self.add_prefix("for_store"), "") if self.is_bound else ""
            stores = [store for store in self.admin_stores if len(self.admin_stores) == 1 or str(store.pk) == chosen]
            if not stores:
                return None
            self.instance.store = stores[0]
        store: Store = self.instance.store
        return store

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        store = self._store()
        if store is None:
            self.add_error("for_store" if "for_store" in self.fields else None, _("Choose the store."))
            return cleaned
        for name, value in list(cleaned.items()):
            related = list(value) if isinstance(value, QuerySet) else [value]
            if any(isinstance(row, TenantModel) and row.store_id != store.pk for row in related):
                # The words of a choice that does not exist: of other stores nothing is told.
                self.add_error(name, forms.ModelChoiceField.default_error_messages["invalid_choice"])
        return cleaned

    def _get_validation_exclusions(self) -> set[str]:
        # Uniqueness within the store is checked although the store is no field of the form.
        exclude: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]  # not in the stubs
        return exclude - {"store"} if getattr(self.instance, "store_id", None) else exclude


class ChosenStoreMixin(forms.ModelForm):
    """The question which store, for staff of several."""

    for_store = forms.ModelChoiceField(Store.objects.none(), label=_("Store"), widget=UnfoldAdminSelectWidget)


def tenant_form(form: Any) -> Any:
    """The form with what ``TenantFormMixin`` adds."""
    if issubclass(form, TenantFormMixin):
        return form
    return type(f"Tenant{form.__name__}", (TenantFormMixin, form), {})


class StoreFilter(admin.SimpleListFilter):
    """Rows of one store, for staff of several."""

    title = _("store")
    parameter_name = "in_store"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        stores: list[Store] = model_admin.stores(request)
        return [(store.slug, str(store)) for store in stores] if len(stores) > 1 else []

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        return queryset.filter(store__slug=self.value()) if self.value() else queryset


class _Scoped:
    """What admins and inlines share: who may, and which rows."""

    area = ""
    read_only = False
    # Rows are made and removed by the house itself: no adding, no deleting by hand.
    fixed_rows = False
    model: Any
    opts: Any

    def stores(self, request: HttpRequest, level: int = VIEW) -> list[Store]:
        """The stores whose rows the caller may see (or change) here."""
        area = self.area or AREAS_OF_APPS.get(self.opts.app_label, STORE)
        return stores_where(request, area, level)

    def _may(self, request: HttpRequest, level: int, obj: Any) -> bool:
        stores = self.stores(request, level)
        if obj is None or not stores:
            return bool(stores)
        if not isinstance(obj, models.Model):
            # Unfold asks with a primary key.
            try:
                obj = self.model._base_manager.filter(pk=obj).first()
            except (ValueError, ValidationError):
                return False
        store_pk = obj.pk if isinstance(obj, Store) else getattr(obj, "store_id", None)
        return any(store.pk == store_pk for store in stores)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, VIEW, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return not self.read_only and self._may(request, CHANGE, obj)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return not self.read_only and not self.fixed_rows and self._may(request, CHANGE, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return not self.read_only and not self.fixed_rows and self._may(request, CHANGE, obj)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(self.stores(request))

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Any]":
        rows: QuerySet[Any] = super().get_queryset(request)  # type: ignore[misc]
        column = "pk__in" if self.model is Store else "store__in"
        return rows.filter(**{column: [store.pk for store in self.stores(request)]})

    def _own(self, request: HttpRequest, related: Any) -> "QuerySet[Any] | None":
        """The rows of a related model that may be chosen here; None where the model belongs to no store."""
        stores = [store.pk for store in self.stores(request, CHANGE)]
        # On the page of a row: those of its own store.
        row_store = getattr(request, "row_store", None)
        if row_store is not None:
            stores = [pk for pk in stores if pk == row_store]
        if related is Store:
            return Store.objects.filter(pk__in=stores)
        if issubclass(related, TenantModel):
            return related.objects.filter(store__in=stores)
        return None

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        own = self._own(request, db_field.remote_field.model)
        kwargs["queryset"] = db_field.remote_field.model._default_manager.none() if own is None else own
        return super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        own = self._own(request, db_field.remote_field.model)
        kwargs["queryset"] = db_field.remote_field.model._default_manager.none() if own is None else own
        return super().formfield_for_manytomany(db_field, request, **kwargs)  # type: ignore[misc]


def _store_of(obj: Any) -> int | None:
    return obj.pk if isinstance(obj, Store) else getattr(obj, "store_id", None)


class TenantAdmin(_Scoped, ModelAdmin):
    """The page of a tenant model.

    ``read_only``: nothing can be changed. ``fixed_rows``: rows can be changed, but neither added nor deleted.
    """

    form: Any = forms.ModelForm
    # Another form for new rows, where they need one.
    add_form: Any = None
    list_filter_submit = True
    list_fullwidth = True
    warn_unsaved_form = True
    compressed_fields = True
    show_full_result_count = False
    list_per_page = 50

    def __init__(self, model: Any, admin_site: Any) -> None:
        self.form = tenant_form(self.form)
        self.add_form = self.add_form and tenant_form(self.add_form)
        super().__init__(model, admin_site)

    # -- The form, and which store a new row belongs to

    def asks_for_store(self, request: HttpRequest, obj: Any) -> bool:
        """Whether the form of a new row must ask which store it is for."""
        return obj is None and issubclass(self.model, TenantModel) and len(self.stores(request, CHANGE)) > 1

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        request.row_store = _store_of(obj)  # type: ignore[attr-defined]
        form_class = self.add_form if obj is None and self.add_form else self.form
        if self.asks_for_store(request, obj):
            form_class = type(form_class.__name__, (form_class, ChosenStoreMixin), {})
        kwargs.setdefault("form", form_class)
        form = super().get_form(request, obj, change=change, **kwargs)
        form.admin_stores = self.stores(request, CHANGE)
        return form

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        fieldsets = super().get_fieldsets(request, obj)
        if not self.asks_for_store(request, obj):
            return fieldsets
        rest = [
            (name, {**options, "fields": [f for f in options["fields"] if f != "for_store"]})
            for name, options in fieldsets
        ]
        return [(None, {"fields": ["for_store"]}), *rest]

    def get_changelist_form(self, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs.setdefault("form", type("TenantListForm", (TenantFormMixin,), {}))
        form = super().get_changelist_form(request, **kwargs)
        form.admin_stores = self.stores(request, CHANGE)
        return form

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        # Rows below a row whose store nobody knows yet would have none: they come once it is saved.
        return [] if self.asks_for_store(request, obj) else super().get_inlines(request, obj)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        store_pk: Any = _store_of(form.instance)
        for row_form in formset.forms:
            if isinstance(row_form.instance, TenantModel):
                row_form.instance.store_id = row_form.instance.store_id or store_pk
        super().save_formset(request, form, formset, change)

    # -- The list

    def get_list_filter(self, request: HttpRequest) -> Any:
        filters = super().get_list_filter(request)
        several = issubclass(self.model, TenantModel) and len(self.stores(request)) > 1
        return [*filters, StoreFilter] if several else filters

    def get_list_display(self, request: HttpRequest) -> Any:
        columns = super().get_list_display(request)
        several = issubclass(self.model, TenantModel) and len(self.stores(request)) > 1
        return [*columns, "store_name"] if several else columns

    @admin.display(description=_("store"), ordering="store")
    def store_name(self, obj: Any) -> str:
        return str(obj.store)

    # -- Single rows

    def changeform_view(self, request: HttpRequest, object_id: str | None = None, *args: Any, **kwargs: Any) -> Any:
        if object_id and "_saveasnew" in request.POST:
            # Django forgets which row it was before it looks whether there is one.
            self.get_object(request, unquote(object_id))
        return super().changeform_view(request, object_id, *args, **kwargs)

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        obj = super().get_object(request, object_id, from_field)
        if obj is None:
            raise Http404
        return obj

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """What would go with these rows; refused as a whole, untold, when anything of another store is among it."""
        rows = list(objs)
        if rows:
            collector = NestedObjects(using=router.db_for_write(rows[0]._meta.model), origin=objs)
            collector.collect(rows)
            own = {store.pk for store in self.stores(request, CHANGE)}
            gone = [row for found in collector.model_objs.values() for row in found]
            if any(
                _store_of(row) not in own
                for row in [*gone, *collector.protected]
                if isinstance(row, TenantModel | Store)
            ):
                raise PermissionDenied
        return super().get_deleted_objects(objs, request)

    def _get_instance_method(self, method_name: str) -> Callable[..., Any]:
        """Buttons of a row and of a page get primary keys from the path: of rows that the caller may not see, 404."""
        method: Callable[..., Any] = super()._get_instance_method(method_name)
        detail = {*self._extract_action_names(self.actions_detail), *self._extract_action_names(self.actions_row)}
        if method_name not in detail:
            return method

        @wraps(method)
        def scoped(request: HttpRequest, object_id: Any = None, *args: Any, **kwargs: Any) -> Any:
            self.get_object(request, unquote(str(object_id)))
            return method(request, *args, object_id=object_id, **kwargs)

        return scoped


class _ScopedInline(_Scoped):
    form: Any = forms.ModelForm

    def __init__(self, parent_model: Any, admin_site: Any) -> None:
        self.form = tenant_form(self.form)
        super().__init__(parent_model, admin_site)  # type: ignore[call-arg]

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        request.row_store = _store_of(obj)  # type: ignore[attr-defined]
        formset = super().get_formset(request, obj, **kwargs)  # type: ignore[misc]
        stores = self.stores(request, CHANGE)
        # Below a row that exists its store is settled; a new one's is that of the form above.
        formset.form.admin_stores = [store for store in stores if obj is None or store.pk == _store_of(obj)]
        return formset

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Any]":
        # Each row's form asks for its store.
        return super().get_queryset(request).select_related("store")


class TenantInline(_ScopedInline, TabularInline):
    """Rows of a tenant model below another row, one a line."""

    extra = 0


class TenantStackedInline(_ScopedInline, StackedInline):
    """The same as blocks, for rows of many fields."""

    extra = 0
