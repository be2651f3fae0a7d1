"""History in pages, the log after a position, and full-text search."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    Text,
    and_,
    bindparam,
    column,
    func,
    literal_column,
    or_,
    select,
    table,
)

from tureen.messaging.records import History, HistoryQuery, SearchQuery
from tureen.model.ids import ConversationId, MessageId, UserId
from tureen.protocol.events import ConversationEvent
from tureen.protocol.resources import Message
from tureen.storage.messaging.rows import event_of, message_of
from tureen.storage.schema.messaging import CONVERSATIONS, EVENTS, IS_HAPPENING, MEMBERS, MESSAGES
from tureen.storage.script import PerDialect, Row, Script, Value, first, rows

C, M, E, G = CONVERSATIONS.c, MEMBERS.c, EVENTS.c, MESSAGES.c
_FAR = 2**62
_LIMIT = bindparam("limit", type_=Integer)
_IN = G.conversation == bindparam("conversation")
_BETWEEN = and_(G.seq > bindparam("after"), G.seq < bindparam("before"))

# With each row, so that a page of one statement is read at one position.
_AT = select(C.head_seq).where(C.id == bindparam("conversation")).scalar_subquery().label("head_seq")
_MAIN = select(MESSAGES, _AT).where(_IN, G.thread.is_(None), _BETWEEN).limit(_LIMIT)
_THREAD = select(MESSAGES, _AT).where(_IN, G.thread == bindparam("thread"), _BETWEEN).limit(_LIMIT)
_MAIN_UP, _MAIN_DOWN = _MAIN.order_by(G.seq), _MAIN.order_by(G.seq.desc())
_THREAD_UP, _THREAD_DOWN = _THREAD.order_by(G.seq), _THREAD.order_by(G.seq.desc())

_EVENT = (
    E.seq.label("event_seq"),
    E.sender.label("event_sender"),
    E.at.label("event_at"),
    E.command.label("event_command"),
    E.kind.label("event_kind"),
    E.message.label("event_message"),
    E.version.label("event_version"),
    E.content.label("event_content"),
)
_HAPPENED = (
    select(*_EVENT, select(C.epoch).where(C.id == E.conversation).scalar_subquery().label("epoch"))
    .where(
        E.conversation == bindparam("conversation"),
        E.seq > bindparam("after"),
        E.seq < bindparam("before"),
        IS_HAPPENING,
    )
    .limit(_LIMIT)
)
_HAPPENED_UP, _HAPPENED_DOWN = _HAPPENED.order_by(E.seq), _HAPPENED.order_by(E.seq.desc())
_ROOT = select(MESSAGES, _AT).where(_IN, G.id == bindparam("thread"))

_EVENTS = (
    select(C.epoch, *_EVENT, MESSAGES)
    .select_from(
        EVENTS.join(CONVERSATIONS, C.id == E.conversation).outerjoin(
            MESSAGES, and_(E.kind == literal_column("'posted'"), E.content.is_(None), G.id == E.message)
        )
    )
    .where(E.conversation == bindparam("conversation"), E.seq > bindparam("after"))
    .order_by(E.seq)
    .limit(_LIMIT)
)

_MINE = (
    M.conversation == G.conversation,
    M.user == bindparam("user"),
    C.id == G.conversation,
    G.deleted_at.is_(None),
    or_(bindparam("anywhere", type_=Integer) == 1, G.conversation == bindparam("conversation")),
    or_(bindparam("any_key", type_=Integer) == 1, C.key == bindparam("only_key")),
    G.sent_at < bindparam("before", type_=BigInteger),
)


def _text(quoted: str) -> ColumnElement[str]:
    """A literal; quotes in it are doubled already."""
    return literal_column(f"'{quoted}'", Text)


def _replaced(text: ColumnElement[str], old: str, new: str) -> ColumnElement[str]:
    return func.replace(text, old, new, type_=Text)


_HEAD, _LAST = bindparam("head", type_=Text), bindparam("last", type_=Text)
_NEWEST_FIRST = select(MESSAGES).select_from(MESSAGES, MEMBERS, CONVERSATIONS).where(*_MINE).limit(_LIMIT)
# What people type is never part of either engine's query language: `head` comes as quoted phrases, which is what one
# reads and the punctuation of which the other ignores; `last` is quoted here, in the way of each.
_WORDS = table("message_words", column("rowid"))
_PHRASES = _HEAD + _text(' "') + _replaced(_LAST, '"', '""') + _text('"*')
_LEXEMES = func.plainto_tsquery(literal_column("'simple'"), _HEAD).op("&&")(
    func.to_tsquery(
        literal_column("'simple'"),
        _text("''") + _replaced(_replaced(_LAST, "\\", "\\\\"), "'", "''") + _text("'':*"),
    )
)
_SEARCH = PerDialect(
    # The table of words is read newest first, so that a page of a frequent word ends early.
    sqlite=_NEWEST_FIRST.select_from(_WORDS)
    .where(_WORDS.c.rowid == G.number, literal_column("message_words").op("MATCH")(_PHRASES))
    .order_by(_WORDS.c.rowid.desc()),
    postgresql=_NEWEST_FIRST.where(func.to_tsvector(literal_column("'simple'"), G.text).op("@@")(_LEXEMES)).order_by(
        G.number.desc()
    ),
)
_WRITTEN = (
    select(G.number, G.conversation, G.id)
    .select_from(MESSAGES.join(CONVERSATIONS, C.id == G.conversation))
    .where(G.sender == bindparam("user"), G.number > bindparam("after"), G.deleted_at.is_(None), C.held == 0)
    .order_by(G.number)
    .limit(_LIMIT)
)


def history(query: HistoryQuery) -> Script[History]:
    """Oldest first; one more than asked for at the far end, if there are more."""
    upwards = query.after is not None
    bounds: dict[str, Value] = {
        "conversation": query.conversation,
        "after": -1 if query.after is None else query.after,
        "before": _FAR if query.before is None else query.before,
        "limit": query.limit + 1,
    }
    if query.thread is not None:
        root = yield from first(_ROOT, conversation=query.conversation, thread=query.thread)
        under = yield from rows(_THREAD_UP if upwards else _THREAD_DOWN, **bounds, thread=query.thread)
        messages = [message_of(row) for row in (under if upwards else reversed(under))]
        return History(messages=messages, root=None if root is None else message_of(root), seq=_position(root, *under))
    found = yield from rows(_MAIN_UP if upwards else _MAIN_DOWN, **bounds)
    happened: Sequence[Row] = ()
    if query.happenings:
        happened = yield from rows(_HAPPENED_UP if upwards else _HAPPENED_DOWN, **bounds)
    return History(
        messages=[message_of(row) for row in (found if upwards else reversed(found))],
        happenings=[event_of(row, query.conversation) for row in (happened if upwards else reversed(happened))],
        seq=_position(*found),
    )


def _position(*found: Row | None) -> int | None:
    return next((row["head_seq"] for row in found if row is not None), None)


def events(conversation: ConversationId, after: int, limit: int) -> Script[Sequence[ConversationEvent]]:
    """In order."""
    found = yield from rows(_EVENTS, conversation=conversation, after=after, limit=limit)
    return [event_of(row, conversation) for row in found]


def search(query: SearchQuery) -> Script[Sequence[Message]]:
    """Newest first."""
    *others, last = query.words
    found = yield from rows(
        _SEARCH,
        user=query.user,
        anywhere=int(query.conversation is None),
        conversation=query.conversation or "",
        any_key=int(query.only_key is None),
        only_key=query.only_key or "",
        before=_FAR if query.before is None else query.before,
        limit=query.limit + 1,
        head=" ".join('"' + word.replace('"', '""') + '"' for word in others),
        last=last,
    )
    return [message_of(row) for row in found]


def written_by(user: UserId, after: int, limit: int) -> Script[Sequence[tuple[int, ConversationId, MessageId]]]:
    """Neither deleted nor held."""
    found = yield from rows(_WRITTEN, user=user, after=after, limit=limit)
    return [(row["number"], ConversationId(row["conversation"]), MessageId(row["id"])) for row in found]
