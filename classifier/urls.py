"""The addresses of the product's pages."""

from django.urls import path

from classifier.views.health import healthz, readyz
from classifier.views.home import home
from classifier.views.outfits import OutfitsView, delete_outfit, outfit_page, outfit_state

urlpatterns = [
    path("", home, name="home"),
    path("outfits/", OutfitsView.as_view(), name="outfits"),
    path("outfits/<uuid:outfit_id>/", outfit_page, name="outfit"),
    path("outfits/<uuid:outfit_id>/state/", outfit_state, name="outfit_state"),
    path("outfits/<uuid:outfit_id>/delete/", delete_outfit, name="outfit_delete"),
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
]
