//! The network and its hidden layer.

use faer::{Mat, MatRef};

use crate::learner::ranking::Ranking;
use crate::model::activation::Activation;
use crate::model::direction::Directions;
use crate::model::target::Target;
use crate::sample::gaussian;
use crate::sample::product::product;
use crate::sample::{BLOCK, Key, Lines};

/// First layer on the kept coordinates: neuron j is column `w_j` of an M × m matrix.
#[derive(Clone, Debug)]
pub struct Layer {
    /// Kept coordinates, increasing; M of them.
    pub coordinates: Vec<u32>,
    /// Weights W, M × m.
    pub weights: Mat<f32>,
    /// Activation φ.
    pub activation: Activation,
}

impl Layer {
    /// Columns `w_j` uniform on the unit sphere of the kept coordinates (part 4).
    #[must_use]
    pub fn on_sphere(
        coordinates: Vec<u32>,
        width: usize,
        activation: Activation,
        key: Key,
    ) -> Self {
        let mut weights = Mat::zeros(coordinates.len(), width);
        for j in 0..width {
            let column = weights.col_as_slice_mut(j);
            gaussian_column(key, j, column);
            scale_to_unit(column);
        }
        Self { coordinates, weights, activation }
    }

    /// Width m.
    #[must_use]
    pub fn width(&self) -> usize {
        self.weights.ncols()
    }

    /// Takes from neuron `j` what lies outside the increasing `subset` of the coordinates, and
    /// scales it to unit norm.
    pub fn restrict(&mut self, j: usize, subset: &[u32]) {
        let mut left = subset.iter().peekable();
        let column = self.weights.col_as_slice_mut(j);
        for (w, coordinate) in column.iter_mut().zip(&self.coordinates) {
            if left.next_if_eq(&coordinate).is_none() {
                *w = 0.0;
            }
        }
        scale_to_unit(column);
    }

    /// Leaves the increasing `subset` of the coordinates, and no other; every neuron keeps its
    /// norm, as far as it has weights left.
    pub fn shrink(&mut self, subset: Vec<u32>) {
        let among = |j: &u32| self.coordinates.binary_search(j).ok();
        let rows: Vec<usize> = subset.iter().filter_map(among).collect();
        let mut weights = Mat::from_fn(rows.len(), self.width(), |i, j| self.weights[(rows[i], j)]);
        for j in 0..self.width() {
            let before = norm(self.weights.col_as_slice(j)) as f32;
            let column = weights.col_as_slice_mut(j);
            scale_to_unit(&mut *column);
            for w in column {
                *w *= before;
            }
        }
        (self.coordinates, self.weights) = (subset, weights);
    }

    /// Pre-activations X W of a block: `x` holds the kept coordinates as M columns of
    /// length `rows`; `out` gets m columns of that length.
    pub fn preactivations(&self, x: &[f32], rows: usize, out: &mut [f32]) {
        let x = MatRef::from_column_major_slice(x, rows, self.coordinates.len());
        let out = faer::MatMut::from_column_major_slice_mut(out, rows, self.width());
        product(out, x, self.weights.as_ref());
    }
}

/// Fills column `j` of a matrix of independent standard normals.
pub(super) fn gaussian_column(key: Key, j: usize, column: &mut [f32]) {
    for (strip, part) in column.chunks_mut(BLOCK).enumerate() {
        gaussian::fill(key, ((strip as u64) << 32) | j as u64, part);
    }
}

/// Independent standard normals, column by column.
pub(in crate::learner) fn gaussian_matrix(key: Key, rows: usize, columns: usize) -> Mat<f64> {
    let mut column = vec![0.0_f32; rows];
    let mut matrix = Mat::zeros(rows, columns);
    for j in 0..columns {
        gaussian_column(key, j, &mut column);
        for (entry, &z) in matrix.col_as_slice_mut(j).iter_mut().zip(&column) {
            *entry = f64::from(z);
        }
    }
    matrix
}

/// Independent standard normals, `count` of them.
pub(in crate::learner) fn normals(key: Key, count: usize) -> Vec<f32> {
    let mut z = vec![0.0_f32; count];
    for (strip, part) in z.chunks_mut(BLOCK).enumerate() {
        gaussian::fill(key, strip as u64, part);
    }
    z
}

/// Euclidean norm.
fn norm(column: &[f32]) -> f64 {
    column.iter().map(|&w| f64::from(w).powi(2)).sum::<f64>().sqrt()
}

/// Scales `column` to unit Euclidean norm; a zero column stays zero. Returns the old norm.
pub(in crate::learner) fn scale_to_unit(column: &mut [f32]) -> f64 {
    let norm = norm(column);
    if norm > 0.0 {
        for w in column {
            *w = (f64::from(*w) / norm) as f32;
        }
    }
    norm
}

/// f(x) = Σ_j a_j φ(⟨`w_j`, x⟩ + `b_j`) + a₀.
#[derive(Clone, Debug)]
pub struct Network {
    /// First layer.
    pub layer: Layer,
    /// Biases `b_j`.
    pub biases: Vec<f32>,
    /// Second layer a.
    pub readout: Vec<f64>,
    /// Intercept a₀.
    pub intercept: f64,
}

/// What a learner in another program says of one trial.
#[derive(Clone, Debug)]
pub struct Answered {
    /// f(x) on the test samples.
    pub predictions: Vec<f64>,
    /// One score a coordinate, if it has scores.
    pub scores: Option<Vec<f64>>,
    /// The coordinates that it kept, increasing, if it kept some.
    pub kept: Option<Vec<u32>>,
    /// First layer, kept coordinates × neurons, if it has one.
    pub weights: Option<Mat<f64>>,
}

