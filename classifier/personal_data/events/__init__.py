"""What happened with outfits, as a data set for research: of people who consent to that alone."""
