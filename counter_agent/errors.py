"""What stops an agent.

AgentError              tell the person and end; the text names the remedy
├── WrongSettings       correct the configuration file or the command line
├── StateInUse          another agent works with the same state folder
├── StateLost           the state folder cannot be written: make room, then start again
└── TokenRefused        the hub does not know the token, or it is another counter's
"""

from __future__ import annotations


class AgentError(Exception):
    """Base of what ends the program with a message, Indonesian first."""

    def __init__(self, *, id: str, en: str) -> None:  # noqa: A002 — the language
        super().__init__(f"{id}\n       {en}")


class WrongSettings(AgentError):
    """A setting is missing or wrong; the text names it."""


class StateInUse(AgentError):
    """The state folder belongs to a running agent, or cannot be read with its key."""


class StateLost(AgentError):
    """The state folder cannot be written, so no job may begin."""


class TokenRefused(AgentError):
    """The token does not open this counter."""
