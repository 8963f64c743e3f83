"""The desk's pages over much mail: see bench/pages.py."""
