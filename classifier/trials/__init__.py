"""Trying it without an account: a visitor's photo is classified, shown to them and forgotten.

A trial lives in Valkey only, which keeps it in memory, and every key of it ends by itself: there is
no row, no object and nothing to clean. `lane` is that memory and the queue in it, `service` takes
photos and keeps one for a new account, `results` is what a page shows. A worker takes trials
between its claims, a few at a time (`worker.trials`), so strangers cost the people who have an
account a bounded share of it.
"""
