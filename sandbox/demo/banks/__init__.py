"""Banks of sentences, one file for each theme."""
