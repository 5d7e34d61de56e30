"""Staff of one store see and change nothing of another one: on no page of the admin, by no field, action, filter or search."""

from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.urls import URLPattern, URLResolver, get_resolver
from django_scopes import scope, scopes_disabled

from core.models import TenantModel
from shop.admin.base import TenantAdmin, TenantInline, TenantStackedInline
from shop.models import Category, Product, StaffMembership, Store, Variant
from tests.shop.admin_support import fill, staff_of
from tests.support.catalogue import variant_of
from tests.support.orders import packing_order, place_order
from tests.support.pay import open_attempt

CANARY = "Zebracanary"


@pytest.fixture
def foreign(other_store: Store) -> dict[str, Any]:
    return fill(other_store, CANARY)


@pytest.fixture
def mine(store: Store) -> dict[str, Any]:
    return fill(store, "Mine")


def admin_patterns() -> list[tuple[str, str]]:
    """``(name, route)`` of every URL of the admin."""
    found: list[tuple[str, str]] = []

    def walk(patterns: list[Any], prefix: str) -> None:
        for pattern in patterns:
            route = prefix + str(pattern.pattern)
            if isinstance(pattern, URLResolver):
                walk(pattern.url_patterns, route)
            elif isinstance(pattern, URLPattern):
                found.append((pattern.name or "", route))

    resolver: Any = next(entry for entry in get_resolver().url_patterns if str(entry.pattern) == "admin/")
    walk(resolver.url_patterns, "")
    return found


def no_canary(response: Any, where: str) -> None:
    no_word(response, CANARY, where)


def no_word(response: Any, word: str, where: str) -> None:
    body = b"".join(response.streaming_content) if response.streaming else response.content
    assert word.lower() not in body.decode(errors="replace").lower(), where


def snapshot(store: Store) -> dict[str, Any]:
    """Every row of the store, of every tenant model."""
    with scopes_disabled():
        rows = {}
        for model in TenantModel.__subclasses__():
            if not model._meta.abstract and model._meta.app_label == "shop":
                rows[model._meta.label] = list(model._base_manager.filter(store=store).order_by("pk").values())
        return rows | {"store": Store.objects.filter(pk=store.pk).values().get()}


def foreign_pk(route: str, foreign_store: Store) -> str:
    """The primary key of a foreign row of the model that the route is about."""
    app, name = route.split("/")[:2]
    model = apps.get_model(app, name)
    if model is Store:
        return str(foreign_store.pk)
    if not issubclass(model, TenantModel):
        return "1"
    row = model._base_manager.filter(store=foreign_store).first()
    # A payment may be settled without a refund or a notification: then there is nothing to be found either.
    return str(row.pk) if row else "1"


def test_no_page_of_the_admin_shows_anything_of_another_store(mine: Any, foreign: Any, store: Store) -> None:
    variant = variant_of(foreign["product"])
    order, _parcel = packing_order(foreign["shopper"], {variant: 1})
    with scope(store=foreign["store"]):
        open_attempt(place_order(foreign["shopper"], {variant: 1}))
    client = staff_of(store)
    routes = [route for _name, route in admin_patterns()]
    assert len(routes) > 80
    visited = 0
    for route in routes:
        if route.startswith("r/"):
            # "View on site", for any model and key.
            kind = ContentType.objects.get_for_model(Product).pk
            response = client.get(f"/admin/r/{kind}/{foreign['product'].pk}/")
            assert response.status_code == 404
        elif "<path:object_id>" in route:
            path = route.replace("<path:object_id>", foreign_pk(route, foreign["store"]))
            response = client.get(f"/admin/{path}")
            assert response.status_code in (302, 403, 404, 405), (route, response.status_code)
            if "shop/" not in route and "auth/" not in route:
                # Pages of buttons answer with a redirect at most: nothing may have come of it.
                client.post(f"/admin/{path}")
        elif "<" in route or "(" in route:
            continue
        else:
            response = client.get(f"/admin/{route}")
            assert response.status_code in (200, 302, 400, 403, 405), (route, response.status_code)
        no_canary(response, route)
        no_word(response, order.number, route)
        visited += 1
    assert visited > 80


