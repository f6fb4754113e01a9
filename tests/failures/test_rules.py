"""The rules as data: ours, what a user's file makes of them, and what is refused at the start."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scarline.errors import ConfigError
from scarline.failures.judge import judge
from scarline.failures.limits import Limits
from scarline.failures.rules import Rules, read_rules
from scarline.failures.severity import RANK, SEVERITIES, Raise, raised
from scarline.failures.span import KINDS, Evaluation, Span
from scarline.failures.vocabulary import WORDS

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/failures.md").read_text("utf-8")
OURS = (ROOT / "src/scarline/failures/rules.toml").read_text("utf-8")
RULES = read_rules()
SLOW = Span("t", "s", datetime(2026, 11, 21, tzinfo=UTC), kind="retrieval", duration_ms=6_000.0)


def read(folder: Path, text: str, limits: Limits | None = None) -> Rules:
    """Our rules with a user's file."""
    path = folder / "my_rules.toml"
    path.write_text(text, "utf-8")
    return read_rules(path, limits)


def rule(name: str = "slow", when: str = "{ duration_ms_above = 5000 }", **told: str) -> str:
    """A row of a user's file."""
    own = {"type": '"latency"', "severity": '"medium"'} | told
    lines = [f"{key} = {value}" for key, value in own.items()]
    return "\n".join(["[[rule]]", f'name = "{name}"', *lines, f"when = {when}", ""])


def test_every_rule_is_on_the_page() -> None:
    """With its type and its severity, in one row; and so is every word, limit and raise."""
    for it in RULES.rules:
        row = rf"\| `{it.name}` \| `{it.type}` \| {it.severity} \|"
        assert re.search(row, PAGE), f"docs/failures.md has no row {row}"
    for name in [*WORDS, *Limits().by_name(), *(it.name for it in RULES.raises)]:
        assert f"`{name}`" in PAGE, f"docs/failures.md does not tell of {name}"


def test_every_word_of_the_vocabulary_is_used() -> None:
    """What no rule needs is not in the vocabulary."""
    for word in WORDS:
        assert re.search(rf"\b{word} = ", OURS), word


def test_the_rules_can_be_told_apart() -> None:
    """Each has a name of its own, a severity, and something that it looks at."""
    assert len({it.name for it in RULES.rules}) == len(RULES.rules)
    assert {it.severity for it in RULES.rules} <= set(SEVERITIES)
    for it in RULES.rules:
        assert it.conditions
        assert any(it.looks_at(kind, root=True) for kind in KINDS), it.name


def test_a_users_rule_is_added_before_ours(tmp_path: Path) -> None:
    """So that of two that are as bad the user's own names the failure."""
    rules = read(tmp_path, rule(type='"slow_search"', kinds='["retrieval"]'))
    assert [it.name for it in rules.rules] == ["slow", *(it.name for it in RULES.rules)]
    verdict = judge(SLOW, rules).leading
    assert (verdict.rule, verdict.type) == ("slow", "slow_search")
    assert verdict.why == "the duration is 6,000 ms, above 5,000 ms"
    assert not judge(replace(SLOW, kind="llm"), rules).failed


def test_a_users_rule_takes_the_place_of_ours(tmp_path: Path) -> None:
    """In the same place of the order."""
    rules = read(tmp_path, rule("latency", severity='"critical"'))
    assert [it.name for it in RULES.rules] == [it.name for it in rules.rules]
    assert judge(SLOW, rules).leading.severity == "critical"
    assert not judge(SLOW, RULES).failed


def test_a_user_switches_rules_off(tmp_path: Path) -> None:
    """By name."""
    failed = replace(SLOW, status="error")
    assert judge(failed, RULES).failed
    rules = read(tmp_path, 'off = ["span_error", "tool_error"]')
    assert not judge(failed, rules).failed
    assert len(RULES.rules) - 2 == len(rules.rules)


