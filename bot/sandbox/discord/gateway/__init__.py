"""The WebSocket side: sessions, events and what cuts them off."""
