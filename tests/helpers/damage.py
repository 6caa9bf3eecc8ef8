"""Files of strangers, damaged by chance, and what is promised of every policy that is read from one."""

from __future__ import annotations

from pathlib import Path

from builders import inert
from locations import BAD, DATA

from invitepolicy import Policy, PolicyError, parse_policy
from invitepolicy._core.resources import resource_folder

PIECES = (
    b"\t", b"\n", b"'", b'"', b"{", b"}", b"[", b"]", b": ", b"- ", b"&a ", b"*a", b"!x ", b"|", b">", b" #",
    b"%", b"\\", b"<<: ", b"---\n", b"010", b"True", b"~", b"? ", b"\r", b"1e3", b"=", b"{{", b"no", b"null",
    b"\x00", b"\xff",
    b"\xe2\x80\xae", b"\xef\xbb\xbf", b"9" * 30, b"forever", b" ago", b"at least ", b"1 month", b"[]", b"{}",
    b"replaces: ",
)  # fmt: skip
MOST_LETTERS = 500  # of a problem


def policy_sources():
    """Return the first bytes of the shipped policies, of the hostile ones and of the catalogue of mistakes."""
    folders = [Path(resource_folder("policies")), DATA / "hostile" / "policies", BAD]
    sources = [path.read_bytes() for folder in folders for path in sorted(folder.glob("*.yaml"))]
    return [source[:3_000] for source in sources if source]


def mutated(rng, sources, pieces=PIECES):
    """Damage one of the sources in one to five places: cut, doubled, moved, overwritten, or cut off."""
    source = bytearray(rng.choice(sources))
    for _ in range(rng.randint(1, 5)):
        start = rng.randrange(len(source) + 1)
        end = min(len(source), start + rng.choice([0, 0, 1, 2, 12, 60]))
        match rng.randrange(6):
            case 0:
                source[start:end] = b""
            case 1:
                source[start:start] = source[start:end] * 2
            case 2:
                other = rng.choice(sources)
                begin = rng.randrange(len(other) + 1)
                source[start:end] = other[begin : begin + rng.choice([1, 8, 80])]
            case 3:
                source[start:end] = bytes(rng.randrange(256) for _ in range(rng.randint(1, 3)))
            case _:
                source[start:end] = rng.choice(pieces)
    return bytes(source)


def refusal_of(source):
    """Parse what nobody trusts: give the problems of a refusal, or None for a policy."""
    try:
        policy = parse_policy(source)
    except PolicyError as error:
        return error.problems
    assert isinstance(policy, Policy)
    return None


def judged(source):
    """Parse a source, and hold a refusal to what is promised of each problem. Say whether it is a policy."""
    problems = refusal_of(source)
    for problem in problems or ():
        text = str(problem)
        assert len(text) <= MOST_LETTERS
        assert inert(text)
        assert problem.hint or problem.code == "promise"
        assert min(problem.line, problem.column) >= 1
    assert problems != ()
    return problems is None
