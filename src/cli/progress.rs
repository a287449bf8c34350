//! Progress of a study: a bar on a terminal, now and then a line otherwise, or events.

use std::collections::HashMap;
use std::io::IsTerminal;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget};
use secateur::study::{Event, Plan};
use serde_json::json;

use super::arguments::ProgressStyle;
use super::print;
use super::voice::Voice;

/// Time between two lines in a log.
const LINE_EVERY: Duration = Duration::from_secs(10);

/// Time between two events for programs.
const EVENT_EVERY: Duration = Duration::from_secs(1);

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
    Events,
    Bar(ProgressBar),
}

impl Style {
    fn new(asked: ProgressStyle, voice: Voice) -> Self {
        match (voice, asked) {
            (_, ProgressStyle::None) | (Voice::Silent, ProgressStyle::Auto) => Self::Silent,
            (Voice::Events, _) => Self::Events,
            (_, ProgressStyle::Lines) => Self::Lines,
            (_, ProgressStyle::Auto) if !std::io::stderr().is_terminal() => Self::Lines,
            (_, ProgressStyle::Bar | ProgressStyle::Auto) => Self::Bar(bar()),
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
    bar.enable_steady_tick(Duration::from_millis(250));
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
        Self { style: Style::new(asked, voice), state: Mutex::new(state) }
    }

    /// Takes note of an event.
    pub(crate) fn observe(&self, event: &Event<'_>) {
        let mut state = self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        match event {
            Event::Trial { expected, .. } => {
                state.trials += 1;
                state.underway += expected;
            }
            Event::Cell { cell, expected, ran, reused } => {
                state.cells_done += 1;
                state.complete += state.cell.get(&cell.id.bits()).copied().unwrap_or(0.0);
                state.underway = (state.underway - expected).max(0.0);
                if matches!(self.style, Style::Events) && *ran > 0 {
                    let facts = json!({ "cell": cell.name(), "ran": ran, "reused": reused });
                    Voice::Events.tell("cell", facts);
                }
            }
        }
        self.show(&mut state);
    }

    fn show(&self, state: &mut State) {
        let share = ((state.complete + state.underway) / state.expected).clamp(0.0, 0.999);
        let message =
            format!("{} of {} cells, {} trials run", state.cells_done, state.cells, state.trials);
        let (since, elapsed) = (state.last.elapsed(), state.started.elapsed().as_secs_f64());
        let left = elapsed * (1.0 - share) / share.max(1e-9);
        match &self.style {
            Style::Bar(bar) => {
                bar.set_position((share * UNITS) as u64);
                bar.set_message(message);
            }
            Style::Lines if since >= LINE_EVERY => {
                state.last = Instant::now();
                let percent = 100.0 * share;
                print::note(&format!(
                    "{elapsed:>5.0} s  {message}, {percent:.0} %, {left:.0} s left"
                ));
            }
            Style::Events if since >= EVENT_EVERY => {
                state.last = Instant::now();
                let facts = json!({
                    "cells": state.cells,
                    "cells_done": state.cells_done,
                    "trials": state.trials,
                    "share": share,
                    "elapsed_seconds": elapsed,
                    "left_seconds": left,
                });
                Voice::Events.tell("progress", facts);
            }
            Style::Lines | Style::Events | Style::Silent => {}
        }
    }

    /// Clears the bar.
    pub(crate) fn finish(&self) {
        if let Style::Bar(bar) = &self.style {
            bar.finish_and_clear();
        }
    }
}
