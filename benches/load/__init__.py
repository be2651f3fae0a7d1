"""Load: many participants that join through the real door and send and receive real media.

Signaling is Python (`guest`, `offer`, `answer`), media is the program of this folder's crate (`program` talks to it),
and neither knows what is measured: that is `cases` and `measurement`.
"""
