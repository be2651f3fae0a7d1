"""Client to server. Each command is answered once: by the reply that it names, or by an error."""

from typing import TypeAlias

from tureen.protocol.commands.base import Command
from tureen.protocol.commands.calls import (
    CallAccept,
    CallConnected,
    CallDelivered,
    CallFailed,
    CallHangUp,
    CallHistory,
    CallInvite,
    CallJoin,
    CallMove,
    CallReject,
    CallRinging,
    CallSignal,
    CallStart,
    CallTicket,
    CallWaiting,
)
from tureen.protocol.commands.conversations import (
    ConversationAdd,
    ConversationCreate,
    ConversationDirect,
    ConversationGet,
    ConversationLeave,
    ConversationList,
    ConversationMembers,
    ConversationMute,
    ConversationRemove,
    ConversationRole,
    ConversationRoom,
    ConversationUpdate,
)
from tureen.protocol.commands.messages import (
    EventsGet,
    HistoryGet,
    MarkDelivered,
    MarkRead,
    MessageDelete,
    MessageEdit,
    MessageReact,
    MessageReport,
    MessageSearch,
    MessageSend,
    SignalSend,
    StateGet,
    StateSet,
    Typing,
    UploadCreate,
)
from tureen.protocol.commands.people import (
    ContactsAdd,
    ContactsBlock,
    ContactsList,
    ContactsRemove,
    PeopleGet,
    PeopleSearch,
    PresenceSet,
    PresenceUnwatch,
    PresenceWatch,
    PushRegister,
    PushUnregister,
)
from tureen.protocol.commands.session import Hello, Ping, Position, TokenRefresh

AnyCommand: TypeAlias = (
    Hello
    | TokenRefresh
    | Ping
    | PeopleGet
    | PeopleSearch
    | PresenceSet
    | PresenceWatch
    | PresenceUnwatch
    | ContactsList
    | ContactsAdd
    | ContactsRemove
    | ContactsBlock
    | PushRegister
    | PushUnregister
    | CallStart
    | CallDelivered
    | CallRinging
    | CallAccept
    | CallReject
    | CallHangUp
    | CallInvite
    | CallJoin
    | CallConnected
    | CallFailed
    | CallMove
    | CallSignal
    | CallTicket
    | CallWaiting
    | CallHistory
    | ConversationList
    | ConversationGet
    | ConversationDirect
    | ConversationRoom
    | ConversationCreate
    | ConversationUpdate
    | ConversationMembers
    | ConversationAdd
    | ConversationRemove
    | ConversationLeave
    | ConversationRole
    | ConversationMute
    | MessageSend
    | MessageEdit
    | MessageDelete
    | MessageReact
    | MessageReport
    | MessageSearch
    | HistoryGet
    | EventsGet
    | MarkDelivered
    | MarkRead
    | Typing
    | SignalSend
    | StateSet
    | StateGet
    | UploadCreate
)

__all__ = [
    "AnyCommand",
    "CallAccept",
    "CallConnected",
    "CallDelivered",
    "CallFailed",
    "CallHangUp",
    "CallHistory",
    "CallInvite",
    "CallJoin",
    "CallMove",
    "CallReject",
    "CallRinging",
    "CallSignal",
    "CallStart",
    "CallTicket",
    "CallWaiting",
    "Command",
    "ContactsAdd",
    "ContactsBlock",
    "ContactsList",
    "ContactsRemove",
    "ConversationAdd",
    "ConversationCreate",
    "ConversationDirect",
    "ConversationGet",
    "ConversationLeave",
    "ConversationList",
    "ConversationMembers",
    "ConversationMute",
    "ConversationRemove",
    "ConversationRole",
    "ConversationRoom",
    "ConversationUpdate",
    "EventsGet",
    "Hello",
    "HistoryGet",
    "MarkDelivered",
    "MarkRead",
    "MessageDelete",
    "MessageEdit",
    "MessageReact",
    "MessageReport",
    "MessageSearch",
    "MessageSend",
    "PeopleGet",
    "PeopleSearch",
    "Ping",
    "Position",
    "PresenceSet",
    "PresenceUnwatch",
    "PresenceWatch",
    "PushRegister",
    "PushUnregister",
    "SignalSend",
    "StateGet",
    "StateSet",
    "TokenRefresh",
    "Typing",
    "UploadCreate",
]
