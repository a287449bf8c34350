"""The package against the program: `pytest python` with the program built or installed."""

import json
import os
import pathlib
import subprocess
import sys

import numpy as np
import pytest

import secateur
from secateur._schema import types

ROOT = pathlib.Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples" / "python"


@pytest.fixture(autouse=True)
def built(monkeypatch):
    """The program of this checkout, if there is one; the package for its workers."""
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    program = target / "release" / "secateur"
    if program.is_file() and "SECATEUR" not in os.environ:
        monkeypatch.setenv("SECATEUR", str(program))
    monkeypatch.setenv("PYTHONPATH", str(pathlib.Path(secateur.__file__).parents[1]))


STUDY = {
    "claim": "a study of one's own",
    "trials": 4,
    "model": {"link": "He2"},
    "samples": {"search": "grid", "n_min": 256, "n_max": 512, "test": 256},
    "sweep": [{"learner": ["mine", "pruned"], "alpha": 0.5, "d": [16, 36]}],
}


def screened(x, y, x_test, info):
    scores = np.abs((y - y.mean()) @ (np.asarray(x, dtype=np.float64) ** 2 - 1)) / len(y)
    kept = np.sort(np.argsort(-scores, kind="stable")[: info.s])
    return {"predictions": np.zeros(len(x_test)), "scores": scores, "kept": kept}


def test_a_function_is_a_learner(tmp_path):
    seen = []

    def mine(x, y, x_test, info):
        seen.append((x.shape, y.shape, x_test.shape, info.d, info.n))
        return screened(x, y, x_test, info)

    result = secateur.run(STUDY, name="own", out=tmp_path, learners={"mine": mine}, progress=False)
    trials = result.trials.filter(result.trials["learner"] == "mine")
    assert set(trials["status"]) == {"ok"}
    # A prediction of 0 has the risk E f² / Var f = 1 in the mean.
    assert abs(trials["risk"].mean() - 1) < 0.2
    assert trials["recall"].min() > 0 and trials["kept"].to_list() == trials["s"].to_list()
    assert {(n, d) for (n, d), *_ in seen} == {(n, d) for n in set(trials["n"]) for d in (16, 36)}
    assert all(shape == (n, d) and y == (n,) and test == (256, d) for shape, y, test, d, n in seen)


def test_data_are_the_same_for_the_same_trial(tmp_path):
    sums = {}

    def mine(x, y, x_test, info):
        key = (info.d, info.n, info.seed)
        sums.setdefault(key, []).append(float(np.sum(x)) + float(np.sum(y)) + float(np.sum(x_test)))
        return np.zeros(len(x_test))

    for name in ("one", "two"):
        secateur.run(STUDY, name=name, out=tmp_path, learners={"mine": mine}, progress=False)
    # Pilot trials, which price a study, may come on top.
    assert all(len(found) >= 2 and len(set(found)) == 1 for found in sums.values())


def test_what_a_function_does_wrong_is_a_failed_trial(tmp_path):
    def mine(x, y, x_test, info):
        if info.d == 16:
            raise ValueError("not today")
        return np.full(len(x_test), np.nan)

    result = secateur.run(STUDY, name="bad", out=tmp_path, learners={"mine": mine}, progress=False)
    trials = result.trials.filter(result.trials["learner"] == "mine")
    reasons = dict(zip(trials["d"], trials["status"]))
    assert "ValueError: not today" in reasons[16]
    assert "NaN" in reasons[36]


def test_an_error_of_the_program_is_an_exception_with_its_hint():
    with pytest.raises(secateur.SecateurError, match="did you mean `alpha_sweep`"):
        secateur.run("alpha_swep", progress=False)


def test_a_frame_of_trials_is_fitted(tmp_path):
    import polars as pl

    rows = []
    for d in (16, 32, 64, 128, 256):
        for step in range(4):
            n = d**2 // 4 * 2**step
            rows += [
                {"learner": "other", "d": d, "n": n, "trial": t, "risk": risk + 0.01 * t}
                for t, risk in enumerate([[0.9, 0.7, 0.3, 0.1][step]] * 6)
            ]
    found = json.dumps(secateur.fit(pl.DataFrame(rows)))
    assert "other" in found
    exponent = next(e for e in json.loads(found)["exponents"])
    assert abs(exponent["exponent"]["value"] - 2) < 0.05


def test_a_data_set_has_the_law_that_it_says():
    found = secateur.data("He2", 32, 0.5, 5000, noise=0.5, seed=3)
    x, y, f, v = found["x"], found["y"], found["f"], found["V"]
    assert x.shape == (5000, 32) and v.shape == (32, 1) and np.isclose(v.T @ v, 1)
    assert np.count_nonzero(v) == 6
    z = x.astype(np.float64) @ v[:, 0]
    assert np.allclose(f, (z**2 - 1) / np.sqrt(2), atol=1e-5)
    assert abs(np.std(y - f) - 0.5) < 0.03 and abs(x.mean()) < 0.01 and abs(x.std() - 1) < 0.01
    again = secateur.data("He2", 32, 0.5, 5000, noise=0.5, seed=3)
    assert all(np.array_equal(found[key], again[key]) for key in found)