def test_a_user_adds_raises_refusals_and_scores(tmp_path: Path) -> None:
    """The user's quality score goes before ours."""
    rules = read(
        tmp_path,
        """
        [[raise]]
        name = "money"
        types = ["cost"]
        steps = 3

        [refusal.la]
        openings = ["eheu"]
        phrases = ["non possum"]

        [quality]
        evaluations = ["stars"]
        """,
    )
    span = replace(
        SLOW,
        kind="llm",
        parent_id="p",
        output="Eheu! Non possum.",
        cost_usd=2.0,
        evaluations=(Evaluation("quality", 0.9), Evaluation("stars", 0.6)),
    )
    judgement = judge(span, rules)
    assert judgement.quality_score == 0.6
    assert {("cost", "critical", ("money",)), ("refusal", "low", ())} == {
        (it.type, it.severity, it.raised_by) for it in judgement.verdicts
    }


def test_an_evaluation_that_a_user_names_is_no_longer_other(tmp_path: Path) -> None:
    """The rule of a user speaks of it alone."""
    span = replace(SLOW, kind="llm", evaluations=(Evaluation("brand_voice", 0.1, None, "fail"),))
    own = read(tmp_path, rule("brand", '{ evaluation = ["brand_voice"], fails = true }'))
    assert [it.rule for it in judge(span, RULES).verdicts] == ["failed_evaluation"]
    assert [it.rule for it in judge(span, own).verdicts] == ["brand"]


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        (rule(severity='"bad"'), 1, "severity is 'bad': it can be low, medium, high, critical"),
        ("\n\n" + rule() + rule("other", type='"Not Snake"'), 8, "type is not in lower_snake_case"),
        (rule("Bad Name"), 1, "name is not in lower_snake_case"),
        ('[[rule]]\nname = "x"\n', 1, "lacks severity, type, when"),
        (rule(colour='"red"'), 1, "has no colour"),
        (rule(kinds='["llm", "model"]'), 1, "kinds is a list of agent"),
        (rule(kinds='"llm"'), 1, "kinds is a list of agent"),
        (rule(root='"yes"'), 1, "root is true or false"),
        (rule(about="3"), 1, "about is text"),
        (rule() + rule(), 6, "is there twice"),
        (rule(when="{}"), 1, "when is a table with one of"),
        (rule(when='"error"'), 1, "when is a table with one of"),
        (rule(when='{ status = "error", mood = "bad" }'), 1, "when knows no mood"),
        (rule(when='{ status = "ok" }'), 1, "status is 'ok': it can be error"),
        (rule(when="{ status_code = 500 }"), 1, "status_code is a list"),
        (rule(when='{ status_code = ["5xx"] }'), 1, "a code is 429, a range is 500-599"),
        (rule(when='{ status_code = ["-"] }'), 1, "a code is 429, a range is 500-599"),
        (rule(when='{ error_type = "timeout" }'), 1, "error_type is a list of words"),
        (rule(when='{ duration_ms_above = "patience" }'), 1, "there is no limit 'patience'"),
        (rule(when="{ cost_usd_above = true }"), 1, "is a number or the name of a limit"),
        (rule(when="{ same_calls = [5] }"), 1, "is a number or the name of a limit"),
        (rule(when='{ evaluation = ["a"] }'), 1, "evaluation goes with fails"),
        (rule(when='{ evaluation = ["a"], fails = "yes" }'), 1, "fails is true or false"),
        (rule(when='{ evaluation = "a", fails = true }'), 1, "evaluation is a list of words"),
        (rule(when='{ evaluation = "other", below = 1 }'), 1, "goes with fails = true and nothing"),
        (rule(when='{ status = "error", below = 1 }'), 1, "below in when goes with evaluation"),
        (
            rule(when='{ output = "long" }'),
            1,
            "output is 'long': it can be refused, empty or stopped",
        ),
        (rule(when='{ results = "few" }'), 1, "results is 'few': it can be none"),
        (rule(when='{ guardrail = "ok" }'), 1, "guardrail is 'ok': it can be failed"),
        (rule(when='{ tool = "slow" }'), 1, "tool is 'slow': it can be error"),
        ('[[raise]]\nname = "x"', 1, "it needs root, types or reasons"),
        ("[[raise]]\nroot = true", 1, "lacks a name"),
        ('[[raise]]\nname = "x"\nroot = 1', 1, "root cannot be that"),
        ('[[raise]]\nname = "x"\ntypes = "cost"', 1, "types cannot be that"),
        ('[[raise]]\nname = "x"\nroot = true\nsteps = 0', 1, "steps and reasons are 1 or more"),
        ('[[raise]]\nname = "x"\nroot = true\nat_most = "top"', 1, "at_most is 'top'"),
        ('[[raise]]\nname = "x"\nroot = true\nwhy = "so"', 1, "has no why"),
    ],
)
def test_a_bad_row_is_refused_with_its_line(
    tmp_path: Path, text: str, line: int, reason: str
) -> None:
    """And with the file, the name and what is wrong."""
    with pytest.raises(ConfigError) as told:
        read(tmp_path, text)
    assert f"my_rules.toml, line {line}: " in str(told.value)
    assert reason in str(told.value)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[[rule]\n", "cannot be read as rules: Expected"),
        ("[rules]\n", "has rules: a file of rules has rule, raise"),
        ("[rule]\n", "rule is written [[rule]]"),
        ('off = ["nothing"]', "off names nothing: there are prompt_injection"),
        ('off = "latency"', "off is a list of names of rules"),
        ("quality = 1", "[quality] holds evaluations"),
        ('[quality]\nevaluations = "a"', "[quality] evaluations is a list of words"),
        ("refusal = 1", "[refusal] holds a table for each language"),
        ("[refusal.en]\nwords = []", "[refusal.en] holds lists: openings"),
        ('[refusal.en]\nphrases = [" "]', "[refusal.en] phrases is a list of phrases"),
    ],
)
def test_a_bad_file_is_refused(tmp_path: Path, text: str, reason: str) -> None:
    """With its name and what is wrong."""
    with pytest.raises(ConfigError) as told:
        read(tmp_path, text)
    assert str(told.value).startswith(str(tmp_path / "my_rules.toml"))
    assert reason in str(told.value)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    """And so is one that is no text."""
    with pytest.raises(ConfigError, match="cannot be read as rules"):
        read_rules(tmp_path / "none.toml")
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match="cannot be read as rules"):
        read_rules(tmp_path / "bytes.toml")


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ({"quality": 1.1}, "limit for quality is 1.1: it must be from 0 to 1"),
        ({"toxicity": -0.1}, "limit for toxicity is -0.1"),
        ({"hallucination": float("nan")}, "limit for hallucination is nan"),
        ({"duration_ms": -1}, "limit for duration_ms is -1: it must be 0 or more"),
        ({"tokens": float("nan")}, "limit for tokens is nan"),
        ({"same_calls": 1}, "a loop needs 2 calls or more"),
    ],
)
def test_a_limit_that_can_be_none_is_refused(told: dict[str, Any], reason: str) -> None:
    """Before anything is read."""
    with pytest.raises(ConfigError, match=re.escape(reason)):
        Limits(**told)


@given(
    st.sampled_from(SEVERITIES),
    st.sampled_from(["cost", "data_leak"]),
    st.booleans(),
    st.integers(1, 5),
    st.lists(
        st.builds(
            Raise,
            name=st.just("r"),
            steps=st.integers(1, 4),
            at_most=st.sampled_from(SEVERITIES),
            root=st.just(value=True),
            reasons=st.integers(1, 4),
            types=st.sampled_from([(), ("cost",)]),
        ),
        max_size=4,
    ),
)
def test_nothing_makes_a_failure_less_severe(
    severity: str, of: str, root: bool, reasons: int, raises: list[Raise]
) -> None:
    """A raise raises or does nothing, and says so; more evidence never counts for less."""
    after, names = raised(severity, of, raises, root=root, reasons=reasons)
    assert RANK[after] >= RANK[severity]
    assert bool(names) == (after != severity)
    more, _ = raised(severity, of, raises, root=True, reasons=reasons + 1)
    assert RANK[more] >= RANK[after]
