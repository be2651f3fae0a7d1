"""The shell: sockets, the HTTP application, the life of the process."""
