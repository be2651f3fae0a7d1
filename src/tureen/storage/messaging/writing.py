"""Messages are written, edited, deleted and reacted to: one event in the log, folded into the message at once."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import structs
from sqlalchemy import bindparam, delete, insert, literal_column, null, select, update

from tureen.messaging import rules
from tureen.messaging.records import Act, Edit, ModerationAct, Placed, Post, React, Standing
from tureen.model.ids import ConversationId, MessageId, UserId
from tureen.protocol.errors import CommandError, ErrorCode, invalid
from tureen.protocol.events import AttachmentChanged, Deleted, Edited, Happening, Posted, Reacted
from tureen.protocol.resources import Attachment, ConversationKind, Message, Reaction
from tureen.storage.messaging.audit import note
from tureen.storage.messaging.files import MessageFiles
from tureen.storage.messaging.head import append, locked_place, locked_standing
from tureen.storage.messaging.rows import first_form, json_list, json_text, kept_attachments, message_of
from tureen.storage.schema.messaging import EVENTS, MEMBERS, MENTIONS, MESSAGES
from tureen.storage.script import Script, Value, execute, first, rows

E, G, N, M = EVENTS.c, MESSAGES.c, MENTIONS.c, MEMBERS.c

_MESSAGE = select(MESSAGES).where(G.id == bindparam("message"), G.conversation == bindparam("conversation"))
_MENTION = insert(MENTIONS)
_UNMENTION = delete(MENTIONS).where(N.conversation == bindparam("conversation"), N.seq == bindparam("seq"))
_HIDDEN_FROM = select(M.user).where(
    M.conversation == bindparam("conversation"), M.hidden_seq >= bindparam("posted_seq")
)
_COUNT_REPLY = (
    update(MESSAGES).where(G.id == bindparam("message")).values(thread_replies=G.thread_replies + literal_column("1"))
)
_EDIT = (
    update(MESSAGES)
    .where(G.id == bindparam("message"))
    .values({name: bindparam(name) for name in ("text", "mentions", "custom", "version", "edited_at")})
)
_SCRUB = (
    update(MESSAGES)
    .where(G.id == bindparam("message"))
    .values(text="", mentions="[]", attachments="[]", reactions="[]", custom=null(), sender_name=null())
    .values(version=bindparam("version"), deleted_at=bindparam("deleted_at"))
)
_SET_REACTIONS = update(MESSAGES).where(G.id == bindparam("message")).values(reactions=bindparam("reactions"))
_SET_ATTACHMENTS = update(MESSAGES).where(G.id == bindparam("message")).values(attachments=bindparam("attachments"))
_KEEP_FIRST_FORM = (
    update(EVENTS)
    .where(E.conversation == bindparam("in_conversation"), E.seq == bindparam("at_seq"), E.content.is_(None))
    .values(content=bindparam("content"))
)
_SCRUB_FIRST_FORM = (
    update(EVENTS)
    .where(E.conversation == bindparam("in_conversation"), E.seq == bindparam("at_seq"))
    .values(content=null())
)
_SCRUB_EDITS = (
    update(EVENTS)
    # Said to the letter: the index is of these alone.
    .where(E.message == bindparam("of_message"), literal_column("kind = 'edited'"))
    .values(content=null())
)


def message(conversation: ConversationId, message: MessageId) -> Script[Message | None]:
    """As it is now."""
    row = yield from first(_MESSAGE, message=message, conversation=conversation)
    return None if row is None else message_of(row)


def post(post: Post, files: MessageFiles) -> Script[Placed]:
    """A message, and its claim of its files."""
    act = post.act
    found, before = yield from _begin(act)
    if before is not None:
        return before
    rules.check_may_write(act, found.member)
    if post.reply_to is not None:
        rules.check_message((yield from message(act.conversation, post.reply_to)))
    if post.thread is not None:
        rules.check_root(rules.check_message((yield from message(act.conversation, post.thread))))
    written = Message(
        id=post.id,
        conversation=act.conversation,
        seq=found.conversation.head_seq + 1,
        sender=act.user,
        sender_name=act.name if found.conversation.kind is ConversationKind.ROOM else "",
        sent_at=act.at,
        text=post.text,
        mentions=list(post.mentions),
        attachments=(yield from files.claim(post.attachments, act, post.id)) if post.attachments else [],
        reply_to=post.reply_to,
        thread=post.thread,
        custom=post.custom,
    )
    if post.thread is not None:
        yield from execute(_COUNT_REPLY, message=post.thread)
    posted = _columns(written)
    result = yield from append(act, found, Posted(message=written), message=post.id, posted=posted)
    yield from _mention(written.conversation, written.seq, written.sender, written.mentions)
    return structs.replace(result, revealed=(yield from _reveal(found)))


def edit(edit: Edit) -> Script[Placed]:
    """Another content."""
    act = edit.act
    found, before = yield from _begin(act)
    if before is not None:
        return before
    rules.check_may_write(act, found.member)
    old = rules.check_message((yield from message(act.conversation, edit.message)))
    rules.check_may_edit(act, old, edit.version)
    if not (edit.text.strip() or edit.custom or old.attachments):
        raise invalid("The message would be empty.", "Delete it instead.")
    happening = Edited(
        message=old.id, version=old.version + 1, text=edit.text, mentions=list(edit.mentions), custom=edit.custom
    )
    result = yield from append(act, found, happening, message=edit.message, version=old.version + 1)
    if old.version == 1:
        yield from execute(
            _KEEP_FIRST_FORM,
            in_conversation=old.conversation,
            at_seq=old.seq,
            content=json_text(Posted(message=_without_addresses(first_form(old)))),
        )
    yield from execute(
        _EDIT,
        message=old.id,
        text=edit.text,
        mentions=json_list(edit.mentions),
        custom=None if edit.custom is None else json_text(edit.custom),
        version=old.version + 1,
        edited_at=act.at,
    )
    yield from execute(_UNMENTION, conversation=old.conversation, seq=old.seq)
    yield from _mention(old.conversation, old.seq, old.sender, edit.mentions)
    return result


def delete_message(act: Act, which: MessageId, files: MessageFiles) -> Script[Placed]:
    """Takes the content away, in the message and in the log, and gives its files up."""
    found, before = yield from _begin(act)
    if before is not None:
        return before
    role = rules.check_access(act, found)
    old = rules.check_message((yield from message(act.conversation, which)))
    rules.check_may_delete(act, found.conversation, old, role)
    version = old.version + 1
    result = yield from append(act, found, Deleted(message=old.id, version=version), message=which, version=version)
    yield from execute(_SCRUB, message=old.id, version=version, deleted_at=act.at)
    yield from execute(_SCRUB_FIRST_FORM, in_conversation=old.conversation, at_seq=old.seq)
    yield from execute(_SCRUB_EDITS, of_message=old.id)
    yield from execute(_UNMENTION, conversation=old.conversation, seq=old.seq)
    if old.sender != act.user:
        yield from note(act, ModerationAct.DELETED, user=UserId(old.sender), message=which)
    yield from files.release([each.id for each in old.attachments])
    return result


def react(react: React) -> Script[Placed]:
    """One reaction more or less."""
    act = react.act
    found, before = yield from _begin(act)
    if before is not None:
        return before
    rules.check_may_write(act, found.member)
    old = rules.check_message((yield from message(act.conversation, react.message)))
    reactions = _reacted(old.reactions, react)
    if reactions is None:
        head = found.conversation
        return Placed(epoch=head.epoch, seq=head.head_seq, at=act.at, message=react.message, version=old.version)
    happening = Reacted(message=old.id, label=react.label, on=react.on)
    result = yield from append(act, found, happening, message=react.message, version=old.version)
    yield from execute(_SET_REACTIONS, message=old.id, reactions=json_list(reactions))
    return result


def append_unruled(act: Act, happening: Happening) -> Script[Placed | None]:
    """What the server itself tells."""
    found, before = yield from locked_place(act)
    if found is None:
        return None
    return before or (yield from append(act, found, happening))


def change_attachment(
    act: Act, which: MessageId, attachment: Attachment, files: MessageFiles, *, gone: bool
) -> Script[Placed | None]:
    """Replaces a file's entry in the message, or takes it out and gives the file up."""
    found = yield from locked_standing(act)
    old = yield from message(act.conversation, which)
    if found is None or old is None or all(each.id != attachment.id for each in old.attachments):
        return None
    others = [each for each in old.attachments if each.id != attachment.id]
    now = others if gone else [attachment if each.id == attachment.id else each for each in old.attachments]
    happening = AttachmentChanged(message=old.id, attachment=structs.replace(attachment, url="", thumbnail_url=""))
    sender = structs.replace(act, user=UserId(old.sender))
    result = yield from append(sender, found, happening, message=which, version=old.version)
    yield from execute(_SET_ATTACHMENTS, message=old.id, attachments=kept_attachments(now))
    if gone:
        yield from files.release([attachment.id])
    return result


