"""テンプレート: mails written once and used many times (T1). A drawer: see `callcenter.drawers`.

Which mail a template is filled for, and what becomes of it there, is the mail room's business; this
one keeps the texts.
"""
