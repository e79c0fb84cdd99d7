"""The pictures on layers’ pages. `families.picture` chooses; the other files draw one kind each."""
