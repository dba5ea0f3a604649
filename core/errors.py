"""What can go wrong in the domain: a stable code and data, never words for a screen.

The surfaces (Slack, terminal, web) turn these into sentences; nothing here knows a status code or a language.
"""

from collections.abc import Mapping


class DomainError(Exception):
    """The request cannot be done, and the person can be told why."""

    code = "domain_error"

    def __init__(self, code: str | None = None, **data: object) -> None:
        self.code = code or self.code
        self.data: dict[str, object] = data
        super().__init__(self.code, data)


class Invalid(DomainError):
    """Some of what was typed cannot be used; `fields` maps a field's name to a message code."""

    code = "invalid"

    def __init__(self, fields: Mapping[str, str], **data: object) -> None:
        self.fields = dict(fields)
        super().__init__("invalid", **data)


class NotFound(DomainError):
    """No such record, or none that this person may see: the two are told apart nowhere."""

    code = "not_found"


class Forbidden(DomainError):
    """The person sees the record but may not do this to it."""

    code = "forbidden"


class Conflict(DomainError):
    """Somebody changed the record meanwhile; `data` says what, who and when."""

    code = "conflict"


class Busy(DomainError):
    """The record is locked by another transaction right now; trying again helps."""

    code = "busy"


class Stranger(DomainError):
    """Somebody was chosen in `field` of whom Slack was never asked whether they are a colleague or a guest."""

    code = "stranger"

    def __init__(self, slack_user_id: str, field: str) -> None:
        self.slack_user_id, self.field = slack_user_id, field
        super().__init__("stranger")


class AlreadyDone(DomainError):
    """This very request was handled before (a retry, a double click): nothing was done again."""

    code = "already_done"
