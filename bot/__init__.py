"""Atelier: a Discord bot with which a team makes pictures together, inside a budget that holds."""
