"""Stand-ins for the services that Atelier talks to; they know the wire only."""
