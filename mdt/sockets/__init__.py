"""Face: the live room over Socket.IO. Parse, act, acknowledge, broadcast; no rule lives here."""
