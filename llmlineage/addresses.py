"""Canonical addresses: one spelling for each card, paper and repository on the web."""

from __future__ import annotations

import re

HUB = "huggingface.co"
ARXIV = "arxiv.org"
GITHUB = "github.com"

_HOSTS = {"hf.co": HUB, "export.arxiv.org": ARXIV, "ar5iv.org": ARXIV, "ar5iv.labs.arxiv.org": ARXIV}
# Not compiled here: a look-up by name, the common one, uses none of them.
_ARXIV_ID = r"(\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})(?:v\d+)?(?:\.pdf)?$"
_HUB_FRONT_PAGE = r"/(?:tree/[^/]+|blob/[^/]+/README\.md|viewer(?:/.*)?)$"
_GITHUB_FRONT_PAGE = r"/(?:tree/(?:main|master)|blob/(?:main|master)/README\.md)$"
# What follows a link around and says nothing of where it leads.
_TRACKING = (
    r"(?i)(?:utm_\w+|fbclid|gclid|gclsrc|dclid|gbraid|wbraid|msclkid|yclid|twclid|ttclid|li_fat_id|igshid|igsh"
    r"|mc_cid|mc_eid|mkt_tok|ref_src|ref_url|trk|spm|_hsenc|_hsmi|_ga|_gl|vero_id|oly_anon_id|oly_enc_id)"
)
_HOST = r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]"
# RFC 3986, without the brackets that only an address of numbers may have.
_CHARACTERS = r"(?:[A-Za-z0-9._~:/?#@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*"


def canonical(address: str) -> str:
    """The one address under which a document is cited.

    Mirrors, raw files, versions of a paper and decorations of a link lead to the same document;
    an address of no known shape only loses ``www.``, its fragment-free trailing slash, http, the
    port that goes without saying and the parameters by which links are followed around.

    Raises:
        ValueError: the address has no readable host, such as ``https://[``.
    """
    from urllib.parse import urlsplit  # most look-ups are of names and need it not

    parts = urlsplit(address if "://" in address else f"https://{address}")
    host = re.sub(r":(?:443|80)?$", "", parts.netloc.lower()).removeprefix("www.")
    path = re.sub(r"/{2,}", "/", parts.path).rstrip("/")
    if host == "raw.githubusercontent.com":
        host, path = GITHUB, re.sub(r"^(/[^/]+/[^/]+)/(.+)$", r"\1/blob/\2", path)
    host = _HOSTS.get(host, host)
    if host == HUB and path.startswith("/papers/"):
        host = ARXIV
    if host == ARXIV:
        return _arxiv(path)
    if host == HUB:
        path = re.sub(r"/(?:resolve|raw)/", "/blob/", path)
        return f"https://{HUB}{re.sub(_HUB_FRONT_PAGE, '', path)}"
    if host == GITHUB:
        return f"https://{GITHUB}{re.sub(_GITHUB_FRONT_PAGE, '', path).removesuffix('.git')}"
    kept = [one for one in parts.query.split("&") if not re.fullmatch(_TRACKING, one.partition("=")[0])]
    query = f"?{'&'.join(kept)}" if any(kept) else ""
    fragment = f"#{parts.fragment}" if parts.fragment else ""
    return f"https://{host}{path}{query}{fragment}"


def fault_of(address: str) -> str:
    """What keeps a text from being the https address of a public document; empty where nothing does."""
    scheme, _, rest = address.partition("://")
    if scheme not in ("https", "http"):
        return "it does not start with https://"
    host, path = re.match(r"([^/?#]*)(.*)", rest, re.DOTALL).groups()  # type: ignore[union-attr]
    if "@" in host:
        return "it names a user"
    if re.search(r":[0-9]*$", host):
        return "it names a port"
    if not re.fullmatch(_HOST, host.lower()):
        return "it has no host" if not host else "its host is no name of the web"
    if not re.fullmatch(_CHARACTERS, path):
        wrong = re.sub(_CHARACTERS, "", path)[:1]
        return f"{wrong!a} must be written in percent code"
    if re.search(r"/\.{1,2}(?:[/?#]|$)", path):
        return "a step of its path is dots alone"
    return ""


def is_address(text: str) -> bool:
    """Whether a text that someone typed is an address on the Hub, arXiv, GitHub or elsewhere."""
    hosts = tuple(f"{host}/" for host in (HUB, ARXIV, GITHUB, *_HOSTS))
    return "://" in text or text.strip().casefold().removeprefix("www.").startswith(hosts)


def hub_repository(address: str) -> tuple[str, str] | None:
    """The type (dataset or model) and id of the Hub repository behind a canonical address."""
    match = re.match(rf"https://{re.escape(HUB)}/(datasets/)?([^/]+(?:/[^/]+)?)", address)
    if match is None:
        return None
    return ("dataset" if match[1] else "model"), match[2]


def _arxiv(path: str) -> str:
    match = re.search(_ARXIV_ID, path)
    return f"https://{ARXIV}/abs/{match[1]}" if match else f"https://{ARXIV}{path}"
