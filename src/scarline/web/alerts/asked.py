"""What can be asked of alerts, and told of silences: queries and bodies, with their limits."""

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from scarline.alerts.silences import MOST_MATCHERS
from scarline.errors import UsageError
from scarline.settings.types import duration
from scarline.web.moments import Moment

_UNITS = r"^[1-9][0-9]{0,3}[smhdw]$"

Name = Annotated[str, Field(min_length=1, max_length=200)]


class WantedAlerts(BaseModel):
    """Which alerts are asked for. What is left out does not matter."""

    model_config = ConfigDict(extra="forbid")

    state: Literal["", "pending", "firing", "silenced", "inhibited"] = ""
    receiver: str = Field("", max_length=200, description="those that it is told of, or would be")
    whole: bool = Field(default=False, description="with the silences, and what the file says")


class WantedSilences(BaseModel):
    """Which silences are asked for."""

    model_config = ConfigDict(extra="forbid")

    expired: bool = Field(default=False, description="those that are over, too")


class NewSilence(BaseModel):
    """A silence: what it matches, for how long, and why."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    matchers: list[Name] = Field(
        min_length=1,
        max_length=MOST_MATCHERS,
        description='as Alertmanager writes them: host=~"web-.*"; all of them must match',
        examples=[['alertname="Starved"', 'host=~"web-.*"']],
    )
    starts_at: Moment | None = Field(None, description="now if left out")
    ends_at: Moment | None = Field(None, description="this, or `for`")
    lasts: str | None = Field(None, alias="for", pattern=_UNITS, examples=["2h"])
    comment: str = Field(min_length=1, max_length=2_000, description="the reason, in a sentence")

    def span(self, now: Moment) -> tuple[Moment, Moment]:
        """Return start and end; raises ``UsageError`` unless just one end is told."""
        if (self.ends_at is None) == (self.lasts is None):
            raise UsageError("a silence has either ends_at or for, such as 2h: say one of them")
        starts_at = self.starts_at or now
        try:
            lasts = timedelta(0) if self.lasts is None else duration(self.lasts)
            return starts_at, self.ends_at or starts_at + lasts
        except OverflowError:
            raise UsageError("a silence that ends so late ends never: say less") from None


class Test(BaseModel):
    """Which receivers are tried; all if none is named."""

    model_config = ConfigDict(extra="forbid")

    receivers: list[Name] = Field(default_factory=list, max_length=100)
