"""Addresses of テンプレート."""

from django.urls import path

from templates_app import views

app_name = "templates_app"
urlpatterns = [
    path("templates/", views.index, name="list"),
    path("templates/new/", views.new, name="new"),
    path("templates/folder/", views.folder, name="folder"),
    path("templates/<int:template_id>/", views.detail, name="detail"),
    path("templates/<int:template_id>/delete/", views.delete, name="delete"),
]
