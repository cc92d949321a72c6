"""Masks and markup: which pixels may change, and what a file attached to a reply is to the picture."""
