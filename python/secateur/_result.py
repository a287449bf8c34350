"""Results of a study, as frames."""

from __future__ import annotations

import html
import pathlib
from typing import TYPE_CHECKING

from ._schema import types

if TYPE_CHECKING:
    import polars as pl


class Result:
    """The results folder of a study; its tables are polars frames, read when asked for.

    ``.to_pandas()`` of a frame gives a pandas one. Columns are described in docs/statistics.md.
    """

    def __init__(self, folder: str | pathlib.Path) -> None:
        self.folder = pathlib.Path(folder)

    def table(self, name: str) -> pl.DataFrame:
        """The table ``name``.csv of the folder; columns that are empty have their type too."""
        import polars as pl

        path = self.folder / f"{name}.csv"
        if not path.is_file():
            raise FileNotFoundError(f"there is no {path}: this study has no such table")
        columns = pl.read_csv(path, n_rows=0).columns
        return pl.read_csv(
            path, schema_overrides=types(columns), infer_schema_length=None
        )

    @property
    def trials(self) -> pl.DataFrame:
        """One row a trial: learner, link, d, n, risk and the other metrics."""
        return self.table("trials")

    @property
    def thresholds(self) -> pl.DataFrame:
        """n* of each learner and dimension, with its 95 % interval."""
        return self.table("thresholds")

    @property
    def exponents(self) -> pl.DataFrame:
        """β of each series with its interval, rate band, prediction and verdict."""
        return self.table("exponents")

    @property
    def verdicts(self) -> pl.DataFrame:
        """The series that have a prediction: measured β, predicted b, verdict.

        ``within`` is the smallest margin at which the data say that the exponent is b.
        """
        found = self.exponents
        return found.filter(found["verdict"].is_not_null()).select(
            "learner", "link", "r", "alpha", "q", "noise", "input",
            "exponent", "ci_low", "ci_high", "predicted", "within", "verdict", "verdict_csq",
        )

    @property
    def law(self) -> pl.DataFrame:
        """n* against the finite-size law of the ranking."""
        return self.table("law")

    @property
    def page(self) -> pathlib.Path:
        """The page of the study, to be opened in a browser."""
        return self.folder / "report.html"

    def __repr__(self) -> str:
        return f"Result({str(self.folder)!r})"

    def _repr_html_(self) -> str:
        if self.page.is_file():
            inside = html.escape(self.page.read_text(encoding="utf-8"), quote=True)
            style = "width:100%;height:40em;border:0"
            return f'<iframe srcdoc="{inside}" style="{style}"></iframe>'
        return str(self.exponents._repr_html_())


def read(folder: str | pathlib.Path) -> Result:
    """The results in ``folder``."""
    if not (pathlib.Path(folder) / "trials.csv").is_file():
        raise FileNotFoundError(f"there are no trials.csv in {folder}")
    return Result(folder)
