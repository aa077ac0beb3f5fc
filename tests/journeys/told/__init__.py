"""The journeys, one file for each flow. A new flow is a file with JOURNEYS, and its name in the list here."""

from tests.journeys.journey import Journey
from tests.journeys.told import (
    coming_back,
    consent,
    cover,
    distress,
    help_requests,
    information,
    languages,
    media,
    model_dead,
    opening,
    scam,
    small_talk,
    status,
    takeover,
    tip,
    traffickers,
    wipe,
)

FLOWS = (
    opening,
    help_requests,
    tip,
    information,
    scam,
    consent,
    coming_back,
    status,
    takeover,
    wipe,
    cover,
    distress,
    languages,
    media,
    small_talk,
    traffickers,
    model_dead,
)
ALL: tuple[Journey, ...] = tuple(journey for flow in FLOWS for journey in flow.JOURNEYS)
