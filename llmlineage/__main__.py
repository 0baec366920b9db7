"""The command ``llmlineage``, and ``python -m llmlineage``."""

from __future__ import annotations

import gc

# A look-up makes fewer objects than this and keeps them all: to search them for cycles, while it runs and
# again at its end, took a tenth of its time. What runs for longer makes more, and is searched.
MANY_OBJECTS = 100_000


def run() -> None:
    """Run the command line."""
    gc.set_threshold(MANY_OBJECTS)
    from llmlineage.cli import main

    try:
        main(prog_name="llmlineage")
    finally:
        gc.freeze()  # Python is about to end, and frees everything without a search


if __name__ == "__main__":
    run()
