//! What is known of the machine.

#![expect(clippy::disallowed_methods, reason = "when a run started and ended; what runs")]

use std::fs;
use std::time::{SystemTime, UNIX_EPOCH};

/// Name of the processor, if known.
#[must_use]
pub fn processor() -> Option<String> {
    let info = fs::read_to_string("/proc/cpuinfo").ok()?;
    let line = info.lines().find(|l| l.starts_with("model name"))?;
    Some(line.split(':').nth(1)?.trim().to_owned())
}

/// Name of the machine; empty if not known.
#[must_use]
pub fn host() -> String {
    let name = fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    name.trim().to_owned()
}

/// Seconds since 1970 UTC.
#[must_use]
pub fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |t| t.as_secs())
}

/// Bytes of memory that a process can get without swapping, if known: what the machine has
/// available, or less where the process is confined to a control group.
#[must_use]
pub fn available_memory() -> Option<f64> {
    let info = fs::read_to_string("/proc/meminfo").ok()?;
    let line = info.lines().find(|l| l.starts_with("MemAvailable:"))?;
    let kilobytes: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(group_limit().map_or(1024.0 * kilobytes, |limit| limit.min(1024.0 * kilobytes)))
}

/// The memory limit of the control group, if there is one (cgroup v2).
fn group_limit() -> Option<f64> {
    let groups = fs::read_to_string("/proc/self/cgroup").ok()?;
    let path = groups.lines().find_map(|l| l.strip_prefix("0::"))?;
    fs::read_to_string(format!("/sys/fs/cgroup{path}/memory.max")).ok()?.trim().parse().ok()
}

/// Numbers of the processes of this user with `entry`, a `NAME=VALUE`, in the environment that they
/// were started with; none where there is no /proc.
#[must_use]
pub fn processes_with(entry: &str) -> Vec<i32> {
    let Ok(processes) = fs::read_dir("/proc") else { return Vec::new() };
    let number = |name: std::ffi::OsString| name.to_str()?.parse().ok();
    let numbers = processes.filter_map(|process| number(process.ok()?.file_name()));
    let has = |process: &i32| {
        let environment = fs::read(format!("/proc/{process}/environ")).unwrap_or_default();
        environment.split(|&byte| byte == 0).any(|found| found == entry.as_bytes())
    };
    numbers.filter(has).collect()
}
