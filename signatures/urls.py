"""Addresses of 署名."""

from django.urls import path

from signatures import views

app_name = "signatures"
urlpatterns = [
    path("signatures/", views.index, name="list"),
    path("signatures/new/", views.new, name="new"),
    path("signatures/<int:signature_id>/", views.detail, name="detail"),
    path("signatures/<int:signature_id>/delete/", views.delete, name="delete"),
    path("signatures/<int:signature_id>/defaults/", views.defaults, name="defaults"),
    path("signatures/<int:signature_id>/look/", views.look, name="look"),
]
