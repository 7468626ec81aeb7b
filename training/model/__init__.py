"""The network: where its weights come from, its head, its features, its graph."""
