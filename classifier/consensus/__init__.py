"""What a photo is, as far as several people's verdicts say: for training and for comparing."""