def test_every_admin_of_a_tenant_model_stands_on_the_base_that_scopes() -> None:
    for model, page in admin.site._registry.items():
        if issubclass(model, TenantModel | Store):
            assert isinstance(page, TenantAdmin), model
        for inline in page.inlines:
            if issubclass(inline.model, TenantModel):
                assert issubclass(inline, TenantInline | TenantStackedInline), inline


def test_a_foreign_row_is_a_404_by_every_way(mine: Any, foreign: Any, store: Store) -> None:
    client = staff_of(store)
    before = snapshot(foreign["store"])
    for model, row in foreign.items():
        if model in ("parent", "wechatpayaccount"):
            continue
        base = f"/admin/shop/{model}/{row.pk}"
        for path in ("change", "history", "delete"):
            assert client.get(f"{base}/{path}/").status_code in ({403, 404} if path == "delete" else {404}), (
                model,
                path,
            )
            response = client.post(
                f"{base}/{path}/",
                {"post": "yes", "title_en": "taken", "name_en": "taken", "role": "owner", "_saveasnew": "1"},
            )
            assert response.status_code in (403, 404), (model, path)
            assert client.get(f"{base}/{path}/?_popup=1").status_code in (403, 404)
    pk = foreign["productimport"].pk
    assert client.post(f"/admin/shop/productimport/{pk}/start/").status_code == 404
    assert client.get(f"/admin/shop/productimport/{pk}/progress/").status_code == 404
    pk = foreign["product"].pk
    assert client.get(f"/admin/shop/product/{pk}/options/").status_code == 404
    assert client.post(f"/admin/shop/product/{pk}/options/", {"o0-en": "x", "o0-v0-en": "y"}).status_code == 404
    assert snapshot(foreign["store"]) == before


@pytest.mark.parametrize(
    "source",
    [
        "product:category",
        "product:picture",
        "homesection:product",
        "homesection:picture",
        "category:parent",
        "store:logo",
    ],
)
def test_autocompletes_offer_own_rows_alone(mine: Any, foreign: Any, store: Store, source: str) -> None:
    client = staff_of(store)
    model, field = source.split(":")
    model = "productpicture" if source == "product:picture" else model
    query = {"app_label": "shop", "model_name": model, "field_name": field, "term": ""}
    response = client.get("/admin/autocomplete/", query)
    assert response.status_code == 200
    assert response.json()["results"]
    no_canary(response, source)
    assert client.get("/admin/autocomplete/", query | {"term": CANARY}).json()["results"] == []


def test_filters_searches_and_lookups_are_no_oracle(mine: Any, foreign: Any, store: Store) -> None:
    client = staff_of(store)
    for path in (
        f"product/?category__id__exact={foreign['category'].pk}",
        f"product/?q={CANARY}",
        f"category/?q={CANARY}",
        f"picture/?q={CANARY}",
        f"stock/?q={CANARY}",
        f"shopper/?q={CANARY}",
        f"staffmembership/?q={CANARY}",
        f"store/?q={CANARY}",
    ):
        response = client.get(f"/admin/shop/{path}")
        assert response.status_code == 200, path
        assert response.context["cl"].queryset.count() == 0, path
    for lookup in (
        "store__wechat_app_secret__startswith=a",
        "user__password__startswith=a",
        "store__slug__startswith=b",
        "category__store__name_en=x",
    ):
        for model in ("product", "staffmembership", "stock"):
            response = client.get(f"/admin/shop/{model}/?{lookup}")
            assert response.status_code in (200, 302, 400), (model, lookup)
            no_canary(response, lookup)


def form_of(page: Any) -> dict[str, Any]:
    """What a browser would send back from the page's form, unchanged."""
    data: dict[str, Any] = {}

    def take(form: Any) -> None:
        for bound in form:
            value = bound.value()
            if value is None or value is False or bound.field.__class__.__name__ in ("UploadsField",):
                continue
            data[bound.html_name] = value if not isinstance(value, bool) else "on"

    take(page.context["adminform"].form)
    for inline in page.context["inline_admin_formsets"]:
        take(inline.formset.management_form)
        for form in inline.formset.forms:
            take(form)
    data["tags"] = ""
    return data


