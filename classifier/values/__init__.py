"""What comes from outside becomes a typed value here, or is refused: lines, moments, tokens.

Pages, the API and staff pages use these: no text reaches the database that it cannot hold.
"""
