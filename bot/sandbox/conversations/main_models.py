"""The text models that lead a conversation: the sandbox's own table, independent of the product's catalog.

Prices: litellm 1.110.2. Which of them take the tool is said on their model pages; efforts as their refusals name them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

ALL_EFFORTS = ("none", "minimal", "low", "medium", "high", "xhigh", "max")
WINDOW = 272_000  # input tokens; a longer context is billed otherwise, and is refused here
LONG_AGO = date(2025, 8, 7)


@dataclass(frozen=True, slots=True)
class MainModel:
    """A text model.

    Attributes:
        read: nano-dollars per input token.
        cached: the same for one that the cache gave.
        written: nano-dollars per output token.
        keeps: a token that the cache takes in costs a quarter more; from 5.6 on.
        efforts: accepted as ``reasoning.effort``.
        paints: takes the ``image_generation`` tool.
    """

    id: str
    read: int
    cached: int
    written: int
    keeps: bool = True
    efforts: tuple[str, ...] = ALL_EFFORTS
    paints: bool = True
    released: date = LONG_AGO
    shutdown: date | None = None

    @property
    def kept(self) -> Fraction:
        """Nano-dollars per input token that the cache takes in."""
        return Fraction(self.read * 5, 4) if self.keeps else Fraction(self.read)

    def retired(self, today: date) -> bool:
        """Whether the model answers no more on this day."""
        return self.shutdown is not None and self.shutdown <= today


WITHOUT_NONE = ("low", "medium", "high", "xhigh", "max")
EARLY_END = date(2026, 12, 11)

MAIN_MODELS: dict[str, MainModel] = {
    model.id: model
    for model in (
        MainModel("gpt-6-luna", 100, 10, 500),
        MainModel("gpt-6-sol", 2_000, 200, 10_000),
        MainModel("gpt-6-astra", 10_000, 1_000, 50_000, efforts=WITHOUT_NONE),
        MainModel("gpt-6.1-terra", 1_000, 50, 5_000),
        MainModel("gpt-6.1-sol", 2_000, 100, 10_000, efforts=("minimal", *WITHOUT_NONE)),
        MainModel("gpt-5.6-luna", 200, 20, 1_200),
        MainModel("gpt-5.5", 5_000, 500, 30_000, keeps=False),
        MainModel("gpt-5.4-mini", 750, 75, 4_500, keeps=False),
        MainModel("gpt-5.3-codex-spark", 1_750, 175, 14_000, keeps=False, paints=False),
        MainModel("gpt-5-mini", 250, 25, 2_000, keeps=False, shutdown=EARLY_END),
    )
}
