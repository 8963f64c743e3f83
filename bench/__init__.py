"""Benchmarks: what the product does in figures, measured within one run on one machine."""
