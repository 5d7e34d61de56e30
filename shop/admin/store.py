"""The store's own page: brand, languages and money, WeChat, WeChat Pay, Stripe."""

import re
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key
from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminColorInputWidget,
    UnfoldAdminTextareaWidget,
)

from core.texts import EN, ZH
from shop import alerting, roles, strange_hosts
from shop.admin.base import TenantAdmin, TenantStackedInline
from shop.admin.money import MoneyField
from shop.admin.secrets import SecretField, SecretsMixin
from shop.admin.showing import dot, thumb, two_lines
from shop.models import OfflineMethod, Product, Store, StripeAccount, WeChatPayAccount

MOST_ADDRESSES = 20


class AddressesField(forms.CharField):
    """Mail addresses, one a line; a list in Python."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=UnfoldAdminTextareaWidget({"rows": 3, "spellcheck": "false"}), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        lines = value if isinstance(value, list) else (super().to_python(value) or "").replace(",", "\n").splitlines()
        return list(dict.fromkeys(line.strip() for line in lines if line.strip()))

    def validate(self, value: Any) -> None:
        super().validate(value)
        if len(value) > MOST_ADDRESSES:
            raise ValidationError(_("At most %(most)s addresses.") % {"most": MOST_ADDRESSES})
        for address in value:
            try:
                validate_email(address)
            except ValidationError:
                raise ValidationError(_("%(address)s is no mail address.") % {"address": address}) from None

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool((initial or []) != self.to_python(data))


class StoreForm(SecretsMixin):
    languages = forms.MultipleChoiceField(
        label=_("Languages"),
        choices=[(ZH, "简体中文"), (EN, "English")],
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=_("In which languages shoppers can read the store."),
    )
    wechat_app_secret = SecretField(label=_("mini program AppSecret"), max_length=64)
    freight = MoneyField(label=_("freight"), help_text=_("For one order."))
    free_freight_from = MoneyField(
        label=_("free freight from"),
        required=False,
        help_text=_("Goods total from which freight is free. Empty: never."),
    )

    alert_emails = AddressesField(
        label=_("mail addresses"), required=False, help_text=_("One a line. They get what needs a person.")
    )
    alert_secret = SecretField(label=_("secret that signs what is sent there"), max_length=200)
    refund_approval_from = MoneyField(
        label=_("refunds that need two people"),
        required=False,
        help_text=_("From this amount on somebody else has to agree. 0: always. Empty: never."),
    )

    class Meta:
        widgets = {"brand_color": UnfoldAdminColorInputWidget}

    def clean_alert_url(self) -> str:
        url: str = self.cleaned_data["alert_url"]
        if url:
            try:
                strange_hosts.check(url, schemes=("https",), trusted_hosts=settings.ALERT_HOSTS)
            except strange_hosts.NotReached as error:
                raise ValidationError(str(error)) from error
        return url

    def clean_alert_secret(self) -> str:
        secret: str = self.cleaned_data["alert_secret"]
        if secret and len(secret) < 16:
            raise ValidationError(_("Take at least 16 characters."))
        return secret

    def clean_freight(self) -> int:
        freight: int = self.cleaned_data["freight"]
        if freight > 10_000_000:
            raise ValidationError(_("This is too much."))
        return freight

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        languages = cleaned.get("languages")
        if languages and cleaned.get("default_language") not in languages:
            self.add_error("default_language", _("The default language must be one of the store's languages."))
        if cleaned.get("alert_url") and not cleaned.get("alert_secret") and "alert_secret" not in self.errors:
            self.add_error("alert_secret", _("Without a secret your system cannot tell who sends."))
        return cleaned


class PayAccountForm(SecretsMixin):
    private_key = SecretField(rows=4, max_length=8000, label=_("merchant private key (apiclient_key.pem)"))
    api_v3_key = SecretField(max_length=64, label=_("APIv3 key"))
    required_secrets = ("private_key", "api_v3_key")

    def clean_private_key(self) -> str:
        text: str = self.cleaned_data["private_key"]
        if text and not _is_rsa(text, private=True):
            raise ValidationError(_("This is no RSA private key in PEM format, as in apiclient_key.pem."))
        return text

    def clean_api_v3_key(self) -> str:
        text: str = self.cleaned_data["api_v3_key"]
        if text and len(text.encode()) != 32:
            raise ValidationError(_("An APIv3 key has 32 characters."))
        return text

    def clean_public_key(self) -> str:
        text: str = self.cleaned_data["public_key"].strip()
        if text and not _is_rsa(text, private=False):
            raise ValidationError(_("This is no RSA public key in PEM format, as in pub_key.pem."))
        return text

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if bool(cleaned.get("public_key")) != bool(cleaned.get("public_key_id")):
            self.add_error("public_key_id", _("The public key and its id belong together."))
        return cleaned


def _is_rsa(text: str, *, private: bool) -> bool:
    try:
        key = load_pem_private_key(text.encode(), None) if private else load_pem_public_key(text.encode())
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return False
    return isinstance(key, rsa.RSAPrivateKey if private else rsa.RSAPublicKey)


class PayAccountInline(TenantStackedInline):
    model = WeChatPayAccount
    area = roles.STORE
    form = PayAccountForm
    fk_name = "store"
    max_num = 1
    tab = True
    verbose_name_plural = _("WeChat Pay")
    fieldsets = (
        (
            _("Merchant account"),
            {
                "fields": (("mchid", "serial_no"), "private_key", "api_v3_key"),
                "description": _("From pay.weixin.qq.com, Account center, API security."),
            },
        ),
        (
            _("WeChat Pay's key"),
            {
                "fields": ("public_key_id", "public_key"),
                "description": _(
                    "Accounts opened since 2024 have a public key; older ones get platform certificates by themselves."
                ),
            },
        ),
    )


class StripeAccountForm(SecretsMixin):
    secret_key = SecretField(max_length=255, label=_("secret key"))
    webhook_secret = SecretField(max_length=255, label=_("signing secret of the webhook"))
    previous_webhook_secret = SecretField(max_length=255, label=_("previous signing secret of the webhook"))
    methods = forms.MultipleChoiceField(
        label=_("ways to pay"),
        required=False,
        choices=StripeAccount.Method.choices,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=_("None: whatever is enabled in Stripe's dashboard. WeChat Pay here is a code to scan on the web."),
    )
    required_secrets = ("secret_key", "webhook_secret")

    def clean_publishable_key(self) -> str:
        return self._matching("publishable_key", r"pk_(test|live)_\w+", "pk_…")

    def clean_secret_key(self) -> str:
        return self._matching("secret_key", r"[sr]k_(test|live)_\w+", "sk_…, rk_…")

    def clean_webhook_secret(self) -> str:
        return self._matching("webhook_secret", r"whsec_\S+", "whsec_…")

    def clean_previous_webhook_secret(self) -> str:
        return self._matching("previous_webhook_secret", r"whsec_\S+", "whsec_…")

    def clean_account_country(self) -> str:
        text: str = self.cleaned_data["account_country"].strip().upper()
        if text and not re.fullmatch(r"[A-Z]{2}", text):
            raise ValidationError(_("A country has two letters."))
        return text

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        secret, public = cleaned.get("secret_key") or "", cleaned.get("publishable_key") or ""
        if secret and public and ("_live_" in secret) != ("_live_" in public):
            self.add_error("publishable_key", _("One key is for tests and the other for real money."))
        return cleaned

    def _matching(self, name: str, pattern: str, example: str) -> str:
        text: str = self.cleaned_data[name].strip()
        if text and not re.fullmatch(pattern, text, re.ASCII):
            raise ValidationError(_("This begins otherwise at Stripe: %(example)s") % {"example": example})
        return text


class StripeAccountInline(TenantStackedInline):
    model = StripeAccount
    area = roles.STORE
    form = StripeAccountForm
    fk_name = "store"
    max_num = 1
    tab = True
    verbose_name_plural = "Stripe"
    fieldsets = (
        (
            _("Keys"),
            {
                "fields": ("publishable_key", "secret_key", ("methods", "account_country")),
                "description": _(
                    "From dashboard.stripe.com, Developers, API keys. For the web; not offered inside WeChat."
                ),
            },
        ),
        (
            _("Webhook"),
            {
                "fields": ("webhook_secret", "previous_webhook_secret"),
                "description": _(
                    "While the secret is rolled in the dashboard, enter the old one as the previous: either is accepted."
                ),
            },
        ),
    )


class OfflineMethodForm(forms.ModelForm):
    most_amount = MoneyField(
        label=_("up to"), required=False, help_text=_("Orders of more are not paid so. Empty: no limit.")
    )

    class Meta:
        widgets = {
            name: UnfoldAdminTextareaWidget({"rows": 3}) for name in ("instructions_zh", "instructions_en", "regions")
        }


class OfflineMethodInline(TenantStackedInline):
    model = OfflineMethod
    area = roles.STORE
    form = OfflineMethodForm
    fk_name = "store"
    max_num = len(OfflineMethod.Kind.choices)
    tab = True
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("kind", "enabled"),
                    ("instructions_zh", "instructions_en"),
                    ("most_amount", "days"),
                    "regions",
                ),
                "description": _("Nothing is charged: staff say on the order board what came in, and what went back."),
            },
        ),
    )


@admin.register(Store)
class StoreAdmin(TenantAdmin):
    area = roles.STORE
    form = StoreForm
    list_display = ("named", "address", "money", "wechat", "open_state")
    search_fields = ("slug", "name_zh", "name_en")
    autocomplete_fields = ("logo",)
    inlines = (PayAccountInline, StripeAccountInline, OfflineMethodInline)
    fieldsets = (
        (
            _("Brand"),
            {
                "classes": ("tab",),
                "fields": (
                    ("name_zh", "name_en"),
                    ("slogan_zh", "slogan_en"),
                    ("brand_color", "logo"),
                    ("slug", "is_open"),
                ),
                "description": _(
                    "What shoppers see first. Tints, shades and text colours follow from the brand colour."
                ),
            },
        ),
        (
            _("Languages and money"),
            {
                "classes": ("tab",),
                "fields": (
                    ("languages", "default_language"),
                    ("currency",),
                    ("freight", "free_freight_from"),
                    ("payment_minutes", "receive_days", "order_limit"),
                    ("refund_approval_from",),
                ),
            },
        ),
        (
            _("WeChat"),
            {
                "classes": ("tab",),
                "fields": ("wechat_app_id", "wechat_app_secret"),
                "description": _(
                    "From mp.weixin.qq.com, Development management. The secret is kept encrypted and never shown."
                ),
            },
        ),
        (
            _("Alerts"),
            {
                "classes": ("tab",),
                "fields": ("alert_emails", ("alert_url", "alert_secret"), "test_alert"),
                "description": _(
                    "Who is told when something needs a person. Your own system gets each alert by POST, signed with the secret."
                ),
            },
        ),
    )

    class Media:
        css = {"all": ("shop/admin.css",)}

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # A new merchant is the installation's business.
        return bool(getattr(request.user, "is_superuser", False))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # Orders and money stand on a store; it is closed instead.
        return False

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        fieldsets = super().get_fieldsets(request, obj)
        # A new store is saved first; then there is somebody to send a test to.
        return fieldsets if obj is not None else [entry for entry in fieldsets if entry[0] != _("Alerts")]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        locked = ["test_alert"]
        if obj is not None and not getattr(request.user, "is_superuser", False):
            locked.append("slug")
        if obj is not None and Product._base_manager.filter(store=obj).exists():
            # Prices are numbers of this currency: changing it would change what they mean.
            locked.append("currency")
        return locked

    @admin.display(description=_("test"))
    def test_alert(self, store: Store) -> SafeString:
        return format_html(
            '<button class="button-quiet" name="_test_alert" value="1">{}</button>', _("Save and send a test alert")
        )

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        if "_test_alert" not in request.POST:
            response: HttpResponse = super().response_change(request, obj)
            return response
        if alerting.is_configured(obj):
            pk = alerting.send_test(obj)
            text = format_html(
                '{} <a class="go" href="{}">{}</a>', _("A test alert is on its way."),
                reverse("admin:core_alert_change", args=[pk]), _("See what became of it"),
            )  # fmt: skip
            self.message_user(request, text, messages.SUCCESS)
        else:
            self.message_user(request, _("Name an address first: nobody would get it."), messages.WARNING)
        return redirect(request.path)

    @admin.display(description=_("store"), ordering="slug")
    def named(self, store: Store) -> SafeString:
        return two_lines(store, store.slogan_zh or store.slogan_en, thumb(store.logo))

    @admin.display(description=_("address"), ordering="slug")
    def address(self, store: Store) -> SafeString:
        return format_html('<span class="swatch" style="background:{}"></span>{}', store.brand_color, store.slug)

    @admin.display(description=_("currency"), ordering="currency")
    def money(self, store: Store) -> str:
        return store.currency

    @admin.display(description=_("WeChat"))
    def wechat(self, store: Store) -> SafeString:
        if not store.wechat_app_id:
            return dot("waiting", _("no AppID yet"))
        paid = WeChatPayAccount._base_manager.filter(store=store).exists()
        return dot("good", store.wechat_app_id) if paid else dot("waiting", _("no WeChat Pay yet"))

    @admin.display(description=_("state"), ordering="is_open")
    def open_state(self, store: Store) -> SafeString:
        return dot("good", _("open")) if store.is_open else dot("quiet", _("closed"))
