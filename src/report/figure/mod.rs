//! The figures of a study. A new one is a file here with a function
//! `draw(&Analysis) -> Option<Scene>`, `None` where the analysis has no data for it, and a line in
//! the list below.

mod bounds;
mod cloud;
pub(crate) mod pages;

use self::pages::pages;
use super::draw::scene::Scene;
use crate::analysis::estimate::Analysis;

/// Declares the figures, and lists them by name.
macro_rules! figures {
    ($($name:ident),* $(,)?) => {
        $(pub(crate) mod $name;)*

        /// What draws each figure, by its name.
        const ALL: &[(&str, Draw)] = &[$((stringify!($name), $name::draw)),*];
    };
}

type Draw = fn(&Analysis) -> Option<Scene>;

/// The names of all figures.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    ALL.iter().map(|(name, _)| *name)
}

/// Every figure that is `chosen`, by its name, drawn when it is asked for, of the analysis that `of`
/// has for it: pages of which none is taller than 1.5 times its width if that can be; no page where
/// there is nothing to draw.
pub(crate) fn drawn<'a>(
    of: impl Fn(&str) -> &'a Analysis,
    chosen: impl Fn(&str) -> bool,
) -> impl Iterator<Item = (&'static str, Vec<Scene>)> {
    let all = ALL.iter().filter(move |(name, _)| chosen(name));
    all.map(move |&(name, draw)| (name, pages(name, of(name), draw)))
}

/// Every figure of `analysis`, drawn when it is asked for.
pub fn figures(analysis: &Analysis) -> impl Iterator<Item = (&'static str, Vec<Scene>)> {
    drawn(move |_| analysis, |_| true)
}

figures! {
    question,
    law,
    law_risk,
    learning_curves,
    thresholds,
    exponents,
    slopes,
    ranking,
    forest,
    phase_diagram,
    expectations,
}
