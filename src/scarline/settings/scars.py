"""What is wrong in a metric, and who is told."""

from typing import Annotated

from scarline.settings.types import File, Metrics, setting

FalseOnsetsPerWeek = Annotated[
    float,
    setting("SCARLINE_FALSE_ALERTS_A_WEEK", what="what a series may raise for no reason", gt=0),
]
LowIsBad = Annotated[
    Metrics,
    setting(
        "SCARLINE_LOW_IS_BAD",
        what="metrics of which only low values are bad, such as shop.stock.*; before what is known",
    ),
]
HighIsBad = Annotated[
    Metrics,
    setting("SCARLINE_HIGH_IS_BAD", what="metrics of which only high values are bad"),
]
Alerts = Annotated[
    File, setting("SCARLINE_ALERTS", what="file of alerts: rules, routes, receivers")
]
