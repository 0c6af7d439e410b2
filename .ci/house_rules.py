#!/usr/bin/env python3
"""Checks what the compiler does not: which part includes which, where foreign
headers and messages may stand, sizes, names, and that every source is built.

  house_rules.py [ROOT]        check a tree; exit 1 with file:line of each fault
  house_rules.py --self-test   prove that each rule can fail
"""

import os
import pathlib
import re
import subprocess
import sys
import tempfile

# Who sees whom: arrows point one way.
SEES = {
    "schema": {"schema"},
    "store": {"schema", "store"},
    "config": {"schema", "config"},
    "actors": {"schema", "store", "config", "actors"},
    "tools": {"schema", "store", "config", "actors", "tools"},
    "tests": {"schema", "store", "config", "actors", "tools", "tests"},
}

# (what is included, where it may be, how that is said)
BOUNDARIES = [
    (r"lmdb\.h$", r"store/lmdb(_copy)?\.(hpp|cpp)$",
     "store/lmdb.{hpp,cpp} and store/lmdb_copy.cpp"),
    (r"\.capnp\.h$",
     r"(schema|store)/.*\.cpp$|(schema/definition|store/block)_wire\.hpp$",
     "sources (.cpp) of schema and store, schema/definition_wire.hpp and "
     "store/block_wire.hpp"),
    (r"schema/definition_wire\.hpp$", r"(schema|store)/.*\.cpp$",
     "sources (.cpp) of schema and store"),
    (r"store/block_wire\.hpp$", r"store/.*\.cpp$", "sources (.cpp) of store"),
    (r"caf/io/", r"(actors/link|actors/shell|tools|tests)/",
     "actors/link, actors/shell and tools"),
    (r"openssl/", r"actors/link/tls_.*\.cpp$|tests/",
     "sources (.cpp) of actors/link that are called tls_*"),
    (r"boost/(asio|beast)\b", r"actors/http/.*\.cpp$|actors/export/|tests/",
     "sources (.cpp) of actors/http, and actors/export"),
    (r"caf/all\.hpp$", r"$^", "nowhere: it is 133,000 lines"),
]

MESSAGE_MACROS = re.compile(
    r"\b(CAF_ADD_ATOM|CAF_BEGIN_TYPE_ID_BLOCK|CAF_ALLOW_UNSAFE_MESSAGE_TYPE)\b")
MESSAGE_PAGE = "actors/protocol.hpp"

EMPTY_NAMES = {"util", "utils", "common", "misc", "helpers"}

# Spelled in halves, since this file is checked too.
MACHINE_PATHS = [("/wo" + "rk/", False), ("/t" + "mp/", True)]
PATH_SUFFIXES = (".cpp", ".hpp", ".capnp", ".cmake", ".txt", ".py", ".sh",
                 ".conf", ".ts", ".svelte")

FILE_LINES_MAX = 400
TEST_FILE_LINES_MAX = 600
FUNCTION_LINES_MAX = 70
HEADER_INTRO_LINES = 8

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


# -- functions of a C++ file by their braces: good enough for code that
# clang-format wrote, with no parser ------------------------------------------

TOKEN = re.compile(
    r"""//[^\n]*                                   # comments
      | /\*.*?\*/
      | R"(?P<mark>[^()\s\\]{0,16})\(.*?\)(?P=mark)"
      | "(?:\\.|[^"\\\n])*"
      | (?P<number>\b\d[\w'.]*)                    # 1'000 has no characters
      | '(?:\\.|[^'\\\n])+'
      | (?P<directive>^[ \t]*\#(?:\\\n|[^\n])*)
    """, re.VERBOSE | re.DOTALL | re.MULTILINE)


def blank(text):
    """As many lines, nothing in them."""
    return "\n" * text.count("\n")


def code_of(text):
    """The text without comments, literals and directives; lines stay."""

    def replace(found):
        if found.group("number"):
            return found.group(0)
        whole = found.group(0)
        if whole[0] in "\"'R":
            return '""' + blank(whole)
        # Macros that declare messages are looked for in here too.
        return " " + blank(whole)

    return TOKEN.sub(replace, text)


def without_template(head):
    """Drops each leading `template <...>`."""
    while True:
        found = re.match(r"\s*template\s*<", head)
        if not found:
            return head
        depth, at = 1, found.end()
        while at < len(head) and depth > 0:
            depth += {"<": 1, ">": -1}.get(head[at], 0)
            at += 1
        head = head[at:]


TYPE = re.compile(r"\s*(?:typedef\s+|static\s+|const\s+|constexpr\s+)*"
                  r"(?:class|struct|union|enum)\b")
