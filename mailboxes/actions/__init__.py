"""What changes a mailbox, one verb a file."""
