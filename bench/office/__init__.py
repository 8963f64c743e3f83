"""An office of agents for the live benchmark: their streams, their pages, and what they do."""
