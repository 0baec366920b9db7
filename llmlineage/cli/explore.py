"""``llmlineage explore``."""

from __future__ import annotations

from urllib.parse import quote

import click

from llmlineage.cli import options
from llmlineage.cli.paint import put, say


@click.command()
@click.argument("name", required=False)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=0,
    help="The port to serve on; by default one that is free.",
)
@click.option("--no-browser", is_flag=True, help="Print the address, and open nothing.")
@click.pass_context
def command(ctx: click.Context, name: str | None, port: int, no_browser: bool) -> None:
    """A page in the browser: what a record is made of, as text and as a picture.

    It is served to this machine alone, from the edition, until Ctrl-C.

    \b
    Examples:
      llmlineage explore OpenHermes-2
      llmlineage explore --port 8000 --no-browser
    """
    from llmlineage.explorer.server import Server

    edition = options.open_from(ctx)
    place = f"#/r/{quote(options.resolve(edition, name).id)}" if name else ""
    with Server(edition, port) as server:
        put([f"{server.address}{place}", "Ctrl-C ends it."])
        if not no_browser:
            open_browser(f"{server.address}{place}")
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            say("ended")


def open_browser(address: str) -> None:
    """Where there is none, the address that was printed has to do."""
    import webbrowser

    try:
        webbrowser.open(address)
    except webbrowser.Error:
        say("no browser was found; open the address in one")
