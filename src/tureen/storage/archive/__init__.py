"""All of a database in one file, to move it to another one.

::

    archive.zip
      tables/<table>.jsonl    a row each line: an object of its columns; bytes as base64 text
      objects/<key>           the content of an attachment
      manifest.json           written last: version of the tables, how many rows and objects there are

`docs/reference/moving.md` says how an operator uses it.
"""

from tureen.storage.archive.exporting import export_database
from tureen.storage.archive.importing import import_database
from tureen.storage.archive.manifest import Manifest
from tureen.storage.archive.objects import ObjectSink, ObjectSource

__all__ = ["Manifest", "ObjectSink", "ObjectSource", "export_database", "import_database"]
