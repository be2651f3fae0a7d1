"""Protocol entries. A door translates between its wire and the room model, and owns no state of it."""
