"""What Firestore answers instead of a value, as the errors and sentences of Scarline."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from google.api_core import exceptions as google
from google.auth.exceptions import GoogleAuthError

from scarline.errors import StoreError, StoreRefused, StoreUnavailable


class AnswerLost(StoreUnavailable):
    """No answer came, or one that says "again": what became of the call is not known."""


class Contended(AnswerLost):
    """Others hold the same documents, perhaps a process that was killed: for 60 s at most."""


class Gone(StoreError):
    """A document that was to be changed is not there, or one that was to be made is."""


_LONGEST = 300
"""How much is quoted of what the other side says: an address to make an index at fits in."""

_ROLE = "give the account that Scarline runs as the role roles/datastore.user in the project"

_SENTENCES: Sequence[tuple[tuple[type[Exception], ...], type[StoreError], str]] = (
    (
        (google.PermissionDenied, google.Forbidden),
        StoreRefused,
        f"Firestore does not let this account in ({{}}): {_ROLE}",
    ),
    (
        (google.Unauthenticated, google.Unauthorized, GoogleAuthError),
        StoreRefused,
        (
            "there are no credentials for Firestore ({}): run `gcloud auth application-default "
            "login`, or let Scarline run as a service account"
        ),
    ),
    (
        (google.AlreadyExists,),
        Gone,
        "a document that was to be made is there already ({})",
    ),
    (
        (google.ResourceExhausted, google.TooManyRequests),
        AnswerLost,
        (
            "Firestore's quota is used up, or it asks for fewer requests ({}): a pull goes on "
            "where it stopped; if it is the free quota, it begins anew at midnight Pacific time"
        ),
    ),
    (
        (google.Aborted,),
        Contended,
        (
            "others write to the same documents in Firestore, or a process that was killed still "
            "holds them for up to a minute ({}): try again; a pull goes on where it stopped"
        ),
    ),
    (
        (
            google.ServerError,
            google.RetryError,
            google.DeadlineExceeded,
            google.Cancelled,
        ),
        AnswerLost,
        (
            "Firestore does not answer ({}): check the network and try again; a pull goes on where "
            "it stopped"
        ),
    ),
)


@contextmanager
def told() -> Iterator[None]:
    """Turn what Google's client raises within into a ``StoreError`` that says what to do."""
    try:
        yield
    except (google.GoogleAPICallError, google.RetryError, GoogleAuthError) as error:
        raise _store_error(error) from error


def _store_error(error: Exception) -> StoreError:
    said = _said(error)
    if isinstance(error, google.NotFound):
        return _not_found(said)
    if isinstance(error, google.FailedPrecondition) and "index" in said:
        message = f"Firestore lacks an index: deploy deploy/firestore.indexes.json ({said})"
        return StoreRefused(message)
    for causes, kind, sentence in _SENTENCES:
        if isinstance(error, causes):
            return kind(sentence.format(said))
    return StoreError(f"Firestore refused a call ({said})")


def _not_found(said: str) -> StoreError:
    if "database" in said and "document" not in said:
        message = (
            f"the project has no such Firestore database ({said}): make one with `gcloud "
            "firestore databases create`, in native mode"
        )
        return StoreRefused(message)
    return Gone(f"a document that was to be changed is not there ({said})")


def _said(error: Exception) -> str:
    """Return the first line of what was said: later ones may quote documents."""
    text = getattr(error, "message", None) or str(error)
    lines = str(text).strip().splitlines()
    return lines[0][:_LONGEST] if lines else type(error).__name__
