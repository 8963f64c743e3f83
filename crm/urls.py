"""Addresses of 顧客."""

from django.urls import path

from crm import views

app_name = "crm"
urlpatterns = [
    path("customers/", views.index, name="list"),
    path("customers/new/", views.new, name="new"),
    path("customers/<int:customer_id>/", views.detail, name="detail"),
    path("customers/<int:customer_id>/delete/", views.delete, name="delete"),
    path("settings/crm/", views.own_crm, name="own_crm"),
]
