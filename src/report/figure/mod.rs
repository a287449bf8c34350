//! The figures of a study. A new one is a file here with a function
//! `draw(&Analysis) -> Option<Scene>`, `None` where the analysis has no data for it, and a line in
//! the list below.

mod bounds;
pub(crate) mod pages;

use self::pages::pages;
use super::draw::scene::Scene;
use crate::analysis::estimate::Analysis;

/// Declares the figures, and lists them by name.
macro_rules! figures {
    ($($name:ident),* $(,)?) => {
        $(pub(crate) mod $name;)*

        /// Every figure of `analysis` by its name, as pages of which none is taller than 1.5 times
        /// its width if that can be; no page where there is nothing to draw.
        #[must_use]
        pub fn figures(analysis: &Analysis) -> Vec<(&'static str, Vec<Scene>)> {
            vec![$((stringify!($name), pages(stringify!($name), analysis, $name::draw))),*]
        }
    };
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
