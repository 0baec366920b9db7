"""Reading a launch script without running anything: the commands that it would run, as lists of words.

Variables are followed as bash would with nothing given from outside. What only a run can tell (command
substitutions, $HOME, $1) stays as written. Of a loop the first round is read. Of branches that only a
run can choose between all are read, and the first of them says what the variables are thereafter.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TypeAlias

from llmlineage.configs.shell_words import Token, closing, split
from llmlineage.errors import ConfigError

Verdict: TypeAlias = bool | None
Variable: TypeAlias = "str | list[str] | dict[str, str]"

# What is filled in, copied and run; the scripts that people write need a hundredth of it.
MOST_CHARACTERS = 20_000_000
MOST_STATEMENTS = 100_000
DEEPEST = 40
_ASSIGNMENT = re.compile(r"([A-Za-z_]\w*)(?:\[([^\]]*)\])?(\+?=)(.*)", re.DOTALL)
_PLAIN = re.compile(r"[^\\'\"$`]+")
_QUOTED = re.compile(r"[^\\\"$`]+")
_HERE = re.compile(r"[^\\$`]+")
_NAME = re.compile(r"\$([A-Za-z_]\w*|[0-9@*#?$!-])")
_PARAMETER = re.compile(r"([A-Za-z_]\w*|\d+|[@*])(?:\[([^\]]*)\])?(.*)", re.DOTALL)
_FALLBACK = re.compile(r"(:?)([-=+?])(.*)", re.DOTALL)
_CUT = re.compile(r"(##?|%%?|//?)(.*)", re.DOTALL)
_CAT = re.compile(r"\$\(\s*cat\s*<<-?[ \t]*(['\"]?)(\w+)\1[ \t]*\n(.*?\n?)[ \t]*\2\s*\)", re.DOTALL)
_FROM_CALLER = re.compile(r"\$(\d|\{\d+(:?\?.*)?\})", re.DOTALL)
_FROM_OUTSIDE = re.compile(r"\$(\w+|\{\w+\})")
_OPTION = re.compile(r"--?([A-Za-z][\w.-]*)(?:=(.*))?", re.DOTALL)
_SEPARATORS = ("\n", ";", "&", "|", "|&", "&&", "||")
_CASE_ENDS = (";;", ";&", ";;&")
_REDIRECTIONS = ("<", ">", ">>", "<&", ">&", "&>", "&>>", ">|")
_SHELLS = ("bash", "sh", "zsh")
# Programs that take a script as their input, and those that take commands as single words.
_READ_SCRIPTS = (*_SHELLS, "sbatch", "qsub", "bsub", "ssh")
_TAKE_COMMANDS = ("ssh", "tmux", "screen", "pdsh")


def commands(text: str, path: Path = Path("script.sh")) -> list[list[str]]:
    """The simple commands in the order of a run, with the assignments before each and without redirections.

    Raises:
        ConfigError: a quote is not closed, or it nests or multiplies beyond reason.
    """
    tokens = split(text, path)
    run = _Run(path, MOST_STATEMENTS + 2 * len(tokens))
    run.script(tokens)
    return run.found


def options(words: Iterable[str]) -> dict[str, list[str]]:
    """``--some-name a b`` as some_name: [a, b]; of one that stands twice the last counts."""
    found: dict[str, list[str]] = {}
    values: list[str] = []
    for word in words:
        if option := _OPTION.fullmatch(word):
            values = found[option[1].replace("-", "_")] = []
            if option[2] is not None:
                values.append(option[2])
                values = []
        else:
            values.append(word)
    return found


def program(word: str) -> str:
    """The name of a program without its folder."""
    return word.rpartition("/")[2]


class _Run:
    def __init__(self, path: Path, statements: int) -> None:
        self.path = path
        self.left = MOST_CHARACTERS
        self.statements_left = statements
        self.found: list[list[str]] = []
        self.variables: dict[str, Variable] = {}
        # Of each open branch that may not be taken, what its variables were before.
        self.logs: list[dict[str, Variable | None]] = []
        self.functions: dict[str, tuple[list[Token], int]] = {}
        self.calling: list[str] = []
        self.arguments: list[list[str]] = []
        self.tokens: list[Token] = []
        self.place = 0
        self.depth = 0
        # Whether what is read is run, or only passed over.
        self.live = True
        self.status: Verdict = None
        # At which depths an exit was met.
        self.exits: set[int] = set()

    # Statements

    def script(self, tokens: list[Token]) -> None:
        before = self.tokens, self.place
        self.tokens, self.place = tokens, 0
        while self.place < len(self.tokens):
            self.statements(())
            self.place += 1  # a stray end of something
        self.tokens, self.place = before

    def statements(self, ends: tuple[str, ...]) -> str:
        """Read up to one of these words or signs, and behind it."""
        while self.place < len(self.tokens):
            token = self.tokens[self.place]
            if token.text in ends and token.kind in ("word", "sign"):
                self.place += 1
                return token.text
            if token.kind == "sign" and token.text in (*_SEPARATORS, *_CASE_ENDS, ")"):
                self.place += 1
                self.joined(token.text, ends)
            else:
                self.status = None
                self.statement()
        return ""

    def joined(self, sign: str, ends: tuple[str, ...]) -> None:
        """Pass over what ``&&`` or ``||`` keeps from being run."""
        if (sign, self.status) not in (("&&", False), ("||", True)):
            return
        while self.peek() == "\n":
            self.place += 1
        if self.peek() not in ends:
            status = self.status
            self.passed_over(self.statement)
            self.status = status

    def peek(self, ahead: int = 0) -> str:
        place = self.place + ahead
        return self.tokens[place].text if place < len(self.tokens) else ""

    def passed_over(self, read: Callable[[], object]) -> None:
        live, self.live = self.live, False
        read()
        self.live = live

    def statement(self) -> None:
        self.statements_left -= 1
        self.depth += 1
        if self.statements_left < 0:
            raise ConfigError(self.path, "calls its functions beyond reason")
        if self.depth > DEEPEST:
            raise ConfigError(self.path, "is nested too deeply to be a script")
        token = self.tokens[self.place]
        compound = _COMPOUNDS.get(token.text) if token.kind != "array" else None
        if compound:
            self.place += 1
            compound(self)
        elif self.peek(1) == "(" and self.peek(2) == ")" and token.kind == "word":
            self.place += 3
            self.function(token.text)
        else:
            self.simple()
        self.depth -= 1

    def function_word(self) -> None:
        name = self.peek()
        self.place += 3 if self.peek(1) == "(" else 1
        self.function(name)

    def function(self, name: str) -> None:
        while self.peek() == "\n":
            self.place += 1
        if self.live:
            self.functions[name] = (self.tokens, self.place)
        if self.place < len(self.tokens):
            self.passed_over(self.statement)

    def call(self, name: str, arguments: list[str]) -> None:
        before = self.tokens, self.place
        self.tokens, self.place = self.functions[name]
        self.calling.append(name)
        self.arguments.append(arguments)
        if self.place < len(self.tokens):
            self.statement()
        self.arguments.pop()
        self.calling.pop()
        self.tokens, self.place = before

    def group(self) -> None:
        self.statements(("}",))

    def subshell(self) -> None:
        self.statements((")",))

    def negated(self) -> None:
        if self.place < len(self.tokens):
            self.statement()
        self.status = None if self.status is None else not self.status

    # Branches

    def if_(self) -> None:
        """Look over the branches first: which of them is taken may depend on which of them end the run."""
        branches: list[tuple[Verdict, int, bool]] = []
        end = "if"
        while end in ("if", "elif", "else"):
            verdict = True if end == "else" else self.condition("then")
            start = self.place
            self.exits.discard(self.depth + 1)
            self.passed_over(lambda: self.statements(("elif", "else", "fi")))
            end = self.tokens[self.place - 1].text
            branches.append((verdict, start, self.depth + 1 in self.exits))
        self.branches(branches, ("elif", "else", "fi"))

    def branches(self, branches: list[tuple[Verdict, int, bool]], ends: tuple[str, ...]) -> None:
        if not self.live:
            return
        behind = self.place
        possible = []
        for verdict, start, leaves in branches:
            if verdict is not False:
                possible.append((start, leaves))
            if verdict is True and not leaves:
                break
        # A run that ends with a message trains nothing: read what one with other arguments would do.
        if possible and all(leaves for _, leaves in possible) and len(branches) > 1:
            possible = [(start, leaves) for _, start, leaves in branches]
        going_on = [start for start, leaves in possible if not leaves] or [start for start, _ in possible]
        certain = len(going_on) == 1 and any(
            verdict is True and start == going_on[0] for verdict, start, _ in branches
        )
        merged: dict[str, Variable] = {}
        for order, start in enumerate(going_on):
            self.place = start
            if certain:
                self.statements(ends)
                break
            self.branch(merged, ends, order == 0)
        for name, value in merged.items():
            self.assign(name, value)
        self.place = behind
        self.status = None

    def branch(self, merged: dict[str, Variable], ends: tuple[str, ...], first: bool) -> None:
        """Read one of several branches, and take back what it does to the variables."""
        self.logs.append({})
        self.statements(ends)
        for name, before in self.logs.pop().items():
            value = self.variables.pop(name, None)
            if value is not None and (first or (before is None and name not in merged)):
                merged[name] = value
            if before is not None:
                self.variables[name] = before

    def condition(self, end: str) -> Verdict:
        """What stands between if and then. It may be a command that trains, too."""
        if self.peek() not in ("[", "[[", "test", "!", "true", "false") and not self.peek().startswith("(("):
            self.statements((end,))
            return None
        if self.peek() in ("true", "false") and self.peek(1) in (";", "\n"):
            verdict: Verdict = self.peek() == "true"
            self.statements((end,))
            return verdict
        start = self.place
        before = self.live
        self.live = False
        self.statements((end,))
        self.live = before
        return self.judged(self.tokens[start : self.place - 1]) if self.live else None

    def judged(self, tokens: list[Token]) -> Verdict:
        """Tests joined by && and ||."""
        texts = [token.text for token in tokens if token.text not in ("\n", ";", "[[", "]]")]
        for join, strong in (("||", True), ("&&", False)):
            if join in texts:
                place = texts.index(join)
                if place > 20 * DEEPEST:
                    return None
                sides = self.judged(tokens_of(texts[:place])), self.judged(tokens_of(texts[place + 1 :]))
                return strong if strong in sides else (None if None in sides else not strong)
        if texts[:1] == ["!"]:
            verdict = self.judged(tokens_of(texts[1:]))
            return None if verdict is None else not verdict
        return self.test([text for text in texts if text not in ("[", "]", "test")])

    def test(self, words: list[str]) -> Verdict:
        """One test, with what is to be given from outside taken as not given."""
        if len(words) == 2 and words[0] in ("-z", "-n"):
            text = self.tested(words[1])
            return None if text is None else (text in ("", _GIVEN)) == (words[0] == "-z")
        if len(words) == 3:
            left, right = self.tested(words[0]), self.tested(words[2])
            if left is not None and right is not None:
                return compared(left, words[1], right)
        return None

    def tested(self, raw: str) -> str | None:
        """What is compared: empty if it is never set, _GIVEN if the caller has to say, None if unknown."""
        if raw in ("$#", '"$#"', "${#}"):
            return str(len(self.arguments[-1])) if self.arguments else "0"
        text = self.text(raw)
        if _FROM_CALLER.fullmatch(text):
            return _GIVEN
        if _FROM_OUTSIDE.fullmatch(text):
            return ""
        return None if "$" in text or "`" in text else text

    def case(self) -> None:
        subject = self.peek()
        self.place += 1
        while self.peek() in ("\n", "in"):
            self.place += 1
        value = self.tested(subject) if self.live else None
        if value == _GIVEN or (value == "" and "$" in subject):
            value = None
        branches: list[tuple[Verdict, int, bool]] = []
        end = ";;"
        while end in _CASE_ENDS and self.patterns_start():
            verdict = self.matches(value)
            start = self.place
            self.exits.discard(self.depth + 1)
            self.passed_over(lambda: self.statements((*_CASE_ENDS, "esac")))
            end = self.tokens[self.place - 1].text
            branches.append((verdict, start, self.depth + 1 in self.exits))
        self.branches(branches, (*_CASE_ENDS, "esac"))

    def patterns_start(self) -> bool:
        while self.peek() in ("\n", ";"):
            self.place += 1
        if self.peek() == "esac":
            self.place += 1
            return False
        return self.place < len(self.tokens)

    def matches(self, value: str | None) -> Verdict:
        patterns = []
        while self.place < len(self.tokens) and self.peek() != ")":
            patterns.append(self.peek())
            self.place += 1
        self.place += 1
        if value is None or not self.live:
            return None
        texts = [self.text(pattern) for pattern in patterns if pattern not in ("|", "(", "\n")]
        return any(len(text) < 200 and fnmatch.fnmatchcase(value[:1000], text) for text in texts)

    # Loops

    def for_(self) -> None:
        name = self.peek()
        self.place += 1
        values: list[str] = []
        if name.startswith("(("):
            begin = re.match(r"\(\(\s*(\w+)\s*=\s*(\w+)", name)
            name, values = (begin[1], [begin[2]]) if begin else ("", [])
        elif self.peek() == "in":
            self.place += 1
            values = self.listed()
        while self.peek() in ("\n", ";"):
            self.place += 1
        if self.peek() in ("do", "{"):
            self.place += 1
        if self.live and values and name:
            self.assign(name, first_of_braces(values[0]))
        self.statements(("done", "}"))

    def listed(self) -> list[str]:
        """The words up to the end of the line, of which only the first is asked for."""
        values: list[str] = []
        while self.place < len(self.tokens) and self.peek() not in ("\n", ";"):
            if self.live and not values:
                values = self.fields(self.peek())
            self.place += 1
        return values

    def while_(self) -> None:
        options_loop = self.peek() == "getopts"
        verdict = self.condition("do")
        start = self.place
        if self.live and verdict is not False and not options_loop:
            merged: dict[str, Variable] = {}
            self.branch(merged, ("done",), verdict is True)
            for name, value in merged.items():
                self.assign(name, value)
        else:
            self.place = start
            self.passed_over(lambda: self.statements(("done",)))

    def until_(self) -> None:
        self.condition("do")
        self.statements(("done",))

    # Simple commands

    def simple(self) -> None:
        items: list[Token] = []
        bodies: list[str] = []
        to_script = False
        while self.place < len(self.tokens):
            token = self.tokens[self.place]
            if token.kind == "sign" and token.text == "<<<" and self.place + 1 < len(self.tokens):
                self.place += 1
                bodies += [self.text(self.peek())] if self.live else []
            elif token.kind == "sign" and token.text in _REDIRECTIONS:
                if self.peek(1) not in (*_SEPARATORS, *_REDIRECTIONS, ")"):
                    self.place += 1
                    to_script = to_script or self.peek().endswith((".sh", ".slurm", ".sbatch"))
            elif token.kind == "sign":
                break
            elif token.kind in ("here", "here-quoted"):
                bodies += [self.here(token)] if self.live else []
            else:
                items.append(token)
            self.place += 1
        if items and items[0].text in ("exit", "return"):
            self.leave()
        elif self.live and items:
            self.execute(items, bodies, to_script)

    def leave(self) -> None:
        self.exits.add(self.depth)
        if self.live and self.depth == 1 and not self.calling:
            self.place = len(self.tokens)

    def here(self, token: Token) -> str:
        if token.kind == "here-quoted":
            return token.text
        return "".join(part for part, _ in self.pieces(token.text, _HERE) if isinstance(part, str))

    def execute(self, items: list[Token], bodies: list[str], to_script: bool) -> None:
        count = 0
        while count < len(items) and (items[count].kind == "array" or _ASSIGNMENT.match(items[count].text)):
            count += 1
        if count == len(items):
            for item in items:
                self.assignment(item)
            return
        words = [self.prefix(item) for item in items[:count] if item.kind == "word"]
        name = items[count].text
        if name in ("export", "declare", "local", "readonly", "typeset"):
            self.declared(name, items[count + 1 :])
        elif name in ("[", "[[", "test"):
            self.status = self.judged(items)
        elif name in ("true", "false"):
            self.status = name == "true"
        elif name == "read":
            self.read_variable(items, bodies)
        elif name == "unset":
            for item in items[count + 1 :]:
                self.variables.pop(item.text, None)
        else:
            for item in items[count:]:
                words += self.fields(item.text)
            self.command(words, count)
            self.bodies(words[count:], bodies, to_script)

    def prefix(self, item: Token) -> str:
        name, _, value = item.text.partition("=")
        return f"{name}={self.text(value)}"

    def declared(self, name: str, items: list[Token]) -> None:
        exported = []
        for item in items:
            if item.kind == "array" or _ASSIGNMENT.match(item.text):
                self.assignment(item)
                exported.append(f"{item.text.partition('=')[0]}=")
        if name == "export":
            words = [f"{one}{self.looked_up(one[:-1], '@') or ''}" for one in exported]
            self.found.append(["export", *words])

    def read_variable(self, items: list[Token], bodies: list[str]) -> None:
        """``read -r -d '' name <<EOF``"""
        names = [item.text for item in items if re.fullmatch(r"[A-Za-z_]\w*", item.text)]
        if bodies and len(names) > 1:
            self.assign(names[-1], bodies[-1].strip())

    def command(self, words: list[str], count: int) -> None:
        """One command, which may be a function of the script, or hold others."""
        plain = words[count:]
        if not plain or plain[0] in ("echo", "printf", ":", "set", "shift"):
            if plain[:1] == ["shift"] and self.arguments:
                del self.arguments[-1][:1]
            return
        if plain[0] in self.functions and plain[0] not in self.calling:
            self.call(plain[0], plain[1:])
        elif plain[0] == "eval":
            self.nested(" ".join(plain[1:]))
        else:
            self.report(words)
            for text in held(plain):
                self.nested(text)

    def report(self, words: list[str]) -> None:
        """Apart what ``--`` or ``\\&\\&`` separate. Options alone belong to the command before:
        a comment or a blank behind a backslash tore them off."""
        if words[0].startswith("--") and self.found:
            self.found[-1].extend(words)
            return
        part: list[str] = []
        for word in words:
            if word in ("--", "&&", ";", "||", "|"):
                self.found += [part] if part else []
                part = []
            else:
                part.append(word)
        self.found += [part] if part else []

    def bodies(self, words: list[str], bodies: list[str], to_script: bool) -> None:
        """A here-document that is, or becomes, a script."""
        piped = self.peek() == "|" and program(self.peek(1)) in _READ_SCRIPTS
        for body in bodies:
            if to_script or piped or (words and program(words[0]) in _READ_SCRIPTS):
                self.nested(body)

    def nested(self, text: str) -> None:
        self.charge(len(text))
        try:
            tokens = split(text, self.path)
        except ConfigError:
            return  # no script after all
        self.depth += 1
        if self.depth < DEEPEST:
            self.script(tokens)
        self.depth -= 1

    # Variables

    def assignment(self, item: Token) -> None:
        found = _ASSIGNMENT.match(item.text)
        if not found:
            return
        name, key, sign = found[1], found[2], found[3]
        before = self.variables.get(name) if sign == "+=" or key is not None else None
        self.charge(len(before or ""))
        if item.kind == "array":
            self.assign(name, self.array(item.items, before))
        elif key is not None:
            entries = dict(before) if isinstance(before, dict) else dict(enumerated(before))
            entries[self.text(key)] = self.text(found[4])
            self.assign(name, entries)
        elif isinstance(before, list):
            self.assign(name, [f"{before[0] if before else ''}{self.text(found[4])}", *before[1:]])
        else:
            self.assign(name, f"{before if isinstance(before, str) else ''}{self.text(found[4])}")

    def array(self, items: tuple[str, ...], before: Variable | None) -> Variable:
        pairs = [re.fullmatch(r"\[([^\]]*)\]=(.*)", item, re.DOTALL) for item in items]
        if items and all(pairs):
            known = dict(before) if isinstance(before, dict) else {}
            return known | {self.text(pair[1]): self.text(pair[2]) for pair in pairs if pair}
        words = [word for item in items for word in self.fields(item)]
        return [
            *(before if isinstance(before, list) else [before] if isinstance(before, str) else []),
            *words,
        ]

    def assign(self, name: str, value: Variable) -> None:
        if self.logs:
            self.logs[-1].setdefault(name, self.variables.get(name))
        self.variables[name] = value

    def charge(self, characters: int) -> None:
        self.left -= characters + 1
        if self.left < 0:
            raise ConfigError(self.path, "has variables that multiply beyond reason")

    def text(self, raw: str) -> str:
        """A word without splitting it, as in an assignment."""
        self.charge(len(raw))
        parts = self.pieces(raw, _PLAIN)
        return "".join(part if isinstance(part, str) else " ".join(part) for part, _ in parts)

    def fields(self, raw: str) -> list[str]:
        """The words that one word becomes: none, if it is an empty variable; many, if it is a list."""
        self.charge(len(raw))
        found: list[str] = []
        current: list[str] | None = None
        for part, whole in self.pieces(raw, _PLAIN):
            if isinstance(part, str) and whole:
                current = (
                    [*(current or ()), part]
                    if current is None or not part
                    else (current.append(part), current)[1]
                )
                continue
            words = list(part) if isinstance(part, list) else part.split()
            if isinstance(part, str) and part[:1].isspace() and current is not None:
                found.append("".join(current))
                current = None
            for order, word in enumerate(words):
                if order and current is not None:
                    found.append("".join(current))
                    current = None
                current = [*(current or ()), word]
            if isinstance(part, str) and part[-1:].isspace() and current is not None:
                found.append("".join(current))
                current = None
        return found if current is None else [*found, "".join(current)]

    def pieces(self, raw: str, plain: re.Pattern[str]) -> Iterator[tuple[str | list[str], bool]]:
        """The parts of a word, each with whether it stays whole however many blanks it has."""
        place = 0
        whole = plain is not _PLAIN
        while place < len(raw):
            if found := plain.match(raw, place):
                yield found[0], True
                place = found.end()
                continue
            sign = raw[place]
            if sign == "$" or sign == "`":
                end = behind(raw, place)
                yield from self.dollar(raw[place:end], whole)
            elif sign == "\\":
                end = place + 2
                yield escaped(raw[place:end], plain), True
            else:
                end = closing(raw, place + 1, '"') if sign == '"' else raw.find("'", place + 1) + 1
                end = end if end > 0 else len(raw) + 1
                yield "", True
                if sign == '"':
                    yield from self.pieces(raw[place + 1 : end - 1], _QUOTED)
                else:
                    yield raw[place + 1 : end - 1], True
            place = end

    def dollar(self, written: str, whole: bool) -> Iterator[tuple[str | list[str], bool]]:
        """What begins with a dollar; as written, where only a run can tell what it is."""
        if written.startswith("$'"):
            yield ansi(written[2:-1]), True
        elif written.startswith("${"):
            yield from self.parameter(written, whole)
        elif name := _NAME.fullmatch(written):
            yield from self.filled(self.looked_up(name[1], None), written, whole)
        elif document := _CAT.fullmatch(written):
            parts = [(document[3], True)] if document[1] else self.pieces(document[3], _HERE)
            yield "".join(part for part, _ in parts if isinstance(part, str)).strip(), whole
        else:
            yield written, True

    def filled(
        self, value: str | list[str] | None, written: str, whole: bool
    ) -> Iterator[tuple[str | list[str], bool]]:
        if value is None:
            yield written, True
        elif isinstance(value, str):
            self.charge(len(value))
            yield value, whole
        else:
            self.charge(sum(map(len, value)))
            yield value if whole else [word for one in value for word in one.split()], whole

    def parameter(self, written: str, whole: bool) -> Iterator[tuple[str | list[str], bool]]:
        """``${name}`` with what may follow the name."""
        found = _PARAMETER.fullmatch(written[2:-1])
        if not found:
            yield written, True
            return
        name, key, rest = found[1], found[2], found[3]
        value = self.looked_up(name, self.text(key) if key is not None and "$" in key else key)
        fallback = _FALLBACK.fullmatch(rest)
        cut = _CUT.fullmatch(rest)
        if fallback:
            unset = value is None or (fallback[1] == ":" and value in ("", []))
            if fallback[2] == "+":
                if not unset:
                    yield from self.pieces(fallback[3], _QUOTED if whole else _PLAIN)
            elif unset and fallback[2] in "-=":
                if fallback[2] == "=":
                    self.assign(name, self.text(fallback[3]))
                parts = self.pieces(fallback[3], _QUOTED if whole else _PLAIN)
                for part, is_whole in parts:
                    yield part, is_whole and (whole or not isinstance(part, str) or " " not in fallback[3])
            else:
                yield from self.filled(value, written, whole)
        elif cut and isinstance(value, str):
            trimmed = trim(value, cut[1], self.text(cut[2]))
            yield from self.filled(trimmed, written, whole)
        elif rest in ("^", "^^", ",", ",,") and isinstance(value, str):
            yield from self.filled(value.upper() if "^" in rest else value.lower(), written, whole)
        elif not rest or name in "@*":
            yield from self.filled(value, written, whole)
        else:
            yield written, True

    def looked_up(self, name: str, key: str | None) -> str | list[str] | None:
        if name in "@*":
            return list(self.arguments[-1]) if self.arguments else []
        if name.isdigit():
            given = self.arguments[-1] if self.arguments else []
            return given[int(name) - 1] if name != "0" and int(name[:4]) <= len(given) else None
        value = self.variables.get(name)
        if value is None or isinstance(value, str):
            return value
        entries = dict(enumerated(value))
        if key in ("@", "*"):
            return list(entries.values())
        return entries.get("0" if key is None else key)


_GIVEN = "\0"
_COMPOUNDS: dict[str, Callable[[_Run], None]] = {
    "if": _Run.if_,
    "for": _Run.for_,
    "select": _Run.for_,
    "while": _Run.while_,
    "until": _Run.until_,
    "case": _Run.case,
    "function": _Run.function_word,
    "{": _Run.group,
    "(": _Run.subshell,
    "!": _Run.negated,
}


def tokens_of(texts: list[str]) -> list[Token]:
    return [Token("word", text) for text in texts]


def compared(left: str, sign: str, right: str) -> Verdict:
    if sign in ("=", "==", "!="):
        if _GIVEN in (left, right) and (left or right) and left != right:
            return None if "" not in (left, right) else sign != "!="
        equal = left == right or (
            "*" in right and len(right) < 200 and fnmatch.fnmatchcase(left[:1000], right)
        )
        return equal == (sign != "!=")
    if sign not in _ORDERS or not all(re.fullmatch(r"-?\d{1,18}", side) for side in (left, right)):
        return None
    return _ORDERS[sign](int(left), int(right))


_ORDERS: dict[str, Callable[[int, int], bool]] = {
    "-eq": lambda left, right: left == right,
    "-ne": lambda left, right: left != right,
    "-gt": lambda left, right: left > right,
    "-ge": lambda left, right: left >= right,
    "-lt": lambda left, right: left < right,
    "-le": lambda left, right: left <= right,
}


def first_of_braces(word: str) -> str:
    """{1..8} and {a,b}, of which a loop takes the first."""
    return re.sub(r"\{(\w+)(?:\.\.\w+|,[^{}]*)\}", r"\1", word[:1000])


def held(words: list[str]) -> Iterator[str]:
    """The scripts that stand in single words of a command."""
    for place, word in enumerate(words):
        following = words[place + 1] if place + 1 < len(words) else ""
        if program(word) in _SHELLS and re.fullmatch(r"-\w*c", following) and place + 2 < len(words):
            yield words[place + 2]
        elif word == "--wrap":
            yield following
        elif word.startswith("--wrap="):
            yield word.removeprefix("--wrap=")
        elif " " in word and place and program(words[0]) in _TAKE_COMMANDS:
            yield word


def enumerated(value: Variable | None) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        yield from value.items()
    elif value is not None:
        for place, one in enumerate([value] if isinstance(value, str) else value):
            yield str(place), one


def behind(raw: str, place: int) -> int:
    """The offset behind what a dollar or a backquote begins."""
    following = raw[place + 1 : place + 2]
    if raw[place] == "`":
        end = closing(raw, place + 1, "`")
    elif following in ("(", "{"):
        end = closing(raw, place + 2, ")" if following == "(" else "}")
    elif following == "'" and (quoted := re.compile(r"\$'(?:[^'\\]|\\.)*'", re.DOTALL).match(raw, place)):
        end = quoted.end()
    else:
        name = _NAME.match(raw, place)
        end = name.end() if name else place + 1
    return end if end > 0 else len(raw)


def escaped(pair: str, plain: re.Pattern[str]) -> str:
    """What a backslash and the next character mean."""
    follower = pair[1:]
    if follower == "\n":
        return ""
    quotable = {_QUOTED: '$`"\\', _HERE: "$`\\"}.get(plain)
    return follower if quotable is None or follower in quotable else pair


def ansi(text: str) -> str:
    signs = {"n": "\n", "t": "\t"}
    return re.sub(r"\\(.)", lambda found: signs.get(found[1], found[1]), text, flags=re.DOTALL)


def trim(value: str, sign: str, pattern: str) -> str | None:
    """``${x##*/}``, ``${x%.*}`` and ``${x//a/b}``; None for patterns that are not as plain as these."""
    if sign.startswith("/"):
        old, _, new = pattern.partition("/")
        if not old or re.search(r"[*?\[]", old) or len(new) > len(old) * 100:
            return None
        return value.replace(old, new, -1 if sign == "//" else 1)
    mark = pattern.strip("*")
    if re.search(r"[*?\[]", mark) or not mark:
        return None
    if sign.startswith("#"):
        if pattern == mark:
            return value.removeprefix(mark)
        parts = value.rpartition(mark) if sign == "##" else value.partition(mark)
        return parts[2] if pattern == f"*{mark}" and mark in value else (value if mark not in value else None)
    if pattern == mark:
        return value.removesuffix(mark)
    parts = value.partition(mark) if sign == "%%" else value.rpartition(mark)
    return parts[0] if pattern == f"{mark}*" and mark in value else (value if mark not in value else None)
