"""Finished pictures and their files: what they came from, how they are found and voted for, how they stay and go."""

from bot.services.gallery.deletion import Deleter, Deletions
from bot.services.gallery.file_holds import FileHolds, Sweeping
from bot.services.gallery.gallery_posts import DuePost, GalleryPosts, GalleryRecords, GalleryWriter
from bot.services.gallery.history import (
    MOST_SUGGESTED,
    Entry,
    History,
    HistoryPage,
    HistoryQuery,
    HistoryRecords,
    Places,
    Sight,
    Stretch,
    ThreadSight,
)
from bot.services.gallery.lineage import MOST_SHOWN, Family, Lineage, Relative
from bot.services.gallery.publications import Poster, Publication, PublicationRecords, Publications
from bot.services.gallery.stars import Counted, Star, StarLabels, StarRecords, Stars, Vote
from bot.services.gallery.upkeep import ResultMessage, ResultMessages, Screen, Upkeep

__all__ = [
    "MOST_SHOWN",
    "MOST_SUGGESTED",
    "Counted",
    "Deleter",
    "Deletions",
    "DuePost",
    "Entry",
    "Family",
    "FileHolds",
    "GalleryPosts",
    "GalleryRecords",
    "GalleryWriter",
    "History",
    "HistoryPage",
    "HistoryQuery",
    "HistoryRecords",
    "Lineage",
    "Places",
    "Poster",
    "Publication",
    "PublicationRecords",
    "Publications",
    "Relative",
    "ResultMessage",
    "ResultMessages",
    "Screen",
    "Sight",
    "Star",
    "StarLabels",
    "StarRecords",
    "Stars",
    "Stretch",
    "Sweeping",
    "ThreadSight",
    "Upkeep",
    "Vote",
]
