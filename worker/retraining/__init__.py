"""From a claimed retraining to a candidate release; the training itself is another process."""
