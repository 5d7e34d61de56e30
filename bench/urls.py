"""The site's URLs and, beside them, a bare Django view with one query: the yardstick."""

from typing import Any

from django.http import HttpRequest, JsonResponse
from django.urls import path

from config.urls import urlpatterns as site
from shop.models import Store


def bare(request: HttpRequest) -> JsonResponse:
    """One query, a small answer, nothing else."""
    return JsonResponse({"stores": list(Store.objects.values("slug", "currency")[:10])})


urlpatterns: list[Any] = [path("bare", bare), *site]
