"""A book of many people, and agents who type their names."""
