"""Addresses of the preview, under ``/preview/``."""

from django.urls import path, re_path

from miniapp_templates import views

urlpatterns = [
    path("", views.own_stage, name="preview"),
    path("<slug:store>/", views.stage, name="preview-stage"),
    path("<slug:store>/wx/login", views.login, name="preview-login"),
    path("<slug:store>/wx/cashier", views.cashier, name="preview-cashier"),
    path("<slug:store>/wx/cashier/<str:prepay>", views.cashier_act, name="preview-cashier-act"),
    re_path(r"^(?P<store>[-\w]+)/app/(?P<path>.*)$", views.program, name="preview-app"),
]
