"""Types of the columns of all tables, which docs/statistics.md describes: an empty column has its type too."""

from __future__ import annotations

TEXT = (
    "study cell learner link input status simulation manifest check censored verdict verdict_csq"
).split()
WHOLE = "k_star r d s kept width n trial trials d_min d_max points cells".split()
REAL = (
    "alpha q noise risk alignment subspace recall precision mass pearson spearman auc seconds "
    "threshold n_star ci_low ci_high se_ln n_star_median law limit limit_se_ln exponent log_corrected "
    "log_corrected_low log_corrected_high predicted log_power rate_low rate_high within p csq "
    "kappa kappa_low kappa_high constant constant_low constant_high scatter"
).split()


def types(columns: list[str]) -> dict[str, object]:
    """The polars type of each of ``columns`` that has one."""
    import polars as pl

    known = {
        **dict.fromkeys(TEXT, pl.String), **dict.fromkeys(WHOLE, pl.Int64),
        **dict.fromkeys(REAL, pl.Float64), "seed": pl.UInt64, "contradiction": pl.Boolean,
    }
    return {column: known[column] for column in columns if column in known}
