"""Who works in a store, and as what. Accounts as such are kept by the installation's superuser."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group, User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm
from unfold.widgets import UnfoldAdminPasswordWidget, UnfoldAdminTextInputWidget

from shop import roles
from shop.admin.base import TenantAdmin
from shop.admin.showing import ago, two_lines
from shop.models import StaffMembership

admin.site.unregister(User)
admin.site.unregister(Group)


@admin.register(User)
class UserAdmin(DjangoUserAdmin, ModelAdmin):
    """Accounts: for superusers alone, by Django's own permissions, of which staff have none."""

    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm


class MembershipForm(forms.ModelForm):
    username = forms.CharField(
        label=_("User name"), max_length=150, widget=UnfoldAdminTextInputWidget, help_text=_("What they log in with.")
    )
    first_name = forms.CharField(label=_("Name"), max_length=150, required=False, widget=UnfoldAdminTextInputWidget)
    password = forms.CharField(
        label=_("First password"),
        widget=UnfoldAdminPasswordWidget({"autocomplete": "new-password"}),
        help_text=_("They can change it after logging in."),
    )

    def clean_username(self) -> str:
        username: str = self.cleaned_data["username"]
        User.username_validator(username)
        if User.objects.filter(username=username).exists():
            raise ValidationError(_("This user name is taken. Choose another one."))
        return username

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password)
        return password

    def save(self, commit: bool = True) -> StaffMembership:
        if self.instance.user_id is None:
            data = self.cleaned_data
            self.instance.user = User.objects.create_user(
                data["username"], password=data["password"], first_name=data["first_name"], is_staff=True
            )
        membership: StaffMembership = super().save(commit)
        return membership


@admin.register(StaffMembership)
class StaffMembershipAdmin(TenantAdmin):
    area = roles.STAFF
    add_form = MembershipForm
    list_display = ("person", "role_name", "last_login")
    list_select_related = ("user", "store")
    list_filter = ("role",)
    search_fields = ("user__username", "user__first_name", "user__last_name")
    add_fieldsets = (
        (
            None,
            {
                "fields": (("username", "first_name"), "password", "role"),
                "description": _(
                    "Owners may do everything; managers keep the catalogue and the orders; order staff pack and ship."
                ),
            },
        ),
    )
    fieldsets = ((None, {"fields": ("person", "role")}),)
    readonly_fields = ("person",)

    class Media:
        css = {"all": ("shop/admin.css",)}

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # Nobody locks themselves out by a slip.
        own = obj is not None and getattr(obj, "user_id", None) == request.user.pk
        return not own and super().has_delete_permission(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        own = obj is not None and getattr(obj, "user_id", None) == request.user.pk
        return not own and super().has_change_permission(request, obj)

    @admin.display(description=_("person"), ordering="user__username")
    def person(self, membership: StaffMembership) -> SafeString:
        return two_lines(membership.user.get_full_name() or membership.user.username, membership.user.username)

    @admin.display(description=_("role"), ordering="role")
    def role_name(self, membership: StaffMembership) -> str:
        return membership.get_role_display()

    @admin.display(description=_("last login"), ordering="user__last_login")
    def last_login(self, membership: StaffMembership) -> SafeString | str:
        return ago(membership.user.last_login)
