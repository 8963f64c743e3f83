"""The tables of mail. Each file holds one thing and the rules that the database keeps for it."""

from mail.models.attachment import Attachment
from mail.models.bulk import BulkItem, BulkOutcome, BulkRun, BulkState, BulkVerb
from mail.models.comment import Comment, Mention
from mail.models.delivery import DeliveryFailure
from mail.models.draft import Draft, DraftKind, DraftState
from mail.models.draft_file import DraftFile
from mail.models.edit_lock import EditLock, LockMode
from mail.models.message import (
    Automatic,
    Conversation,
    Correspondent,
    Folder,
    Message,
    MessageBody,
    MessageLabel,
    Status,
)
from mail.models.outgoing import Outgoing, OutgoingState
from mail.models.raw import RawMail
from mail.models.saved_search import RecentSearch, SavedSearch
from mail.models.search_document import SearchBuild, SearchDocument
from mail.models.set_aside import SetAside
from mail.models.sync_state import (
    Listed,
    Reason,
    Reconciliation,
    SyncPhase,
    SyncState,
    ToFetch,
)

__all__ = [
    "Attachment",
    "Automatic",
    "BulkItem",
    "BulkOutcome",
    "BulkRun",
    "BulkState",
    "BulkVerb",
    "Comment",
    "Conversation",
    "Correspondent",
    "DeliveryFailure",
    "Draft",
    "DraftFile",
    "DraftKind",
    "DraftState",
    "EditLock",
    "Folder",
    "Listed",
    "LockMode",
    "Mention",
    "Message",
    "MessageBody",
    "MessageLabel",
    "Outgoing",
    "OutgoingState",
    "RawMail",
    "Reason",
    "RecentSearch",
    "Reconciliation",
    "SavedSearch",
    "SearchBuild",
    "SearchDocument",
    "SetAside",
    "Status",
    "SyncPhase",
    "SyncState",
    "ToFetch",
]
