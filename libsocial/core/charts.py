"""Charts drawn on the server: numbers in, positions out.

Everything here is pure. A function takes labels and values and returns a frozen
dataclass with what the templates ``components/chart_line.html``,
``chart_bars.html`` and ``chart_sparkline.html`` draw as SVG and repeat as a table,
so that a chart reads the same aloud, on paper and without script.

Horizontal positions are per cent of the width (0 to 100), so one drawing fits every
screen while its text keeps its size. Vertical positions are pixels from the top.
A value of ``None`` means *not available*: the line has a gap there and the table
says so; it is never drawn as zero.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

HEIGHT = 240
TOP = 22
BOTTOM = 26
SERIES_LIMIT = 4
SMALLEST = 1e-6  # below this a value is drawn on the base line


@dataclass(frozen=True)
class Tick:
    """A mark on an axis: where it is, what it says, how its text is anchored."""

    at: float
    label: str
    anchor: str = "middle"


@dataclass(frozen=True)
class Dot:
    """One value on the drawing. ``x`` is per cent, ``y`` is pixels."""

    x: float
    y: float
    label: str
    text: str


@dataclass(frozen=True)
class Line:
    """One series as drawn: path data for its unbroken stretches, and its lone points."""

    name: str
    number: int
    path: str
    area: str
    dots: tuple[Dot, ...]


@dataclass(frozen=True)
class Hit:
    """The strip over one label that shows its values when pointed at."""

    x: float
    width: float
    text: str


@dataclass(frozen=True)
class Row:
    """One row of the table behind a chart: its label and one cell per series."""

    label: str
    cells: tuple[str | None, ...]


@dataclass(frozen=True)
class LineChart:
    """What ``<c-chart-line>`` draws."""

    title: str
    description: str
    names: tuple[str, ...]
    lines: tuple[Line, ...]
    y_ticks: tuple[Tick, ...]
    x_ticks: tuple[Tick, ...]
    hits: tuple[Hit, ...]
    rows: tuple[Row, ...]
    height: int = HEIGHT
    top: int = TOP
    base: int = HEIGHT - BOTTOM

    @property
    def gutter(self) -> str:
        """How much room the words beside the axis need: '', 'm' or 'l'."""
        longest = max((len(tick.label) for tick in self.y_ticks), default=0)
        return "" if longest <= 4 else "m" if longest <= 7 else "l"

    @property
    def is_empty(self) -> bool:
        """True when not one value is known."""
        return not any(line.path or line.dots for line in self.lines)


@dataclass(frozen=True)
class Bar:
    """One bar, lying: ``width`` is per cent, or ``None`` when there is no value."""

    label: str
    text: str | None
    y: float
    width: float | None


@dataclass(frozen=True)
class BarChart:
    """What ``<c-chart-bars>`` draws."""

    title: str
    description: str
    name: str
    bars: tuple[Bar, ...]
    height: int
    thickness: int = 16

    @property
    def is_empty(self) -> bool:
        """True when not one value is known."""
        return all(bar.width is None for bar in self.bars)


@dataclass(frozen=True)
class Sparkline:
    """What ``<c-sparkline>`` draws: a small line without axes, 100 by 28 units."""

    title: str
    path: str
    end: Dot | None
    width: int = 100
    height: int = 28


@dataclass(frozen=True)
class Series:
    """A named row of values, one for each label; ``None`` where nothing is known."""

    name: str
    values: Sequence[float | None] = field(default_factory=tuple)


Formatter = Callable[[float], str]


def plain(value: float) -> str:
    """Write a value without a tail of zeros: ``12``, ``0.5``."""
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.1f}"


def line_chart(
    *,
    title: str,
    labels: Sequence[str],
    series: Sequence[Series],
    description: str = "",
    text: Formatter = plain,
    missing: str = "–",
    from_zero: bool = True,
) -> LineChart:
    """Lay out up to four series over the same labels.

    ``text`` writes a value for people; ``missing`` is shown in tooltips where a value
    is not available. ``from_zero=False`` is for levels, of which only the change can be
    seen: the axis then begins just below the lowest value.

    Raises ``ValueError`` when a series does not have one value for each label, or when
    there are more than four.
    """
    _check(labels, series)
    values = [value for one in series for value in one.values if value is not None]
    ticks = _scale(values) if from_zero else _scale_around(values)
    place = _placer(len(labels), ticks[0], ticks[-1])
    return LineChart(
        title=title,
        description=description,
        names=tuple(one.name for one in series),
        lines=tuple(_line(number, one, labels, place, text) for number, one in enumerate(series, 1)),
        y_ticks=tuple(Tick(place(0, value)[1], text(value), "start") for value in ticks),
        x_ticks=_x_ticks(labels),
        hits=_hits(labels, series, text, missing),
        rows=_rows(labels, series, text),
    )


def bar_chart(
    *,
    title: str,
    name: str,
    items: Sequence[tuple[str, float | None]],
    description: str = "",
    text: Formatter = plain,
) -> BarChart:
    """Lay out lying bars, longest label space above each, in the order given."""
    step = 44
    top_value = max((value for _, value in items if value is not None), default=0) or 1
    bars = tuple(
        Bar(
            label=label,
            text=None if value is None else text(value),
            y=index * step,
            width=None if value is None else round(max(value, 0) / top_value * 100, 2),
        )
        for index, (label, value) in enumerate(items)
    )
    return BarChart(title=title, description=description, name=name, bars=bars, height=step * len(bars))


def sparkline(*, title: str, values: Sequence[float | None]) -> Sparkline:
    """A line small enough to stand in a table cell; gaps stay gaps."""
    known = [value for value in values if value is not None]
    low, high = (min(known), max(known)) if known else (0, 1)
    spread = (high - low) or 1

    def place(index: int, value: float) -> tuple[float, float]:
        across = 50.0 if len(values) < 2 else index / (len(values) - 1) * 96 + 2
        return round(across, 2), round(25 - (value - low) / spread * 22, 2)

    runs = _runs(values, place)
    end = runs[-1][-1] if runs and values[-1] is not None else None
    return Sparkline(
        title=title,
        path=" ".join(_path(run) for run in runs if len(run) > 1),
        end=Dot(end[0], end[1], "", "") if end else None,
    )


def _check(labels: Sequence[str], series: Sequence[Series]) -> None:
    if len(series) > SERIES_LIMIT:
        raise ValueError(f"A chart holds at most {SERIES_LIMIT} series, not {len(series)}.")
    for one in series:
        if len(one.values) != len(labels):
            raise ValueError(f"{one.name!r} has {len(one.values)} values for {len(labels)} labels.")


def _scale(values: Sequence[float]) -> list[float]:
    """The values at which to draw a line: from zero to a round number above the highest."""
    highest = max(values, default=0)
    if highest < SMALLEST:
        return [0, 1]
    step = _step(highest / 4, values)
    return [step * index for index in range(math.ceil(highest / step) + 1)]


def _scale_around(values: Sequence[float]) -> list[float]:
    """The same for levels: from a round number below the lowest, never below zero."""
    lowest, highest = min(values, default=0), max(values, default=0)
    if highest < SMALLEST:
        return [0, 1]
    step = _step(max((highest - lowest) / 3, SMALLEST), values)
    first = max(math.floor(lowest / step), 0)
    last = max(math.ceil(highest / step), first + 1)
    return [step * index for index in range(first, last + 1)]


def _step(rough: float, values: Sequence[float]) -> float:
    """A round number of at least ``rough``; for whole numbers a whole one."""
    power = 10 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= rough)
    return 1 if step < 1 and all(float(value).is_integer() for value in values) else step


def _placer(count: int, low: float, high: float) -> Callable[[int, float], tuple[float, float]]:
    def place(index: int, value: float) -> tuple[float, float]:
        across = 50.0 if count < 2 else index / (count - 1) * 100
        share = min(max((value - low) / (high - low), 0), 1)
        return round(across, 3), round(TOP + (1 - share) * (HEIGHT - TOP - BOTTOM), 1)

    return place


def _runs(
    values: Sequence[float | None], place: Callable[[int, float], tuple[float, float]]
) -> list[list[tuple[float, float]]]:
    """Unbroken stretches of known values, as positions."""
    runs: list[list[tuple[float, float]]] = [[]]
    for index, value in enumerate(values):
        if value is None:
            runs.append([])
        else:
            runs[-1].append(place(index, value))
    return [run for run in runs if run]


def _path(run: Sequence[tuple[float, float]]) -> str:
    return "M" + " L".join(f"{x:g} {y:g}" for x, y in run)


def _area(run: Sequence[tuple[float, float]]) -> str:
    base = HEIGHT - BOTTOM
    return f"{_path(run)} L{run[-1][0]:g} {base} L{run[0][0]:g} {base} Z"


def _line(
    number: int,
    one: Series,
    labels: Sequence[str],
    place: Callable[[int, float], tuple[float, float]],
    text: Formatter,
) -> Line:
    runs = _runs(one.values, place)
    long_runs = [run for run in runs if len(run) > 1]
    shown = {run[0] for run in runs if len(run) == 1} | ({runs[-1][-1]} if runs else set())
    dots = tuple(
        Dot(*place(index, value), labels[index], text(value))
        for index, value in enumerate(one.values)
        if value is not None and place(index, value) in shown
    )
    return Line(
        name=one.name,
        number=number,
        path=" ".join(_path(run) for run in long_runs),
        area=" ".join(_area(run) for run in long_runs),
        dots=dots,
    )


def _x_ticks(labels: Sequence[str], limit: int = 4) -> tuple[Tick, ...]:
    """At most ``limit`` labels, evenly spread, first and last always among them."""
    count = len(labels)
    if count < 2:
        return tuple(Tick(50.0, label) for label in labels)
    shown = min(count, limit)
    chosen = sorted({round(step * (count - 1) / (shown - 1)) for step in range(shown)})
    return tuple(Tick(round(index / (count - 1) * 100, 3), labels[index], _anchor(index, count)) for index in chosen)


def _anchor(index: int, count: int) -> str:
    return "start" if index == 0 else "end" if index == count - 1 else "middle"


def _hits(labels: Sequence[str], series: Sequence[Series], text: Formatter, missing: str) -> tuple[Hit, ...]:
    count = len(labels)
    width = 100 if count < 2 else 100 / (count - 1)
    hits = []
    for index, label in enumerate(labels):
        start = max(0.0, index * width - width / 2) if count > 1 else 0.0
        end = min(100.0, index * width + width / 2) if count > 1 else 100.0
        lines = [f"{one.name}: {missing if (v := one.values[index]) is None else text(v)}" for one in series]
        hits.append(Hit(round(start, 3), round(end - start, 3), "\n".join([label, *lines])))
    return tuple(hits)


def _rows(labels: Sequence[str], series: Sequence[Series], text: Formatter) -> tuple[Row, ...]:
    return tuple(
        Row(label, tuple(None if (v := one.values[index]) is None else text(v) for one in series))
        for index, label in enumerate(labels)
    )
