"""All of a database in one file, with the files of messages, to move both elsewhere.

::

    archive.zip
      tables/<table>.jsonl    a row each line: an object of its columns; bytes as base64 text
      objects/<key>           the bytes of an attachment or of its thumbnail, as they lie in the store
      objects.jsonl           key, size and SHA-256 of each of them
      manifest.json           written last: version of the tables, numbers and digests

``docs/reference/moving.md`` says how an operator uses it.
"""

from tureen.storage.archive.exporting import Files, export_database
from tureen.storage.archive.importing import Imported, import_database
from tureen.storage.archive.manifest import Manifest
from tureen.storage.archive.progress import Progress

__all__ = ["Files", "Imported", "Manifest", "Progress", "export_database", "import_database"]
