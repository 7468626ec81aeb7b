"""The bin: what somebody deletes stays FASI_BIN_DAYS days in it, for them alone."""
