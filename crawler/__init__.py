"""From a listing page of street snaps to a folder with a manifest. It knows nothing of Django."""
