"""The people's side: servers, channels and members that tests, the demo and the chat page act through."""
