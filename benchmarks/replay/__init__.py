"""Offline replay of personal adaptation on simulated persons: `python -m benchmarks.replay`."""
