"""What went wrong, in words: one table from the domain's codes to sentences, for every surface in Slack."""

from collections.abc import Callable, Mapping
from datetime import datetime

from bot.labels import field_label
from core.enums import EmailState, QuoteStatus, SuppressionReason
from core.errors import DomainError
from core.i18n import Viewer

FIELD_PROBLEMS: Mapping[str, str] = {
    "required": "Please fill this in.",
    "email_invalid": "This does not look like an e-mail address. Example: ana@acme.com",
    "domain_invalid": "This does not look like a mail domain. Example: acme.com",
    "domain_public": "Everybody may have an address there; it says nothing about the company.",
    "phone_invalid": "This does not look like a phone number. Start with + and the country code: +49 30 1234567",
    "phone_extension": "Please leave the extension out here; it fits into the notes.",
    "name_empty": "Please type a name.",
    "too_long": "This is too long. Please shorten it.",
    "amount_invalid": "Please type an amount, for example 1200 or 12k.",
    "amount_negative": "The amount cannot be negative.",
    "amount_too_large": "This amount is too large.",
    "percent_invalid": "Please type a percentage from 0 to 100.",
    "number_invalid": "Please type a whole number.",
    "weeks_ago": "Say how many weeks ago: /report week 1 is the one before, /report week alone the one that runs.",
    "number_out_of_range": "This number is out of range.",
    "quantity_invalid": "The quantity must be more than zero.",
    "quantity_too_large": "This quantity is too large.",
    "date_invalid": "Please choose a date.",
    "month_unclear": "Please write a month, for example: december, 2026-12, next.",
    "month_invalid": "Please choose a month within five years from now.",
    "date_past": "Please choose today or a later day.",
    "hour_required": "Please add the hour, for example: tomorrow 3pm.",
    "meeting_to_come": "That is still to come. Plan the meeting instead, and log it afterwards.",
    "hour_past": "That hour is over. Please choose a later one.",
    "when_unclear": "Please write a day, for example: tomorrow 3pm, next tue, in 2 weeks, 30.11.",
    "when_weekday": "That date is another day of the week. Please write one of the two.",
    "choice_invalid": "Please choose one from the list.",
    "member_unknown": "This person has no access to Rapport, as guests have not. Please choose another colleague.",
    "record_unknown": "This record cannot be found any more. Please choose another one.",
    "record_required": "Please choose the record this is about.",
    "not_yours": "You may look at this record but not change it. Ask its owner or your manager.",
    "lines_empty": "A quote needs at least one line.",
    "rows_required": "Please tick at least one record.",
    "one_tag": "Please choose one tag.",
    "too_many_records": "At most 500 records can be changed at once. Filter the list first.",
    "too_many_mails": "At most two hundred leads get one mailing. Filter the list further.",
    "nobody_reached": "Nobody of them would get it. See below why.",
    "too_many_tags": "A record can have at most twenty tags.",
    "too_many_lines": "A quote can have at most twelve lines here.",
    "currency_differs": "This deal is in another currency, so the prices would mean something else.",
    "account_required": "Type a company name or choose an existing account.",
    "loss_reason_required": "Please choose why the deal was lost.",
    "stage_needs": "This stage asks for it. Please fill it in.",
    "channel_invalid": "Please choose a channel, not a direct message.",
    "name_taken": "There is one with this name already.",
    "name_removed": "One that was removed has this name. Add it anew to bring it back, or choose another name.",
    "day_required": "Please tick at least one day.",
    "back_before_leaving": "The last day away is before the first. Please change one of the two.",
    "stand_in_self": "Please choose a colleague.",
    "stand_in_away": "This colleague is away themselves then. Please choose somebody else, or nobody.",
    "manager_self": "Nobody is their own manager. Please choose a colleague, or leave this empty.",
    "manager_circle": "This person reports to them already, directly or through others.",
    "last_admin": "Somebody has to be an admin. Make another colleague one first.",
    "successor_same": "Please choose somebody else.",
    "successor_required": "Please choose who takes over what is still open.",
    "record_hidden_from_them": "This colleague may not see the record. Choose somebody else, or ask their manager.",
    "account_has_no_address": "A company has no address of its own. Write to one of its people.",
    "placeholder_unknown": "There is no such placeholder. Choose from the list below the text.",
    "placeholder_unfilled": "A placeholder is still open: nothing is known for it. Type the words instead.",
    "no_follow_up_here": "A company carries no follow-up. Choose the person, lead or deal, or leave this empty.",
    "follow_up_closed": "This is closed, and nobody is reminded of it. Plan a task instead, or open it again first.",
    "follow_up_on_deal": "This lead was converted, and its deal is not yours to change. Leave this empty.",
}
"""Sentences under a form's fields."""


