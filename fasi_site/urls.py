"""All addresses: the product's pages, accounts, staff pages."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path

from fasi_site.installable import manifest, offline, service_worker

admin.site.enable_nav_sidebar = False  # the tables need the width
# Staff sign in where everybody does, so that the throttling of sign-ins holds for them too.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

urlpatterns = [
    path("manifest.webmanifest", manifest, name="manifest"),
    path("service-worker.js", service_worker, name="service_worker"),
    path("offline/", offline, name="offline"),
    path("", include("classifier.urls")),
    path("accounts/", include("allauth.urls")),
    path("language/", include("django.conf.urls.i18n")),
    path("admin/", admin.site.urls),
]
