"""The command line is tested with none of the variables that it obeys set outside."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("COLUMNS", "NO_COLOR", "LLMLINEAGE_EDITION", "LLMLINEAGE_DEBUG"):
        monkeypatch.delenv(variable, raising=False)
