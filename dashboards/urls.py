"""The ops boards."""

from django.urls import path
from django.views.generic import TemplateView

app_name = "dashboards"
urlpatterns = [path("", TemplateView.as_view(template_name="dashboards/board.html"), name="home")]
