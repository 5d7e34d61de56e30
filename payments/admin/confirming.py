"""A page that says what a button will do, before it does it."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def confirmed(request: HttpRequest) -> bool:
    """Whether the person has seen the page, and said yes."""
    return request.method == "POST" and request.POST.get("confirmed") == "yes"


def ask(
    request: HttpRequest,
    question: str,
    sentences: Sequence[str],
    button: str,
    back: str,
    fields: Sequence[tuple[str, Any]] = (),
) -> HttpResponse:
    """The page: a question, what will happen, one button; ``fields`` are sent with it."""
    context = {
        **admin.site.each_context(request),
        "title": question, "question": question, "sentences": sentences, "button": button, "back": back, "fields": fields,
    }  # fmt: skip
    return render(request, "admin/payments/confirm.html", context)
