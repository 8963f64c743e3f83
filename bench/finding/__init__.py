"""What the search benchmark is made of: storing the corpus, its queries, other programs."""