SCOPE = re.compile(r"\s*(?:inline\s+)?namespace\b|\s*extern\s*\"\"\s*$")
# What may stand between the parameters and the body.
FUNCTION = re.compile(r"\)\s*(?:const\b|noexcept\b|override\b|final\b|mutable\b"
                      r"|&|try\b|\s)*(?:->[^;{}]*)?$")
INIT_LIST = re.compile(r"\)\s*(?:noexcept\s*)?:(?!:)")
INIT_NAME = re.compile(r"[,:]\s*[\w:]+(?:<[^{}]*>)?\s*$")


def kind_of(head):
    """What a brace after `head` opens, outside of functions."""
    head = without_template(head)
    if SCOPE.match(head):
        return "scope"
    if INIT_LIST.search(head) and "?" not in head:
        # A member's braces, or the body behind the last member.
        return "value" if INIT_NAME.search(head) else "function"
    if FUNCTION.search(head):
        return "function"
    return "scope" if TYPE.match(head) else "value"


def name_of(head):
    """The last word before the parameters, for people."""
    names = re.findall(r"((?:[\w~]+::)*~?\w+|operator\s*\S+?)\s*\(",
                       without_template(head))
    return names[0] if names else "function"


def functions_of(text):
    """(first line, last line, name) of each function, lambdas within it being
    part of it."""
    code = code_of(text)
    result = []
    stack = []  # kinds of the open braces
    opened = None  # depth and head of the function that we are in
    head_at, parens, line = 0, 0, 1
    lines_at = []  # line number of each character
    for c in code:
        lines_at.append(line)
        line += c == "\n"
    for at, c in enumerate(code):
        if c == "{":
            kind = "value"
            if opened is None and parens == 0 and stack[-1:] != ["value"]:
                kind = kind_of(code[head_at:at])
                if kind == "function":
                    opened = (len(stack), head_at, at)
                elif kind == "scope":
                    head_at = at + 1
            stack.append(kind)
        elif c == "}" and stack:
            kind = stack.pop()
            if opened is not None and len(stack) == opened[0]:
                result.append(extent(code, lines_at, opened, at))
                opened = None
            if opened is None and kind != "value":
                head_at, parens = at + 1, 0
        elif opened is not None or stack[-1:] == ["value"]:
            continue
        elif c in "()":
            parens += 1 if c == "(" else -1
        elif c == ";" and parens == 0:
            head_at = at + 1
    return result


def extent(code, lines_at, opened, end):
    _, head_at, brace_at = opened
    head = code[head_at:brace_at]
    head = re.sub(r"^(?:\s|(?:public|private|protected)\s*:)*", "", head)
    return (lines_at[brace_at - len(head)], lines_at[end], name_of(head))


# -- rules --------------------------------------------------------------------

class Tree:
    """The files of a repository and the faults found in them."""

    def __init__(self, root):
        self.root = pathlib.Path(root)
        self.paths = sorted(self._list())
        self.faults = []
        self._texts = {}

    def _list(self):
        if (self.root / ".git").exists():
            out = subprocess.run(
                ["git", "-C", str(self.root), "ls-files", "-z", "--cached",
                 "--others", "--exclude-standard"],
                check=True, stdout=subprocess.PIPE).stdout.decode()
            return [p for p in out.split("\0")
                    if p and (self.root / p).is_file()]
        return [str(p.relative_to(self.root)) for p in self.root.rglob("*")
                if p.is_file()]

    def text(self, path):
        if path not in self._texts:
            self._texts[path] = (self.root / path).read_text(
                encoding="utf-8", errors="replace")
        return self._texts[path]

    def fault(self, path, line, message):
        self.faults.append((path, line, message))

    def sources(self):
        """C++ sources and headers of the parts."""
        return [p for p in self.paths if p.endswith((".cpp", ".hpp"))
                and p.split("/")[0] in SEES]

    def includes(self, path):
        """(line, text between the quotes, path in the tree or None)."""
        for number, line in enumerate(self.text(path).split("\n"), 1):
            found = INCLUDE.match(line)
            if not found:
                continue
            name = found.group(2)
            beside = os.path.normpath(os.path.join(os.path.dirname(path), name))
            if found.group(1) == '"' and beside in self._set():
                yield number, name, beside
            else:
                yield number, name, name if name in self._set() else None

    def _set(self):
        if not hasattr(self, "_path_set"):
            self._path_set = set(self.paths)
        return self._path_set


def check_arrows(tree):
    for path in tree.sources():
        part = path.split("/")[0]
        for line, name, target in tree.includes(path):
            other = (target or name).split("/")[0]
            if (target or other in SEES) and other not in SEES[part]:
                tree.fault(path, line, f"{part} may not see {other}: {name}")


