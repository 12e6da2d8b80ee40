"""Line plots as SVG and as tables, with the standard library alone."""

import html
import math

COLOURS = ("#1b6ca8", "#c0392b", "#2e8b57", "#8e44ad", "#b8860b", "#444444")
WIDTH, HEIGHT = 640, 300
LEFT, RIGHT, TOP, BOTTOM = 70, 20, 36, 46


def ticks(low, high, count=5):
    """Round numbers from low to high."""
    if high <= low:
        return [low]
    raw = (high - low) / count
    power = 10 ** math.floor(math.log10(raw))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= raw)
    first = math.ceil(low / step)
    return [number * step for number in range(first, int(high / step + 1e-9) + 1)]


def label(value):
    for size, ending in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= size:
            return f"{value / size:.3g}{ending}"
    return f"{value:.3g}"


class Axes:
    def __init__(self, points, log_x):
        self.log_x = log_x
        xs = [x for x, _ in points] or [0]
        ys = [y for _, y in points] or [0]
        self.low = min(xs) if log_x else 0.0
        self.high = max(max(xs), self.low * 10 if log_x else 1e-9)
        self.top = max(max(ys), 1)

    def x(self, value):
        low, high = self.low, self.high
        if self.log_x:
            low, high, value = math.log10(low), math.log10(high), math.log10(value)
        return LEFT + (value - low) / (high - low) * (WIDTH - LEFT - RIGHT)

    def y(self, value):
        return HEIGHT - BOTTOM - value / self.top * (HEIGHT - TOP - BOTTOM)

    def x_ticks(self):
        if not self.log_x:
            return ticks(self.low, self.high)
        first, last = math.ceil(math.log10(self.low)), math.floor(math.log10(self.high))
        return [10.0 ** power for power in range(first, last + 1)]


def text(x, y, words, more=""):
    return f'<text x="{x:.1f}" y="{y:.1f}" {more}>{html.escape(words)}</text>'


def svg(title, x_label, y_label, series, log_x=False, steps=False):
    """series: {name: [(x, y), ...]}; one SVG element that needs nothing else."""
    axes = Axes([point for points in series.values() for point in points], log_x)
    right, low = WIDTH - RIGHT, HEIGHT - BOTTOM
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
             f'width="{WIDTH}" height="{HEIGHT}" font-family="sans-serif" font-size="12">',
             f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
             text(LEFT, 20, title, 'font-weight="bold"')]
    for value in axes.x_ticks():
        x = axes.x(value)
        parts.append(f'<path d="M{x:.1f} {TOP}V{low}" stroke="#ddd"/>')
        parts.append(text(x, low + 16, label(value), 'text-anchor="middle"'))
    for value in ticks(0, axes.top):
        y = axes.y(value)
        parts.append(f'<path d="M{LEFT} {y:.1f}H{right}" stroke="#ddd"/>')
        parts.append(text(LEFT - 6, y + 4, label(value), 'text-anchor="end"'))
    for number, (name, points) in enumerate(series.items()):
        colour = COLOURS[number % len(COLOURS)]
        if points:
            parts.append(f'<path d="{path(axes, points, steps)}" fill="none" stroke="{colour}" '
                         'stroke-width="2"/>')
        if len(series) > 1:
            parts.append(text(right - 190, TOP + 16 + 16 * number, name, f'fill="{colour}"'))
    parts.append(text((LEFT + right) / 2, HEIGHT - 10, x_label, 'text-anchor="middle"'))
    parts.append(text(14, (TOP + low) / 2, y_label, 'text-anchor="middle" '
                      f'transform="rotate(-90 14 {(TOP + low) / 2:.0f})"'))
    return "\n".join(parts + ["</svg>"]) + "\n"


def path(axes, points, steps):
    words, last = [], None
    for x, y in points:
        if steps and last is not None:
            words.append(f"L{axes.x(x):.1f} {axes.y(last):.1f}")
        words.append(f"{'L' if words else 'M'}{axes.x(x):.1f} {axes.y(y):.1f}")
        last = y
    return " ".join(words)


STYLE = ("body{font-family:sans-serif;max-width:60em;margin:2em auto;padding:0 1em}"
         "table{border-collapse:collapse}td,th{padding:.2em .8em;text-align:left;"
         "border-bottom:1px solid #ddd}pre{background:#f4f4f4;padding:.8em;overflow:auto}")


def page(title, body):
    """A whole HTML file without anything from elsewhere."""
    return ("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
            f"<title>{html.escape(title)}</title><style>{STYLE}</style></head>\n<body>\n"
            f"<h1>{html.escape(title)}</h1>\n" + body + "\n</body></html>\n")


def table(head, rows):
    cells = ["<table><tr>" + "".join(f"<th>{html.escape(str(cell))}</th>" for cell in head)
             + "</tr>"]
    for row in rows:
        cells.append("<tr>" + "".join(f"<td>{html.escape(str(cell))}</td>" for cell in row)
                     + "</tr>")
    return "\n".join(cells) + "</table>"
