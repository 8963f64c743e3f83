"""What an agent can do with mail, one verb a file. Every write to mail passes here.

Each action asks for itself whether the person may (`mail.access.ensure`: 404 or 403), decides under
the conversation's row lock who works on the mail (`mail.editlock`: 409), changes, and tells of it
(`mail.journal`), all in one short transaction. Nothing here speaks to Gmail.
"""