def check_cycles(tree):
    graph = {p: [t for _, _, t in tree.includes(p) if t]
             for p in tree.sources()}
    done, stack = set(), []

    def visit(path):
        if path in stack:
            circle = stack[stack.index(path):] + [path]
            tree.fault(path, 1, "includes itself: " + " -> ".join(circle))
            return
        if path in done:
            return
        stack.append(path)
        for target in graph.get(path, []):
            visit(target)
        stack.pop()
        done.add(path)

    for path in graph:
        visit(path)


def check_boundaries(tree):
    for path in tree.sources():
        for line, name, target in tree.includes(path):
            for what, where, said in BOUNDARIES:
                if (re.search(what, target or name)
                        and not re.match(where, path)):
                    tree.fault(path, line, f"{name} may be included in: {said}")


def check_messages(tree):
    for path in tree.sources():
        if path == MESSAGE_PAGE:
            continue
        code = code_of(tree.text(path))
        for number, line in enumerate(code.split("\n"), 1):
            found = MESSAGE_MACROS.search(line)
            if found:
                tree.fault(path, number,
                           f"{found.group(1)}: messages are in {MESSAGE_PAGE}")


def check_file_sizes(tree):
    for path in tree.sources() + [p for p in tree.paths
                                  if p.endswith(".capnp")]:
        limit = (TEST_FILE_LINES_MAX if path.startswith("tests/")
                 else FILE_LINES_MAX)
        count = tree.text(path).count("\n")
        if count > limit:
            tree.fault(path, count, f"{count} lines, at most {limit}")


def check_function_sizes(tree):
    for path in tree.sources():
        for first, last, name in functions_of(
                tree.text(path)):
            count = last - first + 1
            if count > FUNCTION_LINES_MAX:
                tree.fault(path, first, f"{name}: {count} lines, "
                                        f"at most {FUNCTION_LINES_MAX}")


def check_names(tree):
    for path in tree.paths:
        parts = path.lower().split("/")
        parts[-1] = parts[-1].split(".")[0]
        for part in parts:
            if part in EMPTY_NAMES:
                tree.fault(path, 1, f"{part} says nothing: name the thing")


def listed_sources(tree):
    """Every .cpp that some CMake file names."""
    result = set()
    for path in tree.paths:
        if not path.endswith((".cmake", "CMakeLists.txt")):
            continue
        folder = os.path.dirname(path)
        for name in re.findall(r"[\w./${}-]+\.cpp\b", tree.text(path)):
            name, from_root = re.subn(
                r"^\$\{(CMAKE|PROJECT)_SOURCE_DIR\}/", "", name)
            name = re.sub(r"^\$\{CMAKE_CURRENT_(LIST|SOURCE)_DIR\}/", "", name)
            result.add(os.path.normpath(
                name if from_root else os.path.join(folder, name)))
    return result


def check_listed(tree):
    listed = listed_sources(tree)
    for path in tree.sources():
        if path.endswith(".cpp") and path not in listed:
            tree.fault(path, 1, "no CMake file names it: it is never built")


def check_machine_paths(tree):
    for path in tree.paths:
        if not path.endswith(PATH_SUFFIXES) or "/dist/" in path:
            continue
        for number, line in enumerate(tree.text(path).split("\n"), 1):
            for bad, fine_in_tests in MACHINE_PATHS:
                if fine_in_tests and path.startswith("tests/"):
                    continue
                if re.search(r"(?<![\w.}*-])" + bad, line):
                    tree.fault(path, number, f"{bad} is a path of one machine")


def check_headers(tree):
    for path in tree.sources():
        if not path.endswith(".hpp") or path.startswith(("tests/", "tools/")):
            continue
        lines = tree.text(path).split("\n")[:HEADER_INTRO_LINES]
        if lines[0] != "#pragma once":
            tree.fault(path, 1, "does not begin with #pragma once")
        if not any(x.startswith("///") for x in lines):
            tree.fault(path, 1, "no /// paragraph in its first "
                                f"{HEADER_INTRO_LINES} lines")


RULES = [check_arrows, check_cycles, check_boundaries, check_messages,
         check_file_sizes, check_function_sizes, check_names, check_listed,
         check_machine_paths, check_headers]


def faults_of(root):
    tree = Tree(root)
    for rule in RULES:
        rule(tree)
    return sorted(set(tree.faults))


# -- self-test: each rule can fail, and good code that looks like a fault passes

HEADER = "#pragma once\n\n/// What it is.\n"

