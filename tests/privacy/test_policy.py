"""A user's file: what it adds, what it lets stay, and what is refused, with its line."""

from pathlib import Path

import pytest
from pydantic import SecretBytes

from scarline.errors import ConfigError
from scarline.privacy import Policy, read_policy, redact_json, redact_text
from scarline.privacy.marks import Marks, Mode, canonical
from scarline.privacy.rules import Category

KEY = SecretBytes(b"0123456789abcdef0123456789abcdef")
OTHER = SecretBytes(b"fedcba9876543210fedcba9876543210")

RULE = """
[[rule]]
name = "badge"
category = "account"
pattern = 'B-[0-9]{6}'
goes = "badge B-{d6}"
stays = "B-12"
"""


def read(folder: Path, text: str, key: SecretBytes | None = None) -> Policy:
    """Return the policy of a file with that text."""
    path = folder / "rules.toml"
    path.write_text(text, "utf-8")
    return read_policy(path, key)


def test_own_rules_and_fields(tmp_path: Path) -> None:
    """A user's rule goes before ours, a user's field wins over ours."""
    policy = read(
        tmp_path,
        RULE + '[[field]]\nname = "badge"\ncategory = "account"\nphrases = ["badgeNumber"]\n',
    )
    assert redact_text("see B-123456", policy) == "see [badge]"
    assert redact_text("see B-12", policy) == "see B-12"
    assert redact_json({"badge_number": "x"}, policy) == {"badge_number": "[badge]"}
    assert redact_text("see B-123456") == "see B-123456"


def test_pieces_stand_in_patterns_and_in_pieces(tmp_path: Path) -> None:
    """What patterns have in common is written once."""
    pieces = "[pieces]\nbadge = '(?&letter)-'\nletter = 'B'\n"
    policy = read(tmp_path, pieces + RULE.replace("B-[", "(?&badge)["))
    assert redact_text("see B-123456", policy) == "see [badge]"