def _begin(act: Act) -> Script[tuple[Standing, Placed | None]]:
    found, before = yield from locked_place(act)
    rules.check_access(act, found)
    assert found is not None  # noqa: S101 - checked with the access
    return found, before


def _columns(written: Message) -> dict[str, Value]:
    """Those that its event does not have."""
    return {
        "id": written.id,
        "sender_name": written.sender_name or None,
        "sent_at": written.sent_at,
        "text": written.text,
        "mentions": json_list(written.mentions),
        "attachments": kept_attachments(written.attachments),
        "reactions": "[]",
        "custom": None if written.custom is None else json_text(written.custom),
        "reply_to": written.reply_to,
        "thread": written.thread,
        "thread_replies": 0,
        "edited_at": None,
        "deleted_at": None,
    }


def _mention(conversation: str, seq: int, sender: str, users: Sequence[str]) -> Script[None]:
    # Nobody has to be told of what they wrote themselves.
    for user in (each for each in users if each != sender):
        yield from execute(_MENTION, user=user, conversation=conversation, seq=seq)


def _reveal(found: Standing) -> Script[list[UserId]]:
    conversation = found.conversation
    if conversation.kind is not ConversationKind.DIRECT:
        return []
    hidden = yield from rows(_HIDDEN_FROM, conversation=conversation.id, posted_seq=conversation.posted_seq)
    return [UserId(row["user"]) for row in hidden]


def _reacted(reactions: list[Reaction], react: React) -> list[Reaction] | None:
    """What the reactions become; None: it is as it should be already."""
    users = next((each.users for each in reactions if each.label == react.label), None)
    if (users is not None and react.act.user in users) == react.on:
        return None
    if react.on:
        _check_reactions(reactions, react, new_label=users is None)
    if users is None:
        return [*reactions, Reaction(label=react.label, users=[react.act.user])]
    others = [user for user in users if user != react.act.user]
    mine = [*others, react.act.user] if react.on else others
    changed = [Reaction(label=each.label, users=mine) if each.label == react.label else each for each in reactions]
    return [each for each in changed if each.users]


def _check_reactions(reactions: list[Reaction], react: React, *, new_label: bool) -> None:
    too_many_labels = new_label and len(reactions) >= react.max_labels
    if too_many_labels or sum(len(each.users) for each in reactions) >= react.max_reactions:
        raise CommandError(
            ErrorCode.LIMIT_EXCEEDED,
            f"A message has at most {react.max_labels} labels and {react.max_reactions} reactions.",
        )


def _without_addresses(message: Message) -> Message:
    plain = [structs.replace(each, url="", thumbnail_url="") for each in message.attachments]
    return structs.replace(message, attachments=plain)
