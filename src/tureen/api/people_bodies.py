"""Bodies of ``/v1/people`` and ``/v1/tokens``."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from tureen.model.ids import UserId
from tureen.people import Audience, PersonRecord, PrivacyRules, Source
from tureen.people.directory import AVATAR_PATTERN
from tureen.people.limits import MAX_ATTRIBUTE_CHARACTERS, MAX_ATTRIBUTES, MAX_BULK
from tureen.people.storable import is_storable
from tureen.protocol.errors import CommandError, ErrorCode, invalid
from tureen.protocol.limits import Id, Instant, Label, Name

Avatar: TypeAlias = Annotated[str, Meta(max_length=2_000, pattern=AVATAR_PATTERN)]
AttributeText: TypeAlias = Annotated[str, Meta(max_length=MAX_ATTRIBUTE_CHARACTERS)]
Attributes: TypeAlias = Annotated[dict[Label, AttributeText], Meta(max_length=MAX_ATTRIBUTES)]
Searchable: TypeAlias = Annotated[list[Label], Meta(max_length=MAX_ATTRIBUTES)]


class PersonUpload(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An entry as the application has it; what is absent is empty, or the rule for everyone."""

    id: Id
    name: Name = ""
    avatar: Avatar = ""
    attributes: Attributes = {}
    searchable: Searchable = []
    privacy: PrivacyRules = PrivacyRules()
    call_waiting: bool | None = None
    """Absent or null: as it is kept already, which may be the person's own choice."""

    def record(self) -> PersonRecord:
        """For the store. Raises `CommandError`."""
        record = PersonRecord(
            user=UserId(self.id),
            name=self.name,
            avatar=self.avatar,
            attributes=self.attributes,
            searchable=tuple(dict.fromkeys(self.searchable)),
            privacy=self.privacy,
            source=Source.APPLICATION,
            call_waiting=self.call_waiting,
        )
        _check_texts([self.id, *_texts(record)])
        return record


class PeopleUpload(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``PUT /v1/people``."""

    people: Annotated[list[PersonUpload], Meta(min_length=1, max_length=MAX_BULK)]


class UploadAnswer(Struct, frozen=True, kw_only=True):
    """How many entries are new, are others now, and were there already."""

    created: int
    changed: int
    unchanged: int


class PrivacyPatch(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Rules that are absent stay."""

    profile: Audience | UnsetType = UNSET
    search: Audience | UnsetType = UNSET
    reach: Audience | UnsetType = UNSET
    presence: Audience | UnsetType = UNSET
    last_seen: Audience | UnsetType = UNSET


class PersonPatch(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``PATCH /v1/people/{id}``: a merge patch (RFC 7396). What is absent stays, an attribute that is null goes."""

    name: Name | UnsetType = UNSET
    avatar: Avatar | UnsetType = UNSET
    attributes: dict[Label, AttributeText | None] | UnsetType = UNSET
    searchable: Searchable | UnsetType = UNSET
    privacy: PrivacyPatch | UnsetType = UNSET
    call_waiting: bool | UnsetType | None = UNSET
    """Null: as the server is set."""

    def check(self) -> None:
        """Raises `CommandError` where a text cannot be stored."""
        attributes = {} if self.attributes is UNSET else self.attributes
        texts = [self.name, self.avatar, *attributes, *attributes.values()]
        texts += [] if self.searchable is UNSET else self.searchable
        _check_texts([text for text in texts if isinstance(text, str)])

    def apply(self, record: PersonRecord) -> PersonRecord:
        """The entry after it, which is the application's from now on. Raises `CommandError`."""
        attributes = dict(record.attributes)
        for key, value in ({} if self.attributes is UNSET else self.attributes).items():
            if value is None:
                attributes.pop(key, None)
            else:
                attributes[key] = value
        if len(attributes) > MAX_ATTRIBUTES:
            raise CommandError(
                ErrorCode.LIMIT_EXCEEDED, f"A person has at most {MAX_ATTRIBUTES} attributes.", "Remove some by null."
            )
        return msgspec.structs.replace(
            record,
            name=record.name if self.name is UNSET else self.name,
            avatar=record.avatar if self.avatar is UNSET else self.avatar,
            attributes=attributes,
            searchable=record.searchable if self.searchable is UNSET else tuple(dict.fromkeys(self.searchable)),
            privacy=record.privacy if self.privacy is UNSET else _changed(record.privacy, self.privacy),
            call_waiting=record.call_waiting if self.call_waiting is UNSET else self.call_waiting,
            source=Source.APPLICATION,
        )


class PersonAnswer(Struct, frozen=True, kw_only=True):
    """An entry as it is kept."""

    id: str
    name: str
    avatar: str
    attributes: dict[str, str]
    searchable: tuple[str, ...]
    privacy: PrivacyRules
    source: Source
    changed_at: int
    """Unix milliseconds."""
    call_waiting: bool | None
    """Null: as the server is set."""

    @classmethod
    def of(cls, record: PersonRecord) -> PersonAnswer:
        """Of an entry of the store."""
        return cls(
            id=record.user,
            name=record.name,
            avatar=record.avatar,
            attributes=record.attributes,
            searchable=record.searchable,
            privacy=record.privacy,
            source=record.source,
            changed_at=record.changed_at,
            call_waiting=record.call_waiting,
        )


class PeoplePage(Struct, frozen=True, kw_only=True):
    """``GET /v1/people``, in the order of ids."""

    people: list[PersonAnswer]
    next: str | None
    """For ``after`` of the next page; null: this was the last one."""


class PeopleRemoval(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``DELETE /v1/people``."""

    ids: Annotated[list[Id], Meta(min_length=1, max_length=MAX_BULK)]


class Removed(Struct, frozen=True, kw_only=True):
    """How many of them there were."""

    removed: int


class TokenRevocation(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``POST /v1/tokens/revoke``."""

    token_id: Annotated[str, Meta(min_length=1, max_length=256)]
    """The claim ``jti``."""
    expires_at: Instant | None = None
    """Of the token: so long the revocation is remembered; for 400 days where it is absent."""


class Revoked(Struct, frozen=True, kw_only=True):
    """When it was."""

    revoked_at: int
    """Unix milliseconds."""


def _changed(rules: PrivacyRules, patch: PrivacyPatch) -> PrivacyRules:
    given = {field: getattr(patch, field) for field in patch.__struct_fields__}
    return msgspec.structs.replace(rules, **{field: rule for field, rule in given.items() if rule is not UNSET})


def _texts(record: PersonRecord) -> list[str]:
    return [record.name, record.avatar, *record.attributes, *record.attributes.values(), *record.searchable]


def _check_texts(texts: list[str]) -> None:
    if not is_storable(texts):
        raise invalid("A text holds a character that cannot be stored (U+0000).", "Leave it out.")
