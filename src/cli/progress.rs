//! Progress of a study: a bar on a terminal, now and then a line otherwise.

use std::io::IsTerminal;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use secateur::study::Event;

use super::print;

/// Time between two lines in a log.
const LINE_EVERY: Duration = Duration::from_secs(10);

/// Units of the bar: thousandths of the expected work.
const UNITS: f64 = 1000.0;

/// Shows how far a study is.
pub(crate) struct Progress {
    style: Style,
    state: Mutex<State>,
}

enum Style {
    Silent,
    Lines,
    Bar(ProgressBar),
}

struct State {
    cells: usize,
    cells_done: usize,
    trials: usize,
    expected: f64,
    /// Expected seconds of the cells that are complete.
    complete: f64,
    /// Expected seconds of the trials run for cells that are not.
    underway: f64,
    started: Instant,
    last_line: Instant,
}

impl Progress {
    /// Progress over `cells` cells that are expected to take `expected` seconds of one core.
    pub(crate) fn new(cells: usize, expected: f64, quiet: bool) -> Self {
        let style = if quiet {
            Style::Silent
        } else if std::io::stderr().is_terminal() {
            let bar = ProgressBar::with_draw_target(
                Some(UNITS as u64),
                ProgressDrawTarget::stderr_with_hz(8),
            );
            let template = "{bar:32} {percent:>3} %  {msg}  elapsed {elapsed}  left {eta}";
            if let Ok(style) = ProgressStyle::with_template(template) {
                bar.set_style(style.progress_chars("█▉▊▋▌▍▎▏ "));
            }
            bar.enable_steady_tick(Duration::from_millis(250));
            Style::Bar(bar)
        } else {
            Style::Lines
        };
        let now = Instant::now();
        let state = State {
            cells,
            cells_done: 0,
            trials: 0,
            expected: expected.max(1e-9),
            complete: 0.0,
            underway: 0.0,
            started: now,
            last_line: now,
        };
        Self { style, state: Mutex::new(state) }
    }

    /// Takes note of an event.
    pub(crate) fn observe(&self, event: &Event<'_>) {
        let mut state = self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        match event {
            Event::Trial { expected, .. } => {
                state.trials += 1;
                state.underway += expected;
            }
            Event::Cell { expected, .. } => {
                state.cells_done += 1;
                state.complete += expected;
                state.underway = (state.underway - expected).max(0.0);
            }
        }
        self.show(&mut state);
    }

    fn show(&self, state: &mut State) {
        let share = ((state.complete + state.underway) / state.expected).clamp(0.0, 0.999);
        let message =
            format!("{} of {} cells, {} trials run", state.cells_done, state.cells, state.trials);
        match &self.style {
            Style::Bar(bar) => {
                bar.set_position((share * UNITS) as u64);
                bar.set_message(message);
            }
            Style::Lines if state.last_line.elapsed() >= LINE_EVERY => {
                state.last_line = Instant::now();
                let seconds = state.started.elapsed().as_secs();
                print::note(&format!("{seconds:>5} s  {message}"));
            }
            Style::Lines | Style::Silent => {}
        }
    }

    /// Clears the bar.
    pub(crate) fn finish(&self) {
        if let Style::Bar(bar) = &self.style {
            bar.finish_and_clear();
        }
    }
}
