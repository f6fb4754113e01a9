"""Names and places are found by what is around them, and nobody is seen where nobody is."""

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from importlib.resources import files

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from scarline.privacy import names
from scarline.privacy.names import find, find_each, lists, tagger
from scarline.privacy.names.tokens import tokens_of


def persons(text: str) -> list[str]:
    """What is found of persons, as it is written."""
    return [text[start:end] for start, end, kind in find(text) if kind == "person"]


def places(text: str) -> list[str]:
    """What is found of places."""
    return [text[start:end] for start, end, kind in find(text) if kind == "place"]


def masked(text: str) -> str:
    """The text with its findings replaced."""
    for start, end, kind in reversed(find(text)):
        text = f"{text[:start]}[{kind}]{text[end:]}"
    return text


NAMED: Sequence[tuple[str, list[str]]] = [
    # cues
    ("Dear Mr. Quillfeather,", ["Quillfeather"]),
    ("My name is Vanessa Hartwell and I cannot log in.", ["Vanessa Hartwell"]),
    ("Best regards,\nOlumide Adeyemi", ["Olumide Adeyemi"]),
    ("cc: Peter Parker, Tony Stark", ["Peter Parker", "Tony Stark"]),
    ("@Maria Lopez can you look at this?", ["Maria Lopez"]),
    ("Tanaka-san, please", ["Tanaka"]),
    ('{"name": "Jane Doe", "status": "open"}', ["Jane Doe"]),
    # lists
    ("I met John Smith and Anna Karlsson yesterday.", ["John Smith", "Anna Karlsson"]),
    ("justin bieber said so", ["justin bieber"]),
    ("The letter was written by Szabina Gelencsér", ["Szabina Gelencsér"]),
    # the tagger: on no list
    ("Yesterday Vrxandra told me that she quit.", ["Vrxandra"]),
    # initials, particles, suffixes, apostrophes
    ("J. R. R. Tolkien wrote it", ["J. R. R. Tolkien"]),
    ("Ludwig van Beethoven Jr. called", ["Ludwig van Beethoven Jr"]),
    ("Robert Downey III called", ["Robert Downey III"]),
    ("Dear Mr. van der Berg-O'Neil,", ["van der Berg-O'Neil"]),
    ("Vanessa P. Hertzog's account is locked", ["Vanessa P. Hertzog"]),
    # languages that write every noun, or few words, with a capital
    ("Guten Tag Herr Müller, Ihre Bestellung ist unterwegs.", ["Müller"]),
    ("Ansprechpartner ist Lena Hoffmann.", ["Lena Hoffmann"]),
    ("Der Benutzer Jonas Weber hat das Passwort vergessen.", ["Jonas Weber"]),
    ("Pour toute question, contactez Julie Moreau.", ["Julie Moreau"]),
    ("El usuario Juan García pidió un reembolso.", ["Juan García"]),
    ("Il servizio Pagamenti non risponde. Chiamare Marco Rossi.", ["Marco Rossi"]),
    ("De klant Sanne de Vries wil de factuur annuleren.", ["Sanne de Vries"]),
    ("O cliente João Pereira quer cancelar a fatura.", ["João Pereira"]),
    ("Klient Piotr Kowalski nie mógł się zalogować.", ["Piotr Kowalski"]),
    ("Kunden Astrid Lindqvist kunde inte logga in.", ["Astrid Lindqvist"]),
    ("Lütfen Ayşe Demir ile görüşün.", ["Ayşe Demir"]),
    # scripts
    ("Меня зовут Анна Петрова.", ["Анна Петрова"]),
    ("Sehr geehrte Frau Müller-Lüdenscheidt,", ["Müller-Lüdenscheidt"]),
    ("佐藤太郎様、お世話になっております。", ["佐藤太郎"]),
    ("我叫王秀英。", ["王秀英"]),
    ("王先生您好", ["王"]),
    ("김지훈님 안녕하세요", ["김지훈"]),
    ("السيد محمد علي", ["محمد علي"]),
]


@pytest.mark.parametrize(("text", "expected"), NAMED)
def test_a_person_is_found_whole(text: str, expected: list[str]) -> None:
    """One finding covers all letters of a name; a title may stay."""
    assert persons(text) == expected


NOBODY = [
    "Ask Claude or Gemini; Jenkins failed and Ada is a language.",
    "Kubernetes pod on Mercury with Redis and Postgres",
    "Madison Square Garden",
    "You are a helpful assistant. Answer in French.",
    "On Monday, March 3, the Titan release of Lambda will ship.",
    "class NodeManager(BaseModel):\n    def get_name(self) -> Optional[str]:",
    'raise ValueError("Missing Token")',
    "JohnSmith john_smith john.smith@ smith/john $John",
    "The Table Of Contents And Other Headings",
    "ERROR CONNECTION REFUSED BY UPSTREAM SERVER",
    "migrate from Docker to Podman",
    "患者様のデータ",
    "数据库服务器的配置文件",
    "[person] met [person:k1:ab12] in [place]",
    "The weather in Paris is fine; eu-west in Frankfurt is degraded.",
    "The London office of the API",
    "Der Zwischenspeicher wird jede Nacht geleert.",
    "Responde solo con un JSON, due paragrafi e una tabella",
    "Sun, 19 May 2024 05:26:28 GMT",
    "Die Tabelle Kunden wurde nicht gefunden.",
    "Der Benutzer konnte sich nicht anmelden, bitte prüfen Sie das Passwort.",
    "Können Sie mir Ihre Bestellung nennen? Wir helfen Ihnen gern.",
    "Das Modell hat keine Antwort geliefert; Ticket wurde eskaliert.",
    "Werkzeug Suche meldete Fehler in Zeile Zwölf.",
    "Tabelle Umsatz, Spalte Betrag: ungültiger Wert.",
    "La table Commandes est verrouillée ; veuillez réessayer plus tard.",
    "El Servicio de Pagos no responde; contacte a Soporte Técnico.",
    "Il servizio Pagamenti non risponde, riprovare più tardi.",
    "De tabel Klanten bestaat niet; controleer uw instellingen.",
    "O serviço de Pagamentos não responde; tente novamente.",
    "Usługa Płatności nie odpowiada, spróbuj ponownie.",
    "Tjänsten Betalning svarar inte; andra försöket pågår.",
    "Tablo silinemez; lütfen yeniden deneyin.",
    "Таблица Заказы не найдена, проверьте настройки.",
]


