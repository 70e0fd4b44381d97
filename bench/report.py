"""Figures with their limits: print them as they come, and say at the end what fell short."""

from __future__ import annotations

from dataclasses import dataclass, field
from statistics import median


@dataclass
class Report:
    """Prints the tables; `failed` names every figure beyond its gate."""

    failed: list[str] = field(default_factory=list)

    def section(self, title: str) -> None:
        print(f"\n── {title} " + "─" * max(0, 88 - len(title)), flush=True)

    def rounds(self, name: str, values: list[float], unit: str) -> float:
        """Print the raw rounds and return their median."""
        middle = median(values)
        raw = "  ".join(f"{value:.4g}" for value in values)
        print(f"{name:<46} {middle:>9.4g} {unit:<10} rounds: {raw}", flush=True)
        return middle

    def at_most(self, name: str, value: float, limit: float) -> None:
        self._gate(name, f"{value:.4g} ≤ {limit:g}", reached=value <= limit)

    def at_least(self, name: str, value: float, limit: float) -> None:
        self._gate(name, f"{value:.4g} ≥ {limit:g}", reached=value >= limit)

    def holds(self, name: str, *, reached: bool) -> None:
        self._gate(name, "holds" if reached else "does not hold", reached=reached)

    def _gate(self, name: str, figure: str, *, reached: bool) -> None:
        print(f"  {'ok   ' if reached else 'SHORT'} {name}: {figure}", flush=True)
        if not reached:
            self.failed.append(f"{name}: {figure}")


def percentile(values: list[float], part: float) -> float:
    """Return the value that `part` (0 to 1) of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]
