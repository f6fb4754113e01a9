"""The station `watch` as the settings say it."""

from typing import TYPE_CHECKING

from scarline.settings import Settings

if TYPE_CHECKING:  # they bring Arrow with them, which --help does without
    from scarline.scars.preferences import Preferences
    from scarline.watch import Watch


def preferences(settings: Settings) -> "Preferences":
    """Return by what each metric is judged."""
    from scarline.scars import Options
    from scarline.scars.preferences import Preferences

    budget = Options(false_onsets_per_week=settings.false_onsets_per_week)
    return Preferences(budget, settings.low_is_bad, settings.high_is_bad)


def watch(settings: Settings) -> "Watch":
    """Return the station, with its memory in SCARLINE_HOME."""
    from scarline.watch import Watch

    return Watch(preferences(settings), settings.home.expanduser() / "watch.arrow")