# A tree that breaks no rule.
GOOD = {
    "schema/CMakeLists.txt": "add_library(s STATIC a.cpp)\n",
    "schema/a.hpp": HEADER,
    "schema/a.cpp": '#include "schema/a.hpp"\n#include "schema/x.capnp.h"\n'
                    '#include "schema/definition_wire.hpp"\n',
    "schema/definition_wire.hpp": HEADER + '#include "schema/x.capnp.h"\n',
    "store/CMakeLists.txt": "add_library(t STATIC\n  lmdb.cpp)\n",
    "store/lmdb.hpp": HEADER + "#include <lmdb.h>\n",
    "store/lmdb.cpp": '#include "store/lmdb.hpp"\n#include "schema/a.hpp"\n',
    "config/c.hpp": HEADER + '#include "schema/a.hpp"\n',
    "actors/protocol.hpp": HEADER + "CAF_ADD_ATOM(x, tributary, x)\n",
    "actors/a.hpp": HEADER + '#include "store/lmdb.hpp"\n',
    "actors/link/l.hpp": HEADER + "#include <caf/io/broker.hpp>\n",
    "actors/link/tls_x.cpp": "#include <openssl/ssl.h>\n",
    "actors/http/sources.cmake":
        "target_sources(a PRIVATE ${CMAKE_SOURCE_DIR}/actors/link/tls_x.cpp "
        " ${CMAKE_CURRENT_LIST_DIR}/h.cpp\n"
        "  ${CMAKE_SOURCE_DIR}/actors/http/i.cpp)\n",
    "actors/http/h.cpp": "#include <boost/asio.hpp>\n",
    "actors/http/i.cpp": "// CAF_ADD_ATOM is on one page.\n",
    "tests/a.hpp": '#include "actors/a.hpp"\n// /t' 'mp/ is fine here\n',
    "docs/a.md": "see /wo" "rk/ as a word of a text\n",
}

LONG = "void f() {\n" + "  g();\n" * 69 + "}\n"

# (what is tried, file, text behind what is there, what the fault says)
BAD = [
    ("schema sees store", "schema/a.cpp", '#include "store/lmdb.hpp"',
     "schema may not see store"),
    ("store sees config", "store/lmdb.cpp", '#include "config/c.hpp"',
     "store may not see config"),
    ("config sees store", "config/c.hpp", '#include "store/lmdb.hpp"',
     "config may not see store"),
    ("store sees actors", "store/lmdb.cpp", "#include <actors/a.hpp>",
     "store may not see actors"),
    ("actors see tools", "actors/a.hpp", '#include "tools/gone.hpp"',
     "actors may not see tools"),
    ("actors see tests", "actors/x.hpp", '#include "../tests/a.hpp"',
     "actors may not see tests"),
    ("tools see tests", "tools/t.hpp", '#include "tests/a.hpp"',
     "tools may not see tests"),
    ("a circle of two", "schema/a.hpp",
     '#include "schema/b.hpp"', None),
    ("a header includes itself", "schema/a.hpp", '#include "schema/a.hpp"',
     "includes itself"),
    ("lmdb.h elsewhere", "store/tables.hpp", "#include <lmdb.h>",
     "lmdb.h may be included in"),
    ("capnp.h in a header", "schema/a.hpp", '#include "schema/x.capnp.h"',
     "schema/x.capnp.h may be included in"),
    ("capnp.h in actors", "actors/http/h.cpp", '#include "schema/x.capnp.h"',
     "schema/x.capnp.h may be included in"),
    ("wire in actors", "actors/http/h.cpp",
     '#include "schema/definition_wire.hpp"',
     "schema/definition_wire.hpp may be included in"),
    ("caf/io in actors", "actors/a.hpp", "#include <caf/io/middleman.hpp>",
     "caf/io/middleman.hpp may be included in"),
    ("asio in a header", "actors/http/x.hpp", "#include <boost/asio.hpp>",
     "boost/asio.hpp may be included in"),
    ("openssl in a header", "actors/link/tls_x.hpp",
     "#include <openssl/ssl.h>", "openssl/ssl.h may be included in"),
    ("beast in link", "actors/link/l.hpp", "#include <boost/beast/core.hpp>",
     "boost/beast/core.hpp may be included in"),
    ("caf/all.hpp", "tests/a.hpp", "#include <caf/all.hpp>",
     "caf/all.hpp may be included in: nowhere"),
    ("an atom elsewhere", "actors/a.hpp", "CAF_ADD_ATOM(x, tributary, y)",
     "messages are in actors/protocol.hpp"),
    ("a type block elsewhere", "tests/a.hpp",
     "CAF_BEGIN_TYPE_ID_BLOCK(x, 0)", "messages are in"),
    ("an unsafe message elsewhere", "store/lmdb.hpp",
     "CAF_ALLOW_UNSAFE_MESSAGE_TYPE(x)", "messages are in"),
    ("a long file", "schema/a.cpp", "//\n" * 400, "lines, at most 400"),
    ("a long schema", "schema/x.capnp", "#\n" * 400, "401 lines, at most 400"),
    ("a long test", "tests/a.hpp", "//\n" * 600, "lines, at most 600"),
    ("a long function", "actors/a.hpp", LONG, "f: 71 lines, at most 70"),
    ("a long member", "actors/a.hpp",
     "namespace {\n\nclass x {\npublic:\n" + LONG + "};\n\n} // namespace",
     "f: 71 lines"),
    ("a long constructor", "actors/a.hpp",
     LONG.replace("void f()", "x::x(int a) : a_{a}, b_(2)"), "x::x: 71 lines"),
    ("a folder of nothing", "actors/util/a.hpp", HEADER, "util says nothing"),
    ("a file of nothing", "schema/helpers.hpp", HEADER, "helpers says nothing"),
    ("a script of nothing", "web/src/Common.ts", "", "common says nothing"),
    ("a source not built", "schema/lost.cpp", "", "no CMake file names it"),
    ("a path of a machine", "schema/a.cpp", '"/wo' 'rk/main"',
     "is a path of one machine"),
    ("a temporary path", "tools/t.hpp", '"/t' 'mp/x"',
     "is a path of one machine"),
    ("a machine in a test", "tests/a.hpp", '"/wo' 'rk/x"',
     "is a path of one machine"),
    ("a header without guard", "schema/b.hpp", "/// What it is.",
     "does not begin with #pragma once"),
    ("a header without words", "config/b.hpp", "#pragma once\n",
     "no /// paragraph"),
]

