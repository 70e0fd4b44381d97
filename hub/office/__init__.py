"""The office as data: services, lanes, counters, hours, roles, rules, tariff, signers."""

from hub.office.case_rules import Checklist, ChecklistItem, Relaxation, StayRules
from hub.office.config import (
    Capacity,
    CounterConfig,
    Custody,
    DeviceRole,
    Form,
    LaneConfig,
    Letterhead,
    OfficeConfig,
    OfficeIdentity,
    RegisterRule,
    Retention,
    RoleConfig,
    SegregationRule,
    ServiceConfig,
    Signer,
    Tariff,
)
from hub.office.hours import Calendar, Holiday, Hours, Workday
from hub.office.loader import SAMPLE_OFFICE, OfficeFileError, check_office, load_office
from hub.office.queue_rules import NeedConfig, ProfileConfig, QueueRules, SegmentConfig

__all__ = [
    "SAMPLE_OFFICE",
    "Calendar",
    "Capacity",
    "Checklist",
    "ChecklistItem",
    "CounterConfig",
    "Custody",
    "DeviceRole",
    "Form",
    "Holiday",
    "Hours",
    "LaneConfig",
    "Letterhead",
    "NeedConfig",
    "OfficeConfig",
    "OfficeFileError",
    "OfficeIdentity",
    "ProfileConfig",
    "QueueRules",
    "RegisterRule",
    "Relaxation",
    "Retention",
    "RoleConfig",
    "SegmentConfig",
    "SegregationRule",
    "ServiceConfig",
    "Signer",
    "StayRules",
    "Tariff",
    "Workday",
    "check_office",
    "load_office",
]
