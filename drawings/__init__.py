"""Drawn outfits: the sample photos of the landing page, which show nobody.

`python -m drawings` draws them anew.
"""
