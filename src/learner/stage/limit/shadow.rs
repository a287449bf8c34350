//! First layer and target in the few coordinates that matter.

use faer::{Mat, MatRef};
use rand::Rng;
use rand_distr::{Distribution, Gamma, StandardNormal};

use super::sum::{SAMPLES, Sum};
use super::{mean, power};
use crate::error::Result;
use crate::learner::stage::block::symmetric;
use crate::learner::stage::budget::Portion;
use crate::learner::stage::gradient::{FeatureStep, gradient_sums};
use crate::learner::stage::network::{Kept, Layer, scale_to_unit};
use crate::learner::stage::reduced::{reduced_target, scaled_root, square_root};
use crate::model::activation::Activation;
use crate::model::link::Expansion;
use crate::model::target::Target;
use crate::sample::Key;

/// A first layer on M coordinates, seen in p = min(M, r + m) of them, and the target there.
///
/// A rotation of the M kept coordinates changes no law. If M > r + m it takes V to the first r
/// and the layer to the next m; else nothing is left out.
#[derive(Clone, Debug)]
pub struct Shadow {
    /// V in the coordinates of the layer: p × r.
    head: Mat<f64>,
    /// The layer, p × m.
    pub layer: Layer,
    /// The target in the same coordinates, and r more for what the M do not hold of V.
    pub target: Target,
    /// M − p.
    outside: u64,
    expansion: Expansion,
    samples: u64,
}

impl Shadow {
    /// A layer of `width` neurons uniform on the unit sphere of the `kept` coordinates.
    ///
    /// # Errors
    /// When V is not finite.
    pub fn new(
        target: &Target,
        kept: &Kept,
        width: usize,
        activation: Activation,
        rng: &mut impl Rng,
    ) -> Result<Self> {
        let r = target.directions().r();
        let p = (r + width).min(usize::try_from(kept.count).unwrap_or(usize::MAX));
        let outside = kept.count - p as u64;
        let support = target.directions().support();
        let touched = kept.touched.iter().copied().filter(|j| support.binary_search(j).is_ok());
        let touched: Vec<u32> = touched.collect();
        let v = target.directions().rows_at(&touched);
        let v = MatRef::from_row_major_slice(&v, touched.len(), r);
        let head =
            if outside == 0 { v.to_owned() } else { square_root((v.transpose() * v).as_ref())? };
        let mut w = Mat::zeros(p, width);
        let top = if outside == 0 { p } else { r };
        for j in 0..width {
            w.col_as_slice_mut(j)[..top].fill_with(|| StandardNormal.sample(rng));
        }
        let below = triangle(kept.count - top as u64, width, rng);
        w.as_mut().subrows_mut(top, below.nrows()).copy_from(&below);
        let mut weights = Mat::from_fn(p, width, |i, j| w[(i, j)] as f32);
        for j in 0..width {
            scale_to_unit(weights.col_as_slice_mut(j));
        }
        Ok(Self {
            target: reduced_target(target, &head, p)?,
            head: Mat::from_fn(p, r, |i, j| if i < head.nrows() { head[(i, j)] } else { 0.0 }),
            layer: Layer { coordinates: (0..p as u32).collect(), weights, activation },
            outside,
            expansion: Expansion::new(target.link()),
            samples: SAMPLES,
        })
    }

    /// The same with at most `samples` drawn in place of a stage.
    #[must_use]
    pub fn with_samples(self, samples: u64) -> Self {
        Self { samples, ..self }
    }

