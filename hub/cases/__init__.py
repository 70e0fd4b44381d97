"""A SKIM case: its person, its steps and evidence, its papers, its end."""

from hub.cases.open_cases import work_list
from hub.cases.overview import case_view, may_see_cases

__all__ = [
    "case_view",
    "may_see_cases",
    "work_list",
]
