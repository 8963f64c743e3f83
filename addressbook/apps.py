from django.apps import AppConfig


class AddressbookConfig(AppConfig):
    name = "addressbook"
