"""Lineage measured on rows: what two collections of texts share, and where a file's rows come from.

    readers     files, folders and Hub datasets, as batches of rows
    layouts     which columns hold the prompt and the response
    identity    when two texts are the same: one normalisation, one hash
    rows        the texts of a collection, batch by batch, on every core
    exact       rows that two collections share
    near        rows that match after small edits or inside a longer text
    sketches    fingerprints: Apache DataSketches theta sketches of the texts
    identify    which known datasets a collection's rows come from
    ngrams      benchmark items whose words stand in the data
    claims      what a stated relation lets one expect, and what was found

Needs the extra ``content``. Nothing here is imported by the look-ups over the graph.
"""
