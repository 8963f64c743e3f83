"""What changes labels, one verb a file."""