/// What coordinates were chosen by.
#[derive(Clone, Debug)]
pub enum Scores {
    /// One score a coordinate.
    All(Vec<f64>),
    /// Scores of relevant coordinates, the others known in law: how well all of them rank.
    Relevant(Ranking),
}

impl From<Vec<f64>> for Scores {
    fn from(scores: Vec<f64>) -> Self {
        Self::All(scores)
    }
}

impl Scores {
    /// How well they order the coordinates of `directions`.
    #[must_use]
    pub fn ranking(&self, directions: &Directions) -> Ranking {
        match self {
            Self::All(scores) => Ranking::of(scores, directions),
            Self::Relevant(ranking) => *ranking,
        }
    }
}

/// What training gives.
#[derive(Clone, Debug)]
pub struct Trained {
    /// The network.
    pub network: Network,
    /// Whether the later stages were simulated in reduced form.
    pub reduced: bool,
    /// What the coordinates were chosen by, if by scores.
    pub scores: Option<Scores>,
    /// What it was trained on, if that is not the target itself but its limit.
    pub limit: Option<Box<Limit>>,
}

/// The coordinates that a network is built on: M of them, of which V touches none but some of
/// `touched`, increasing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Indices.
    pub touched: Vec<u32>,
    /// M.
    pub count: u64,
}

/// What a network was trained on in the limit simulation ([`super::limit`]).
#[derive(Clone, Debug)]
pub struct Limit {
    /// The target in the coordinates of the network's layer.
    pub target: Target,
    /// The coordinates that they stand for.
    pub kept: Kept,
    /// How well scores chose them, if scores did.
    pub ranking: Option<Ranking>,
}

impl Trained {
    /// Number of coordinates M that it was trained on.
    #[must_use]
    pub fn kept(&self) -> usize {
        self.limit
            .as_ref()
            .map_or(self.network.layer.coordinates.len(), |limit| limit.kept.count as usize)
    }

    /// The same, on coordinates that `scores` chose.
    #[must_use]
    pub fn by(self, scores: impl Into<Scores>) -> Self {
        Self { scores: Some(scores.into()), ..self }
    }

    /// Whether any stage was simulated in reduced form.
    #[must_use]
    pub fn is_reduced(&self) -> bool {
        self.reduced || matches!(self.scores, Some(Scores::Relevant(_)))
    }
}

impl Network {
    /// Hidden features `F_ij` = φ(⟨`w_j`, x_i⟩ + `b_j`) of a block, in the layout of
    /// [`Layer::preactivations`].
    pub fn features(layer: &Layer, biases: &[f32], x: &[f32], rows: usize, out: &mut [f32]) {
        layer.preactivations(x, rows, out);
        let activation = layer.activation;
        for (column, &b) in out.chunks_exact_mut(rows).zip(biases) {
            for f in column {
                *f = activation.value_f32(*f + b);
            }
        }
    }

    /// Predictions f(x) of a block; `scratch` is resized as needed.
    pub fn predict(&self, x: &[f32], rows: usize, scratch: &mut Lines, out: &mut [f64]) {
        scratch.resize(rows * self.layer.width());
        Self::features(&self.layer, &self.biases, x, rows, scratch);
        out.fill(self.intercept);
        for (column, &a) in scratch.chunks_exact(rows).zip(&self.readout) {
            for (f, &feature) in out.iter_mut().zip(column) {
                *f += a * f64::from(feature);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initial_weights_are_uniform_on_the_sphere() {
        let (m, width) = (7, 4000);
        let layer =
            Layer::on_sphere((0..m).collect(), width, Activation::Relu, Key::root(9).named("w"));
        // E w w^T = I/M; an entry of the mean of wᵢwⱼ over 4000 draws has deviation < 0.004.
        for a in 0..m as usize {
            for b in 0..=a {
                let mean = (0..width)
                    .map(|j| f64::from(layer.weights[(a, j)] * layer.weights[(b, j)]))
                    .sum::<f64>()
                    / width as f64;
                let exact = if a == b { 1.0 / f64::from(m) } else { 0.0 };
                assert!((mean - exact).abs() < 0.02, "({a}, {b}): {mean}");
            }
        }
        for j in 0..width {
            let norm: f32 = layer.weights.col_as_slice(j).iter().map(|w| w * w).sum();
            assert!((norm - 1.0).abs() < 1e-5);
        }
    }

    #[test]
    fn a_prediction_is_the_sum_it_stands_for() {
        let (rows, m, width) = (5, 3, 4);
        let layer = Layer::on_sphere(vec![1, 4, 6], width, Activation::Tanh, Key::root(1));
        let network = Network {
            layer,
            biases: vec![0.5, -1.0, 0.25, 2.0],
            readout: vec![1.0, -2.0, 0.5, 3.0],
            intercept: 0.75,
        };
        let x: Vec<f32> = (0..rows * m).map(|i| (i as f32 * 0.37).sin()).collect();
        let mut out = vec![0.0; rows];
        network.predict(&x, rows, &mut Lines::default(), &mut out);
        for i in 0..rows {
            let mut f = network.intercept;
            for j in 0..width {
                let u: f64 = (0..m)
                    .map(|k| f64::from(x[k * rows + i]) * f64::from(network.layer.weights[(k, j)]))
                    .sum();
                f += network.readout[j] * (u + f64::from(network.biases[j])).tanh();
            }
            assert!((f - out[i]).abs() < 1e-5);
        }
    }
}
