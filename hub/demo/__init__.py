"""A whole office on one machine: every program as a process of its own, none of them imported."""
