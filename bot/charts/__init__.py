"""Numbers as pictures. Drawn in a process of its own: the bot itself never imports matplotlib."""

from bot.charts.chart import Bar, Chart, ChartError
from bot.charts.renderer_process import draw
from bot.charts.words import alt_text, others_text

__all__ = ["Bar", "Chart", "ChartError", "alt_text", "draw", "others_text"]
