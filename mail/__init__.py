"""The heart: the mirror of Gmail's mail, its handling, the edit lock, drafts and sending."""
