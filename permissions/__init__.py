"""Who may do what: users, roles, grants, and the access helpers that every view begins with."""
