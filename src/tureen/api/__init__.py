"""The HTTP API beside the native door: what does not fit into messages of a socket."""
