"""What `make` runs: setting up, running, testing and checking the product on a bare machine."""
