"""Files of messages: announced, uploaded in chunks, examined, claimed by a message, seen through signed URLs.

::

    pending ──chunk──▶ uploading ──last chunk──▶ scanning ──▶ ready ──claim──▶ part of a message
                           ▲                        │  └────▶ refused
                           └── could not be examined┘

What nobody finishes or claims expires, and so does what is refused or released. Pure: bytes lie in an `ObjectStore`,
records in an `AttachmentStore`, and an `Examiner` says what a file is.
"""
