"""顧客: who the customers are, and the addresses and numbers that they are reached by (C1).

A drawer, see `callcenter.drawers`. `lookup` says whose an address is, which is all that the mail
room asks; which mail is linked to a customer is that room's business. When an address comes to a
customer or leaves one, `moving` notes it in the same transaction, and whoever keeps mail follows
these notes at leisure. `link` is the way into the company's own CRM (C3).
"""
