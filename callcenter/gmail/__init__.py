"""The Gmail service layer: the only room that knows Google's libraries and Gmail's manners.

No Django here: configuration comes in as arguments, tokens through a `TokenSource`, the budget
through a `Quota`. Callers read `client`, `types` and `errors`; connecting an account is `auth`.
"""
