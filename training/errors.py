"""The one error that the command line turns into a sentence and a non-zero exit."""

from __future__ import annotations


class TrainingError(Exception):
    """Input that no bundle can be made of; the message is one clear sentence."""
