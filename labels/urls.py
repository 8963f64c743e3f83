"""Addresses of ラベル."""

from django.urls import path

from labels import views

app_name = "labels"
urlpatterns = [
    path("labels/", views.index, name="list"),
    path("labels/new/", views.new, name="new"),
    path("labels/sync/", views.sync, name="sync"),
    path("labels/sync/state/", views.sync_state, name="sync_state"),
    path("labels/<int:label_id>/", views.detail, name="detail"),
    path("labels/<int:label_id>/state/", views.state, name="state"),
    path("labels/<int:label_id>/delete/", views.delete, name="delete"),
]
