//! Whether f* = σ*(Vᵀx) varies under the law of the inputs: a risk is an error over its variance.
//!
//! Refused is a target with (E|f* − E f*|)² < ε Var σ*(z), z normal and ε =
//! [`LEAST_VARIANCE`]. The left side is a lower bound of Var f* that rare events do not
//! carry: for an event of probability p it is 4p of the variance, so about ten thousand test
//! samples show what is accepted. Of the polynomials it refuses t^k from t^14 on, and no `He_k`.

use std::collections::HashMap;

use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;

use crate::error::{Error, Result};
use crate::model::direction::DirectionLaw;
use crate::model::input::Input;
use crate::model::target::{LEAST_VARIANCE, Target};
use crate::sample::{BLOCK, Design, Key, LabelScratch, Stage, Tile};
use crate::study::cell::{Cell, Setting};

/// Blocks of the sample that a spread is computed from where it is no integral over one normal.
const BLOCKS: u64 = 16;

/// Relevant coordinates beyond which the law of a projection is as good as known.
const MANY: usize = 16;

/// The spreads computed so far, by link, number of directions, law of the inputs and s.
#[derive(Default)]
pub(super) struct Spreads(HashMap<(String, usize, Input, usize), f64>);

impl Spreads {
    /// Whether the target of `cell` varies.
    ///
    /// # Errors
    /// When it hardly does.
    pub(super) fn check(&mut self, setting: &Setting, cell: &Cell) -> Result<()> {
        let (link, r) = (&setting.link, setting.link.r());
        // Normal inputs have normal projections, those of neighbours nearly so.
        let normal = setting.input.has_normal_index();
        let input = if normal { Input::Gaussian } else { setting.input };
        let s = if normal { r } else { cell.s.min(MANY).max(r) };
        let key = (link.text().to_owned(), r, input, s);
        let spread = match self.0.get(&key) {
            Some(&spread) => spread,
            None if normal && r == 1 => link.spread(),
            None => sampled(setting, input, s)?,
        };
        self.0.insert(key, spread);
        let share = spread.powi(2) / link.variance();
        // False for NaN as well.
        if share >= LEAST_VARIANCE {
            return Ok(());
        }
        let (law, d) = (setting.input.name(), cell.d);
        Err(Error::usage(format!(
            "the link `{}` hardly varies under {law} inputs at d = {d}",
            link.text()
        ))
        .hint(format!(
            "the square of its mean deviation is {share:.1e} of its Gaussian variance, and has \
             to be {LEAST_VARIANCE:.0e}: what varies on rare samples only cannot be measured on a test sample"
        )))
    }
}

/// E|f* − E f*| by the mean over a sample that is the same for every study: V is a hard one on
/// `s` coordinates.
fn sampled(setting: &Setting, input: Input, s: usize) -> Result<f64> {
    let key = Key::root(0).named("spread");
    let mut rng = ChaCha8Rng::seed_from_u64(key.named("directions").bits());
    let directions = DirectionLaw::Hard { alpha: 1.0 }.draw(s, setting.link.r(), &mut rng)?;
    let target = Target::new(setting.link.clone(), directions, 0.0).on(input);
    let design = Design::new(key);
    let samples = design.samples(&target, Stage::Test, BLOCKS * BLOCK as u64);
    let mut scratch = LabelScratch::default();
    let mut values = vec![0.0; BLOCKS as usize * BLOCK];
    for (block, part) in values.chunks_mut(BLOCK).enumerate() {
        samples.clean_labels(block as u64, Tile::default(), &mut scratch, part);
    }
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    Ok(values.iter().map(|y| (y - mean).abs()).sum::<f64>() / n)
}
