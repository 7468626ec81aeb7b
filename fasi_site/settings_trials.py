"""Settings of trials: photos of visitors who have no account, classified and not kept."""

from fasi_site.environment import EMBEDDED, env

# Off: the landing page leads to signing up instead.
FASI_TRIALS = env.bool("FASI_TRIALS", default=True)
# Of a photo as it comes. It is in memory only, of nginx and of the site, so it may be smaller than
# photos of accounts; browsers make a larger one smaller before they send it. nginx holds a little
# more for each of the few that it lets in at a time (deploy/nginx).
FASI_TRIAL_BYTES = env.int("FASI_TRIAL_BYTES", default=10 * 1024**2)
# How long a trial can be looked at and kept; after that nothing is left of it.
FASI_TRIAL_S = env.int("FASI_TRIAL_S", default=900)
# The same for one whose visitor asked to keep it: time to sign up and to confirm an address.
FASI_TRIAL_WANTED_S = env.int("FASI_TRIAL_WANTED_S", default=3600)
# From one address (an IPv6 /64), and from everybody, in a minute.
FASI_TRIALS_PER_MINUTE_ADDRESS = env.int(
    "FASI_TRIALS_PER_MINUTE_ADDRESS", default=100_000 if EMBEDDED else 10
)
FASI_TRIALS_PER_MINUTE = env.int("FASI_TRIALS_PER_MINUTE", default=100_000 if EMBEDDED else 120)
# How many wait for a worker at a time, how many a worker takes between two claims, and how many
# are in memory at a time: each takes about 0.4 MB. One more ends the one with the least time left,
# so at the full rate each has at least FASI_TRIALS_KEPT / FASI_TRIALS_PER_MINUTE minutes.
FASI_TRIALS_WAITING = env.int("FASI_TRIALS_WAITING", default=8)
FASI_TRIALS_AT_ONCE = env.int("FASI_TRIALS_AT_ONCE", default=4)
FASI_TRIALS_KEPT = env.int("FASI_TRIALS_KEPT", default=300)
# How many visitors of a process may have their photo decoded or wait for that: half its threads, so
# that the others serve whoever else comes.
FASI_TRIALS_DECODING = env.int(
    "FASI_TRIALS_DECODING", default=max(1, env.int("FASI_WEB_THREADS", default=4) // 2)
)
# `POST /api/v1/classify`: of one person, and how many requests of a process may wait at a time.
FASI_CLASSIFY_PER_MINUTE = env.int("FASI_CLASSIFY_PER_MINUTE", default=60)
FASI_CLASSIFYING = env.int(
    "FASI_CLASSIFYING", default=max(1, env.int("FASI_WEB_THREADS", default=4) // 4)
)
