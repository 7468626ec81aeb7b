"""Suggestions of the catalogue, judged offline on simulated persons: docs/personalization.md."""