def _undo_changed_since(error: DomainError, viewer: Viewer) -> str:
    who, at = error.data.get("who"), error.data.get("at")
    field = str(error.data.get("field") or "")
    if isinstance(at, datetime):
        said = {
            "who": str(who or "Rapport"),
            "field": f"“{field_label(field, viewer)}”" if field else viewer.t("the record"),
            "when": viewer.datetime(at),
        }
        if error.data.get("ref"):
            text = "This cannot be undone any more: {who} changed {field} of {ref} on {when}."
            return viewer.t(text, **said, ref=str(error.data["ref"]))
        return viewer.t("This cannot be undone any more: {who} changed {field} on {when}.", **said)
    return viewer.t("This cannot be undone any more: the record changed since.")


def _built_upon(error: DomainError, viewer: Viewer) -> str:
    return viewer.t(
        "This cannot be undone any more: there is already a {thing} on it.",
        thing=viewer.t(str(error.data.get("by", "record")).replace("_", " ")),
    )


def _converted(error: DomainError, viewer: Viewer) -> str:
    who = error.data.get("who")
    if who:
        return viewer.t("{who} has already converted this lead.", who=str(who))
    return viewer.t("This lead is already converted.")


def _unknown_pipeline(error: DomainError, viewer: Viewer) -> str:
    return viewer.t(
        "There is no pipeline “{word}”. The pipelines are: {pipelines}. Or type mine, team or all.",
        word=str(error.data.get("word", "")),
        pipelines=str(error.data.get("pipelines", "")),
    )


def _audit_word(error: DomainError, viewer: Viewer) -> str:
    word = str(error.data.get("word", ""))
    return viewer.t("I do not know what “{word}” is in an audit search. Try `/crm audit D-7`.", word=word)


MAIL_WHY: Mapping[str, str] = {
    "opted_out": "This person does not want e-mail from you any more. Only they can change that, with the link in any "
    "of your mails.",
    "spam_before": "This person marked a mail from you as spam, so nothing more is sent to them.",
    "bounced_before": "Mail to this address came back before. Correct the address, or allow it again.",
    "written_off": "A colleague took this address off the list.",
    "mail_outcome_unknown": "The connection broke before SendGrid answered.",
    "mail_no_sender": "There is no address to send from. An admin sets it in `/crm settings`, under E-mail.",
    "mail_rejected_key": "SendGrid does not accept Rapport's key, or the key may not send mail. "
    "Whoever runs Rapport can see what is wrong with `rapport doctor`.",
    "mail_wrong_url": "Rapport does not reach SendGrid. "
    "Whoever runs Rapport can see what is wrong with `rapport doctor`.",
    "mail_too_large": "The mail is too large for SendGrid. Shorten it.",
    "mail_not_taken": "SendGrid did not take it for a long time. Try again later.",
    "mail_unreadable": "Rapport could not write this mail; its log says why.",
    "mail_undone": "It was taken back before it left.",
}
"""Why a mail did not leave (core.models.Email.why)."""


def mail_why(why: str, viewer: Viewer) -> str:
    """Why a mail did not leave, in words; what is no code of ours are the provider's own."""
    if not why:
        return ""
    known = MAIL_WHY.get(why)
    return viewer.t(known) if known else viewer.t("SendGrid says: {why}", why=why)


_SUPPRESSED: Mapping[object, str] = {
    SuppressionReason.UNSUBSCRIBED: "opted_out",
    SuppressionReason.SPAM: "spam_before",
    SuppressionReason.BOUNCED: "bounced_before",
    SuppressionReason.MANUAL: "written_off",
}


def _mail_suppressed(error: DomainError, viewer: Viewer) -> str:
    return mail_why(_SUPPRESSED[error.data["reason"]], viewer)


_MAIL_IS: Mapping[object, str] = {
    EmailState.QUEUED: "This mail is on its way already.",
    EmailState.SENDING: "This mail is being sent right now.",
    EmailState.SENT: "This mail was sent.",
    EmailState.UNKNOWN: "Nobody knows yet whether this mail left.",
    EmailState.HELD: "This mail was held back, so it did not leave.",
    EmailState.FAILED: "This mail was refused, so it did not leave.",
    EmailState.STOPPED: "This mail was stopped before it left.",
}


