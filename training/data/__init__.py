"""From folders of labelled photos to a checked dataset, and to arrays."""