def test_lists(tmp_path: Path) -> None:
    """What is allowed stays, what is denied goes, in any case."""
    policy = read(
        tmp_path, 'allow = ["support@example.com", "*@docs.example.com"]\ndeny = ["Project Falcon"]'
    )
    text = "support@example.com, any@docs.example.com, jane@example.com: project falcon"
    assert (
        redact_text(text, policy) == "support@example.com, any@docs.example.com, [email]: [denied]"
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x = [", "cannot be read as rules"),
        ("rules = 1", "has rules: a file of rules has allow, deny, field, modes, pieces, rule"),
        ("allow = 1", "allow is a list of texts"),
        ('[modes]\nperson = "hide"', "the modes remove, mask, pseudonym"),
        ('[modes]\nnobody = "mask"', "the categories are secret"),
        ('[modes]\nperson = "pseudonym"', "SCARLINE_PSEUDONYM_KEY"),
        (RULE.replace("B-[0-9]{6}", "B-("), "line 2: rule 'badge': missing )"),
        (RULE.replace("B-[0-9]{6}", "B*"), "line 2: rule 'badge': its pattern matches nothing"),
        (RULE.replace('"account"', '"badges"'), "line 2: rule 'badge': there is no category"),
        (RULE.replace("stays =", "keeps ="), "line 2: rule 'badge': has no keeps"),
        (RULE.replace('stays = "B-12"', ""), "line 2: rule 'badge': lacks stays"),
        (RULE.replace('"badge"', '"Badge"'), "not in lower_snake_case"),
        (RULE.replace("B-[", "(?&badge)["), "line 2: rule 'badge': there is no piece 'badge'"),
        (RULE.replace("B-[", "(?&a)[") + "[pieces]\na = '(?&a)'", "there is no piece 'a'"),
        (RULE + 'validator = "nope"', "there is no validator 'nope'"),
        (RULE + 'validator = "os.system"', "there is no validator 'os.system'"),
        (RULE + 'keywords = ["#"]', "a keyword has no letter"),
        (RULE + 'keywords = "badge"', "keywords is a list"),
        (RULE + "about = 1", "about must be text"),
        (RULE + RULE.replace("B-[0-9]{6}", "B-("), "line 9: rule 'badge'"),
        (RULE.replace("badge B-{d6}", "badge"), "line 2: rule 'badge': it does not find its own"),
        (RULE.replace('"B-12"', '"B-{d6}"'), "line 2: rule 'badge': it finds what must stay"),
        ('[[field]]\nname = "x"\ncategory = "account"\nphrases = []', "line 1: field 'x': phrases"),
        ('[[field]]\nname = "x"\nphrases = ["x"]', "lacks category"),
    ],
)
def test_mistakes_are_refused_with_their_line(tmp_path: Path, text: str, said: str) -> None:
    """What cannot be applied is a sentence at the start, never a rule that does nothing."""
    with pytest.raises(ConfigError) as refused:
        read(tmp_path, text)
    assert said in str(refused.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    """The sentence names the file."""
    with pytest.raises(ConfigError, match=r"none\.toml"):
        read_policy(tmp_path / "none.toml")


def test_modes(tmp_path: Path) -> None:
    """Each class has its own way: gone, its type, or a token."""
    policy = read(tmp_path, '[modes]\ncontact = "pseudonym"\nfinancial = "remove"\n', KEY)
    clean = redact_text("jane@example.org paid by 4111 1111 1111 1111 from 203.0.113.7", policy)
    token = Marks({}, KEY).pseudonym(Category.CONTACT, "jane@example.org")
    key_id = Marks({}, KEY).key_id
    assert clean == f"[email:{key_id}:{token}] paid by  from [ip_address]"
    assert redact_text(clean, policy) == clean
    assert redact_text(clean) == clean


def test_pseudonyms_tell_people_apart_and_nothing_else() -> None:
    """One person has one token under one key; another key or another sort has another."""
    marks = Marks({Category.CONTACT: Mode.PSEUDONYM}, KEY)
    own = marks.pseudonym(Category.CONTACT, "Jane@Example.org")
    assert own == marks.pseudonym(Category.CONTACT, "\uff4aane@example.org ")
    assert own != marks.pseudonym(Category.CONTACT, "joan@example.org")
    assert own != marks.pseudonym(Category.ACCOUNT, "jane@example.org")
    assert own != Marks({}, OTHER).pseudonym(Category.CONTACT, "jane@example.org")
    assert marks.key_id != Marks({}, OTHER).key_id
    assert len(own) * 5 >= 96


def test_the_key_is_never_shown() -> None:
    """Neither policy nor marks show it; a short one and a missing one are refused."""
    policy = read_policy(None, KEY)
    assert "0123456789abcdef" not in f"{policy!r} {policy.marks!r} {policy.fingerprint}"
    with pytest.raises(ConfigError, match="too short") as refused:
        Marks({}, SecretBytes(b"short"))
    assert "short'" not in str(refused.value)
    with pytest.raises(ConfigError, match="no key"):
        Marks().pseudonym(Category.CONTACT, "x")


def test_the_fingerprint_tells_policies_apart(tmp_path: Path) -> None:
    """Another rule, list, mode or key makes another fingerprint."""
    told = {
        read_policy(None).fingerprint,
        read_policy(None, KEY).fingerprint,
        read(tmp_path, RULE).fingerprint,
        read(tmp_path, 'allow = ["x"]').fingerprint,
        read(tmp_path, '[modes]\nperson = "remove"').fingerprint,
    }
    assert len(told) == 5


@pytest.mark.parametrize(
    ("category", "values"),
    [
        (Category.CONTACT, ["+49 30 901820", "+49 (30) 90-18-20"]),
        (Category.FINANCIAL, ["GB82 WEST 1234 5698 7654 32", "gb82west12345698765432"]),
        (Category.PERSON, ["Jane  Doe", "jane doe"]),
    ],
)
def test_spellings_are_one(category: Category, values: list[str]) -> None:
    """A value is the same however it is grouped."""
    assert len({canonical(category, it) for it in values}) == 1
