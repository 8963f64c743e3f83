"""Attachments: fetched by a worker when somebody asks, kept in the attachment store.

Gmail's attachment ids are short-lived tokens: a part is found anew each time, by its part id.
"""
