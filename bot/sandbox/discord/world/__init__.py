"""What exists on the local Discord: servers, people, channels, threads, messages, commands."""
