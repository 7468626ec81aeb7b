"""Korean formats, beside Django's own."""
