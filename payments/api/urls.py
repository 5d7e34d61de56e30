"""URLs of the payments' part of the API, below ``/api/v1/stores/{store}/``."""

from django.urls import path

from payments.api.views import MethodsView, PaymentView, PayView

urlpatterns = [
    path("orders/<slug:order>/payment-methods", MethodsView.as_view(), name="api-payment-methods"),
    path("orders/<slug:order>/pay", PayView.as_view(), name="api-pay"),
    path("orders/<slug:order>/payment", PaymentView.as_view(), name="api-payment"),
]
