"""The native door: the cost of a delivery and of an idle connection, one who does not read, all who come back."""
