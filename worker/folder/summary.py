"""What a run says at its end: photos of each style, and which files failed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from worker.folder.rows import Row

NAMED = 10
"""Failed files that are named; the result has them all."""


@dataclass
class Summary:
    """Counts of one run, without those of an earlier run that it resumed."""

    styles: Counter[str] = field(default_factory=Counter)
    unsure: int = 0
    without_outfit: int = 0
    failed: int = 0
    not_copied: int = 0
    _named: list[str] = field(default_factory=list)

    def add(self, row: Row) -> None:
        """Count a row."""
        if row.error:
            self.failed += 1
            self._name(f"{row.path}: {row.error}")
        elif row.without_outfit:
            self.without_outfit += 1
        elif row.decided:
            self.styles[row.style] += 1
        else:
            self.unsure += 1

    def add_not_copied(self, row: Row, reason: str) -> None:
        """Count a photo that has its row but no copy."""
        self.not_copied += 1
        self._name(f"{row.path}: not copied: {reason}")

    def lines(self, seconds: float, done_before: int) -> list[str]:
        """The summary, for a terminal."""
        total = self.styles.total() + self.unsure + self.without_outfit + self.failed
        before = f" ({done_before} were done before)" if done_before else ""
        rate = total / seconds if seconds else 0
        lines = [f"  {style:20}{count:>7}" for style, count in self.styles.most_common()]
        if self.unsure:
            lines.append(f"  {'not sure':20}{self.unsure:>7}")
        if self.without_outfit:
            lines.append(f"  {'no outfit':20}{self.without_outfit:>7}")
        lines += [f"  {each}" for each in self._named]
        if (more := self.failed + self.not_copied - len(self._named)) > 0:
            lines.append(f"  ... and {more} more; the result names them all.")
        failed = f", {self.failed} failed" if self.failed else ""
        copies = f", {self.not_copied} not copied" if self.not_copied else ""
        return [
            *lines,
            f"{total} files in {seconds:.1f} s, {rate:.0f} a second{failed}{copies}{before}.",
        ]

    def _name(self, line: str) -> None:
        if len(self._named) < NAMED:
            self._named.append(line)
