"""A file of alerts is checked whole: each fault is a sentence with its line."""

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scarline.alerts import parsed, read_rules
from scarline.alerts.fields import length
from scarline.alerts.matching import Matcher, glob_matches, matcher, tags_match
from scarline.errors import ConfigError
from tests.alerts.timeline import RULES

FAULTY = """\
promoted = ["scar-operator/3"]
alert = 1

[[rule]]
name = "Starved"
severity = "bad"

[[rule]]
name = "no good"

[[rule]]
name = "Low"
for = "soon"

[[rule]]
name = "Low2"
min_score = 2
direction = "up"
metrics = "system.*"
matchers = ["a=b", "host", 'team=~"("']

[[rule]]
name = "Taken"
labels = { severity = "x" }

[route]
receiver = "ops"

[[route.routes]]
receiver = "nobody"
matchers = ["host"]

[[route.routes]]
group_wait = 3

[[route.routes.routes]]
continue = "yes"

[[inhibit]]
source = ["a=b"]

[[receiver]]
name = "ops"
type = "slack"
url = "https://hooks.example.com/T0/B0/secret-part"

[[receiver]]
type = "pigeon"

[[receiver]]
type = "webhook"
url = "ftp://example.com"
send_resolved = "no"
"""


def test_every_fault_is_told_with_its_line() -> None:
    """All at once, and nothing of a secret that stands where it must not."""
    with pytest.raises(ConfigError) as caught:
        parsed(FAULTY, "a.toml")
    told = str(caught.value)
    wanted = [
        (6, "rule 'Starved': severity is 'bad': it can be info, warning, error, critical"),
        (9, "rule 'no good': its name has letters, digits and _ only, such as CpuStarved"),
        (13, "rule 'Low': 'soon' is no length of time: write 30s, 5m, 1h30m, 2d or 1w"),
        (17, "rule 'Low2': min_score is 2: it can be from 0.5 to 1"),
        (18, "rule 'Low2': direction is 'up': it can be low, high, both"),
        (19, "rule 'Low2': has no metrics: it can have annotations, direction, for, host"),
        (20, "rule 'Low2': 'host' is no matcher: write host=\"web-1\""),
        (20, "rule 'Low2': '(' is no pattern of RE2"),
        (24, "rule 'Taken': labels cannot have severity: these are given by the scar"),
        (30, "route.routes: no [[receiver]] is called 'nobody': there is ops"),
        (31, "route.routes: 'host' is no matcher: write host=\"web-1\""),
        (34, "route.routes: group_wait is a text in quotes"),
        (37, "route.routes.routes: continue is true or false"),
        (39, "inhibit: needs source and target, lists of matchers"),
        (45, "receiver 'ops': its url is a secret: put it in the environment"),
        (47, "receiver: lacks name"),
        (48, "receiver: type is 'pigeon': it can be slack, pagerduty, webhook"),
        (50, "receiver: lacks secret_env, the name of the variable that holds it"),
        (50, "receiver: lacks name"),
        (52, "receiver: url is an address that begins with https://, without a password"),
        (53, "receiver: send_resolved is true or false"),
    ]
    first, *rest = told.splitlines()
    assert first.startswith("a.toml has alert: a file of alerts has promoted, link, rule")
    for sentence, (line, begin) in zip(rest, wanted, strict=True):
        assert sentence.startswith(f"a.toml, line {line}: {begin}")
    assert "secret-part" not in told


def test_what_stands_above_the_tables_has_its_own_line() -> None:
    """A wrong link is not said to be of what is promoted; each fault is a line of its own."""
    text = "# ours\npromoted = 'all'\nlink = 'scars'\n[route]\nlink = 'x'\nreceiver = 'none'\n"
    with pytest.raises(ConfigError) as caught:
        parsed(text, "a.toml")
    promoted, link, route, receiver = str(caught.value).splitlines()
    assert promoted.startswith("a.toml, line 2: promoted: promoted is a list")
    assert link.startswith("a.toml, line 3: link: link is an address")
    assert route.startswith("a.toml, line 5: route: has no link")
    assert receiver == "a.toml, line 6: route: no [[receiver]] is called 'none': there is none"


