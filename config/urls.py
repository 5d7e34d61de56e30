"""URLs of the whole site; each room brings its own."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView
from django.views.i18n import set_language
from django.views.static import serve
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

api = [
    path("", include("shop.api.urls")),
    path("", include("orders.api.urls")),
    path("", include("payments.api.urls")),
]

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="dashboards:home"), name="root"),
    path("admin/", admin.site.urls),
    path("ops/", include("dashboards.urls")),
    path("preview/", include("miniapp_templates.urls")),
    path("api/v1/stores/<slug:store>/", include(api)),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs/", SpectacularSwaggerSplitView.as_view(url_name="schema"), name="docs"),
    path("notify/", include("payments.notify_urls")),
    path("language/", set_language, name="set_language"),
    path("", include("core.urls")),
]
if settings.EMBEDDED:
    # In production the web server in front serves the media folder.
    urlpatterns += [path("media/<path:path>", serve, {"document_root": settings.MEDIA_ROOT})]