@pytest.mark.parametrize("text", NOBODY)
def test_nobody_is_seen_where_nobody_is(text: str) -> None:
    """Products, companies, headings, code, masks and bare places stay."""
    assert find(text) == []


HOMES: Sequence[tuple[str, list[str]]] = [
    ("I live in Berlin, Germany", ["Berlin", "Germany"]),
    ("She moved here from Hungary", ["Hungary"]),
    ("[person] was born in New York", ["New York"]),
    ("[person], 12 High Street, Leeds", ["Leeds"]),
    ('{"name": "[person]", "city": "Paris"}', ["Paris"]),
]


@pytest.mark.parametrize(("text", "expected"), HOMES)
def test_a_place_is_found_where_it_tells_of_a_person(text: str, expected: list[str]) -> None:
    """Where somebody lives, was born or gets letters."""
    assert places(text) == expected


PIECES = """
John Smith Mr. Dr. Berlin lives in from [person] [email] [ ] ' - . , : \\n \0 \ud800 O' van der
佐藤 太郎 様 김 님 Müller J. III said Kubernetes Paris { } " 😀 Анна
"""
TEXTS = st.text() | st.lists(st.sampled_from(PIECES.split())).map(" ".join)


@settings(max_examples=150, deadline=None)
@given(TEXTS)
@example("\ud800\udfff")
@example("\0" * 3)
@example("'s")
def test_findings_ascend_and_never_overlap(text: str) -> None:
    """Whatever the text, and no finding touches a mask."""
    before = 0
    for start, end, kind in find(text):
        assert before <= start < end <= len(text)
        assert kind in {"person", "place"}
        assert not {"[", "]"} & {*text[start:end]}
        before = end


@settings(max_examples=60, deadline=None)
@given(TEXTS)
def test_masking_comes_to_rest(text: str) -> None:
    """After at most four times nothing more is found."""
    for _ in range(4):
        text = masked(text)
    assert find(text) == []


@pytest.mark.parametrize("text", [text for text, _ in [*NAMED, *HOMES]])
def test_what_was_masked_is_found_no_more(text: str) -> None:
    """Once is enough for ordinary sentences."""
    assert find(masked(text)) == []


HOSTILE = [
    "A ", "Mr. ", "Aa", "A", "Aa ", "John Smith ", "lives in Paris ", "[a", "[person] ", "J. ",
    "O'", "\\n", "\ud800", '"John",', "佐藤太郎", "王", "님", "John\n",
]  # fmt: skip


@pytest.mark.parametrize("piece", HOSTILE)
def test_time_is_linear(piece: str) -> None:
    """Ten times the text takes no more than some thirty times the time."""
    find(piece)

    def seconds(size: int) -> float:
        text = piece * (size // len(piece))
        began = time.thread_time()
        find(text)
        return time.thread_time() - began

    assert min(seconds(100_000) for _ in range(2)) < 0.03 + 30 * min(
        seconds(10_000) for _ in range(3)
    )


def test_beyond_the_budget_the_lists_decide() -> None:
    """What is not scored any more is found if it is a given name and a family name."""
    scored = "Redis " * tagger.BUDGET
    assert persons(f"{scored} Ask John Miller, or Dr. Zyqqvist.") == ["John Miller"]
    assert persons("Ask John Miller, or Dr. Zyqqvist.") == ["John Miller", "Zyqqvist"]


def test_many_texts_at_once_are_each_read_alone() -> None:
    """A batch finds what each text alone would."""
    texts = [*(text for text, _ in [*NAMED, *HOMES]), *NOBODY, "", "x", "Bob"]
    assert find_each(texts) == [find(text) for text in texts]
    assert find_each([]) == []


@settings(max_examples=40, deadline=None)
@given(st.lists(TEXTS, max_size=4))
def test_a_batch_of_any_texts_is_like_each_alone(texts: list[str]) -> None:
    """Also of odd ones, unless they begin or end with empty lines, which join the border."""
    texts = [f"so {text} so" for text in texts]
    assert find_each(texts) == [find(text) for text in texts]


def test_threads_find_the_same() -> None:
    """Nothing is kept between calls but what was loaded."""
    text = "\n".join(text for text, _ in NAMED)
    with ThreadPoolExecutor(4) as pool:
        assert len({tuple(found) for found in pool.map(find, [text] * 16)}) == 1


def test_the_same_word_has_the_same_hash_wherever_it_stands() -> None:
    """Folded: without marks, in small letters, and far into a text."""
    tokens = tokens_of("Müller " + "x" * 5000 + " muller MÜLLER")
    words = tokens.hashes[4:8].tolist()
    assert words[0] == words[2] == words[3] == int(lists.hashes_of(["muller"])[0])


def test_the_data_is_what_the_script_made() -> None:
    """Nobody edits it by hand."""
    folder = files(names)
    version, *lines = (folder / "digests.txt").read_text().splitlines()
    assert version == "version 1"
    for line in lines:
        digest, name = line.split()
        assert sha256((folder / name).read_bytes()).hexdigest() == digest
    assert len(lines) == 3
