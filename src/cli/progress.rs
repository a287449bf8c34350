//! Progress of a study: a bar on a terminal, now and then a line otherwise, or events.

#![expect(clippy::disallowed_methods, reason = "a bar shows time")]

use std::collections::HashMap;
use std::io::IsTerminal;
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget};
use secateur::study::{self, Plan};

use super::arguments::{Format, ProgressStyle};
use super::event::Event;
use super::voice::Voice;

/// Units of the bar: thousandths of the expected work.
const UNITS: f64 = 1000.0;

/// Shows how far a study is.
pub(crate) struct Progress {
    voice: Voice,
    show: Show,
    state: Mutex<State>,
}

enum Show {
    Never,
    /// By an event, at most this often.
    Every(Duration),
    Bar(ProgressBar),
}

impl Show {
    fn new(asked: ProgressStyle, voice: Voice) -> Self {
        match (voice, asked) {
            (_, ProgressStyle::None) | (Voice { quiet: true, .. }, _) => Self::Never,
            (Voice { format: Format::Json, .. }, _) => Self::Every(Duration::from_secs(1)),
            (_, ProgressStyle::Bar) => Self::Bar(bar()),
            (_, ProgressStyle::Auto) if std::io::stderr().is_terminal() => Self::Bar(bar()),
            _ => Self::Every(Duration::from_secs(10)),
        }
    }
}

fn bar() -> ProgressBar {
    let target = ProgressDrawTarget::stderr_with_hz(8);
    let bar = ProgressBar::with_draw_target(Some(UNITS as u64), target);
    let template = "{bar:32} {percent:>3} %  {msg}  elapsed {elapsed}  left {eta}";
    if let Ok(style) = indicatif::ProgressStyle::with_template(template) {
        bar.set_style(style.progress_chars("█▉▊▋▌▍▎▏ "));
    }
    // The crate's own clock panics where no thread can be started; without one the bar moves
    // with each trial.
    let ticking = bar.clone();
    let _ = thread::Builder::new().spawn(move || {
        while !ticking.is_finished() {
            ticking.tick();
            thread::sleep(Duration::from_millis(250));
        }
    });
    bar
}

struct State {
    cells: usize,
    cells_done: usize,
    trials: usize,
    /// Expected seconds of all that has to run.
    expected: f64,
    /// Expected seconds of each cell, by its key.
    cell: HashMap<u64, f64>,
    /// Expected seconds of the cells that are complete.
    complete: f64,
    /// Expected seconds of the trials run for cells that are not.
    underway: f64,
    started: Instant,
    last: Instant,
}

impl Progress {
    /// Progress of what `plan` says has to run.
    pub(crate) fn new(plan: &Plan<'_>, asked: ProgressStyle, voice: Voice) -> Self {
        let now = Instant::now();
        let state = State {
            cells: plan.cells.len(),
            cells_done: 0,
            trials: 0,
            expected: plan.cpu_seconds().max(1e-9),
            cell: plan.cells.iter().map(|c| (c.cell.id.bits(), c.seconds)).collect(),
            complete: 0.0,
            underway: 0.0,
            started: now,
            last: now,
        };
        Self { voice, show: Show::new(asked, voice), state: Mutex::new(state) }
    }

    /// Takes note of what the study did.
    pub(crate) fn observe(&self, event: &study::Step<'_>) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        match event {
            study::Step::Trial { expected, .. } => {
                state.trials += 1;
                state.underway += expected;
            }
            study::Step::Cell { cell, expected, ran, reused } => {
                state.cells_done += 1;
                state.complete += state.cell.get(&cell.id.bits()).copied().unwrap_or(0.0);
                state.underway = (state.underway - expected).max(0.0);
                if *ran > 0 && !matches!(self.show, Show::Never) {
                    self.voice.tell(&Event::Cell { cell: cell.name(), ran: *ran, reused: *reused });
                }
            }
        }
        self.show(&mut state);
    }

    fn show(&self, state: &mut State) {
        let share = ((state.complete + state.underway) / state.expected).clamp(0.0, 0.999);
        match &self.show {
            Show::Bar(bar) => {
                let State { cells, cells_done, trials, .. } = state;
                bar.set_position((share * UNITS) as u64);
                bar.set_message(format!("{cells_done} of {cells} cells, {trials} trials run"));
            }
            Show::Every(time) if state.last.elapsed() >= *time => {
                state.last = Instant::now();
                let elapsed = state.started.elapsed().as_secs_f64();
                self.voice.tell(&Event::Progress {
                    cells: state.cells,
                    cells_done: state.cells_done,
                    trials: state.trials,
                    share,
                    elapsed_seconds: elapsed,
                    left_seconds: elapsed * (1.0 - share) / share.max(1e-9),
                });
            }
            Show::Every(_) | Show::Never => {}
        }
    }
}

impl Drop for Progress {
    /// Clears the bar, also where the study failed: whatever is said next has its own line.
    fn drop(&mut self) {
        if let Show::Bar(bar) = &self.show {
            bar.finish_and_clear();
        }
    }
}
