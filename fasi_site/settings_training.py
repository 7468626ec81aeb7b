"""Settings of the way back to training: what people corrected, and the models made of it."""

from fasi_site.environment import env

# Of the people who consent to training, whose photos test a model and never train one.
FASI_HOLDOUT_SHARE = env.float("FASI_HOLDOUT_SHARE", default=0.15)
# Reviewed photos without which no retraining begins.
FASI_RETRAIN_PHOTOS = env.int("FASI_RETRAIN_PHOTOS", default=200)
# Folders of the operator's own photos, on the machine that trains: outfits, and photos without one.
FASI_TRAINING_PHOTOS = env.list("FASI_TRAINING_PHOTOS", default=[])
FASI_TRAINING_OTHERS = env.list("FASI_TRAINING_OTHERS", default=[])
# A shipped recipe or a TOML file, and changes of it such as tune.epochs=3.
FASI_RETRAIN_RECIPE = env.str("FASI_RETRAIN_RECIPE", default="starter")
FASI_RETRAIN_CHANGES = env.list("FASI_RETRAIN_CHANGES", default=[])
# Queue a retraining when the last one is so many days old; 0 leaves it to people.
FASI_RETRAIN_EVERY_DAYS = env.int("FASI_RETRAIN_EVERY_DAYS", default=0)
# A candidate goes to shadow by itself, for that share of live traffic, and is promoted by itself
# when the rule of a comparison lets it (FASI_PROMOTE_...); off, staff decide.
FASI_RETRAIN_PROMOTE = env.bool("FASI_RETRAIN_PROMOTE", default=False)
FASI_RETRAIN_SHADOW = env.float("FASI_RETRAIN_SHADOW", default=0.2)
FASI_RETRAIN_LEASE_S = env.int("FASI_RETRAIN_LEASE_S", default=120)
FASI_RETRAIN_PAUSE_S = env.int("FASI_RETRAIN_PAUSE_S", default=60)
# The secret key that signs candidates, where unsigned releases are not taken, and its password.
FASI_RETRAIN_KEY = env.str("FASI_RETRAIN_KEY", default="")
FASI_RELEASE_KEY_PASSWORD = env.str("FASI_RELEASE_KEY_PASSWORD", default="")
# Free megabytes that a retraining needs on its disk before each phase.
FASI_RETRAIN_FREE_MB = env.int("FASI_RETRAIN_FREE_MB", default=2_000)
