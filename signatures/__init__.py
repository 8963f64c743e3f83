"""署名: what stands below a mail (G1). A drawer: see `callcenter.drawers`.

A signature has a plain text, and HTML where mails are written so. Which one a mail begins with is a
matter of places: see `signatures.choosing`.
"""
