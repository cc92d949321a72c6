"""`python -m bot.charts`: a chart as JSON on standard input becomes a PNG on standard output."""

import sys

from bot.charts.chart import from_json
from bot.charts.figure import render

sys.stdout.buffer.write(render(from_json(sys.stdin.buffer.read())))
