"""Releases: which one serves, which ones wait, how each came there and goes."""
