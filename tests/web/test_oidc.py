"""Identity tokens: real keys, a real issuer's key set over HTTP, and tokens that are wrong."""

import base64
import hmac
import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scarline.errors import ConfigError
from scarline.web.desk import Config
from scarline.web.jobs.issuer import GOOGLE, GOOGLE_KEYS, Oidc, Unproven, accepted
from scarline.web.jobs.oidc import ALGORITHMS, LEEWAY_SECONDS, Proof
from tests.web.pulling import Halting, service
from tests.web.served import FLOWS, problem_of
from tests.web.test_door import OPERATOR, READER, bearer

JOB = "/jobs/metrics"
US = "https://scarline.example/jobs"
ISSUER = "https://issuer.example"
CALLER = "scheduler@project.example"
SUBJECT = "108912345"

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
KEYS: dict[str, Key] = {
    "one": rsa.generate_private_key(65537, 2048),
    "two": rsa.generate_private_key(65537, 2048),
    "curve": ec.generate_private_key(ec.SECP256R1()),
}


class Issuer:
    """Tells its public keys over HTTP, and counts how often it was asked."""

    def __init__(self) -> None:
        self.names, self.asked, self.status, self.junk = ["one", "curve"], 0, 200, b""
        self.more: list[dict[str, Any]] = []
        issuer = self

        class Answer(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                issuer.asked += 1
                self.send_response(issuer.status)
                self.end_headers()
                self.wfile.write(issuer.junk or issuer.told())

            def log_message(self, *_: object) -> None:
                """Keep the output of the tests clean."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        self.url = f"http://127.0.0.1:{self.server.server_port}/keys"

    def told(self) -> bytes:
        """Return the key set."""
        keys = [_public(name) | {"kid": name, "use": "sig"} for name in self.names]
        return json.dumps({"keys": keys + self.more}).encode()

    def oidc(self, **other: Any) -> Oidc:
        """Return what takes its tokens."""
        callers = frozenset({CALLER, SUBJECT})
        given: dict[str, Any] = {
            "issuers": (ISSUER,),
            "keys": self.url,
            "new_key_seconds": 0.0,
        } | other
        return Oidc((US,), callers, **given)


def _public(name: str) -> dict[str, Any]:
    key = KEYS[name]
    if isinstance(key, rsa.RSAPrivateKey):
        return jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
    return jwt.algorithms.ECAlgorithm.to_jwk(key.public_key(), as_dict=True)


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    """Serve the keys while a test runs."""
    own = Issuer()
    thread = threading.Thread(target=own.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield own
    own.server.shutdown()
    thread.join()
    own.server.server_close()


def token(key: str = "one", kid: str | None = None, **claims: Any) -> str:
    """Return a good token with these claims instead; one that is None is left out.

    A stretch of time is counted from now.
    """
    now = datetime.now(UTC)
    good = {
        "iss": ISSUER,
        "aud": US,
        "sub": "109",
        "email": CALLER,
        "email_verified": True,
        "iat": now,
        "exp": now + timedelta(hours=1),
    }
    told = {
        name: now + value if isinstance(value, timedelta) else value
        for name, value in (good | claims).items()
        if value is not None
    }
    algorithm = "ES256" if key == "curve" else "RS256"
    return jwt.encode(told, KEYS[key], algorithm, headers={"kid": kid or key})


def by_hand(header: dict[str, Any], key: bytes | None = None) -> str:
    """Return a token with any header, signed with HMAC or not at all."""
    payload = token().split(".")[1]
    signed = f"{_part(json.dumps(header).encode())}.{payload}"
    mac = hmac.new(key, signed.encode(), sha256).digest() if key is not None else b""
    return f"{signed}.{_part(mac)}"


def _part(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def refusal(proof: Proof, shown: str) -> tuple[int, str]:
    """Return how a token is refused, which it must be."""
    with pytest.raises(Unproven) as raised:
        proof.check(shown)
    return raised.value.status, str(raised.value)


def ago(**amount: float) -> timedelta:
    """Return how a claim says a moment before the token is made."""
    return -timedelta(**amount)


@pytest.mark.parametrize(
    "claims",
    [
        {},
        {"key": "curve"},
        {"email": None, "email_verified": None, "sub": SUBJECT},
        {"exp": ago(seconds=LEEWAY_SECONDS - 10)},
        {"nbf": ago(seconds=10 - LEEWAY_SECONDS)},
        {"aud": ["https://other.example", US]},
    ],
)
def test_good_tokens(issuer: Issuer, claims: dict[str, Any]) -> None:
    """Of either sort of key, by address or subject, with clocks a little apart."""
    Proof(issuer.oidc()).check(token(**claims))


@pytest.mark.parametrize(
    ("claims", "status", "sentence"),
    [
        ({"aud": "https://other.example"}, 401, "another audience"),
        ({"aud": None}, 401, "lacks"),
        ({"iss": "https://issuer.example.evil"}, 401, "another issuer"),
        ({"iss": None}, 401, "lacks"),
        ({"exp": ago(seconds=LEEWAY_SECONDS + 10)}, 401, "expired"),
        ({"exp": None}, 401, "lacks"),
        ({"nbf": ago(seconds=-LEEWAY_SECONDS - 10)}, 401, "not valid yet"),
        ({"iat": ago(seconds=-LEEWAY_SECONDS - 10)}, 401, "not valid yet"),
        ({"sub": None}, 401, "lacks"),
        ({"key": "two", "kid": "one"}, 401, "not signed by its issuer"),
        ({"key": "two"}, 401, "no token that is known"),
        ({"key": "curve", "kid": "one"}, 401, "proves nothing"),
        ({"email": "somebody@project.example"}, 403, "not on the list"),
        ({"email": None}, 403, "not on the list"),
        ({"email_verified": False}, 403, "not on the list"),
        ({"email_verified": "true"}, 403, "not on the list"),
        ({"email_verified": None}, 403, "not on the list"),
        ({"email": None, "sub": CALLER}, 403, "not on the list"),
        ({"email": [CALLER]}, 403, "not on the list"),
    ],
)
def test_bad_tokens(issuer: Issuer, claims: dict[str, Any], status: int, sentence: str) -> None:
    """Each thing that can be wrong, alone; nothing of the token is said."""
    told = refusal(Proof(issuer.oidc()), token(**claims))
    assert told[0] == status
    assert sentence in told[1]
    assert "@" not in told[1]


def test_signatures_that_prove_nothing(issuer: Issuer) -> None:
    """None at all, and a shared secret that is the public key, which everybody knows."""
    proof = Proof(issuer.oidc())
    public = KEYS["one"].public_key()
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    for shown in (
        by_hand({"alg": "none", "kid": "one"}),
        by_hand({"alg": "NONE", "kid": "one"}),
        by_hand({"kid": "one"}),
        by_hand({"alg": "RS256", "kid": "one"}),
        by_hand({"alg": "HS256", "kid": "one"}, pem),
        by_hand({"alg": "HS256", "kid": "one"}, pem.strip()),
        by_hand({"alg": "HS256", "kid": "one", "jwk": _public("two")}, pem),
        by_hand({"alg": "HS256", "kid": "one"}, b""),
    ):
        assert refusal(proof, shown)[0] == 401
    assert all(name[:2] in {"RS", "ES"} for name in ALGORITHMS)


def test_an_issuer_that_tells_a_secret_is_not_believed(issuer: Issuer) -> None:
    """What is in a key set is known to all; nor is a signature taken that is not on our list."""
    secret = b"a secret of 32 bytes or some more"
    issuer.more = [
        {"kty": "oct", "kid": "shared", "alg": "HS256", "k": _part(secret)},
        _public("two") | {"kid": "long", "alg": "RS512"},
    ]
    claims = jwt.decode(token(), options={"verify_signature": False})
    long = jwt.encode(claims, KEYS["two"], "RS512", headers={"kid": "long"})
    for shown in (by_hand({"alg": "HS256", "kid": "shared"}, secret), long):
        told = refusal(Proof(issuer.oidc()), shown)
        assert told == (401, "the identity token is signed in a way that proves nothing")


def test_a_key_that_comes_with_the_token_is_not_taken(issuer: Issuer) -> None:
    """Nor an address where keys could be: only the issuer's own are asked for."""
    headers = {"kid": "mine", "jwk": _public("two") | {"kid": "mine"}, "jku": "http://evil.example"}
    claims = jwt.decode(token(), options={"verify_signature": False})
    shown = jwt.encode(claims, KEYS["two"], "RS256", headers=headers)
    assert refusal(Proof(issuer.oidc()), shown)[0] == 401


def test_keys_change(issuer: Issuer) -> None:
    """Keys are asked for once; a new one is found, and one that was taken away is gone then."""
    proof = Proof(issuer.oidc())
    for _ in range(3):
        proof.check(token())
    assert issuer.asked == 1
    issuer.names = ["two"]
    proof.check(token("two"))
    assert issuer.asked == 2
    assert refusal(proof, token("one"))[0] == 401


def test_names_of_keys_that_are_made_up_do_not_ask_the_issuer_each_time(issuer: Issuer) -> None:
    """Whoever sends many of them has it asked once."""
    proof = Proof(issuer.oidc(new_key_seconds=3600.0))
    for number in range(20):
        assert refusal(proof, token(kid=f"made-up-{number}"))[0] == 401
    assert issuer.asked == 1


@pytest.mark.parametrize("answer", ["closed", "refused", "no keys", "no json"])
def test_no_keys_to_be_had(issuer: Issuer, answer: str) -> None:
    """That is not the caller's fault: 503, and the next time may be better."""
    if answer == "refused":
        issuer.status = 500
    if answer == "no keys":
        issuer.names = []
    if answer == "no json":
        issuer.junk = b"<html>"
    url = "http://127.0.0.1:9/keys" if answer == "closed" else issuer.url
    proof = Proof(issuer.oidc(keys=url))
    assert refusal(proof, token())[0] == 503


@given(
    st.one_of(
        st.text(),
        st.binary().map(_part),
        st.lists(st.binary()).map(lambda parts: ".".join(map(_part, parts))),
    )
)
@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_junk_is_refused(issuer: Issuer, junk: str) -> None:
    """Whatever it is, it is answered, and with 401."""
    assert refusal(Proof(issuer.oidc()), junk)[0] == 401


@pytest.mark.parametrize("depth", [100_000])
def test_nesting_is_refused(issuer: Issuer, depth: int) -> None:
    """A header that no reader of JSON gets to the end of."""
    deep = _part(b"[" * depth)
    assert refusal(Proof(issuer.oidc()), f"{deep}.{deep}.x")[0] == 401


@pytest.mark.parametrize(
    ("other", "sentence"),
    [
        ({"audiences": ()}, "audience"),
        ({"callers": frozenset()}, "callers"),
        ({"issuers": ()}, "issuer"),
        ({"keys": "http://issuer.example/keys"}, "https"),
        ({"keys": "file:///keys"}, "https"),
    ],
)
def test_what_would_let_anybody_in(other: dict[str, Any], sentence: str) -> None:
    """Is no configuration."""
    with pytest.raises(ConfigError, match=sentence):
        Oidc(**({"audiences": (US,), "callers": frozenset({CALLER})} | other))


def test_what_settings_say() -> None:
    """Google's tokens if no issuer is named, none at all if nothing is, and never half of it."""
    assert accepted((), (), None, None) is None
    google = accepted((US,), (CALLER,), None, None)
    assert google == Oidc((US,), frozenset({CALLER}), GOOGLE, GOOGLE_KEYS)
    other = accepted((US,), (CALLER,), ISSUER, f"{ISSUER}/keys")
    assert other == Oidc((US,), frozenset({CALLER}), (ISSUER,), f"{ISSUER}/keys")
    half: list[tuple[tuple[str, ...], tuple[str, ...], str | None, str | None]] = [
        ((US,), (), None, None),
        ((), (CALLER,), None, None),
        ((), (), ISSUER, f"{ISSUER}/keys"),
        ((US,), (CALLER,), ISSUER, None),
        ((US,), (CALLER,), None, f"{ISSUER}/keys"),
    ]
    for given_ in half:
        with pytest.raises(ConfigError):
            accepted(*given_)


async def test_a_scheduler_starts_jobs_and_nothing_else(issuer: Issuer) -> None:
    """Its token opens no other route; the operator's opens jobs too, the reader's does not."""
    config = Config(oidc=issuer.oidc(), reader=READER, operator=OPERATOR, hosts=None)
    async with service({"metrics": Halting()}, config) as api:
        good = bearer(token())
        assert (await api.http.post(JOB, headers=good)).json()["state"] == "done"
        assert (await api.http.post(JOB, headers=bearer(OPERATOR))).status_code == 200
        problem_of(await api.http.post(JOB, headers=bearer(READER)), 403)
        problem_of(await api.http.get("/api/runs", headers=good), 401)
        problem_of(await api.http.get("/metrics", headers=good), 401)
        problem_of(await api.http.get(JOB, headers=good), 401)
        problem_of(await api.http.post(FLOWS, json=[], headers=good), 401)
        problem_of(await api.http.post(JOB, headers=good | {"Origin": "https://evil.example"}), 403)
        for headers in ({}, {"Authorization": f"Basic {token()}"}, bearer(token(exp=ago(hours=1)))):
            refused = await api.http.post(JOB, headers=headers)
            problem_of(refused, 401)
            assert refused.headers["www-authenticate"] == "Bearer"
        problem_of(await api.http.post(JOB, headers=bearer(token(email="x@y.example"))), 403)
        assert len(await api.pipeline.runs()) == 2


async def test_identity_tokens_alone_close_everything_else(issuer: Issuer) -> None:
    """Who sets them up means that not everybody may come."""
    async with service({"metrics": Halting()}, Config(oidc=issuer.oidc(), hosts=None)) as api:
        problem_of(await api.http.get("/api/runs"), 401)
        problem_of(await api.http.post(JOB), 401)
        assert (await api.http.post(JOB, headers=bearer(token()))).status_code == 200
        assert (await api.http.get("/healthz")).status_code == 200


async def test_the_issuer_cannot_be_reached() -> None:
    """The scheduler is asked to come again."""
    oidc = Oidc((US,), frozenset({CALLER}), (ISSUER,), "http://127.0.0.1:9/keys")
    async with service({}, Config(oidc=oidc)) as api:
        done = await api.http.post(JOB, headers=bearer(token()))
        problem_of(done, 503)
        assert "retry-after" in done.headers


async def test_without_tokens_jobs_are_open() -> None:
    """As all else on loopback, though not to pages of other sites."""
    async with service({"metrics": Halting()}) as api:
        assert (await api.http.post(JOB)).status_code == 200
        problem_of(await api.http.post(JOB, headers={"Origin": "https://evil.example"}), 403)
