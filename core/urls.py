"""Pages of the plumbing: a health check and the last resort of the API."""

from django.urls import path, re_path

from core import views

urlpatterns = [
    path("healthz", views.health, name="health"),
    re_path(r"^(?:api|notify)/", views.no_such_route),
]
