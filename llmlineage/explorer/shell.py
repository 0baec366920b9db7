"""The page itself: the built script and style in one HTML file, under a policy that lets nothing else run."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "page"
# Pictures are those that the page draws itself; a worker is the page's own script.
POLICY = (
    "default-src 'none'; script-src {script}; style-src {style}; img-src data: blob:; connect-src {connect}; "
    "worker-src blob:; base-uri 'none'; form-action 'none'"
)
ICON = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Cpath "
    "d='M3 3c5 0 5 10 10 10M3 13h10' fill='none' stroke='%23b4532a' stroke-width='2'/%3E%3C/svg%3E"
)


@cache
def built(name: str) -> str:
    """A file of the built page."""
    return (FOLDER / name).read_text(encoding="utf-8")


def digest(text: str) -> str:
    """What a policy names an inline script or style by."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def compact(data: object) -> str:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def block(name: str, data: object) -> str:
    """Data that stands in the page: it is no script, and nothing in it can end the element."""
    text = compact(data).replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    return f'<script type="application/json" id="{name}">{text}</script>\n'


def policy(connect: str = "'self'") -> str:
    script, style = digest(built("explorer.js")), digest(built("explorer.css"))
    return POLICY.format(script=script, style=style, connect=connect)


def page(settings: Mapping[str, Any], data: Mapping[str, object] | None = None, fallback: str = "") -> str:
    """The explorer as one HTML file; with ``data`` it needs no server. ``fallback`` reads with no script."""
    connect = "'none'" if data is not None else "'self'"
    blocks = "".join(block(name, one) for name, one in (data or {}).items())
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(policy(connect))}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n<meta name="referrer" content="no-referrer">\n'
        "<title>llmlineage explorer</title>\n"
        '<meta name="description" content="What open datasets and models are made of, with a source for '
        f'every step.">\n<link rel="icon" href="{ICON}">\n'
        f"<style>{built('explorer.css')}</style>\n</head>\n<body>\n"
        f'<div id="app"></div>\n<noscript>{fallback}</noscript>\n{block("settings", settings)}{blocks}'
        f"<script>{built('explorer.js')}</script>\n</body>\n</html>\n"
    )
