"""The way back to training: when there is enough to learn from, and the job of learning it."""
