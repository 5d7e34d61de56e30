"""Staff for tests of the admin, and stores full of rows."""

from typing import Any

from django.contrib.auth.models import User
from django.test import Client
from django_scopes import scope

from shop.models import (
    Address,
    HomeSection,
    Picture,
    Product,
    ProductImport,
    ProductPicture,
    SectionProduct,
    Shopper,
    StaffMembership,
    Stock,
    Store,
    WeChatPayAccount,
)
from tests.shop.conftest import make_picture
from tests.support.catalogue import make_category, make_product

REPORT = {"created": 1, "updated": 0, "unchanged": 0, "failed": 0, "variants": 1, "pictures": 0}


def staff_of(*stores: Store, role: str = "owner", name: str = "") -> Client:
    """A client that is logged in as somebody with that role in those stores."""
    user = User.objects.create_user(name or f"{role}-of-{'-'.join(store.slug for store in stores)}", is_staff=True)
    for store in stores:
        with scope(store=store):
            StaffMembership.objects.create(store=store, user=user, role=role)
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    client.force_login(user)
    return client


def fill(store: Store, word: str) -> dict[str, Any]:
    """One row of each kind in the store, each with the word in its texts. By model's name."""
    Store.objects.filter(pk=store.pk).update(
        name_en=f"{word} store",
        slogan_en=f"{word} slogan",
        wechat_app_id=f"wx{word}",
        wechat_app_secret=f"{word}-secret",
    )
    with scope(store=store):
        picture = make_picture(store, alt_en=f"{word} picture", public_id=f"pic{word}"[:16].lower())
        parent = make_category(store, f"{word} parent")
        category = make_category(store, f"{word} category", parent=parent, picture=picture)
        product = make_product(
            store,
            f"{word} product",
            category=category,
            specs={f"{word} size": [f"{word} S", f"{word} L"]},
            vendor=f"{word} vendor",
            tags=[word],
        )
        ProductPicture.objects.create(store=store, product=product, picture=picture)
        section = HomeSection.objects.create(
            store=store, kind="rail", title_en=f"{word} section", category=category, product=product
        )
        SectionProduct.objects.create(store=store, section=section, product=product)
        shopper = Shopper.objects.create(
            store=store, openid=f"{word}-openid", nickname=f"{word} shopper", public_id=f"shop{word}"[:16].lower()
        )
        Address.objects.create(
            store=store,
            shopper=shopper,
            name=f"{word} name",
            phone="13800138000",
            city=f"{word} city",
            street=f"{word} street",
        )
        account = WeChatPayAccount.objects.create(
            store=store,
            mchid=f"{word}-mch",
            serial_no=f"{word}-serial",
            private_key=f"{word}-private",
            api_v3_key=f"{word}-v3",
        )
        upload = ProductImport.objects.create(
            store=store, file=f"imports/{word}.csv", name=f"{word}.csv", state="planned",
            report=REPORT | {"rows": [{"line": 2, "handle": word, "level": "note", "message": word}]},
        )  # fmt: skip
        member = User.objects.create_user(f"{word}-member", first_name=word, is_staff=True)
        membership = StaffMembership.objects.create(store=store, user=member, role="ops")
        return {
            "store": Store.objects.get(pk=store.pk), "picture": Picture.objects.get(pk=picture.pk), "parent": parent, "category": category,
            "product": Product.objects.get(pk=product.pk), "homesection": section, "shopper": shopper, "wechatpayaccount": account,
            "productimport": upload, "staffmembership": membership, "stock": Stock.objects.filter(variant__product=product).first(),
        }  # fmt: skip
