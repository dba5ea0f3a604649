"""All tables. Importing this package registers every model with one metadata."""

from core.models.accounts import Account
from core.models.activities import Activity, ActivityObjection, Objection
from core.models.base import Base, Tenant, TenantModel, Tracked, Versioned
from core.models.bulk import BulkJob
from core.models.channels import ChannelLink
from core.models.contacts import Contact
from core.models.deals import Deal, LossReason, Pipeline, Stage, StageChange
from core.models.emails import Email, EmailEvent, EmailTemplate, InboundAttachment, InboundEmail, Suppression
from core.models.inbox import InboxItem
from core.models.leads import Lead
from core.models.preferences import HeldNotice, NoticeSetting, Preference
from core.models.quotes import Product, Quote, QuoteLine
from core.models.schedules import Reminder, Schedule, ScheduleRun, Target
from core.models.spine import Card, Counter, Delivery, History, Lane, Outbox, Processed
from core.models.workspaces import LeadSource, Member, Tag, Tagging, WorkspaceRow

__all__ = [
    "Account",
    "Activity",
    "ActivityObjection",
    "Base",
    "BulkJob",
    "Card",
    "ChannelLink",
    "Contact",
    "Counter",
    "Deal",
    "Delivery",
    "Email",
    "EmailEvent",
    "EmailTemplate",
    "HeldNotice",
    "History",
    "InboundAttachment",
    "InboundEmail",
    "InboxItem",
    "Lane",
    "Lead",
    "LeadSource",
    "LossReason",
    "Member",
    "NoticeSetting",
    "Objection",
    "Outbox",
    "Pipeline",
    "Preference",
    "Processed",
    "Product",
    "Quote",
    "QuoteLine",
    "Reminder",
    "Schedule",
    "ScheduleRun",
    "Stage",
    "StageChange",
    "Suppression",
    "Tag",
    "Tagging",
    "Target",
    "Tenant",
    "TenantModel",
    "Tracked",
    "Versioned",
    "WorkspaceRow",
]
