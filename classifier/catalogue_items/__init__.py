"""What an operator recommends from: adding, removing, and keeping the vectors that are searched.

An item's photo goes the way of all photos: it is accepted, stored and queued behind everybody
else's, a worker classifies it, and later releases predict it again. `indexing` then copies what the
active release sees in it into a table of its own, which is searched for whoever is shown something
(`classifier.personalization`).
"""
