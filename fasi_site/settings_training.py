"""Settings of the way back to training: what people corrected, and the models made of it."""

from fasi_site.environment import env

# Of the people who consent to training, whose photos test a model and never train one.
FASI_HOLDOUT_SHARE = env.float("FASI_HOLDOUT_SHARE", default=0.15)
