"""Gmail's labels, its own (INBOX, SENT) and people's, two levels shown as a tree."""
