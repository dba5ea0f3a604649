"""Typed ids: what a button, a select, a modal or a search field means. All of the product's are here, by area.

`from bot.routes import MoveDeal`: whatever is imported here is the package's own. How a route is packed and found again
is in base.py.
"""

from bot.routes.accounts import EditAccount, EditContact, NewContact, SaveAccount, SaveContact
from bot.routes.activities import FollowUpDone, LogCall, SaveCall, SnoozeFollowUp
from bot.routes.audit import ExportAudit, ShowAudit
from bot.routes.base import (
    BUTTON_VALUE_MAX,
    METADATA_MAX,
    OPTION_VALUE_MAX,
    Action,
    Lookup,
    Route,
    Submission,
    UnknownRoute,
    action_id_of,
    route_id_of,
    unpack,
)
from bot.routes.bulk import (
    ChooseBulk,
    ChooseMailing,
    PreviewMailing,
    SelectRows,
    StartBulk,
    StartMailing,
    StopMailing,
    UndoBulk,
)
from bot.routes.deals import (
    AssignDeal,
    EditDeal,
    ListDeals,
    LoseDeal,
    MoveDeal,
    NewDeal,
    SaveDeal,
    SaveDealOwner,
    SaveLoss,
    SaveMove,
    ShowStages,
    WinDeal,
)
from bot.routes.digests import SaveDigestSettings, SaveOwnDigest, ShowDigestSettings
from bot.routes.emails import (
    AllowAddress,
    ChooseReader,
    ChooseTemplate,
    ComposeEmail,
    EmailArrived,
    FindTemplate,
    KeepText,
    PreviewEmail,
    SendEmail,
    SendEmailAgain,
    SendQuote,
    ShowEmail,
    StopEmail,
    UseTemplate,
)
from bot.routes.health import ShowHealth
from bot.routes.home import DismissDelivery, RefreshHome, RetryDelivery, ShowHelp, SwitchHome, UndoOnHome
from bot.routes.leads import (
    AssignLead,
    CheckLead,
    ConvertLead,
    EditLead,
    ListLeads,
    NewLead,
    SaveConversion,
    SaveLead,
    SaveLeadOwner,
    SetLeadStatus,
)
from bot.routes.links import LinkChannel, RunWords, ShowLink, UnlinkChannel
from bot.routes.lists import AskFilter, ChangeList, Claim, FilterList, KeepFilter, ShowList
from bot.routes.meetings import (
    CancelMeeting,
    EditMeeting,
    ListMeetings,
    LogMeeting,
    MeetingNotHeld,
    PlanMeeting,
    SaveHeldMeeting,
    SaveMeeting,
    SaveMeetingEdit,
    SaveMeetingLog,
)
from bot.routes.mornings import MorningDate, MorningDone, MorningLater, MorningUndo, ReadFollowUp, SendFollowUp
from bot.routes.notices import SaveNotices, ShowNotices
from bot.routes.numbers import NumberAsked, ShowNumber, ShowStage, TurnNumber, TurnStage
from bot.routes.own_settings import ComeBack, RefuseStandIn, SaveOwnSettings, ShowOwnSettings
from bot.routes.pings import PingDone, PingLater
from bot.routes.pipeline import ShowPipeline
from bot.routes.quotes import (
    AddQuoteLine,
    ChangeQuoteLine,
    ChooseQuoteDeal,
    ChooseQuoteProduct,
    CopyQuote,
    DecideQuote,
    EditQuote,
    ListQuotes,
    NewQuote,
    NewQuoteVersion,
    RemoveQuoteLine,
    SaveQuote,
    SaveQuoteCopy,
)
from bot.routes.records import (
    CheckWhen,
    FindAccount,
    FindContact,
    FindDeal,
    FindObjection,
    FindProduct,
    FindRecord,
    MoreFields,
    OpenRecord,
    ShareCard,
    ShowHistory,
    TurnHistory,
    Undo,
    UndoInHistory,
)
from bot.routes.replies import (
    AnswerReply,
    ItIsAReply,
    LeadFromMail,
    LinkMail,
    NotAReply,
    NotOurs,
    PutBack,
    ReopenReply,
    ReplyDone,
    SaveAnswer,
    SaveMailLead,
    SaveMailLink,
    ShowOriginal,
    ShowTriage,
    SnoozeReply,
)
from bot.routes.reports import (
    ExportWeek,
    ReportTime,
    SaveReportTime,
    ShowWeek,
    ShowWeekDetails,
    ShowWeekRows,
    WeekAsked,
)
from bot.routes.settings import (
    AskDeactivation,
    AskMerge,
    AskPipelineRemoval,
    AskStageRemoval,
    EditMember,
    EditPipeline,
    EditProduct,
    EditStage,
    EditTemplate,
    EditWord,
    FindCountry,
    FindOtherObjection,
    NewStage,
    OpenSection,
    PreviewTemplate,
    ReactivateMember,
    RemoveTemplate,
    RemoveWord,
    SaveChannels,
    SaveDeactivation,
    SaveMail,
    SaveMember,
    SaveMerge,
    SavePipeline,
    SavePipelineRemoval,
    SaveProduct,
    SaveRegion,
    SaveStage,
    SaveStageRemoval,
    SaveTemplate,
    SaveVisibility,
    SaveWord,
    SearchProducts,
    Section,
    ShiftPipeline,
    ShiftStage,
    ShiftWord,
    ShowSection,
    TryChannels,
    UndoSetting,
)
from bot.routes.tags import EditTags, FindTag, SaveTags
from bot.routes.targets import (
    CopyTargets,
    EditTargets,
    OpenTargets,
    RemoveTargets,
    SaveTargets,
    SearchTargets,
    ShowProgress,
    ShowTargets,
    TargetPlace,
    UndoTargets,
)
from bot.routes.tasks import (
    AssignTask,
    LeadFromMessage,
    ListTasks,
    NewTask,
    NoteFromMessage,
    OpenFound,
    ReopenTask,
    SaveNote,
    SaveTask,
    SaveTaskOwner,
    SearchRecords,
    SnoozeTask,
    TaskDone,
    TaskFromMessage,
)
