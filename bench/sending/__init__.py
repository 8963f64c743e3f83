"""What the benchmarks of edit lock and sending do, once the models can be imported."""