def _mail_step(error: DomainError, viewer: Viewer) -> str:
    return viewer.t(_MAIL_IS[error.data["state"]])


def _mail_answered(error: DomainError, viewer: Viewer) -> str:
    who = error.data.get("who")
    return viewer.t("{who} has already answered this.", who=str(who or "Rapport"))


_QUOTE_IS: Mapping[object, str] = {
    QuoteStatus.DRAFT: "{ref} is still a draft. Mark it as sent first.",
    QuoteStatus.SENT: "{ref} is already marked as sent.",
    QuoteStatus.VIEWED: "{ref} has already been sent, and the customer has looked at it.",
    QuoteStatus.ACCEPTED: "{ref} is already accepted.",
    QuoteStatus.REJECTED: "{ref} is already rejected. Make a new version to offer again.",
    QuoteStatus.EXPIRED: "{ref} has expired. Make a new version to offer again.",
}


def _quote_step(error: DomainError, viewer: Viewer) -> str:
    """Where a quote stands, and who brought it there."""
    who, sentence = error.data.get("who"), _QUOTE_IS[error.data["status"]]
    text = viewer.t(sentence, ref=str(error.data["ref"]))
    return viewer.t("{state} That was {who}.", state=text, who=str(who)) if who else text


def _quote_version(error: DomainError, viewer: Viewer) -> str:
    if error.data["status"] is QuoteStatus.DRAFT:
        return viewer.t("{ref} is still a draft: edit it instead.", ref=str(error.data["ref"]))
    return viewer.t(
        "{ref} is accepted, so there is nothing to offer anew. Copy it instead.", ref=str(error.data["ref"])
    )


def _quote_has_newer(error: DomainError, viewer: Viewer) -> str:
    return viewer.t(
        "{ref} already has a newer version: {newer}.", ref=str(error.data["ref"]), newer=str(error.data["newer"])
    )


def _quote_out_of_date(error: DomainError, viewer: Viewer) -> str:
    return viewer.t(
        "The last day {ref} is valid is over. Edit it and choose a later one first.", ref=str(error.data["ref"])
    )


def _reply_handled(error: DomainError, viewer: Viewer) -> str:
    who = error.data.get("who")
    return viewer.t("{who} has already dealt with this.", who=str(who)) if who else viewer.t("This is dealt with.")


def _triage_done(error: DomainError, viewer: Viewer) -> str:
    who = error.data.get("who")
    return viewer.t("{who} has already sorted this mail.", who=str(who)) if who else viewer.t("This mail is sorted.")


def _claimed(error: DomainError, viewer: Viewer) -> str:
    who = error.data.get("who")
    return viewer.t("{who} has it already.", who=str(who)) if who else viewer.t("Somebody has it already.")


def _list_word(error: DomainError, viewer: Viewer) -> str:
    names = str(error.data.get("names", ""))
    if not names:
        return viewer.t("There is no “{word}” here.", word=str(error.data.get("word", "")))
    return viewer.t(
        "There is no “{word}” here. Choose from: {names}.", word=str(error.data.get("word", "")), names=names
    )


