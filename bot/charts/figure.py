"""The pixels. The only importer of matplotlib, and never imported by the bot itself: see `renderer_process.py`."""

# Matplotlib's methods take keywords that it declares without types.
# pyright: reportUnknownMemberType=false

from __future__ import annotations

from functools import cache
from io import BytesIO
from typing import TYPE_CHECKING

import matplotlib as mpl
from matplotlib import font_manager
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from bot.charts.plan import planned
from bot.charts.words import NOTHING_YET, mark
from bot.services.policy import Metric

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    from bot.charts.chart import Chart
    from bot.charts.plan import Plan

WIDTH, HEIGHT = 1000, 420  # pixels; Discord shows a picture on a phone at about 350 points' width
MARGIN = 24  # pixels around everything
TITLE_AREA, DAYS_AREA = 84, 50  # pixels: above all bars, and below standing ones
WIDEST_LABEL = 330  # pixels for the names of lying bars
GAP = 12  # pixels between two texts, at least
FEWEST_STANDING, FEWEST_LYING = 8, 5  # room is left for so many, lest one bar fill the picture
SHORTEST = 0.006  # of the scale: what is not zero can be seen
HEADROOM = 1.05  # above the tallest bar
LEAST_SCALE = {Metric.IMAGES: 1, Metric.USD: 400_000}  # below $0.0004 no two marks would read differently
_DPI = 100
_PIXELS = _DPI / 72  # of one point
_LABEL, _SMALL, _TITLE = 15, 13, 19  # points
_CROWDED = 9  # lying bars with labels in `_LABEL`; more are labelled in `_SMALL`

# A card of its own on Discord's dark theme and on its light one. Blue and orange are Okabe and Ito's, which look
# different to every kind of eye: https://jfly.uni-koeln.de/color/
PAPER, INK, FAINT = "#23262c", "#f2f3f5", "#4b505a"
BAR, OTHERS, LIMIT = "#56b4e9", "#9aa3af", "#e69f00"

DASHES = (0, (5, 3))

# The first comes with matplotlib: Latin, Greek, Cyrillic, Arabic, Hebrew. The others help where they are installed.
FONT = "DejaVu Sans"
MORE_FONTS = ("Noto Sans CJK JP", "Noto Sans CJK SC", "Noto Sans CJK KR", "Noto Sans Devanagari", "Noto Sans Thai")


def render(chart: Chart) -> bytes:
    """The chart as a PNG file of 1000 x 420 pixels."""
    families = font_families(MORE_FONTS)
    with mpl.rc_context():
        mpl.rcParams["font.family"] = families
        mpl.rcParams["text.parse_math"] = False  # a dollar sign is a dollar sign
        return _Sheet(planned(chart, signs_of(families))).drawn()


def font_families(wanted: Sequence[str]) -> list[str]:
    """The font that is always there, and those of the wanted ones that are installed."""
    installed = {font.name for font in font_manager.fontManager.ttflist}
    return [FONT, *(name for name in wanted if name in installed)]


def signs_of(families: Sequence[str]) -> set[str]:
    """Every sign that one of these installed fonts can draw."""
    # A file may hold several of them.
    paths = {font_manager.findfont(name, fallback_to_default=False) for name in families}
    return set[str]().union(*map(_signs_in, paths))


@cache  # one chart asks once; tests draw many
def _signs_in(path: str) -> frozenset[str]:
    return frozenset(map(chr, font_manager.get_font(path).get_charmap()))


def scale(metric: Metric, top: float) -> list[int]:
    """Two to five round numbers from 0 to about `top`, in the metric's unit."""
    locator = MaxNLocator(nbins=4, steps=[1, 2, 2.5, 5, 10], integer=metric is Metric.IMAGES, min_n_ticks=1)
    return [round(tick) for tick in locator.tick_values(0, top) if tick <= top * HEADROOM]


