"""A SKIM case: its person, its steps and evidence, its papers, its end."""

from hub.cases.overview import (
    case_view,
    may_see_cases,
    work_list,
)

__all__ = [
    "case_view",
    "may_see_cases",
    "work_list",
]
