//! One worker process: started, asked, and ended with all that it started itself.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};

use super::protocol::{Answer, Request};
use super::watch;
use crate::error::{Error, Result};

/// Bytes of the longest answer.
const LONGEST: u64 = 1 << 20;

/// Milliseconds that a worker which closed its output has to end in.
const PATIENCE: u32 = 500;

/// How often a worker is looked at while its answer is waited for.
const LOOK: Duration = Duration::from_millis(100);

/// Bytes of standard error that a message shows the end of.
const TAIL: usize = 2000;

/// What the numerical libraries of workers ask for their number of threads.
const THREADS: &str = "OMP_NUM_THREADS";

/// A line of an answer, or why there is none.
type Line = std::result::Result<std::io::Result<Vec<u8>>, RecvTimeoutError>;

/// A worker that waits for a request.
#[derive(Debug)]
pub struct Worker {
    name: String,
    child: Child,
    requests: ChildStdin,
    answers: Receiver<std::io::Result<Vec<u8>>>,
    errors: Arc<Mutex<VecDeque<u8>>>,
}

impl Worker {
    /// Starts `command`, a program and its arguments, in a group of its own: Ctrl-C is for the
    /// harness, which ends its workers itself.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start(command: &[String]) -> Result<Self> {
        let failed = |error: std::io::Error| {
            let name = command.first().map_or("", String::as_str);
            Error::runtime(format!("cannot start the worker `{name}`: {error}"))
                .hint("is it on the PATH? a relative path is relative to where secateur runs")
        };
        let [program, arguments @ ..] = command else {
            return Err(Error::usage("the command of a worker is empty"));
        };
        let mut process = Command::new(program);
        process.args(arguments).process_group(0);
        // There is one worker a thread already, and sums that threads share depend on their number.
        if std::env::var_os(THREADS).is_none() {
            process.env(THREADS, "1");
        }
        process.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = watch::start(&mut process).map_err(failed)?;
        let missing = || failed(std::io::Error::other("it has no pipes"));
        let requests = child.stdin.take().ok_or_else(missing)?;
        let answers = lines(child.stdout.take().ok_or_else(missing)?).map_err(failed)?;
        let errors = tail(child.stderr.take().ok_or_else(missing)?).map_err(failed)?;
        Ok(Self { name: command.join(" "), child, requests, answers, errors })
    }

    /// Asks for one trial, and waits for the answer `timeout` at most.
    ///
    /// # Errors
    /// When the worker has no answer, or one that is none. It must not be asked again then.
    pub fn ask(&mut self, request: &Request, timeout: Duration) -> Result<()> {
        let mut line = serde_json::json!(request).to_string();
        line.push('\n');
        let sent = self.requests.write_all(line.as_bytes()).and_then(|()| self.requests.flush());
        // One that is gone has said why on standard error; that is told below.
        let answered = match sent {
            Ok(()) => self.answer(timeout),
            Err(_) => Err(RecvTimeoutError::Disconnected),
        };
        let line = match answered {
            Ok(Ok(line)) => line,
            Ok(Err(error)) => return Err(self.failure(&error.to_string())),
            Err(RecvTimeoutError::Timeout) => {
                let seconds = timeout.as_secs_f64();
                return Err(self.failure(&format!("gave no answer in {seconds} s")));
            }
            Err(RecvTimeoutError::Disconnected) => {
                let ended = self.end();
                return Err(self.failure(&ended));
            }
        };
        let answer: Answer = serde_json::from_slice(&line).map_err(|error| {
            let start: String = String::from_utf8_lossy(&line).chars().take(80).collect();
            self.failure(&format!("answered with what is no answer ({error}): {start}"))
        })?;
        match answer.error {
            Some(reason) => {
                let reason: String = reason.chars().take(TAIL).collect();
                Err(self.failure(&format!("failed: {reason}")))
            }
            None => Ok(()),
        }
    }

    /// The next line of the answer. A worker that is gone has none, though what it has started may
    /// hold its output open.
    fn answer(&mut self, timeout: Duration) -> Line {
        let mut left = timeout;
        loop {
            let part = left.min(LOOK);
            left -= part;
            match self.answers.recv_timeout(part) {
                Err(RecvTimeoutError::Timeout) if left.is_zero() => {
                    return Err(RecvTimeoutError::Timeout);
                }
                Err(RecvTimeoutError::Timeout) => {}
                found => return found,
            }
            if matches!(self.child.try_wait(), Ok(Some(_))) {
                // What it wrote last may be on its way.
                let last = self.answers.recv_timeout(LOOK);
                return last.map_err(|_| RecvTimeoutError::Disconnected);
            }
        }
    }

    /// How a worker that says no more has ended.
    fn end(&mut self) -> String {
        for _ in 0..PATIENCE {
            match self.child.try_wait() {
                Ok(Some(status)) => return format!("ended ({status})"),
                Ok(None) => thread::sleep(Duration::from_millis(1)),
                Err(error) => return format!("is lost ({error})"),
            }
        }
        "closed its output".to_owned()
    }

    /// What went wrong, with the end of what the worker has written to standard error.
    fn failure(&self, what: &str) -> Error {
        // What it said last may be on its way.
        thread::sleep(Duration::from_millis(20));
        let errors: Vec<u8> =
            self.errors.lock().unwrap_or_else(PoisonError::into_inner).iter().copied().collect();
        let errors = String::from_utf8_lossy(&errors);
        let errors = errors.trim();
        let said = if errors.is_empty() { String::new() } else { format!("; it said: {errors}") };
        Error::runtime(format!("the worker `{}` {what}{said}", self.name))
    }

    /// The process group: the worker and what it has started.
    #[must_use]
    pub fn group(&self) -> Pid {
        Pid::from_child(&self.child)
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let _ = kill_process_group(self.group(), Signal::KILL);
        let _ = self.child.wait();
        watch::ended(self.group());
    }
}

/// The lines of `pipe`, read by a thread of their own; it stops at one that is too long.
fn lines(pipe: impl Read + Send + 'static) -> std::io::Result<Receiver<std::io::Result<Vec<u8>>>> {
    let (sender, lines) = channel();
    let read = move || {
        let mut pipe = BufReader::new(pipe);
        loop {
            let mut line = Vec::new();
            let outcome = match pipe.by_ref().take(LONGEST).read_until(b'\n', &mut line) {
                Ok(0) => return,
                Ok(_) if line.last() == Some(&b'\n') => Ok(line),
                Ok(read) if read as u64 == LONGEST => {
                    Err(std::io::Error::other(format!("wrote more than {LONGEST} bytes of answer")))
                }
                Ok(_) => return,
                Err(error) => Err(error),
            };
            let ended = outcome.is_err();
            if sender.send(outcome).is_err() || ended {
                return;
            }
        }
    };
    thread::Builder::new().spawn(read)?;
    Ok(lines)
}

/// The last bytes of `pipe`, kept up to date by a thread of its own.
fn tail(mut pipe: impl Read + Send + 'static) -> std::io::Result<Arc<Mutex<VecDeque<u8>>>> {
    let tail = Arc::new(Mutex::new(VecDeque::new()));
    let shared = Arc::clone(&tail);
    let read = move || {
        let mut part = [0; 4096];
        while let Ok(read) = pipe.read(&mut part) {
            if read == 0 {
                return;
            }
            let mut tail = shared.lock().unwrap_or_else(PoisonError::into_inner);
            tail.extend(&part[..read]);
            let over = tail.len().saturating_sub(TAIL);
            tail.drain(..over);
        }
    };
    thread::Builder::new().spawn(read)?;
    Ok(tail)
}
