"""A launch script as the commands that it would run, without running any.

Quotes, comments, continued lines, heredocs, arrays and variables are followed as bash(1) has them;
what only a running shell could know (``$(...)``, ``$HOME``, arithmetic) stays as it is written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

# Variables that hold themselves twice would double without end.
LONGEST_WORD = 200_000
MOST_WORDS = 200_000
# What all words together come to: variables that each hold the one before grow with the square of the script.
MOST_LETTERS = 10_000_000
# How deep a string that is a script itself (bash -c "...") is followed, and ${a:-${b:-...}}.
DEEPEST = 3
DEEPEST_DEFAULT = 10
_NAME = re.compile(r"[A-Za-z_]\w*")
_ASSIGNMENT = re.compile(r"([A-Za-z_]\w*)(\+?)=")
_DEFAULT = re.compile(r"(\w+)(:?[-=+?])(.*)", re.DOTALL)
_KEYWORDS = frozenset(
    ("do", "then", "else", "elif", "if", "while", "until", "!", "{", "}", "time", "fi", "done", "esac")
)
_DECLARES = frozenset(("export", "local", "declare", "typeset", "readonly"))
_ENDS = ";&|()\n"
_PLAIN = re.compile(r"[^\"'\\$]+|.", re.DOTALL)
_QUOTE = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)
_UNQUOTED = re.compile(r"[^\\'\"`$( \t<>;&|)\n]+")
_WITHIN = re.compile(r"[^\\'\"#(){}]+")
_PIECE = re.compile(r"(\s+)|[^\s$]+|\$")

Command = list[str]


class TooMuch(ValueError):
    """A script stands for more words or text than any that was written to be read."""


@dataclass
class _Left:
    """What a script, and those within it, may still come to."""

    words: int = MOST_WORDS
    letters: int = MOST_LETTERS

    def take(self, words: Command) -> Command:
        self.letters -= len(words) + sum(map(len, words))
        if self.words < 0 or self.letters < 0:
            raise TooMuch("has words or variables that multiply beyond reason")
        return words


@dataclass
class _Script:
    """Where the reading stands: the text, the place in it, and what variables hold."""

    text: str
    variables: dict[str, list[str]]
    depth: int = 0
    place: int = 0
    heredocs: list[tuple[str, bool, bool]] = field(default_factory=list)
    left: _Left = field(default_factory=_Left)
    defaults_open: int = 0
    branches: int = 0


def commands(text: str) -> list[Command]:
    """The simple commands of a script in order, each as its words with variables filled in.

    A command within a command (behind ``--`` or an escaped ``&&``) is one of its own.

    Raises:
        TooMuch: variables multiply, so that it stands for more than anybody could have meant.
    """
    found: list[Command] = []
    for words in _run(_Script(text.replace("\r\n", "\n"), {})):
        part: Command = []
        for word in words:
            if word in ("--", "||", ";", "|") or word.startswith("&&"):
                found.append(part)
                part = [word[2:]] if word.startswith("&&") and len(word) > 2 else []
            else:
                part.append(word)
        found.append(part)
    return [command for command in found if command]


def flags(command: Command) -> dict[str, list[str]]:
    """The values of each ``--flag``, joined over repeated flags; ``--flag=value`` is split."""
    values: dict[str, list[str]] = {}
    current: list[str] | None = None
    for word in command:
        if word.startswith("--") and len(word) > 2:
            name, sign, value = word[2:].partition("=")
            current = values.setdefault(name.replace("-", "_"), [])
            if sign:
                current.append(value)
        elif current is not None:
            current.append(word)
    return values


def _run(script: _Script) -> Iterator[Command]:
    """Every command as it would be run, assignments taken on the way."""
    while script.place < len(script.text):
        raw, bodies = _next_command(script)
        yield from _perform(script, raw, bodies)


def _perform(script: _Script, raw: list[str], bodies: list[str]) -> Iterator[Command]:
    raw = _without_keywords(script, raw)
    if not raw:
        return
    if raw[0] == "for" and len(raw) > 3 and raw[2] == "in":
        values = [word for one in raw[3:] for word in _expand(script, one)]
        script.variables[raw[1]] = values[:1]  # a loop is taken once
        return
    declares = raw[0] if raw[0] in _DECLARES else None
    if declares:
        raw = [one for one in raw[1:] if not one.startswith("-")]
    names = []
    for one in raw:
        if not (match := _ASSIGNMENT.match(one)):
            break
        _assign(script, match, one[match.end() :])
        names.append(match[1])
    raw = raw[len(names) :]
    if declares == "export" and names:
        yield ["export", *_settings(script, names)]  # what it sets may decide how a program reads names
    if declares or not raw:
        return
    settings = _settings(script, names)
    if raw[0] == "read" and bodies:
        names = [one for one in raw[1:] if _NAME.fullmatch(one)]
        if names:
            script.variables[names[-1]] = [bodies[0]]
        return
    words = [word for one in raw for word in _expand(script, one)]
    script.left.words -= len(words)
    inner = _inner_script(words)
    if inner and script.depth < DEEPEST:
        yield from _run(_Script(inner, script.variables, script.depth + 1, left=script.left))
    else:
        yield [*settings, *words]


def _without_keywords(script: _Script, raw: list[str]) -> list[str]:
    place = 0
    while place < len(raw) and raw[place] in _KEYWORDS:
        script.branches = max(script.branches + (raw[place] == "if") - (raw[place] == "fi"), 0)
        place += 1
    return raw[place:]


def _settings(script: _Script, names: list[str]) -> Command:
    return script.left.take([f"{name}={_joined(script.variables[name])}" for name in names])


def _inner_script(words: Command) -> str | None:
    """The script that stands in a word: ``eval "..."``, ``bash -c "..."``."""
    if words[0] == "eval":
        return " ".join(words[1:])
    for place, word in enumerate(words[:-1]):
        if word in ("-c", "-lc", "-ec") and place and words[place - 1].rpartition("/")[2] in ("bash", "sh"):
            return words[place + 1]
    return None


def _assign(script: _Script, match: re.Match[str], raw: str) -> None:
    name, append = match[1], match[2]
    held = next(filter(None, script.variables.get(name, [])), "") if script.branches and not append else ""
    if held and not re.match(r"\$\{?\d", held) and f"${name}" not in raw and f"${{{name}" not in raw:
        return  # whether a branch is taken is not known: what was set before it, or by the first, counts
    if raw.startswith("(") and raw.endswith(")"):
        values = [word for one in _words_of(raw[1:-1]) for word in _expand(script, one)]
    else:
        values = [_joined(_expand(script, raw, split=False))]
    if append and raw.startswith("("):
        # In place: a list that is copied for each word that it gains takes minutes.
        array = script.variables.setdefault(name, [])
        array.extend(value[:LONGEST_WORD] for value in values)
        del array[MOST_WORDS:]
        return
    if append:
        values = script.left.take(["".join([*script.variables.get(name, []), *values])])
    script.variables[name] = [value[:LONGEST_WORD] for value in values[:MOST_WORDS]]


def _joined(words: list[str]) -> str:
    return " ".join(words)


def _words_of(text: str) -> list[str]:
    """The raw words of a text that may run over lines, as between the brackets of an array."""
    inner = _Script(text, {})
    words: list[str] = []
    while inner.place < len(inner.text):
        words += _next_command(inner)[0]
    return words


def _next_command(script: _Script) -> tuple[list[str], list[str]]:
    """The raw words, quotes and all, up to the end of a command, and the heredocs that it reads."""
    text, words, bodies = script.text, [], []
    while script.place < len(text):
        letter = text[script.place]
        if letter in " \t" or text.startswith("\\\n", script.place):
            script.place += 2 if letter == "\\" else 1
        elif letter == "#":
            end = text.find("\n", script.place)
            script.place = len(text) if end < 0 else end
        elif letter == "\n":
            script.place += 1
            bodies = _heredoc_bodies(script)
            break
        elif letter in "<>":
            _redirection(script)
        elif letter in _ENDS:
            script.place += 1
            if script.heredocs:  # what follows on the line belongs to another command
                continue
            break
        else:
            start = script.place
            _skip_word(script)
            word = text[start : script.place]
            if not (word.isdigit() and script.place < len(text) and text[script.place] in "<>"):
                words.append(word)
    return words, bodies


def _redirection(script: _Script) -> None:
    """Pass over ``> file`` and the like; note the end that a heredoc waits for."""
    text = script.text
    match = re.compile(r"<<<|<<-?|>>|>&|<&|&>|>\||[<>]").match(text, script.place)
    assert match is not None
    script.place = match.end()
    while script.place < len(text) and text[script.place] in " \t":
        script.place += 1
    start = script.place
    if script.place < len(text) and text[script.place] == "(":  # process substitution
        script.place = _closing(text, script.place, "(", ")")
        return
    _skip_word(script)
    if match[0] in ("<<", "<<-"):
        end = text[start : script.place]
        plain = re.sub(r"['\"\\]", "", end)
        script.heredocs.append((plain, plain == end, match[0] == "<<-"))


def _heredoc_bodies(script: _Script) -> list[str]:
    """The texts that stand after the line, each up to the line that ends it."""
    bodies = []
    for end, expands, tabs in script.heredocs:
        lines = []
        while script.place < len(script.text):
            stop = script.text.find("\n", script.place)
            stop = len(script.text) if stop < 0 else stop
            line = script.text[script.place : stop]
            script.place = stop + 1
            if (line.lstrip("\t") if tabs else line).rstrip() == end:
                break
            lines.append(line)
        body = "\n".join(lines)
        if expands:
            body = _joined(_expand(script, '"' + body.replace('"', '\\"') + '"', split=False))
        bodies.append(body)
    script.heredocs = []
    return bodies


def _skip_word(script: _Script) -> None:
    """Move over one word: up to white space or an operator outside quotes and brackets."""
    text, start = script.text, script.place
    while script.place < len(text):
        letter = text[script.place]
        if letter == "\\":
            if text.startswith("\\\n", script.place) and script.place > start:
                script.place += 2  # a word may go on in the next line
                continue
            script.place += 2
        elif letter == "'":
            end = text.find("'", script.place + 1)
            script.place = len(text) if end < 0 else end + 1
        elif letter == '"':
            script.place = _end_of_quote(text, script.place)
        elif letter == "`":
            end = text.find("`", script.place + 1)
            script.place = len(text) if end < 0 else end + 1
        elif letter == "$" and text[script.place + 1 : script.place + 2] in ("(", "{"):
            opening = text[script.place + 1]
            script.place = _closing(text, script.place + 1, opening, ")" if opening == "(" else "}")
        elif letter == "(" and script.place > start and text[script.place - 1] == "=":
            script.place = _closing(text, script.place, "(", ")")  # an array
        elif letter in " \t<>" or letter in _ENDS:
            break
        else:
            plain = _UNQUOTED.match(text, script.place)
            script.place = plain.end() if plain else script.place + 1
    script.place = max(min(script.place, len(text)), start + 1)


def _end_of_quote(text: str, start: int) -> int:
    match = _QUOTE.match(text, start)
    return match.end() if match else len(text)


def _closing(text: str, start: int, opening: str, closing: str) -> int:
    """The place after the bracket that closes the one at ``start``; quotes and comments are passed over."""
    depth, place = 0, start
    while place < len(text):
        plain = _WITHIN.match(text, place)
        if plain:
            place = plain.end()
            continue
        letter = text[place]
        if letter == "\\":
            place += 2
            continue
        if letter == "'":
            end = text.find("'", place + 1)
            place = len(text) if end < 0 else end + 1
            continue
        if letter == '"':
            place = _end_of_quote(text, place)
            continue
        if letter == "#" and opening == "(" and text[place - 1] in " \t\n":
            end = text.find("\n", place)
            place = len(text) if end < 0 else end
            continue
        depth += (letter == opening) - (letter == closing)
        place += 1
        if depth == 0:
            return place
    return len(text)


@dataclass
class _Words:
    """Words as they grow piece by piece."""

    done: list[str] = field(default_factory=list)
    current: list[str] = field(default_factory=list)
    length: int = 0
    started: bool = False

    def add(self, piece: str) -> None:
        self.current.append(piece)
        self.length += len(piece)
        self.started = True

    def end_word(self) -> None:
        if self.started:
            self.done.append("".join(self.current))
        self.current, self.length, self.started = [], 0, False

    def add_split(self, value: str) -> None:
        """Add what a variable held outside quotes; a command that is not run stays one piece."""
        place = 0
        while match := _PIECE.match(value, place):
            place = match.end()
            if match[1]:
                self.end_word()
            elif value.startswith("$(", match.start()):
                place = _closing(value, place, "(", ")")
                self.add(value[match.start() : place])
            else:
                self.add(match[0])

    def add_array(self, values: list[str]) -> None:
        for number, value in enumerate(values):
            if number:
                self.end_word()
            self.add(value)


def _expand(script: _Script, raw: str, split: bool = True) -> list[str]:
    """The words that a raw word becomes: quotes off, variables filled in, and split where bash splits."""
    text = raw.replace("\\\n", "")
    words = _Words()
    place, quoted = 0, False
    while place < len(text) and words.length <= LONGEST_WORD:
        letter = text[place]
        if letter == '"':
            quoted = not quoted
            words.add("")
            place += 1
        elif letter == "'" and not quoted:
            end = text.find("'", place + 1)
            end = len(text) if end < 0 else end
            words.add(text[place + 1 : end])
            place = end + 1
        elif letter == "\\":
            following = text[place + 1 : place + 2]
            keeps = quoted and following not in ('"', "\\", "$", "`")
            words.add(letter + following if keeps else following)
            place += 2
        elif letter == "$":
            value, place = _variable(script, text, place)
            if isinstance(value, list) and split:
                words.add_array(value)
            elif quoted or not split or isinstance(value, list):
                words.add(value if isinstance(value, str) else _joined(value))
            else:
                words.add_split(value)
        else:
            plain = _PLAIN.match(text, place)
            assert plain is not None
            words.add(plain[0])  # only what a variable held is split
            place = plain.end()
    words.end_word()
    return script.left.take(words.done if split else ["".join(words.done)])


def _variable(script: _Script, text: str, place: int) -> tuple[str | list[str], int]:
    """What ``$`` at a place stands for, and the place after it; as written where that is not known."""
    following = text[place + 1 : place + 2]
    if following == "{":
        end = _closing(text, place + 1, "{", "}")
        return _braced(script, text[place:end]), end
    if following == "(":
        end = _closing(text, place + 1, "(", ")")
        return text[place:end], end
    name = _NAME.match(text, place + 1)
    if name:
        held = _held(script, name[0])
        return (text[place : name.end()] if held is None else held), name.end()
    return text[place : place + 2], place + 2


def _braced(script: _Script, written: str) -> str | list[str]:
    """What ``${...}`` stands for."""
    if not written.endswith("}"):
        return written
    inside = written[2:-1]
    if inside.endswith(("[@]", "[*]")):
        values = script.variables.get(inside[:-3])
        return written if values is None else list(script.left.take(values))
    held = _held(script, inside)
    if held is not None:
        return held
    match = _DEFAULT.fullmatch(inside)
    if match and script.defaults_open < DEEPEST_DEFAULT:
        held = _held(script, match[1])
        if match[2].endswith("+"):
            return _default(script, match[3]) if held else ""
        if held:
            return held
        if not match[2].endswith("?"):
            return _default(script, match[3])
    return written


def _held(script: _Script, name: str) -> str | None:
    values = script.variables.get(name)
    return None if values is None else _joined(script.left.take(values))


def _default(script: _Script, raw: str) -> str:
    script.defaults_open += 1
    value = _joined(_expand(script, raw, split=False))
    script.defaults_open -= 1
    return value
