"""What the benchmarks of the mirror share: an account in the sandbox, its truth, and meters."""
