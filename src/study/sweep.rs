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
/// Largest number of trials per cell and sample size.
pub(super) const MAX_TRIALS: u64 = 1_000_000;
/// Largest noise, in standard deviations of the target.
const MAX_NOISE: f64 = 1e6;

pub(super) fn read_sweeps(root: &Section<'_>, common: &Common<'_>) -> Result<Vec<Series>> {
    let empty = Node::parse("", "")?;
    let model = root.required("model")?.section("model", &MODEL_KEYS)?;
    let learners = root.get("learner").unwrap_or(&empty);
    if !learners.is_table() {
        learners.section("learner", &[])?;
    }
    // Also those that no sweep uses: a typo must not wait for the day one does.
    for name in learners.keys() {
        LearnerKind::parse(name).map_err(|e| learners.blame(&e))?;
        read_learner(learners, name)?;
    }
    let (mut all, mut spreads) = (AllSeries::default(), Spreads::default());
    for node in root.required("sweep")?.items("sweep")? {
        let sweep = node.section("sweep", &SWEEP_KEYS)?;
        for one in read_sweep(&sweep, &model, learners, common, &mut spreads)? {
            all.add(one);
        }
    }
    Ok(all.series)
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
            self.series[index].add(one.cells);
            return;
        }
        self.found.insert(description, self.series.len());
        self.series.push(one);
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
    learners: &Node,
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
        learners: &Node,
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
        learners: &Node,
        simulation: Simulation,
        input: Input,
    ) -> Result<Options> {
        let mut options = if learners.keys().any(|k| k == name) {
            read_learner(learners, name)?
        } else {
            LearnerKind::parse(name).map_err(|e| self.learner.blame(&e))?.defaults()
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
        let r = setting.link.r();
        let width = setting.options.width.at(d) as u64;
        if width > MAX_WIDTH {
            return Err(node
                .error(format!("at d = {d} the width is {width}"), "too wide here")
                .hint(format!("width must be at most {MAX_WIDTH}: lower its power")));
        }
        let checked = setting.law().check(d, r).and_then(|()| setting.built.check(d, r));
        checked.map_err(|e| node.blame(&e))?;
        ds.push(d);
    }
    let cells = Cell::all(&setting, &ds, seed, samples.test, trials);
    let mut series = Series { setting, cells: Vec::new() };
    series.add(cells);
    Ok(series)
}