    /// V in the coordinates of the layer, p × r.
    #[must_use]
    pub fn head(&self) -> MatRef<'_, f64> {
        self.head.as_ref()
    }

    /// Samples that stand for a stage, in these coordinates.
    #[must_use]
    pub fn portion<'b>(&'b self, portion: &Portion<'b>) -> (Portion<'b>, Sum) {
        let sum = Sum::of(portion.n(), self.samples);
        (portion.within(&self.target).first(sum.drawn), sum)
    }

    /// XᵀC and CᵀC over the samples of a stage: the first in the coordinates of the layer
    /// (p × m, column-major), and below them the min(M − p, m) rows of a matrix with the Gram
    /// matrix of what lies outside.
    ///
    /// # Errors
    /// When the second moment of C is not finite.
    pub fn gradient(
        &self,
        portion: &Portion<'_>,
        shift: f64,
        rng: &mut impl Rng,
    ) -> Result<Mat<f64>> {
        let (p, width) = (self.layer.coordinates.len(), self.layer.width());
        let (drawn, sum) = self.portion(portion);
        let sums = gradient_sums(&self.layer, shift as f32, &drawn.labels(), self.outside > 0);
        let inside = MatRef::from_column_major_slice(&sums.gradient, p, width);
        let inside = if sum.times == 1 {
            inside.to_owned()
        } else {
            let mean = mean::gradient(&self.layer, self.head(), &self.expansion, shift);
            Mat::from_fn(p, width, |i, j| sum.whole(inside[(i, j)], mean[(i, j)]))
        };
        if self.outside == 0 {
            return Ok(inside);
        }
        let mut second = symmetric(width, &sums.second_moment);
        if sum.times > 1 {
            let mean = power::mean(&self.layer, self.head(), &self.target, shift, rng);
            second = Mat::from_fn(width, width, |i, j| sum.whole(second[(i, j)], mean[(i, j)]));
        }
        let outside = triangle(self.outside, width, rng) * scaled_root(&second)?;
        Ok(faer::concat![[inside], [outside]])
    }

    /// One gradient step: part 5 of `PruneNetwork`.
    ///
    /// # Errors
    /// When the gradient is zero or not finite.
    pub fn step(
        &mut self,
        feature: &FeatureStep,
        portion: &Portion<'_>,
        signs: Key,
        rng: &mut impl Rng,
    ) -> Result<()> {
        let gradient = self.gradient(portion, feature.shift(), rng)?;
        let (rows, width) = gradient.shape();
        let weights = Mat::zeros(rows, width);
        let coordinates = (0..rows as u32).collect();
        let mut layer = Layer { coordinates, weights, activation: self.layer.activation };
        let flat: Vec<f64> = (0..width).flat_map(|j| gradient.col_as_slice(j)).copied().collect();
        feature.apply(&mut layer, &flat, signs)?;
        if self.outside == 0 {
            self.layer = layer;
            return Ok(());
        }
        // The first r coordinates hold V; the others are rotated to as many as there are neurons.
        let r = self.head.ncols();
        let rest = Mat::from_fn(rows - r, width, |i, j| f64::from(layer.weights[(r + i, j)]));
        let rest = rest.qr();
        let rest = rest.thin_R();
        self.layer.weights = Mat::from_fn(r + width, width, |i, j| {
            if i < r { layer.weights[(i, j)] } else { rest[(i - r, j)] as f32 }
        });
        Ok(())
    }
}

/// The triangle R of a QR factorisation of a `rows` × `columns` matrix of independent standard
/// normals, min(`rows`, `columns`) × `columns`: so RᵀR is a Wishart matrix (Bartlett 1933).
///
/// Entries are independent: χ with `rows` − i degrees of freedom on the diagonal, standard
/// normals above it. A matrix with fewer rows than columns has no more than these.
pub(super) fn triangle(rows: u64, columns: usize, rng: &mut impl Rng) -> Mat<f64> {
    let height = columns.min(usize::try_from(rows).unwrap_or(usize::MAX));
    let mut triangle = Mat::zeros(height, columns);
    for i in 0..height {
        let half = 0.5 * (rows - i as u64) as f64;
        triangle[(i, i)] = Gamma::new(half, 2.0).map_or(half * 2.0, |law| law.sample(rng)).sqrt();
        for j in i + 1..columns {
            triangle[(i, j)] = StandardNormal.sample(rng);
        }
    }
    triangle
}
