"""Finished pictures and their files: what they came from, how long they stay, how they go."""

from bot.services.gallery.deletion import Deleter, Deletions, Screen
from bot.services.gallery.file_holds import FileHolds, Sweeping
from bot.services.gallery.lineage import MOST_SHOWN, Family, Lineage, Relative

__all__ = [
    "MOST_SHOWN",
    "Deleter",
    "Deletions",
    "Family",
    "FileHolds",
    "Lineage",
    "Relative",
    "Screen",
    "Sweeping",
]
