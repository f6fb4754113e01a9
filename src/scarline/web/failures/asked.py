"""What can be asked of the backlog, and told to it: queries and bodies, with their limits."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from scarline.web.moments import Moment
from scarline.web.paging import Cursor

MOST_FAILURES = 1_000
MOST_GROUPS = 100
"""How many groups one export may have."""

MOST_EVIDENCE = 100

Severity = Literal["", "low", "medium", "high", "critical"]
State = Literal["", "new", "triaged", "ready", "exported", "dismissed"]
Text = Annotated[str, Field(max_length=200)]
Id = Annotated[str, Field(min_length=1, max_length=200)]
Column = Literal[
    "failure_type",
    "service_name",
    "ml_app",
    "span_kind",
    "span_name",
    "error_type",
    "model",
    "version",
]
Why = Annotated[str | None, Field(max_length=2_000, description="the reason, in a sentence")]
Limit = Annotated[int, Field(ge=1, le=MOST_FAILURES)]


class WantedFailures(BaseModel):
    """Which failures are asked for. What is left out, or empty, does not matter."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    since: Moment | None = Field(None, alias="from", description="failed then or later")
    until: Moment | None = Field(None, alias="to", description="failed before; now if left out")
    severity: Severity = Field("", description="this one and worse")
    application: Text = Field("", description="the application, as `ml_app` tells it")
    service: Text = ""
    type: Text = Field("", description="type of the failure: timeout, toxicity, …")
    state: State = Field("", description="state of its group")
    signature: Text = ""
    group: Text = Field("", description="id of the group")
    text: Text = Field("", description="in title, name of the span or type of error, in any case")
    order: Literal["newest", "severity"] = "newest"
    limit: Limit = 100
    cursor: Cursor = ""


class WantedGroups(BaseModel):
    """Which groups are asked for. What is left out, or empty, does not matter."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    since: Moment | None = Field(None, alias="from", description="with a failure then or later")
    until: Moment | None = Field(None, alias="to", description="with a failure before")
    severity: Severity = Field("", description="this one and worse")
    application: Text = ""
    service: Text = ""
    type: Text = ""
    state: State = ""
    trend: Literal["", "new", "ongoing", "regressed", "resolved"] = ""
    text: Text = Field("", description="in the title, in any case")
    limit: Limit = 100
    cursor: Cursor = ""


class PartOfGroup(BaseModel):
    """Which failures of a group are asked for, newest first."""

    model_config = ConfigDict(extra="forbid")

    limit: Limit = 100
    cursor: Cursor = ""
    full: bool = Field(default=False, description="one failure with its payload too: the newest")
    trace_id: Text = Field("", description="with span_id: the failure that `full` means")
    span_id: Text = ""


class Move(BaseModel):
    """A new state of a group."""

    model_config = ConfigDict(extra="forbid")

    state: Literal["triaged", "ready", "exported", "dismissed"]
    why: Why = None
    resolved: bool = Field(default=False, description="exported, and mended by it")


class Merge(BaseModel):
    """The group that this one goes into; null takes a merge back."""

    model_config = ConfigDict(extra="forbid")

    into: Id | None
    why: Why = None


class Split(BaseModel):
    """Either the column by which a group is split, null to undo; or failures to split off."""

    model_config = ConfigDict(extra="forbid")

    by: Column | None = None
    failures: list[tuple[Id, Id]] | None = Field(
        None, max_length=1_000, description="trace and span of each; none of them takes it back"
    )
    part: Id | None = Field(None, description="with no failures: the group that was split off")
    why: Why = None


class Export(BaseModel):
    """Which groups are exported, and where to."""

    model_config = ConfigDict(extra="forbid")

    groups: list[Id] = Field(min_length=1, max_length=MOST_GROUPS)
    evidence: int = Field(10, ge=0, le=MOST_EVIDENCE, description="failures told of each group")
    to: Literal["file", "webhook"] = "file"
