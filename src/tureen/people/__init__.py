"""People: the directory, presence, contacts and blocks, revocations.

They come from the application, by its tokens and by uploads; nothing here knows a password.
"""

from tureen.people.administration import Administration
from tureen.people.background import Background
from tureen.people.directory import PeopleDirectory
from tureen.people.presence import PresenceBoard
from tureen.people.privacy import Audience, PrivacyRules
from tureen.people.records import PersonRecord, Source
from tureen.people.revocations import Revocations
from tureen.people.service import People
from tureen.people.store import PeopleStore, RevocationStore

__all__ = [
    "Administration",
    "Audience",
    "Background",
    "People",
    "PeopleDirectory",
    "PeopleStore",
    "PersonRecord",
    "PresenceBoard",
    "PrivacyRules",
    "RevocationStore",
    "Revocations",
    "Source",
]
