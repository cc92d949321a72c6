"""Charges: reserved, settled, released; and who keeps them."""