@pytest.mark.parametrize("model, field, kind", [
    ("product", "category", "category"),
    ("category", "parent", "category"),
    ("category", "picture", "picture"),
    ("homesection", "picture", "picture"),
    ("homesection", "category", "category"),
    ("homesection", "product", "product"),
    ("store", "logo", "picture"),
])  # fmt: skip
def test_no_form_takes_a_foreign_row(mine: Any, foreign: Any, store: Store, model: str, field: str, kind: str) -> None:
    client = staff_of(store)
    url = f"/admin/shop/{model}/{mine[model].pk}/change/"
    data = form_of(client.get(url)) | {field: foreign[kind].pk}
    response = client.post(url, data)
    assert response.status_code == 200
    assert field in response.context["adminform"].form.errors
    no_canary(response, url)
    fresh = type(mine[model])._base_manager.get(pk=mine[model].pk)
    assert getattr(fresh, f"{field}_id") != foreign[kind].pk


def test_the_same_form_is_taken_with_own_rows(mine: Any, store: Store) -> None:
    client = staff_of(store)
    for model in ("product", "category", "homesection"):
        url = f"/admin/shop/{model}/{mine[model].pk}/change/"
        response = client.post(url, form_of(client.get(url)))
        assert response.status_code == 302, (model, response.context["adminform"].form.errors)


def test_rows_of_inlines_cannot_be_swapped_for_foreign_ones(mine: Any, foreign: Any, store: Store) -> None:
    client = staff_of(store)
    url = f"/admin/shop/product/{mine['product'].pk}/change/"
    stranger = variant_of(foreign["product"])
    before = snapshot(foreign["store"])
    prefix = "variants"
    data = form_of(client.get(url)) | {
        f"{prefix}-0-id": stranger.pk,
        f"{prefix}-0-price": "0.01",
        f"{prefix}-0-change_by": "-1",
    }
    assert client.post(url, data).status_code == 200
    data = form_of(client.get(url)) | {"gallery-0-picture": foreign["picture"].pk}
    assert client.post(url, data).status_code == 200
    data = form_of(client.get(url)) | {f"{prefix}-0-picture": foreign["picture"].pk}
    assert client.post(url, data).status_code == 200
    assert snapshot(foreign["store"]) == before
    with scopes_disabled():
        assert not Variant.objects.filter(picture=foreign["picture"]).exclude(store=foreign["store"]).exists()


def test_bulk_actions_and_editable_lists_reach_own_rows_alone(mine: Any, foreign: Any, store: Store) -> None:
    client = staff_of(store)
    before = snapshot(foreign["store"])
    client.post("/admin/shop/product/", {"action": "withdraw", "_selected_action": [foreign["product"].pk]})
    client.post("/admin/shop/picture/", {"action": "try_again", "_selected_action": [foreign["picture"].pk]})
    client.post(
        "/admin/shop/picture/",
        {"action": "delete_selected", "_selected_action": [foreign["picture"].pk], "post": "yes"},
    )
    client.post(
        "/admin/shop/category/",
        {
            "form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "1", "form-0-id": foreign["category"].pk, "form-0-position": "77",
            "_save": "Save",
        },
    )  # fmt: skip
    assert snapshot(foreign["store"]) == before


def test_a_new_row_never_lands_in_a_foreign_store(mine: Any, foreign: Any, store: Store) -> None:
    client = staff_of(store)
    before = snapshot(foreign["store"])
    data = {
        "name_en": "New",
        "position": "0",
        "is_visible": "on",
        "for_store": foreign["store"].pk,
        "store": foreign["store"].pk,
    }
    assert client.post("/admin/shop/category/add/", data).status_code == 302
    assert Category.objects.get(name_en="New").store == store
    assert snapshot(foreign["store"]) == before


