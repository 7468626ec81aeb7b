"""Servers that others made, with our bundle, as their users would write them.

They store nothing and know nobody; what they answer is how fast a photo can be classified over HTTP
on this machine. Each runs in `.local/peers`, an environment of its own (`requirements.txt` here).
"""
