"""What the columns of records are called on the screen: in histories, and where somebody else changed one meanwhile."""

from collections.abc import Mapping

from core.enums import ActivityKind, CallOutcome
from core.i18n import Viewer

FIELDS: Mapping[str, str] = {
    "tag_id": "Tag",
    "member_id": "Person",
    "sales_channel": "Sales channel",
    "replies_channel": "Replies channel",
    "digest_channel": "Digest channel",
    "visibility": "Sales reps see",
    "sku": "Article number",
    "lead_id": "Lead",
    "body": "Text",
    "subject": "Subject",
    "mail_from": "Sender address",
    "mail_footer": "Below each mail",
    "no_answer_days": "Days without an answer",
    "account_id": "Account",
    "company": "Company",
    "competitor": "Competitor",
    "contact_id": "Contact",
    "currency": "Currency",
    "deal_id": "Deal",
    "decided_at": "Decided",
    "description": "Description",
    "discount_percent": "Discount %",
    "done_at": "Done",
    "due_on": "Due",
    "starts_at": "Begins",
    "attendees": "With",
    "location": "Place or link",
    "duration_minutes": "Minutes",
    "outcome": "Outcome",
    "position": "Position",
    "product_id": "Product",
    "quantity": "Quantity",
    "tax_percent": "Tax %",
    "unit_price": "Unit price",
    "domain": "Mail domain",
    "email": "E-mail",
    "expected_close": "Expected close",
    "loss_reason_id": "Loss reason",
    "merged_into_id": "Merged into",
    "name": "Name",
    "next_follow_up": "Next follow-up",
    "next_follow_up_at": "Time of the follow-up",
    "due_time": "Time",
    "morning_at": "Morning hour",
    "working_days": "Working days",
    "tz": "Time zone",
    "locale": "Language and region",
    "active": "Has access",
    "morning_on": "Morning message comes",
    "pings_on": "Said at its hour",
    "away_from": "Away from",
    "away_until": "Away until",
    "follows_status": "Slack status counts",
    "status_away_until": "Away until, by Slack status",
    "manager_id": "Manager",
    "role": "Role",
    "delegate_id": "Stands in",
    "follow_up_id": "Follow-up template",
    "next_step": "Next step",
    "note": "Note",
    "notes": "Notes",
    "owner_id": "Owner",
    "phone": "Phone",
    "pipeline_id": "Pipeline",
    "sent_at": "Sent",
    "source_id": "Source",
    "stage_id": "Stage",
    "status": "Status",
    "subtotal": "Subtotal",
    "tax": "Tax",
    "title": "Job title",
    "total": "Total",
    "valid_until": "Valid until",
    "value": "Value",
}
"""By column name; English sources."""
OUTCOMES: Mapping[CallOutcome, str] = {
    CallOutcome.CONNECTED: "Connected",
    CallOutcome.INTERESTED: "Interested",
    CallOutcome.MEETING_BOOKED: "Meeting booked",
    CallOutcome.CALL_BACK: "Asked to call back",
    CallOutcome.VOICEMAIL: "Left a voicemail",
    CallOutcome.NO_ANSWER: "No answer",
    CallOutcome.NOT_INTERESTED: "Not interested",
    CallOutcome.WRONG_NUMBER: "Wrong number",
}
"""How a call ended."""


def field_label(name: str, viewer: Viewer) -> str:
    """A column's name for people; one that has none yet is at least readable."""
    return viewer.t(FIELDS.get(name) or name.removesuffix("_id").replace("_", " ").capitalize())


def word(code: str, viewer: Viewer) -> str:
    """A value of a fixed vocabulary for people: `meeting_booked` is "Meeting booked"."""
    if code in OUTCOMES:
        return viewer.t(OUTCOMES[CallOutcome(code)])
    if code == ActivityKind.EMAIL:
        return viewer.t("E-mail")
    return viewer.t(code.replace("_", " ").capitalize())
