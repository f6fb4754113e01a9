"""Numbers that states, banks, hospitals and employers give people, each beside its name.

The forms and check digits are those that the issuers publish (for most, collected in
OECD's TIN pages and Wikipedia's national identification numbers); where Faker (MIT) knows a
country's number, its generator is used.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from random import Random
from typing import Any

from bench.privacy.cases import Case, in_document, in_text
from bench.privacy.checked import CHECKED
from bench.privacy.drawing import drawn
from bench.privacy.people import faker

# Kind: what people call it, and its forms.
FORMS: Mapping[str, tuple[Sequence[str], Sequence[str]]] = {
    "US SSN": (
        ("SSN", "social security number"),
        ("5{d2}-{n1}{d1}-{n1}{d3}", "4{d2}{n1}{d1}{n1}{d3}"),
    ),
    "US ITIN": (("ITIN", "individual taxpayer identification number"), ("9{d2}-7{d1}-{d4}",)),
    "US EIN": (("EIN", "employer identification number"), ("47-{d7}", "82-{d7}")),
    "US passport": (("passport number", "passport no."), ("{d9}", "{u1}{d8}")),
    "UK passport": (("passport number", "passport"), ("{d9}",)),
    "German passport": (("Reisepassnummer", "passport number"), ("C{U8}", "C01X{U5}")),
    "Indian passport": (("passport number", "passport no"), ("{u1}{d7}",)),
    "driving licence": (
        ("driver's license", "driver license number", "driving licence", "DL number"),
        ("{u1}{d7}", "{d8}", "{u1}{d12}", "{u1}{d3}-{d4}-{d4}", "{u2}{d6}", "{d3} {d3} {d3}"),
    ),
    "UK driving licence": (
        ("driving licence number", "driving licence"),
        ("{u5}7{d1}1{d3}{u2}9{u2}",),
    ),
    "medical record": (
        ("MRN", "medical record number", "patient ID", "chart number"),
        ("{d7}", "{d8}", "MRN{d6}", "{d3}-{d2}-{d4}", "H{d8}"),
    ),
    "insurance member": (
        ("member ID", "insurance ID", "policy number", "health plan number"),
        ("{u3}{d9}", "W{d9}", "{d10}", "{u2}-{d7}"),
    ),
    "date of birth": (
        ("date of birth", "DOB", "born on", "birth date", "birthday"),
        (
            "19{n1}{d1}-0{n1}-1{d1}",
            "1{d1}/0{n1}/19{n1}{d1}",
            "0{n1}.1{d1}.19{n1}{d1}",
            "March 1{d1}, 19{n1}{d1}",
            "1{d1} May 19{n1}{d1}",
            "1{d1}/{n1}/{n1}{d1}",
            "Nov {n1}, 19{n1}{d1}",
        ),
    ),
    "bank account": (
        ("account number", "bank account", "acct no", "checking account number"),
        ("{d10}", "{d12}", "{d8}", "{d4} {d4} {d2}"),
    ),
    "sort code": (("sort code", "sortcode"), ("{d2}-{d2}-{d2}", "{d6}")),
    "BIC": (("BIC", "SWIFT code", "SWIFT"), ("{u4}DE{U2}", "{u4}US33XXX", "{u4}FRPP")),
    "card code": (("CVV", "security code", "CVC"), ("{d3}", "{d4}")),
    "card expiry": (
        ("expiry date", "exp", "expires"),
        ("0{n1}/2{d1}", "12/202{d1}", "0{n1}/202{d1}"),
    ),
    "PIN": (("PIN", "PIN code"), ("{d4}", "{d6}")),
    "one-time code": (("verification code", "one-time code", "OTP"), ("{d6}", "{d3}-{d3}")),
    "licence plate": (
        ("license plate", "number plate", "plate number", "licence plate"),
        ("{u3} {d4}", "{u2}{d2} {u3}", "{n1}{u3}{d3}", "{u2}-{u2} {d4}", "{u3}-{d3}"),
    ),
    "employee": (("employee ID", "employee number", "staff ID"), ("{d6}", "E{d5}", "EMP-{d5}")),
    "customer": (
        ("customer number", "customer ID", "membership number"),
        ("{d8}", "C-{d6}", "{u2}{d7}"),
    ),
    "student": (("student ID", "student number"), ("{d8}", "S{d7}")),
    "user name": (("username", "user name", "login"), ("{w}{d2}", "{w}_{w}", "{w}.{w}")),
    "Mexican voter": (("clave de elector",), ("{u6}{d8}H{d3}",)),
    "Indian voter": (("voter ID", "EPIC number"), ("{u3}{d7}",)),
    "Indian PAN": (("PAN", "PAN card", "permanent account number"), ("{u3}P{u1}{d4}{u1}",)),
    "UK NI number": (
        ("National Insurance number", "NI number", "NINO"),
        ("AB{d6}C", "JK {d2} {d2} {d2} A"),
    ),
    "Japanese residence card": (("residence card number", "在留カード番号"), ("{u2}{d8}{u2}",)),
    "New Zealand NHI": (("NHI number", "NHI"), ("ABC{d4}", "ZZZ{d4}")),
    "crypto wallet": (("wallet", "wallet address"), ("0x{h40}",)),
    "coordinates": (
        ("location", "coordinates", "GPS"),
        ("4{d1}.{d6}, -7{d1}.{d6}", "5{d1}.{d4},1{d1}.{d4}"),
    ),
    "MAC address": (
        ("MAC address", "MAC"),
        ("{h2}:{h2}:{h2}:{h2}:{h2}:{h2}", "{H2}-{H2}-{H2}-{H2}-{H2}-{H2}"),
    ),
}

# Kind: what people call it, Faker's locale and the name of its generator.
FAKED: Mapping[str, tuple[Sequence[str], str, str]] = {
    "Mexican CURP": (("CURP",), "es_MX", "curp"),
    "Mexican RFC": (("RFC",), "es_MX", "rfc"),
    "Brazilian CPF": (("CPF",), "pt_BR", "cpf"),
    "Brazilian RG": (("RG",), "pt_BR", "rg"),
    "Chilean RUT": (("RUT",), "es_CL", "person_rut"),
    "German tax id": (("Steuer-ID", "tax ID"), "de_DE", "vat_id"),
    "German health insurance": (("Krankenversichertennummer", "KVNR"), "de_DE", "kvnr"),
    "French NIR": (("numéro de sécurité sociale", "NIR"), "fr_FR", "ssn"),
    "Spanish NIF": (("NIF", "DNI"), "es_ES", "nif"),
    "Spanish NIE": (("NIE",), "es_ES", "nie"),
    "Italian codice fiscale": (("codice fiscale",), "it_IT", "ssn"),
    "Dutch BSN": (("BSN", "burgerservicenummer"), "nl_NL", "ssn"),
    "Belgian national number": (("rijksregisternummer", "national number"), "nl_BE", "ssn"),
    "Polish PESEL": (("PESEL",), "pl_PL", "pesel"),
    "Swedish personnummer": (("personnummer",), "sv_SE", "ssn"),
    "Norwegian id": (("fødselsnummer",), "no_NO", "ssn"),
    "Finnish id": (("henkilötunnus", "HETU"), "fi_FI", "ssn"),
    "Danish CPR": (("CPR-nummer", "CPR"), "da_DK", "ssn"),
    "Swiss AHV": (("AHV-Nummer", "AHV"), "de_CH", "ssn"),
    "Austrian insurance": (("Sozialversicherungsnummer", "SVNR"), "de_AT", "ssn"),
    "Czech birth number": (("rodné číslo",), "cs_CZ", "birth_number"),
    "Romanian CNP": (("CNP",), "ro_RO", "ssn"),
    "Croatian OIB": (("OIB",), "hr_HR", "ssn"),
    "Turkish id": (("TC kimlik no", "TCKN"), "tr_TR", "ssn"),
    "Estonian id": (("isikukood",), "et_EE", "ssn"),
    "Chinese resident id": (("身份证号", "resident identity card"), "zh_CN", "ssn"),
    "Taiwanese id": (("身分證字號", "national ID"), "zh_TW", "ssn"),
    "Korean RRN": (("주민등록번호", "RRN"), "ko_KR", "ssn"),
    "Israeli id": (("teudat zehut", "תעודת זהות"), "he_IL", "ssn"),
    "VIN": (("VIN", "vehicle identification number"), "en_US", "vin"),
}
CONTEXTS = (
    "{name}: {}",
    "My {name} is {}.",
    "{name} {}",
    "the {name} on file is {}, can you confirm?",
    "{name}={} status=ok",
    "| {name} | {} |",
    "Please update my {name} to {} today",
    "Q: What is your {name}?\nA: {}",
    '{"label": "{name}", "value": "{}"}',
    "({name} {})",
    "2026-03-04T10:11:12Z INFO verified {name} {} in 12 ms",
)


def identity(dice: Random, count: int) -> Iterator[Case]:
    """Yield about ``count`` cases in text and a quarter of that in fields, over all kinds."""
    made = makers(dice)
    for _ in range(max(1, count // len(made))):
        for kind, (names, make) in made.items():
            context = dice.choice(CONTEXTS).replace("{name}", dice.choice(names))
            yield in_text(kind, context, make())
    for kind, (names, make) in list(made.items()):
        yield _field(kind, dice.choice(names), make())


def makers(dice: Random) -> dict[str, tuple[Sequence[str], Callable[[], str]]]:
    """Return by kind what it is called and what draws one."""
    made: dict[str, tuple[Sequence[str], Callable[[], str]]] = {}
    for kind, (names, forms) in FORMS.items():
        made[kind] = names, partial(_drawn, dice, forms)
    for kind, (names, locale, method) in FAKED.items():
        source: Any = faker(locale)
        if hasattr(source, method):
            made[kind] = names, getattr(source, method)
    for kind, (names, check) in CHECKED.items():
        made[kind] = names, partial(check, dice)
    return made


def _drawn(dice: Random, forms: Sequence[str]) -> str:
    return drawn(dice, dice.choice(forms))


def _field(kind: str, name: str, value: str) -> Case:
    key = name.lower().replace("'", "").replace(" ", "_")
    return in_document(kind, {"tool": "crm", "output": {key: value}, "ok": True}, value)
