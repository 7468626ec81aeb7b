"""Settings of releases: which are taken, how two are compared, what staff watch and review."""

from fasi_site.environment import EMBEDDED, env

# Public keys of minisign, one of which must have signed a bundle; and whether one without such a
# signature is taken.
FASI_RELEASE_KEYS = env.list("FASI_RELEASE_KEYS", default=[])
FASI_UNSIGNED_RELEASES = env.bool("FASI_UNSIGNED_RELEASES", default=EMBEDDED)
# How often a worker process asks which release is active.
FASI_RELEASE_POLL_S = env.float("FASI_RELEASE_POLL_S", default=1.0)

# Reviews by staff: how long a photo is one reviewer's, and of how many photos two are asked.
FASI_REVIEW_LEASE_S = env.int("FASI_REVIEW_LEASE_S", default=300)
FASI_REVIEW_TWICE_PERCENT = env.int("FASI_REVIEW_TWICE_PERCENT", default=10)

# Backfills and shadows: how often a shadow looks for new outfits, the lease of a step, and after
# how long one job lets another have its turn.
FASI_BACKFILL_S = env.int("FASI_BACKFILL_S", default=30)
FASI_BACKFILL_LEASE_S = env.int("FASI_BACKFILL_LEASE_S", default=120)
FASI_BACKFILL_TURN_S = env.int("FASI_BACKFILL_TURN_S", default=60)
# When a candidate is better than the active release: so many reviewed photos, of which so many are
# of a style that is judged by itself, and which may be so much worse.
FASI_PROMOTE_PHOTOS = env.int("FASI_PROMOTE_PHOTOS", default=200)
FASI_PROMOTE_STYLE_PHOTOS = env.int("FASI_PROMOTE_STYLE_PHOTOS", default=20)
FASI_PROMOTE_WORSE = env.float("FASI_PROMOTE_WORSE", default=0.05)

# The weeks of traffic that staff watch for drift: counted anew so often, and shown where a week's
# photos of one source are so many, of so many people. One's own machine has few people.
FASI_DRIFT_S = env.int("FASI_DRIFT_S", default=3600)
FASI_DRIFT_PHOTOS = env.int("FASI_DRIFT_PHOTOS", default=20)
FASI_DRIFT_PEOPLE = env.int("FASI_DRIFT_PEOPLE", default=1 if EMBEDDED else 5)
