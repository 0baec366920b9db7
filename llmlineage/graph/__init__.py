"""Questions about the graph of datasets and models: what is made of what, and what travels along."""