# Code that a scanner of braces may misread: what is found, by name and lines.
FUNCTIONS = """namespace a::b {

const int table[] = {1'000, 2'000};
std::function<void()> member{[] {}};
struct point {
  int x{0};
  int y = {1};
  bool operator==(const point& other) const noexcept {
    return x == other.x;
  }
};
enum class color : int { red, green };
const char brace = '{', *text = "}{", *raw = R"x(}}}{)x";
#define OPEN {
template <class T, class F = std::less<T>>
auto sorted(T x = {}, F f = F{}) -> decltype(f(x)) {
  if (x) {
    return [&] { return 1; }();
  }
  return f(x);
}

point::point(int a)
  : x{a}, list_{{1, 2}, {3}}, y(a) {
  // a comment with a brace {
}

extern "C" {
int entry(const uint8_t* data) {
  return 0;
}
}

TEST_CASE("braces } in a name", "[x]") {
  CHECK(true);
}

} // namespace a::b
"""
FOUND = [("operator==", 8, 10), ("sorted", 15, 21), ("point::point", 23, 26),
         ("entry", 29, 31), ("TEST_CASE", 34, 36)]


def faults_with(changes):
    with tempfile.TemporaryDirectory() as folder:
        for path, text in {**GOOD, **changes}.items():
            file = pathlib.Path(folder) / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        return faults_of(folder)


def changes_of(path, text):
    whole = GOOD.get(path)
    if whole is None:
        whole = HEADER if path.endswith(".hpp") and not path.endswith("b.hpp") \
            else ""
    return {path: whole + text + "\n"}


def self_test():
    failures = []
    good = faults_with({})
    if good:
        failures.append(f"a good tree has faults: {good}")
    for what, path, text, expected in BAD:
        changes = changes_of(path, text)
        if expected is None:
            changes["schema/b.hpp"] = HEADER + '#include "schema/a.hpp"\n'
            expected = "includes itself: schema/a.hpp -> schema/b.hpp"
        faults = faults_with(changes)
        if not any(expected in message for _, _, message in faults):
            failures.append(f"{what}: not found, but {faults}")
        if len(faults) > 1:
            failures.append(f"{what}: more than one fault: {faults}")
    found = [(name, first, last) for first, last, name
             in functions_of(FUNCTIONS)]
    if found != FOUND:
        failures.append(f"functions: {found}")
    for failure in failures:
        print(failure)
    print(f"{len(BAD)} faults tried, {len(failures)} failures")
    return 1 if failures else 0


def main(arguments):
    if arguments == ["--self-test"]:
        return self_test()
    root = arguments[0] if arguments else pathlib.Path(__file__).parents[1]
    faults = faults_of(root)
    for path, line, message in faults:
        print(f"{path}:{line}: {message}")
    print(f"{len(faults)} faults" if faults else "all house rules hold")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