SENTENCES: Mapping[str, str] = {
    "not_found": "I cannot find that. It may not exist, or you may not have access to it.",
    "not_found_here": "I cannot find that for you: it was removed, or you have no access to it. "
    "Ask its owner or your manager.",
    "forbidden": "You are not allowed to do that.",
    "not_yours": "You may look at this record but not change it. Ask its owner or your manager.",
    "targets_of_others": "You set targets for yourself and for those who work for you. Ask an admin of Rapport.",
    "needs_admin": "Only an admin of Rapport can do that.",
    "needs_manager": "Only a manager or an admin of Rapport can do that.",
    "outsider": "Rapport is only for members of this workspace. Ask the person you work with here to help you.",
    "deactivated": "Your access to Rapport was taken away. Ask an admin of Rapport.",
    "conflict": "Somebody changed this meanwhile. Open it again to see it as it is now.",
    "busy": "Somebody else is changing this right now. Please try again in a moment.",
    "overloaded": "Rapport has too much to do at this moment. Nothing was saved; please try again in a moment.",
    "meeting_over": "It is told already what came of this meeting. Open it to see.",
    "undo_too_late": "This can be undone for one day only, and that day is over.",
    "undo_already": "This was already undone.",
    "stage_missing": "This pipeline has no stage of that kind. Ask an admin of Rapport to add one.",
    "mail_no_address": "No e-mail address is known for this. Add one to the record first.",
    "mail_not_linked": "This mail belongs to no record yet. Say first what it belongs to.",
    "mailing_failing": "Its first mails were refused, so the others are not tried. Show one of them to read why.",
    "mailing_over": "It is over already: nothing of it is left to stop.",
    "mail_left": "This mail has left already, so it cannot be taken back.",
    "mail_not_waiting": "This follow-up is not needed any more: there was an answer, or somebody has written since.",
    "opt_out_is_theirs": "Only they can change that, with the link in any of your mails.",
    "deal_closed": "This deal is closed. Move it back to an open stage first.",
    "quote_not_draft": "This quote is not a draft any more, so its lines are fixed.",
    "bulk_running": "This is still under way. Please wait until it is done.",
    "claimed_already": "It is yours already.",
    "lead_converted": "This lead is converted. Work on the deal instead.",
    "old_button": "This button is from an earlier version. Please open the record again.",
    "edited_meanwhile": "Somebody changed this meanwhile. Open it again to see it as it is now.",
    "duplicate": "This is already here. Open the existing record, or create it all the same.",
    "introduction_failed": "Slack did not tell in time who you are. Please try again in a moment.",
    "share_where": "Open this record in the channel you want to share it in, then click Share there.",
    "delivery_not_dead": "Somebody has dealt with this already.",
    "last_admin": "Somebody has to be an admin. Make another colleague one first.",
    "manager_circle": "Somebody would be their own manager then, directly or through others.",
    "last_stage": "A pipeline needs a stage to be open, one to be won and one to be lost in. Add another one first.",
    "last_loss_reason": "One loss reason has to stay: whoever loses a deal has to say why.",
    "too_many_stages": "A pipeline can have at most twenty stages.",
    "last_pipeline": "One pipeline has to stay. Add another one first.",
    "removed_meanwhile": "This was removed meanwhile. Open the list again to see what is there now.",
    "target_gone": "What it was to go to is not there any more. What is done so far stays; start again to go on.",
    "no_site": "Links need an address for Rapport's pages. Ask who runs Rapport to set PUBLIC_URL.",
    "link_what": "The link of which record? For example `/crm url D-7`.",
    "channel_where": "This works in channels only. Go to the record's channel and type it there.",
    "channel_taken": "This channel belongs to another record already.",
    "channel_free": "This channel is not linked to a record you can see. Type `/crm link D-7` to link it.",
    "invalid": "Something that was typed cannot be used.",
}
"""Sentences without data. Keys are codes of core.errors.DomainError."""

_WITH_DATA: Mapping[str, Callable[[DomainError, Viewer], str]] = {
    "undo_changed_since": _undo_changed_since,
    "undo_built_upon": _built_upon,
    "already_converted": _converted,
    "claimed": _claimed,
    "list_word_unknown": _list_word,
    "pipeline_unknown": _unknown_pipeline,
    "audit_word": _audit_word,
    "mail_suppressed": _mail_suppressed,
    "mail_step": _mail_step,
    "mail_answered": _mail_answered,
    "reply_handled": _reply_handled,
    "triage_done": _triage_done,
    "quote_step": _quote_step,
    "quote_no_version": _quote_version,
    "quote_has_newer": _quote_has_newer,
    "quote_out_of_date": _quote_out_of_date,
}


def sentence(error: DomainError, viewer: Viewer) -> str:
    """What happened and what to do, in the viewer's language."""
    with_data = _WITH_DATA.get(error.code)
    if with_data is not None:
        return with_data(error, viewer)
    # A code without a sentence of its own is said in that of its kind.
    return viewer.t(SENTENCES.get(error.code) or SENTENCES.get(type(error).code) or SENTENCES["invalid"])


def field_sentence(code: str, viewer: Viewer) -> str:
    """The sentence under a field."""
    return viewer.t(FIELD_PROBLEMS.get(code, "This cannot be used."))


def unexpected(reference: str, viewer: Viewer) -> str:
    """Our own fault: say so, that nothing was saved, and what to tell whoever runs Rapport."""
    return viewer.t(
        "Something went wrong on our side; nothing was saved. Please try again. "
        "If it stays, tell your admin this reference: {reference}",
        reference=reference,
    )
