"""Asks who on the list a person may be: of a process beside the hub, or of an attached service."""

from hub.matching.port import Answer, Away, Found, Reason, Source, Standing, entry_version

__all__ = ["Answer", "Away", "Found", "Reason", "Source", "Standing", "entry_version"]
