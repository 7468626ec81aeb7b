"""Settings of suggestions: a ranking on trial beside the one that ships."""

from fasi_site.environment import env

# A name of classifier.personalization.weights.ON_TRIAL, and for how many of a hundred people it
# chooses. Where its lists are liked less, maintenance ends the trial.
FASI_SUGGESTION_TRIAL = env.str("FASI_SUGGESTION_TRIAL", default="")
FASI_SUGGESTION_TRIAL_PERCENT = env.int("FASI_SUGGESTION_TRIAL_PERCENT", default=10)
