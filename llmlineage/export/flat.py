"""The edges as CSV, and the trace as the JSON document that ``trace --json`` prints."""

from __future__ import annotations

import csv as writer
import io
import json as encoder

from llmlineage.export.picture import Picture
from llmlineage.render import document
from llmlineage.render.text import TRACE_COLUMNS, trace_rows


def csv(picture: Picture) -> str:
    out = io.StringIO()
    rows = writer.writer(out, lineterminator="\n")
    rows.writerow(TRACE_COLUMNS)
    rows.writerows(trace_rows(picture.trace))
    return out.getvalue()


def json(picture: Picture) -> str:
    return encoder.dumps(document.trace(picture.trace), indent=2, ensure_ascii=False) + "\n"
