"""Where providers tell what happened: /notify/{provider}/{store}/."""

from django.urls import path

from payments.views import notify

app_name = "payments"
urlpatterns = [path("<slug:provider>/<slug:store>/", notify, name="notify")]
