"""How much one person may use, held where it cannot be passed by doing two things at once.

Counts and bytes are rows of the database, looked at and changed under one lock for each owner
(`ledger`); rates, which are against bursts, are counters in Redis (`rates`).
"""
