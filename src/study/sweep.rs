//! `[model]` and `[[sweep]]`: from lists of values to series of cells.

use std::collections::HashMap;
use std::sync::Arc;

use super::cell::{Cell, Direction, Series, Setting};
use super::document::{Node, Section, choice, number_in};
use super::faint::Spreads;
use super::file::SamplePlan;
use super::lattice;
use super::learner_options::{MAX_WIDTH, read_learner};
use crate::error::Result;
use crate::learner::options::{DataUse, Simulation};
use crate::learner::{Granted, Options};
use crate::model::LearnerKind;
use crate::model::input::Input;
use crate::model::link::Link;
use crate::model::target::USUAL_NOISE;
use crate::words::names;

const MODEL_KEYS: [&str; 7] = ["link", "r", "noise", "input", "normalize", "direction", "q"];
const SWEEP_KEYS: [&str; 9] =
    ["learner", "alpha", "d", "link", "r", "q", "noise", "input", "trials"];
/// Largest input dimension, and number of coordinates to keep.
pub(super) const MAX_D: u64 = 1 << 30;
/// Largest dimension of soft directions.
const MAX_SOFT_D: usize = 1 << 20;
/// Most tables `[learner.NAME]`.
const MAX_LEARNERS: usize = 10_000;
/// Most series of all sweeps.
const MAX_SERIES: usize = 10_000;
/// Most cells of all sweeps.
const MAX_CELLS: usize = 100_000;
/// Largest number of trials per cell and sample size.
pub(super) const MAX_TRIALS: u64 = 1_000_000;
/// Largest noise, in standard deviations of the target.
const MAX_NOISE: f64 = 1e6;

pub(super) fn read_sweeps(root: &Section<'_>, common: &Common<'_>) -> Result<Vec<Series>> {
    let model = root.required("model")?.section("model", &MODEL_KEYS)?;
    let learners = root.get("learner").map_or(Ok(HashMap::new()), read_learners)?;
    let sweeps = root.required("sweep")?;
    let sections = sweeps.items("sweep")?.iter().map(|node| node.section("sweep", &SWEEP_KEYS));
    let sections: Vec<Section<'_>> = sections.collect::<Result<_>>()?;
    check_number(&sections, &model, sweeps)?;
    let (mut all, mut spreads) = (AllSeries::default(), Spreads::default());
    for sweep in &sections {
        for one in read_sweep(sweep, &model, &learners, common, &mut spreads)? {
            all.add(one);
        }
    }
    Ok(all.finished())
}

/// The options of every table `[learner.NAME]`: also of those that no sweep uses, as a typo must
/// not wait for the day one does.
fn read_learners(node: &Node) -> Result<Learners<'_>> {
    let tables = node.entries("learner")?;
    if tables.len() > MAX_LEARNERS {
        return Err(node
            .error(format!("there are more than {MAX_LEARNERS} tables [learner.NAME]"), "here")
            .hint("split the study into several files"));
    }
    tables.map(|(name, table)| Ok((name, read_learner(name, table)?))).collect()
}

/// Whether the sweeps make as many series and cells as can be planned: they are counted before
/// they are made.
fn check_number(sweeps: &[Section<'_>], model: &Section<'_>, node: &Node) -> Result<()> {
    let (mut series, mut cells) = (0_usize, 0_usize);
    for sweep in sweeps {
        let mut one = 1_usize;
        for key in ["learner", "alpha"] {
            one = one.saturating_mul(sweep.required(key)?.items(key)?.len());
        }
        for key in AXES {
            one = one.saturating_mul(items(sweep, model, key)?.len());
        }
        series = series.saturating_add(one);
        cells = cells.saturating_add(one.saturating_mul(sweep.required("d")?.items("d")?.len()));
    }
    let too_many = |most: usize, what: &str| {
        Err(node
            .error(format!("the sweeps have more than {most} {what}"), "these sweeps")
            .hint("a sweep runs every combination of its lists: shorten them, or split the study"))
    };
    match (series > MAX_SERIES, cells > MAX_CELLS) {
        (true, _) => too_many(MAX_SERIES, "series"),
        (_, true) => too_many(MAX_CELLS, "cells"),
        _ => Ok(()),
    }
}

/// The series of all sweeps so far.
#[derive(Default)]
struct AllSeries {
    series: Vec<Series>,
    /// Where the series of a setting is, by its description.
    found: HashMap<String, usize>,
}

impl AllSeries {
    /// Adds a series, or its cells to the one with the same setting.
    fn add(&mut self, one: Series) {
        let description = one.setting.description();
        if let Some(&index) = self.found.get(&description) {
            self.series[index].cells.extend(one.cells);
            return;
        }
        self.found.insert(description, self.series.len());
        self.series.push(one);
    }

    /// The series, each with its dimensions in order and once.
    fn finished(mut self) -> Vec<Series> {
        for Series { cells, .. } in &mut self.series {
            cells.sort_by_key(|c| c.d);
            cells.dedup_by_key(|c| c.d);
        }
        self.series
    }
}

/// What every sweep shares, unless it says otherwise.
#[derive(Clone, Copy)]
pub(super) struct Common<'a> {
    pub(super) samples: &'a SamplePlan,
    pub(super) seed: u64,
    pub(super) trials: u32,
}

