"""Where requests to addresses that somebody else names may go: the public internet, nothing else.

Webhooks and the crawler share it. It knows no Django and nothing of them.
"""
