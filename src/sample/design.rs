//! The virtual design matrix: blocks of samples, read by coordinate.

use serde::Serialize;

use super::crew::Crew;
use super::key::Key;
use super::strip::{BLOCK, position};
use super::{gaussian, input, simd};
use crate::model::input::Input;
use crate::model::target::Target;

/// Position of the label noise ξ, beside the input coordinates.
const NOISE: u32 = u32::MAX;

/// Position of the auxiliary coordinate ζ of the data augmentation.
const AUXILIARY: u32 = u32::MAX - 1;

/// The part of a learner that reads the samples; each has a stream of its own.
///
/// The streams are named, not numbered, so the pruned and the unpruned network see the same
/// samples in the stages that they share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Gradient comparison, or its first round.
    Prune,
    /// A later round of it, by number from 1.
    Round(u32),
    /// Gradient step on the first layer, by step number from 0.
    Feature(u32),
    /// Ridge on the second layer.
    Readout,
    /// Fresh samples for the metrics.
    Test,
    /// The one data set of all stages when data are reused.
    Shared,
    /// Choice among transformations of the label.
    Choose,
}

impl Stage {
    /// The stages that a study can name.
    pub const NAMED: [Self; 3] = [Self::Prune, Self::Feature(0), Self::Readout];

    /// Its name in studies.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Prune | Self::Round(_) => "prune",
            Self::Feature(_) => "feature",
            Self::Readout => "readout",
            Self::Test => "test",
            Self::Shared => "shared",
            Self::Choose => "choose",
        }
    }

    fn number(self) -> u64 {
        match self {
            Self::Prune => 0,
            Self::Readout => 1,
            Self::Test => 2,
            Self::Shared => 3,
            // All numbers from 4 on belong to the steps, and those beyond 2⁴⁰ to the rounds.
            Self::Choose => u64::MAX,
            Self::Feature(step) => 4 + u64::from(step),
            Self::Round(round) => (1 << 40) + u64::from(round),
        }
    }
}

/// All samples that one trial may ask for.
#[derive(Clone, Copy, Debug)]
pub struct Design<'a> {
    key: Key,
    crew: &'a Crew,
}

impl Design<'static> {
    /// The design of the trial whose key is `trial`, read by one thread.
    #[must_use]
    pub fn new(trial: Key) -> Self {
        Design::shared(trial, Crew::alone())
    }
}

impl<'a> Design<'a> {
    /// The design of the trial whose key is `trial`, read with the idle threads of `crew`.
    #[must_use]
    pub fn shared(trial: Key, crew: &'a Crew) -> Self {
        Self { key: trial.named("design"), crew }
    }

    /// The first `n` samples of `stage`, labelled by `target`.
    #[must_use]
    pub fn samples<'b>(&self, target: &'b Target, stage: Stage, n: u64) -> Samples<'b>
    where
        'a: 'b,
    {
        Samples { key: self.key.child(stage.number()), target, n, crew: self.crew }
    }
}

/// Coordinates of a block that the caller has already generated.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tile<'a> {
    /// Increasing coordinate indices.
    pub coordinates: &'a [u32],
    /// Their values: one column of the block's length a coordinate.
    pub values: &'a [f32],
}

/// n labelled samples of one stage: x of the target's law, N(0, `I_d`) as a rule, and
/// y = σ*(Vᵀx) + √Δ ξ.
///
/// Sample i lies in block i / [`BLOCK`]. Nothing is stored: every method generates what is
/// asked for, and the same request always gives the same bits.
#[derive(Clone, Copy, Debug)]
pub struct Samples<'a> {
    key: Key,
    target: &'a Target,
    n: u64,
    crew: &'a Crew,
}

/// Memory that labels are computed in, kept from block to block.
#[derive(Clone, Debug, Default)]
pub struct LabelScratch {
    projections: Vec<f64>,
    /// Labels in double precision, on their way to single.
    pub(super) labels: Vec<f64>,
}

