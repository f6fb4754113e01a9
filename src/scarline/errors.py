"""Every error that Scarline raises on purpose.

::

    ScarlineError
    ├── UsageError            what was asked cannot be done: say it differently
    │   ├── ConfigError       a setting is missing or wrong
    │   ├── RunNotFound       no run of that name on the ledger
    │   └── RunEnded          the run is rolled back already, or cannot be
    ├── SourceError
    │   ├── SourceUnavailable (retryable) no answer, or an answer that says "later"
    │   ├── SourceRefused     the source will not give this: keys, scopes, a bad query
    │   └── SourceChanged     the answer is not of the documented shape
    ├── StoreError
    │   ├── StoreUnavailable  (retryable) the database cannot be reached, or cannot write now
    │   ├── StoreConflict     the entry does not follow the head of its chain
    │   └── StoreRefused      this store does not hold that kind, or may not do that
    ├── RunInProgress         (retryable) another pull of the stream holds it
    └── LedgerBroken          the chain of entries does not hold

The message of each is a sentence for a person: what happened, where, what to do.
"""

from typing import ClassVar


class ScarlineError(Exception):
    """Something that Scarline can name went wrong."""

    retryable: ClassVar[bool] = False


class UsageError(ScarlineError):
    """What was asked cannot be done as it was said."""


class ConfigError(UsageError):
    """A setting is missing or wrong."""


class RunNotFound(UsageError):
    """The ledger holds no run of that name."""


class RunEnded(UsageError):
    """The run is in a state that does not allow this."""


class SourceError(ScarlineError):
    """A source did not give what was asked of it."""


class SourceUnavailable(SourceError):
    """The source did not answer, or said to come back later."""

    retryable: ClassVar[bool] = True


class SourceRefused(SourceError):
    """The source answered that it will not give this."""


class SourceChanged(SourceError):
    """The answer does not have the documented shape."""


class StoreError(ScarlineError):
    """A store did not do what was asked of it."""


class StoreUnavailable(StoreError):
    """The store cannot be reached, or cannot write now."""

    retryable: ClassVar[bool] = True


class StoreConflict(StoreError):
    """The entry does not follow the head of its chain: somebody else wrote first."""


class StoreRefused(StoreError):
    """The store does not hold this kind of record, or may not do this."""


class RunInProgress(ScarlineError):
    """Another pull holds the stream."""

    retryable: ClassVar[bool] = True


class LedgerBroken(ScarlineError):
    """The chain of entries does not hold."""
