"""What stops an agent.

AgentError              tell the person and end; the text names the remedy
├── WrongSettings       correct the configuration file or the command line
├── StateInUse          another agent works with the same state folder
└── TokenRefused        the hub does not know the token, or it is another counter's
"""

from __future__ import annotations


class AgentError(Exception):
    """Base of what ends the program with a message."""


class WrongSettings(AgentError):
    """A setting is missing or wrong; the text names it."""


class StateInUse(AgentError):
    """The state folder belongs to a running agent, or cannot be read with its key."""


class TokenRefused(AgentError):
    """The token does not open this counter."""