impl<'a> Samples<'a> {
    /// What labels them.
    #[must_use]
    pub fn target(&self) -> &'a Target {
        self.target
    }

    /// Number of samples n.
    #[must_use]
    pub fn n(&self) -> u64 {
        self.n
    }

    /// Threads that may help to read them.
    #[must_use]
    pub fn crew(&self) -> &'a Crew {
        self.crew
    }

    /// Number of blocks; the last may be short.
    #[must_use]
    pub fn blocks(&self) -> u64 {
        self.n.div_ceil(BLOCK as u64)
    }

    /// Number of samples in `block`.
    #[must_use]
    pub fn block_len(&self, block: u64) -> usize {
        (self.n - block * BLOCK as u64).min(BLOCK as u64) as usize
    }

    /// Coordinate `j` of the samples of `block`, as many as `out` is long; for callers that
    /// have already chosen an instruction set (see [`gaussian::fill_inline`]).
    #[inline(always)]
    pub fn coordinate_inline(&self, block: u64, j: u32, out: &mut [f32]) {
        match self.target.input() {
            Input::Gaussian => gaussian::fill_inline(self.key, position(block, j), out),
            _ => input::fill(self.target, self.key, block, j, out),
        }
    }

    /// The auxiliary coordinate ζ ~ N(0, 1) of the samples of `block`.
    pub fn auxiliary(&self, block: u64, out: &mut [f32]) {
        self.strip(block, AUXILIARY, out);
    }

    /// Coordinates `coordinates` of `block` as the columns of a column-major matrix with
    /// `self.block_len(block)` rows.
    pub fn columns(&self, block: u64, coordinates: &[u32], out: &mut [f32]) {
        let rows = self.block_len(block);
        simd::vectorise(
            #[inline(always)]
            || {
                for (&j, column) in coordinates.iter().zip(out.chunks_exact_mut(rows)) {
                    self.coordinate_inline(block, j, column);
                }
            },
        );
    }

    /// Hands the inputs to `push`, a block of samples at a time, as rows of their first `d`
    /// coordinates.
    ///
    /// # Errors
    /// When `push` fails.
    pub fn rows<E>(
        &self,
        d: usize,
        push: &mut dyn FnMut(&[f32]) -> Result<(), E>,
    ) -> Result<(), E> {
        let coordinates: Vec<u32> = (0..d as u32).collect();
        let (mut columns, mut rows) = (vec![0.0; BLOCK * d], vec![0.0; BLOCK * d]);
        for block in 0..self.blocks() {
            let count = self.block_len(block);
            let (columns, rows) = (&mut columns[..count * d], &mut rows[..count * d]);
            self.columns(block, &coordinates, columns);
            transpose(columns, rows, count, d);
            push(rows)?;
        }
        Ok(())
    }

    /// Hands the labels to `push`, a block of samples at a time; without their noise unless
    /// `noisy`.
    ///
    /// # Errors
    /// When `push` fails.
    pub fn each_labels<E>(
        &self,
        noisy: bool,
        push: &mut dyn FnMut(&[f64]) -> Result<(), E>,
    ) -> Result<(), E> {
        let (mut scratch, mut labels) = (LabelScratch::default(), Vec::new());
        for block in 0..self.blocks() {
            labels.resize(self.block_len(block), 0.0);
            if noisy {
                self.labels(block, Tile::default(), &mut scratch, &mut labels);
            } else {
                self.clean_labels(block, Tile::default(), &mut scratch, &mut labels);
            }
            push(&labels)?;
        }
        Ok(())
    }

    /// Projections z = Vᵀx of the samples of `block`, times the target's scale: r columns of
    /// length `block_len`.
    ///
    /// Coordinates that `known` holds are not generated again.
    pub fn projections(&self, block: u64, known: Tile<'_>, out: &mut [f64]) {
        let rows = self.block_len(block);
        let directions = self.target.directions();
        let mut strip = [0.0_f32; BLOCK];
        out.fill(0.0);
        for (&j, row) in directions.support().iter().zip(directions.rows()) {
            let x = if let Ok(at) = known.coordinates.binary_search(&j) {
                &known.values[at * rows..(at + 1) * rows]
            } else {
                self.coordinate(block, j, &mut strip[..rows]);
                &strip[..rows]
            };
            for (column, &v) in out.chunks_exact_mut(rows).zip(row) {
                for (z, &x) in column.iter_mut().zip(x) {
                    *z += v * f64::from(x);
                }
            }
        }
        let scale = self.target.scale();
        if scale != 1.0 {
            for z in out {
                *z *= scale;
            }
        }
    }

    /// Noiseless labels σ*(Vᵀx) of the samples of `block`, as many as `out` is long.
    pub fn clean_labels(
        &self,
        block: u64,
        known: Tile<'_>,
        scratch: &mut LabelScratch,
        out: &mut [f64],
    ) {
        let projections = &mut scratch.projections;
        projections.resize(out.len() * self.target.directions().r(), 0.0);
        self.projections(block, known, projections);
        self.target.link().eval_block(projections, out.len(), out);
    }

    /// Labels y = σ*(Vᵀx) + √Δ ξ of the samples of `block`.
    pub fn labels(&self, block: u64, known: Tile<'_>, scratch: &mut LabelScratch, out: &mut [f64]) {
        self.clean_labels(block, known, scratch, out);
        let noise = self.target.noise();
        if noise == 0.0 {
            return;
        }
        let mut xi = [0.0_f32; BLOCK];
        let xi = &mut xi[..out.len()];
        self.strip(block, NOISE, xi);
        for (y, &xi) in out.iter_mut().zip(xi.iter()) {
            *y += noise * f64::from(xi);
        }
    }

    fn coordinate(&self, block: u64, j: u32, out: &mut [f32]) {
        simd::vectorise(
            #[inline(always)]
            || self.coordinate_inline(block, j, &mut *out),
        );
    }

    /// A strip of normals beside the coordinates.
    fn strip(&self, block: u64, j: u32, out: &mut [f32]) {
        gaussian::fill(self.key, position(block, j), out);
    }
}

/// Coordinates and samples that are turned at once, so that both stay in cache.
const SQUARE: usize = 32;

/// From `d` columns of length `count` to `count` rows of length `d`.
fn transpose(columns: &[f32], rows: &mut [f32], count: usize, d: usize) {
    for i in (0..count).step_by(SQUARE) {
        for j in (0..d).step_by(SQUARE) {
            for i in i..(i + SQUARE).min(count) {
                for j in j..(j + SQUARE).min(d) {
                    rows[i * d + j] = columns[j * count + i];
                }
            }
        }
    }
}
