"""A few uses and incidents, every fact of which is known, for the room's tests to change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lawful.law.book import Book
from lawful.law.changes import change, thing_from
from lawful.law.thing import Thing

NOTHING: dict[str, Any] = {
    "on": "2026-11-24",
    "controller_role": "controller",
    "data_state": "personal",
    "needed_for_purpose": True,
    "automated_decision": False,
    "ciio": False,
    "persons_held": 900_000,
    "exported_general_persons_ytd": 50_000,
    "exported_sensitive_persons_ytd": 0,
    "exported_persons_2y": 60_000,
    "exported_sensitive_persons_2y": 0,
    "important_data": "none",
    "free_trade_zone": "none",
    "on_negative_list": False,
    "foreign_origin_only": False,
    "transfer_routes": [],
    "derogation_grounds": [],
    "special_category_grounds": [],
    "occasional": False,
    "authority_approval": False,
    "treaty_basis": False,
    "recipient_role": "none",
    "recipient_region": "none",
    "recipient_certified": False,
    "recipient_same_group": False,
    "authority_kind": "none",
    "compelled_by": "none",
    "obligation_under": "none",
    "processing_features": [],
    "monitors_behaviour": False,
    "necessary_for_contract": False,
    "necessary_for_hr": False,
    "necessary_for_legal_duty": False,
    "labour_rules": False,
    "collective_contract": False,
    "emergency": False,
    "within_reasonable_scope": False,
    "interests_balanced": False,
    "compelling_grounds": False,
    "compatible_purpose": False,
    "objected": False,
    "consent_given": True,
    "consent_withdrawn": False,
    "consent_separate": True,
    "consent_explicit": False,
    "consent_by_guardian": False,
    "consent_flaws": [],
    "recipient_lists": [],
    "birth_date": "1980-01-01",
    "services": [],
    "business": [],
    "designations": [],
    "enterprise_size": "large",
    "told": [
        "recipient_name",
        "recipient_contact",
        "purpose",
        "method",
        "categories",
        "rights_route",
    ],
}
CHINA: dict[str, Any] = {
    **NOTHING,
    "operation": "use",
    "purpose": "customer_service",
    "lawful_bases": ["consent"],
    "data": ["contact"],
    "subject_located_in": "CN",
    "subject_resident_in": "CN",
    "controller_region": "CN",
    "collected_in": "CN",
    "stored_in": ["CN"],
    "processed_in": ["CN"],
    "established_in": ["CN"],
    "offered_in": ["CN"],
}
EXPORT: dict[str, Any] = {
    **CHINA,
    "operation": "transfer",
    "recipient_role": "controller",
    "recipient_region": "SG",
    "fulfilled:cn.pipl.55": True,
}
EUROPE: dict[str, Any] = {
    **CHINA,
    "subject_located_in": "DE",
    "subject_resident_in": "DE",
    "controller_region": "IE",
    "collected_in": "DE",
    "stored_in": ["IE"],
    "processed_in": ["IE"],
    "established_in": ["IE"],
    "offered_in": ["DE", "IE"],
    "fulfilled:cn.pipl.55": False,
}
ADVERT: dict[str, Any] = {
    **EUROPE,
    "purpose": "personalised_advertising",
    "operation": "profile",
    "services": ["online_platform"],
}
EU_TRANSFER: dict[str, Any] = {
    **EUROPE,
    "operation": "transfer",
    "recipient_role": "processor",
    "recipient_region": "IN",
    "fulfilled:eu.gdpr.46.assess": True,
    "fulfilled:eu.gdpr.28.contract": True,
}
COURT: dict[str, Any] = {
    **CHINA,
    "operation": "disclose",
    "purpose": "authority_request",
    "recipient_role": "authority",
    "authority_kind": "court",
    "recipient_region": "US",
    "compelled_by": "US",
    "business": ["cloud"],
    "fulfilled:cn.pipl.55": True,
}
INCIDENT: dict[str, Any] = {
    "at": "2026-11-25T08:00:00Z",
    "aware_at": "2026-11-23T08:00:00Z",
    "controller_role": "controller",
    "established_in": ["CN", "DE"],
    "offered_in": ["CN", "DE"],
    "people_located_in": ["CN", "DE"],
    "monitors_behaviour": False,
    "incident_effects": ["personal_data"],
    "incident_kinds": [],
    "business": ["marketplace"],
    "services": [],
    "system_kinds": [],
    "processing_features": [],
    "people_groups": ["adults"],
    "risk_to_persons": "risk",
    "harm_avoided": False,
    "authority_demands_notice": False,
}
USES = (CHINA, EXPORT, EUROPE, ADVERT, EU_TRANSFER, COURT)


def use(book: Book, facts: Mapping[str, Any], changes: str = "") -> Thing:
    return change(book.vocabulary, thing_from(book.vocabulary, "use", facts), changes)


def incident(book: Book, changes: str = "", **facts: Any) -> Thing:
    thing = thing_from(book.vocabulary, "incident", {**INCIDENT, **facts})
    return change(book.vocabulary, thing, changes)