def test_staff_of_two_stores_cannot_mix_them(mine: Any, foreign: Any, store: Store, other_store: Store) -> None:
    client = staff_of(store, other_store)
    url = f"/admin/shop/product/{mine['product'].pk}/change/"
    response = client.post(url, form_of(client.get(url)) | {"category": foreign["category"].pk})
    assert response.status_code == 200
    assert "category" in response.context["adminform"].form.errors
    data = {
        "title_en": "Mixed",
        "price": "1.00",
        "quantity": "0",
        "for_store": store.pk,
        "category": foreign["category"].pk,
    }
    response = client.post("/admin/shop/product/add/", data)
    assert response.status_code == 200
    assert not Product._base_manager.filter(title_en="Mixed").exists()
    data["category"] = mine["category"].pk
    assert client.post("/admin/shop/product/add/", data).status_code == 302
    assert Product._base_manager.get(title_en="Mixed").store == store


def test_without_a_chosen_store_nothing_is_made(mine: Any, store: Store, other_store: Store) -> None:
    client = staff_of(store, other_store)
    response = client.post("/admin/shop/category/add/", {"name_en": "Nowhere", "position": "0"})
    assert response.status_code == 200
    assert "for_store" in response.context["adminform"].form.errors


def test_a_page_of_deletion_with_foreign_rows_behind_it_tells_nothing(mine: Any, foreign: Any, store: Store) -> None:
    # Something that must not be, and that no form lets happen: a foreign row that hangs on an own one.
    with scopes_disabled():
        Category.objects.filter(pk=foreign["category"].pk).update(parent=mine["category"])
    response = staff_of(store).get(f"/admin/shop/category/{mine['category'].pk}/delete/")
    assert response.status_code == 403
    no_canary(response, "delete")


AREAS = {
    "store": "store", "staffmembership": "staff", "category": "catalogue", "product": "catalogue", "picture": "catalogue",
    "homesection": "catalogue", "productimport": "catalogue", "stock": "stock", "shopper": "shoppers",
}  # fmt: skip
MAY = {"owner": set(AREAS.values()), "manager": {"catalogue", "stock", "shoppers"}, "ops": {"stock", "shoppers"}}


@pytest.mark.parametrize("role", MAY)
def test_roles_decide_which_pages_there_are(mine: Any, store: Store, role: str) -> None:
    client = staff_of(store, role=role)
    for model, area in AREAS.items():
        allowed = area in MAY[role]
        assert client.get(f"/admin/shop/{model}/").status_code == (200 if allowed else 403), model
        assert client.get(f"/admin/shop/{model}/{mine[model].pk}/change/").status_code == (200 if allowed else 404), (
            model
        )


def test_a_role_counts_in_its_store_alone(mine: Any, foreign: Any, store: Store, other_store: Store) -> None:
    client = staff_of(store, role="owner", name="both")
    with scope(store=other_store):
        StaffMembership.objects.create(store=other_store, user=User.objects.get(username="both"), role="ops")
    assert client.get(f"/admin/shop/product/{mine['product'].pk}/change/").status_code == 200
    assert client.get(f"/admin/shop/product/{foreign['product'].pk}/change/").status_code == 404
    assert client.get(f"/admin/shop/stock/{foreign['stock'].pk}/change/").status_code == 200
    no_canary(client.get("/admin/shop/product/"), "list")


def test_accounts_and_groups_are_not_for_staff(mine: Any, store: Store) -> None:
    client = staff_of(store)
    assert client.get("/admin/auth/user/").status_code == 403
    assert client.get("/admin/auth/group/").status_code == 404
    assert client.get("/admin/shop/store/add/").status_code == 403


def test_a_member_who_left_sees_nothing_at_once(mine: Any, store: Store) -> None:
    client = staff_of(store, name="leaver")
    assert client.get("/admin/shop/product/").status_code == 200
    StaffMembership.objects.filter(user__username="leaver").delete()
    assert client.get("/admin/shop/product/").status_code == 403
    assert client.get(f"/admin/shop/product/{mine['product'].pk}/change/").status_code == 404
