"""Answers that learn from what a person said of earlier outfits: docs/personalization.md."""
