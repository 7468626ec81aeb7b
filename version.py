"""The version of FASI, in this one place: CHANGELOG.md says what each has."""

VERSION = "0.2.0"