/// Every combination of the lists of one `[[sweep]]`.
fn read_sweep(
    sweep: &Section<'_>,
    model: &Section<'_>,
    learners: &Learners<'_>,
    common: &Common<'_>,
    spreads: &mut Spreads,
) -> Result<Vec<Series>> {
    let trials = sweep.whole("trials", 1..=MAX_TRIALS, u64::from(common.trials))? as u32;
    let common = &Common { trials, ..*common };
    let dims = sweep.required("d")?;
    let mut series = Vec::new();
    let mut known = Known::new();
    for point in points(sweep, model)? {
        let base = point.base(sweep, model, learners, common.samples.simulation, &mut known)?;
        let one = read_series(point.setting(base, model)?, dims, point.learner, common)?;
        let link = point.at[0].unwrap_or(dims);
        for cell in &one.cells {
            spreads.check(&one.setting, cell).map_err(|e| link.blame(&e))?;
        }
        series.push(one);
    }
    Ok(series)
}

/// What a sweep takes every combination of, the last fastest, beside learner and α.
const AXES: [&str; 5] = ["link", "r", "q", "noise", "input"];

/// Every combination of the lists of a sweep.
fn points<'a>(sweep: &Section<'a>, model: &Section<'a>) -> Result<Vec<Point<'a>>> {
    let mut points = Vec::new();
    for learner in sweep.required("learner")?.items("learner")? {
        for alpha in sweep.required("alpha")?.items("alpha")? {
            points.push(Point { learner, alpha, at: [None; AXES.len()] });
        }
    }
    for (axis, key) in AXES.iter().enumerate() {
        let values = items(sweep, model, key)?;
        let combined = points.iter().flat_map(|p| values.iter().map(move |&v| p.with(axis, v)));
        points = combined.collect();
    }
    Ok(points)
}

/// The values that `key` sweeps over: those of the sweep, or the one of the model, or none.
fn items<'a>(sweep: &Section<'a>, model: &Section<'a>, key: &str) -> Result<Vec<Option<&'a Node>>> {
    match sweep.get(key).or_else(|| model.get(key)) {
        Some(node) => Ok(node.items(key)?.iter().map(Some).collect()),
        None => Ok(vec![None]),
    }
}

/// One combination of a sweep's lists.
#[derive(Clone, Copy)]
struct Point<'a> {
    learner: &'a Node,
    alpha: &'a Node,
    /// The values of [`AXES`], in their order.
    at: [Option<&'a Node>; AXES.len()],
}

/// Options of the learners that have a table, by name.
type Learners<'a> = HashMap<&'a str, Options>;

/// Settings by learner, link, r and input: what they resolve to takes quadratures, once.
type Known = HashMap<(String, String, Option<usize>, Input), Setting>;

impl<'a> Point<'a> {
    /// The same with `value` on one of [`AXES`].
    fn with(mut self, axis: usize, value: Option<&'a Node>) -> Self {
        self.at[axis] = value;
        self
    }

