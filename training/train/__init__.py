"""Fitting a run: augmented batches, fine-tuning, progress that survives a kill."""
