//! `[model]` and `[[sweep]]`: from lists of values to series of cells.

use std::collections::HashMap;
use std::sync::Arc;

use super::document::Node;
use super::faint::Spreads;
use super::learner::{Learners, read_learners};
use super::limits;
use super::samples::SamplePlan;
use super::section::{Section, choice, number_in};
use crate::error::{Error, Result};
use crate::learner::contract::Coordinates;
use crate::learner::options::{DataUse, Simulation};
use crate::learner::stage::kept_count;
use crate::learner::{Built, Granted, Options};
use crate::model::LearnerKind;
use crate::model::input::Input;
use crate::model::link::Link;
use crate::model::problem::{self, Problem, Real};
use crate::model::target::USUAL_NOISE;
use crate::study::cell::{Cell, Direction, Series, Setting};
use crate::study::search::lattice;
use crate::words::names;

const MODEL_KEYS: [&str; 7] = ["link", "r", "noise", "input", "normalize", "direction", "q"];
const SWEEP_KEYS: [&str; 10] =
    ["learner", "alpha", "d", "link", "r", "q", "noise", "input", "trials", "precision"];

/// What a sweep takes every combination of, the last fastest, beside learner and α.
const AXES: [&str; 5] = ["link", "r", "q", "noise", "input"];

/// One value of each of [`AXES`], if it has any.
type Point<'a> = [Option<&'a Node>; AXES.len()];

/// The series of all sweeps, each sample size with `trials` trials unless a sweep says otherwise.
pub(super) fn read_sweeps(
    root: &Section<'_>,
    samples: &SamplePlan,
    seed: u64,
    trials: u64,
) -> Result<Vec<Series>> {
    let mut reader = Reader {
        model: root.required("model")?.section("model", &MODEL_KEYS)?,
        learners: root.get("learner").map_or_else(|| Ok(Learners::new()), read_learners)?,
        samples,
        seed,
        known: HashMap::new(),
        spreads: Spreads::default(),
        series: Vec::new(),
        found: HashMap::new(),
    };
    let node = root.required("sweep")?;
    let sweeps = node.items("sweep")?.iter().map(|node| node.section("sweep", &SWEEP_KEYS));
    let sweeps: Vec<Section<'_>> = sweeps.collect::<Result<_>>()?;
    reader.count(&sweeps, node)?;
    for sweep in &sweeps {
        reader.sweep(sweep, sweep.whole("trials", 1..=limits::TRIALS, trials)? as u32)?;
    }
    for Series { cells, .. } in &mut reader.series {
        cells.sort_by_key(|c| c.d);
        cells.dedup_by_key(|c| c.d);
    }
    Ok(reader.series)
}

/// What does not depend on α, q and noise: it takes quadratures.
struct Base {
    kind: Option<LearnerKind>,
    options: Options,
    link: Arc<Link>,
    k_star: u32,
    input: Input,
    built: Arc<Built>,
}

struct Reader<'a> {
    model: Section<'a>,
    learners: Learners<'a>,
    samples: &'a SamplePlan,
    seed: u64,
    /// By learner, link, r and input.
    known: HashMap<(String, String, Option<u64>, Input), Arc<Base>>,
    spreads: Spreads,
    series: Vec<Series>,
    /// Where the series of a setting is, by its description.
    found: HashMap<String, usize>,
}

impl<'a> Reader<'a> {
    /// The lists of a sweep: its own or the value of the model, empty if there is none.
    fn axes(&self, sweep: &Section<'a>) -> Result<[&'a [Node]; AXES.len()]> {
        let mut axes = [&[][..]; AXES.len()];
        for (axis, key) in axes.iter_mut().zip(AXES) {
            if let Some(node) = sweep.get(key).or_else(|| self.model.get(key)) {
                *axis = node.items(key)?;
            }
        }
        Ok(axes)
    }

