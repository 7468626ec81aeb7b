"""What a run is worth: metrics, baselines, calibration, the report."""