    /// The setting with learner, link and input of this point, whatever its α, q and noise.
    fn base(
        &self,
        sweep: &Section<'_>,
        model: &Section<'_>,
        learners: &Learners<'_>,
        simulation: Simulation,
        known: &mut Known,
    ) -> Result<Setting> {
        let [link, r, _, _, input] = self.at;
        let name = self.learner.text("learner")?;
        let kind = LearnerKind::parse(name).map_err(|e| self.learner.blame(&e))?;
        let Some(link_node) = link else {
            return Err(sweep
                .node()
                .error("no link is given", "needs a link")
                .hint("add link = \"He2\" to [model] or to this sweep"));
        };
        let r = r.map(|n| n.whole("r", 1..=MAX_D)).transpose()?.map(|r| r as usize);
        let input = input.map_or(Ok(Input::Gaussian), |n| choice(n, "input", &names::<Input>()))?;
        let key = (name.to_owned(), link_node.text("link")?.to_owned(), r, input);
        if let Some(setting) = known.get(&key) {
            return Ok(setting.clone());
        }
        let link = Link::parse(&key.1, r).map_err(|e| link_node.blame(&e))?;
        let normalize = model.get("normalize").map_or(Ok(true), |n| n.boolean("normalize"))?;
        let link =
            if normalize { link.normalised().map_err(|e| link_node.blame(&e))? } else { link };
        let k_star = link.information_exponent().map_err(|e| link_node.blame(&e))?;
        let options = self.options(name, learners, simulation, input)?;
        let granted = Granted::new(&link, k_star);
        let built = kind.build(&options, &granted).map_err(|e| self.learner.blame(&e))?;
        let setting = Setting {
            series: Arc::default(),
            learner: name.to_owned(),
            kind,
            options,
            link,
            normalize,
            k_star,
            alpha: 0.0,
            q: 0.0,
            direction: Direction::Hard,
            noise: 0.0,
            input,
            built: built.into(),
        };
        known.insert(key, setting.clone());
        Ok(setting)
    }

    fn options(
        &self,
        name: &str,
        learners: &Learners<'_>,
        simulation: Simulation,
        input: Input,
    ) -> Result<Options> {
        let mut options = match learners.get(name) {
            Some(options) => options.clone(),
            None => LearnerKind::parse(name).map_err(|e| self.learner.blame(&e))?.defaults(),
        };
        options.simulation = self.simulation(simulation, input)?;
        if simulation == Simulation::Reduced && options.data == DataUse::Reuse {
            return Err(self
                .learner
                .error("reused data cannot be simulated in reduced form", "reuses its data")
                .hint("the weights depend on the samples: use samples.simulation = \"explicit\" or \"auto\""));
        }
        Ok(options)
    }

    /// The simulation that suits the input: a reduced one needs the joint Gaussian law.
    fn simulation(&self, asked: Simulation, input: Input) -> Result<Simulation> {
        let [.., node] = self.at;
        let Some(node) = node.filter(|_| !input.is_gaussian()) else { return Ok(asked) };
        if asked == Simulation::Reduced {
            return Err(node
                .error(format!("{} inputs cannot be simulated in reduced form", input.name()), "not gaussian")
                .hint("the reduced law is that of Gaussian inputs: use samples.simulation = \"explicit\" or \"auto\""));
        }
        Ok(Simulation::Explicit)
    }

    fn setting(&self, base: Setting, model: &Section<'_>) -> Result<Setting> {
        let range = |node: Option<&Node>, name, range: std::ops::RangeInclusive<f64>, default| {
            node.map_or(Ok(default), |n| number_in(n, name, &range))
        };
        let [_, _, q, noise, _] = self.at;
        let alpha = number_in(self.alpha, "alpha", &(0.0..=1.0))?;
        let q = range(q, "q", 0.0..=1.99, 0.0)?;
        let direction = Setting::direction_law(model, self.alpha, alpha, q)?;
        let noise = range(noise, "noise", 0.0..=MAX_NOISE, USUAL_NOISE)?;
        Ok(Setting { alpha, q, direction, noise, ..base }.named())
    }
}

fn read_series(
    setting: Setting,
    dims: &Node,
    learner: &Node,
    &Common { samples, seed, trials }: &Common<'_>,
) -> Result<Series> {
    let smallest = lattice::size(*lattice::indices(samples.n_min, samples.n_max).start());
    setting.built.check_n(smallest).map_err(|e| learner.blame(&e))?;
    let mut ds = Vec::new();
    for node in dims.items("d")? {
        let d = node.whole("d", 1..=MAX_D)? as usize;
        if setting.direction == Direction::Soft && d > MAX_SOFT_D {
            return Err(node
                .error(format!("d = {d} is too large for soft directions"), "too large here")
                .hint(format!(
                    "every row is solved for: soft directions go up to d = {MAX_SOFT_D}"
                )));
        }
        let r = setting.link.r();
        let width = setting.options.width.at(d) as u64;
        if width > MAX_WIDTH {
            return Err(node
                .error(format!("at d = {d} the width is {width}"), "too wide here")
                .hint(format!("width must be at most {MAX_WIDTH}: lower its power")));
        }
        let checked = setting.law().check(d, r).and_then(|()| setting.built.learner.check(d, r));
        checked.map_err(|e| node.blame(&e))?;
        ds.push(d);
    }
    let cells = Cell::all(&setting, &ds, seed, samples.test, trials);
    Ok(Series { setting, cells })
}
