"""From a run to a bundle: INT8, measured, with its papers."""