    /// Whether there are as many series and cells as can be planned, before they are made.
    fn count(&self, sweeps: &[Section<'a>], node: &Node) -> Result<()> {
        let (mut series, mut cells) = (0_usize, 0_usize);
        for sweep in sweeps {
            let lists = ["learner", "alpha", "d"].map(|key| sweep.required(key)?.items(key));
            let [learners, alphas, ds] = lists.map(|list| list.map(<[Node]>::len));
            let axes = self.axes(sweep)?.map(|axis| axis.len().max(1));
            let one = axes.iter().fold(learners?, |all, &one| all.saturating_mul(one));
            let one = one.saturating_mul(alphas?);
            series = series.saturating_add(one);
            cells = cells.saturating_add(one.saturating_mul(ds?));
        }
        for (count, most, what) in
            [(series, limits::SERIES, "series"), (cells, limits::CELLS, "cells")]
        {
            if count > most {
                return Err(node
                    .error(format!("the sweeps have more than {most} {what}"), "these sweeps")
                    .hint("a sweep runs every combination of its lists: shorten them, or split the study"));
            }
        }
        Ok(())
    }

    /// Adds every combination of the lists of one `[[sweep]]`.
    fn sweep(&mut self, sweep: &Section<'a>, trials: u32) -> Result<()> {
        let (axes, ds) = (self.axes(sweep)?, sweep.required("d")?);
        let precision = sweep.get("precision");
        let precision = precision.map(|node| number_in(node, "precision", &limits::PRECISION));
        let precision = precision.transpose()?;
        for learner in sweep.required("learner")?.items("learner")? {
            for alpha in sweep.required("alpha")?.items("alpha")? {
                for at in combinations(&axes) {
                    let [Some(link), ..] = at else {
                        return Err(sweep
                            .node()
                            .error("no link is given", "needs a link")
                            .hint("add link = \"He2\" to [model] or to this sweep"));
                    };
                    let base = self.base(learner, link, at)?;
                    let setting = self.setting(learner, alpha, at, &base)?;
                    let mut cells = self.cells(&setting, learner, ds, trials)?;
                    for cell in &mut cells {
                        cell.precision = precision;
                        self.spreads.check(&setting, cell).map_err(|e| link.blame(&e))?;
                    }
                    self.add(setting, cells);
                }
            }
        }
        Ok(())
    }

    /// Adds a series, or its cells to the one with the same setting.
    fn add(&mut self, setting: Setting, cells: Vec<Cell>) {
        let index = *self.found.entry(setting.description()).or_insert(self.series.len());
        match self.series.get_mut(index) {
            Some(there) => there.cells.extend(cells),
            None => self.series.push(Series { setting, cells }),
        }
    }

    fn base(&mut self, learner: &Node, link_node: &Node, at: Point<'_>) -> Result<Arc<Base>> {
        let [_, r, _, _, input_node] = at;
        let name = learner.text("learner")?;
        let foreign = self.learners.get(name).filter(|options| options.worker.is_some());
        let kind = match foreign {
            Some(_) => None,
            None => Some(LearnerKind::parse(name).map_err(|e| learner.blame(&e))?),
        };
        let r = r.map(|n| n.whole("r", 1..=limits::VISITED)).transpose()?;
        let input = input_node.map_or(Ok(Input::Gaussian), Node::input)?;
        let key = (name.to_owned(), link_node.text("link")?.to_owned(), r, input);
        if let Some(base) = self.known.get(&key) {
            return Ok(base.clone());
        }
        let parsed = || {
            let link = Link::parse(&key.1, r.map(|r| r as usize))?;
            let link = if self.normalize()? { link.normalised()? } else { link };
            let k_star = link.information_exponent()?;
            Ok((link, k_star))
        };
        let (link, k_star) = parsed().map_err(|e| link_node.blame(&e))?;
        if let (Some(node), Some(_), r @ 2..) = (input_node, input.covariance(), link.r()) {
            return Err(node
                .error(format!("{} inputs are for one direction, not {r}", input.name()), "here")
                .hint("take a link of one variable, or another law of the inputs"));
        }
        let usual = || kind.map_or_else(Options::default, LearnerKind::defaults);
        let mut options = self.learners.get(name).cloned().unwrap_or_else(usual);
        let read =
            if options.whiten { input.whitened().map_err(|e| learner.blame(&e))? } else { input };
        options.simulation = self.simulation(kind, &options, learner, input_node, read)?;
        let granted = Granted::new(&link, k_star);
        let built = match kind {
            Some(kind) => kind.build(&options, &granted),
            None => Built::foreign(&options, &granted),
        };
        let built = built.map_err(|e| learner.blame(&e))?;
        if let (Simulation::Reduced, Coordinates::Ranked(Err(why))) =
            (options.simulation, built.learner.coordinates(read))
        {
            return Err(cannot_be_reduced(learner, &why.to_string()));
        }
        let (link, built) = (link.into(), built.into());
        let base = Arc::new(Base { kind, options, link, k_star, input, built });
        self.known.insert(key, base.clone());
        Ok(base)
    }

    fn normalize(&self) -> Result<bool> {
        self.model.get("normalize").map_or(Ok(true), |n| n.boolean("normalize"))
    }

    /// The simulation that suits options and input: a reduced one needs fresh samples with the
    /// joint Gaussian law.
    fn simulation(
        &self,
        kind: Option<LearnerKind>,
        options: &Options,
        learner: &Node,
        input_node: Option<&Node>,
        input: Input,
    ) -> Result<Simulation> {
        let asked = self.samples.simulation;
        let node = input_node.filter(|_| !input.is_gaussian());
        let form = match asked {
            Simulation::Reduced => "in reduced form",
            Simulation::Limit => "in the limit",
            Simulation::Auto | Simulation::Explicit => "",
        };
        if !form.is_empty() {
            if let Some(node) = node {
                let name = input.name();
                return Err(node
                    .error(format!("{name} inputs cannot be simulated {form}"), "not gaussian")
                    .hint("that law is one of Gaussian inputs: use samples.simulation = \"explicit\" or \"auto\""));
            }
            if options.data == DataUse::Reuse {
                return Err(learner
                    .error(format!("reused data cannot be simulated {form}"), "reuses its data")
                    .hint("the weights depend on the samples: use samples.simulation = \"explicit\" or \"auto\""));
            }
        }
        if asked == Simulation::Limit && !kind.is_some_and(LearnerKind::has_limit) {
            let name = learner.text("learner")?;
            return Err(learner
                .error(format!("{name} has no limit simulation"), "measured only")
                .hint("pruned, unpruned, oracle and random_mask have one: leave samples.simulation = \"limit\" out for the others"));
        }
        Ok(asked)
    }

    fn setting(
        &self,
        learner: &Node,
        alpha_node: &Node,
        [_, _, q, noise, _]: Point<'_>,
        base: &Base,
    ) -> Result<Setting> {
        let alpha = number_in(alpha_node, "alpha", &(0.0..=1.0))?;
        let q = q.map_or(Ok(0.0), |n| number_in(n, "q", &(0.0..=1.99)))?;
        let direction = self.direction(alpha_node, alpha, q)?;
        let noise =
            noise.map_or(Ok(USUAL_NOISE), |n| number_in(n, "noise", &(0.0..=limits::NOISE)))?;
        let Base { kind, k_star, input, .. } = *base;
        let Base { options, link, built, .. } = base;
        let problem = Problem {
            link: Some(link.text().to_owned()),
            k_star: Some(k_star),
            r: Some(link.r()),
            q: Real::new(q),
            input: Some(input.name().into_owned()),
            noise: Real::new(noise),
            alpha: Real::new(alpha),
        };
        let name = learner.text("learner")?.to_owned();
        let setting = Setting {
            series: Arc::new(problem::Series { problem, learner: name.clone() }),
            learner: name,
            kind,
            options: options.clone(),
            link: link.clone(),
            normalize: self.normalize()?,
            k_star,
            alpha,
            q,
            direction,
            noise,
            input,
            built: built.clone(),
        };
        let limit = setting.options.simulation == Simulation::Limit;
        if limit && kind == Some(LearnerKind::Pruned) && !setting.read().1.is_hard() {
            let name = spread(&setting);
            return Err(learner
                .error(format!("pruned on {name} directions has no limit simulation"), "ranks all of them")
                .hint("its law of null scores needs coordinates that V does not touch: use hard directions, or another samples.simulation"));
        }
        Ok(setting)
    }

    /// The law of V that `[model]` asks for; q > 0 means soft sparsity.
    fn direction(&self, alpha_node: &Node, alpha: f64, q: f64) -> Result<Direction> {
        let default = if q > 0.0 { Direction::Soft } else { Direction::Hard };
        let Some(node) = self.model.get("direction") else { return Ok(default) };
        let direction = choice(node, "direction", &names())?;
        if direction == Direction::Dense && alpha < 1.0 {
            return Err(alpha_node
                .error(format!("dense directions have alpha = 1, not {alpha}"), "not 1")
                .hint("use direction = \"hard\" or \"soft\" for sparse directions"));
        }
        if (direction == Direction::Soft) != (q > 0.0) {
            return Err(node
                .error(format!("direction and q = {q} contradict each other"), "with this q")
                .hint("soft directions need 0 < q < 2; hard, disjoint, uneven and dense ones have q = 0"));
        }
        Ok(direction)
    }

    /// The cells of `setting` in the dimensions `ds`, each of which has to suit it.
    fn cells(
        &self,
        setting: &Setting,
        learner: &Node,
        ds: &Node,
        trials: u32,
    ) -> Result<Vec<Cell>> {
        let (samples, r) = (self.samples, setting.link.r());
        let smallest = lattice::size(*lattice::indices(samples.n_min, samples.n_max).start());
        setting.built.check_n(smallest).map_err(|e| learner.blame(&e))?;
        let soft = setting.direction == Direction::Soft;
        let (input, directions) = setting.read();
        let hard = directions.is_hard();
        let coordinates = setting.built.learner.coordinates(input);
        let reduced = match (&coordinates, setting.options.simulation()) {
            (Coordinates::Ranked(_), Simulation::Reduced)
                if soft || hard != setting.law().is_hard() =>
            {
                return Err(cannot_be_reduced(
                    learner,
                    &format!("{} directions leave none without signal", spread(setting)),
                ));
            }
            (Coordinates::Told, _) => true,
            (Coordinates::Ranked(Ok(())), simulation) => hard && simulation != Simulation::Explicit,
            _ => false,
        };
        let check = |node: &Node| {
            let d = node.whole("d", 1..=limits::D)?;
            let most = limits::SOFT_D;
            if soft && d > most {
                return Err(node
                    .error(format!("d = {d} is too large for soft directions"), "too large here")
                    .hint(format!(
                        "every row is solved for: soft directions go up to d = {most}"
                    )));
            }
            let most = limits::VISITED;
            if !reduced && d > most {
                return Err(node
                    .error(format!("d = {d} is too large for `{}`", setting.learner), "too large here")
                    .hint(format!("every coordinate is visited: d goes up to {most} but for reduced rankings of hard directions")));
            }
            let (d, s) = (d as usize, setting.law().sparsity(d as usize, r));
            let kept = kept_count(setting.options.prune.keep, s, d);
            if s.max(kept) as u64 > most {
                return Err(node
                    .error(
                        format!("at d = {d} there are {s} relevant coordinates and {kept} to keep"),
                        "too many here",
                    )
                    .hint(format!("both must be at most {most}: lower alpha or keep")));
            }
            let most = limits::WIDTH;
            let width = setting.options.width.at(d);
            if width as u64 > most {
                return Err(node
                    .error(format!("at d = {d} the width is {width}"), "too wide here")
                    .hint(format!("width must be at most {most}: lower its power")));
            }
            let learner = &setting.built.learner;
            let checked = setting.law().check(d, r).and_then(|()| learner.check(d, r));
            let checked = checked.and_then(|()| learner.check_size(d, samples.n_max, samples.test));
            checked.map_err(|e| node.blame(&e)).map(|()| d)
        };
        let ds: Vec<usize> = ds.items("d")?.iter().map(check).collect::<Result<_>>()?;
        Ok(Cell::all(setting, &ds, self.seed, samples.test, trials))
    }
}

/// What V is called that leaves no coordinate without signal to the learner.
fn spread(setting: &Setting) -> &'static str {
    if setting.law().is_hard() { "whitened" } else { setting.direction.into() }
}

/// What a ranking answers that was asked to be simulated in reduced form.
fn cannot_be_reduced(learner: &Node, why: &str) -> Error {
    learner
        .error(
            format!("the ranking cannot be simulated in reduced form: {why}"),
            "ranks coordinates",
        )
        .hint("use samples.simulation = \"explicit\" or \"auto\"")
}

/// Every combination of one value of each axis.
fn combinations<'a, 'b>(
    axes: &'b [&'a [Node]; AXES.len()],
) -> impl Iterator<Item = Point<'a>> + use<'a, 'b> {
    let length = |axis: &[Node]| axis.len().max(1);
    let count: usize = axes.iter().map(|axis| length(axis)).product();
    (0..count).map(move |mut index| {
        let mut at = [None; AXES.len()];
        for (slot, axis) in at.iter_mut().zip(axes).rev() {
            *slot = axis.get(index % length(axis));
            index /= length(axis);
        }
        at
    })
}