def test_the_risk_of_a_row_is_that_of_its_arrays(tmp_path):
    study = {**STUDY, "sweep": [{"learner": ["pruned", "unpruned"], "alpha": 0.5, "d": [16, 36]}]}
    result = secateur.run(study, name="dump", out=tmp_path, progress=False)
    rows = list(result.trials.iter_rows(named=True))
    for row in rows[:: len(rows) // 8]:
        name = f"{row['cell']}/{row['n']}/{row['trial']}"
        found = secateur.trial(result.folder, name)
        assert abs(np.mean((found["predictions"] - found["f_test"]) ** 2) - row["risk"]) < 1e-5
        x = found["x_test"][:, found["kept"]].astype(np.float64)
        hidden = np.maximum(x @ found["W"] + found["b"], 0)
        assert np.allclose(hidden @ found["a"] + found["a0"], found["predictions"], atol=1e-4)
        relevant = np.flatnonzero(found["V"][:, 0])
        assert np.isclose(np.isin(relevant, found["kept"]).mean(), row["recall"])
        assert sum(found[f"y_{stage}"].size for stage in ("prune", "feature", "readout")
                   if f"y_{stage}" in found) == row["n"]
        if row["learner"] == "pruned":
            kept = np.sort(np.argsort(-found["scores"], kind="stable")[: row["s"]])
            assert np.array_equal(kept, found["kept"])


def test_pruning_in_numpy_is_that_of_the_program(tmp_path):
    """Same data: equal scores and kept coordinates; other weights at the start: equal in law."""
    worker = {"command": [sys.executable, str(EXAMPLES / "pruned.py")],
              "stages": ["prune", "feature", "readout"]}
    study = {"claim": "two of one kind", "trials": 200, "model": {"link": "He2"},
             "learner": {"mine": worker},
             "samples": {"search": "grid", "n_min": 1448, "n_max": 1448, "test": 1024},
             "sweep": [{"learner": ["mine", "pruned"], "alpha": 0.5, "d": 36}]}
    result = secateur.run(study, name="kind", out=tmp_path, progress=False)
    mine, own = ({row["trial"]: row for row in result.trials.iter_rows(named=True)
                  if row["learner"] == learner} for learner in ("mine", "pruned"))
    assert len(mine) == len(own) == 200 and all(row["status"] == "ok" for row in mine.values())
    for trial in range(20):
        a, b = (secateur.trial(result.folder, f"{rows[trial]['cell']}/1448/{trial}",
                               arrays=["scores", "kept"]) for rows in (mine, own))
        assert np.allclose(a["scores"], b["scores"], rtol=1e-4, atol=1e-4 * b["scores"].max())
        assert np.array_equal(a["kept"], b["kept"])
    risks = [np.sort([row["risk"] for row in rows.values()]) for rows in (mine, own)]
    at = np.concatenate(risks)
    steps = [np.searchsorted(sample, at, side="right") / 200 for sample in risks]
    # √(−ln(p/2)/2 · 2/200) at p = 0.001, both of 200: two right programs stay below it.
    assert np.abs(steps[0] - steps[1]).max() < np.sqrt(-np.log(0.0005) / 200)


def test_tables_have_the_types_of_their_schema():
    import polars as pl

    names = ("trials", "thresholds", "exponents", "law")
    seen = {name: set() for name in names}
    folders = sorted((ROOT / "results" / "reference").iterdir())
    for folder in folders:
        result = secateur.read(folder)
        for name in names:
            if (folder / f"{name}.csv").is_file():
                table = getattr(result, name)
                assert set(table.columns) == set(types(table.columns)), (folder, name)
                seen[name].add(str(table.schema))
        verdicts = result.verdicts
        assert verdicts["verdict"].null_count() == 0 and verdicts["exponent"].dtype == pl.Float64
    assert len(folders) > 20 and all(len(schemas) == 1 for schemas in seen.values())
    with pytest.raises(FileNotFoundError, match="no such table"):
        result.table("absent")


def test_theory_and_links():
    assert secateur.link("He3")["k_star"] == 3
    assert json.dumps(secateur.predict(2, alpha=0.5))


def test_a_study_survives_the_way_through_toml():
    table = {"claim": 'quotes " and \\ and λ', "x": [1, 2.5, True, {"a": "b"}]}
    from secateur._toml import dumps

    tomllib = pytest.importorskip("tomllib")
    assert tomllib.loads(dumps(table)) == table


@pytest.mark.parametrize("name", sorted(path.stem for path in EXAMPLES.glob("*.py")))
def test_examples_answer_the_protocol(name, tmp_path):
    if name == "lasso":
        pytest.importorskip("sklearn")
    rng = np.random.default_rng(1)
    n, d, test = 600, 16, 50
    x = rng.standard_normal((n, d)).astype(np.float32)
    y = ((x[:, :4].sum(1) / 2) ** 2 - 1) / np.sqrt(2)
    x_test = rng.standard_normal((test, d)).astype(np.float32)
    for array, called in ((x, "x"), (y.astype(np.float32), "y"), (x_test, "x_test")):
        np.save(tmp_path / f"{called}.npy", array)
    request = {
        "protocol": secateur.PROTOCOL, "folder": str(tmp_path), "n": n, "n_test": test, "d": d,
        "r": 1, "s": 4, "alpha": 0.5, "k_star": 2, "link": "He2", "noise": 0.0,
        "width": 64, "options": {}, "seed": 7,
        "stages": {"prune": [0, 200], "feature": [200, 200], "readout": [400, 200]},
        "granted": ["s", "alpha", "k_star", "link", "noise"],
    }
    done = subprocess.run(
        [sys.executable, str(EXAMPLES / f"{name}.py")], input=json.dumps(request) + "\n",
        capture_output=True, text=True, timeout=300, check=True,
    )
    assert json.loads(done.stdout) == {}, done.stderr
    predictions = np.load(tmp_path / "predictions.npy")
    assert predictions.shape == (test,) and np.isfinite(predictions).all()


def test_examples_are_short():
    for path in EXAMPLES.glob("*.py"):
        assert len(path.read_text().splitlines()) <= 60, path
