"""What goes over the wire, whatever it is about: bodies, refusals, rate limits, the record."""
