"""What can be asked of scars, incidents and metrics, and said of a scar, with their limits."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from scarline.scars.marks import MOST_CHARACTERS
from scarline.web.moments import Moment
from scarline.web.paging import Cursor

MOST_SCARS = 1_000
MOST_POINTS = 20_000
MOST_SPARK = 200

Text = Annotated[str, Field(max_length=200)]
Limit = Annotated[int, Field(ge=1, le=MOST_SCARS)]
Flag = Literal["", "true", "false"]
Last = Annotated[
    str,
    Field(
        pattern=r"^([1-9][0-9]{0,3}[mhdw])?$",
        description="without `from`: how long before the end, such as 7d",
    ),
]
Score = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


class WantedScars(BaseModel):
    """Which scars are asked for. What is left out, or empty, does not matter."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    since: Moment | None = Field(None, alias="from", description="went on then or later")
    until: Moment | None = Field(
        None, alias="to", description="began before; for `coverage`, the newest look if left out"
    )
    metric: Text = ""
    host: Text = ""
    series: Text = Field("", description="the digest of one series")
    open: Flag = Field("", description="true: those that go on; false: those that are over")
    quiet: Flag = Field("", description="true: those that marks keep quiet; false: the others")
    mark: Literal["", "real", "expected", "noise", "none"] = ""
    min_score: Score = Field(0.0, description="with a peak of this score or more")
    limit: Limit = 100
    cursor: Cursor = ""


class WantedIncidents(BaseModel):
    """Which incidents are asked for. What is left out, or empty, does not matter."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    since: Moment | None = Field(None, alias="from", description="went on then or later")
    until: Moment | None = Field(None, alias="to", description="began before")
    metric: Text = ""
    host: Text = ""
    service: Text = ""
    open: Flag = Field("", description="true: those that go on; false: those that are over")
    limit: Annotated[int, Field(ge=1, le=100)] = 50
    cursor: Cursor = ""


class Said(BaseModel):
    """What is said of a scar; null takes a mark back."""

    model_config = ConfigDict(extra="forbid")

    mark: Literal["real", "expected", "noise"] | None
    note: str | None = Field(None, max_length=MOST_CHARACTERS)
    runbook: str | None = Field(None, max_length=MOST_CHARACTERS, description="a link")


class Changed(BaseModel):
    """What is said anew of a scar; what is left out stays as it is."""

    model_config = ConfigDict(extra="forbid")

    mark: Literal["real", "expected", "noise"] | None = None
    note: str | None = Field(None, max_length=MOST_CHARACTERS)
    runbook: str | None = Field(None, max_length=MOST_CHARACTERS, description="a link")


class WantedSeries(BaseModel):
    """Which series are asked for. What is left out, or empty, does not matter."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    since: Moment | None = Field(None, alias="from", description="6 hours before the end")
    until: Moment | None = Field(None, alias="to", description="after the newest point")
    metric: Text = ""
    host: Text = ""
    spark: int = Field(0, ge=0, le=MOST_SPARK, description="numbers to draw each series in")
    last: Last = ""
    find: Text = Field("", description="part of a metric, host or tag")
    scarred: bool = Field(default=False, description="those alone that have a scar in the stretch")
    open: Flag = Field("", description="true: a scar of it goes on; false: all are over, or none")
    mark: Literal["", "real", "expected", "noise", "none"] = Field(
        "", description="with a scar in the stretch that was marked so"
    )
    order: Literal["", "worst"] = Field("", description="worst: with open and large scars first")
    limit: Limit = 500
    cursor: Cursor = ""


class WantedPoints(BaseModel):
    """Which points are asked for: of one series, by its digest, or by what names it alone."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    since: Moment | None = Field(None, alias="from", description="24 hours before the end")
    until: Moment | None = Field(None, alias="to", description="after the newest point")
    series: Text = ""
    metric: Text = ""
    host: Text | None = Field(None, description="empty for points of no host")
    tags: str | None = Field(None, max_length=2_000, description="as the series has them")
    source: Text = ""
    most: int = Field(2_000, ge=10, le=MOST_POINTS, description="points to answer with at most")
    band: bool = Field(default=True, description="what was expected, too")
    last: Last = ""
    beside: bool = Field(
        default=False, description="what happened beside: flows, failures, runs; and `scar`"
    )
    scar: Moment | None = Field(None, description="with `beside`: the onset of a scar to tell of")
