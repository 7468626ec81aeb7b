"""`make bench`: what FASI claims, measured on this machine."""