class _Sheet:
    """One picture while it is drawn. All places are in pixels from the lower left corner."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._tell = plan.language.translate
        self._figure = Figure(figsize=(WIDTH / _DPI, HEIGHT / _DPI), dpi=_DPI, facecolor=PAPER)
        FigureCanvasAgg(self._figure)  # what measures and draws it; without a window

    def drawn(self) -> bytes:
        self._write_title()
        if self._plan.is_empty:
            self._write(WIDTH / 2, HEIGHT / 2 - MARGIN, self._tell(NOTHING_YET), _TITLE, INK, "center")
        elif self._plan.standing:
            self._stand()
        else:
            self._lie()
        file = BytesIO()
        self._figure.savefig(file, format="png", dpi=_DPI, metadata={"Software": None})
        return file.getvalue()

    def _write_title(self) -> None:
        top = HEIGHT - MARGIN - _TITLE
        room: float = WIDTH - 2 * MARGIN
        if self._plan.limit is not None:
            self._write(WIDTH - MARGIN, top, self._plan.limit, _LABEL, LIMIT, "right")
            room -= self._width(self._plan.limit, _LABEL) + 2 * GAP
        self._write(MARGIN, top, self._fitted(self._plan.title, _TITLE, room), _TITLE, INK, "left")

    def _stand(self) -> None:
        """Bars side by side, their scale at the left."""
        values = self._plan.values
        top = float(max(*values, self._plan.line_at or 0, LEAST_SCALE[self._plan.metric]))
        ticks = scale(self._plan.metric, top)
        marks = [self._tell(mark(self._plan.metric, tick)) for tick in ticks]
        left = MARGIN + max(self._width(mark, _LABEL) for mark in marks) + GAP
        axes = self._axes(left, DAYS_AREA, WIDTH - MARGIN, HEIGHT - TITLE_AREA)
        places = max(len(values), FEWEST_STANDING)
        axes.set_xlim(-0.5, places - 0.5)
        axes.set_ylim(0, top * HEADROOM)
        axes.set_yticks(ticks, marks)
        axes.grid(axis="y", color=FAINT, linewidth=1)
        shown = self._every_nth((WIDTH - MARGIN - left) / places)
        axes.set_xticks(range(0, len(values), shown), self._plan.labels[::shown])
        axes.bar(range(len(values)), self._lengths(top), width=0.72, color=BAR)
        if self._plan.line_at is not None:
            axes.axhline(float(self._plan.line_at), color=LIMIT, linewidth=2.5, linestyle=DASHES, zorder=3)

    def _lie(self) -> None:
        """Bars below each other, their names at the left and their values in words at the right."""
        plan = self._plan
        size = _LABEL if len(plan.values) <= _CROWDED else _SMALL
        names = [self._fitted(label, size, WIDEST_LABEL) for label in plan.labels]
        left = MARGIN + max(self._width(name, size) for name in names) + GAP
        right = WIDTH - MARGIN - GAP - max(self._width(word, size) for word in plan.words)
        axes = self._axes(left, MARGIN, right, HEIGHT - TITLE_AREA)
        top = float(max(*plan.values, plan.line_at or 0, 1))
        rows = range(len(names))
        axes.set_xlim(0, top)
        axes.set_ylim(max(len(names), FEWEST_LYING) - 0.5, -0.5)
        axes.set_xticks([])
        axes.set_yticks(rows, names, fontsize=size)
        lengths = self._lengths(top)
        colors = [BAR] * len(names)
        if plan.others:
            colors[-1] = OTHERS
        axes.barh(rows, lengths, height=0.66, color=colors)
        for row, length, word in zip(rows, lengths, plan.words, strict=True):
            beside = axes.annotate(word, (length, row), (GAP / _PIXELS, 0), textcoords="offset points", zorder=4)
            beside.set(color=INK, fontsize=size, verticalalignment="center_baseline")
            beside.set_bbox({"facecolor": PAPER, "edgecolor": "none", "pad": 1})  # the limit's line passes behind
        if plan.line_at is not None:
            axes.axvline(float(plan.line_at), color=LIMIT, linewidth=2.5, linestyle=DASHES, clip_on=False, zorder=3)

    def _axes(self, left: float, bottom: float, right: float, top: float) -> Axes:
        rect = (left / WIDTH, bottom / HEIGHT, (right - left) / WIDTH, (top - bottom) / HEIGHT)
        axes = self._figure.add_axes(rect, facecolor=PAPER)
        axes.set_axisbelow(True)
        axes.spines[:].set_visible(False)
        axes.tick_params(length=0, pad=GAP / 2, colors=INK, labelsize=_LABEL)
        return axes

    def _lengths(self, top: float) -> list[float]:
        return [max(float(value), top * SHORTEST) if value else 0.0 for value in self._plan.values]

    def _every_nth(self, slot: float) -> int:
        """Label every bar, or every second, third ...: so that two labels never touch. `slot` is a bar's width."""
        widest = max(self._width(label, _LABEL) for label in self._plan.labels)
        return int((widest + GAP / 2) // slot) + 1

    def _write(self, x: float, y: float, text: str, size: int, color: str, align: str) -> None:
        self._figure.text(x / WIDTH, y / HEIGHT, text, fontsize=size, color=color, ha=align, va="center")

    def _fitted(self, text: str, size: int, room: float) -> str:
        """The text, shortened with an ellipsis until it fits into so many pixels."""
        shown, kept = text, len(text)
        while kept and self._width(shown, size) > room:
            kept -= 1
            shown = f"{text[:kept].rstrip()}…"
        return shown

    def _width(self, text: str, size: int) -> float:
        """Pixels from the text's left edge to its right one."""
        drawn = self._figure.text(0, 0, text, fontsize=size)
        width = drawn.get_window_extent().width
        drawn.remove()
        return width
