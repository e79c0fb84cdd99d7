"""What examples of one family are drawn with: networks that the lectures show in several depths share their blocks here."""
