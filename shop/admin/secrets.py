"""Secrets in forms: written, never shown again; left empty they stay as they are."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminPasswordWidget, UnfoldAdminTextareaWidget


class _BlindTextarea(UnfoldAdminTextareaWidget):
    """A text area that never shows what is stored."""

    def format_value(self, value: Any) -> str:
        return ""


class SecretField(forms.CharField):
    """One secret. ``rows`` makes it a text area, for keys of several lines."""

    def __init__(self, *, rows: int = 0, **kwargs: Any) -> None:
        attrs = {"autocomplete": "new-password", "spellcheck": "false"}
        widget = _BlindTextarea({**attrs, "rows": rows}) if rows else UnfoldAdminPasswordWidget(attrs)
        super().__init__(widget=widget, required=False, strip=True, **kwargs)

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool((data or "").strip())


class SecretsMixin(forms.ModelForm):
    """Keeps the stored secret where the form's field was left empty, and says whether there is one."""

    required_secrets: tuple[str, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            if isinstance(field, SecretField):
                stored = bool(getattr(self.instance, name))
                # Not even as an initial value: what a form does not have it cannot show.
                self.initial.pop(name, None)
                field.help_text = (
                    _("Stored, and not shown. Leave it empty to keep it.") if stored else _("Not stored yet.")
                )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for name, field in self.fields.items():
            if isinstance(field, SecretField) and not cleaned.get(name) and name not in self.errors:
                cleaned[name] = getattr(self.instance, name)
                if not cleaned[name] and name in self.required_secrets:
                    self.add_error(name, forms.Field.default_error_messages["required"])
        return cleaned
