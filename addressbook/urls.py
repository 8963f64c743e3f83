from django.urls import path

from addressbook.views import book, fields, transfer

app_name = "addressbook"
urlpatterns = [
    path("addressbook/", book.index, name="list"),
    path("addressbook/new/", book.new, name="new"),
    path("addressbook/<int:entry_id>/", book.detail, name="detail"),
    path("addressbook/<int:entry_id>/delete/", book.delete, name="delete"),
    path("addressbook/complete/", fields.complete, name="complete"),
    path("addressbook/choose/", fields.choose, name="choose"),
    path("addressbook/choose/rows/", fields.choose_rows, name="choose_rows"),
    path("addressbook/export/", transfer.export, name="export"),
    path("addressbook/import/", transfer.upload, name="upload"),
    path("addressbook/import/<int:import_id>/", transfer.preview, name="import"),
    path("addressbook/import/<int:import_id>/progress/", transfer.progress, name="progress"),
    path("addressbook/import/<int:import_id>/columns/", transfer.remap, name="remap"),
    path("addressbook/import/<int:import_id>/apply/", transfer.apply, name="apply"),
    path("addressbook/import/<int:import_id>/give-up/", transfer.give_up, name="give_up"),
]