def test_a_byte_order_mark_is_no_fault(tmp_path: Path) -> None:
    """Some editors write one."""
    file = tmp_path / "a.toml"
    file.write_text(RULES, "utf-8-sig")
    assert read_rules(file) == parsed(RULES)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("promoted = [", "cannot be read as alerts"),
        ("rule = 3", r"has rule, which is written \[\[rule\]\]"),
        ("[route]\ngroup_by = ['a-b']\nreceiver = 'x'", "'a-b', which is no name of a label"),
        ("", "lacks receiver"),
        ("[route]\nreceiver = 'x'", r"no \[\[receiver\]\] is called 'x': there is none"),
        ("[route]\nreceiver = 'x'\nmatchers = ['a=b']", "the first route takes every alert"),
        ("link = 'scars'", "link is an address that begins with https://"),
        (RULES + RULES[RULES.index("[[receiver]]") :], "has receiver 'ops' twice"),
        (RULES.replace("SLACK_URL", "slack url"), "url_env is the name of a variable"),
        (RULES.replace('"5m"', '"0s"'), "group_interval is at least 1s"),
    ],
)
def test_what_else_is_refused(text: str, sentence: str) -> None:
    """A file that could be misread is not read."""
    with pytest.raises(ConfigError, match=sentence):
        parsed(text)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    """It is named."""
    with pytest.raises(ConfigError, match=r"no\.toml cannot be read as alerts: No such file"):
        read_rules(tmp_path / "no.toml")
    (tmp_path / "a.toml").write_bytes(b"\xff")
    with pytest.raises(ConfigError, match="it is no text of UTF-8"):
        read_rules(tmp_path / "a.toml")


def test_routes_have_what_they_do_not_say_from_above() -> None:
    """And those of Alertmanager where nobody says it."""
    rules = parsed(
        """
[route]
receiver = "ops"
group_by = ["host"]
repeat_interval = "2d"

[[route.routes]]
matchers = ['env="prod"']
group_interval = "1h30m"

[[route.routes.routes]]
matchers = ['host=~"web.*"']
group_by = []

[[receiver]]
name = "ops"
type = "slack"
url_env = "SLACK_URL"
"""
    )
    root, middle, leaf = rules.route.all()
    assert (root.group_wait, root.group_interval) == (timedelta(seconds=30), timedelta(minutes=5))
    assert (middle.group_by, middle.group_interval) == (("host",), timedelta(minutes=90))
    assert (leaf.group_by, leaf.repeat_interval) == ((), timedelta(days=2))
    assert leaf.path == '{}/{env="prod"}/{host=~"web.*"}'
    assert rules.longest_repeat == timedelta(days=2)


@pytest.mark.parametrize(
    ("text", "yes", "no"),
    [
        ("host=web-1", {"host": "web-1"}, {"host": "web-11"}),
        ('host = "web 1"', {"host": "web 1"}, {}),
        ('host="a\\"b\\n\\\\"', {"host": 'a"b\n\\'}, {"host": "a"}),
        ('host!=""', {"host": "x"}, {}),
        ('host=~"web-(1|2)"', {"host": "web-2"}, {"host": "xweb-2"}),
        ('host!~"web-.*"', {}, {"host": "web-2"}),
    ],
)
def test_matchers_are_alertmanagers(text: str, yes: dict[str, str], no: dict[str, str]) -> None:
    """The whole value, and what is not there is empty."""
    assert matcher(text).matches(yes)
    assert not matcher(text).matches(no)


@pytest.mark.parametrize("text", ["", "host", "1a=b", 'host="a', 'host=a"b', 'host=~"("', "a==~b("])
def test_what_is_no_matcher(text: str) -> None:
    """It is refused, or it is a value."""
    if text.startswith("a=="):
        assert matcher(text).value == "=~b("
        return
    with pytest.raises(ValueError, match=r"no matcher|quote|no pattern"):
        matcher(text)


@given(st.from_regex(r"[a-z_]{1,9}", fullmatch=True), st.sampled_from(["=", "!="]), st.text())
def test_a_matcher_is_written_as_it_is_read(label: str, test: str, value: str) -> None:
    """So a silence means the same after it was stored."""
    made = Matcher(label, test, value)
    assert matcher(str(made)) == made


def test_globs() -> None:
    """The whole text, and each glob some tag."""
    assert glob_matches("system.cpu.*", "system.cpu.idle")
    assert not glob_matches("cpu*", "system.cpu.idle")
    assert tags_match(["env:p*", "service:shop"], "env:prod,service:shop")
    assert not tags_match(["env:prod", "service:pay"], "env:prod,service:shop")


@pytest.mark.parametrize("text", ["", "5", "m5", "1.5h", "-1m", "9" * 30 + "s", "4000d"])
def test_what_is_no_length(text: str) -> None:
    """Nor is what nobody waits for."""
    with pytest.raises(ValueError, match=r"length of time|longer than"):
        length(text)


def test_lengths() -> None:
    """In the units of Prometheus."""
    assert length("1h30m") == timedelta(minutes=90)
    assert length("0s") == timedelta(0)
