"""How sentences are put together: Korean particles, sizes of files. See docs/voice.md."""
