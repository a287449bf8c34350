//! Tells the program which commit it is built from, where git can say so.

use std::process::Command;

fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").args(arguments).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn main() {
    println!("cargo::rerun-if-changed=src");
    println!("cargo::rerun-if-changed=.git/HEAD");
    println!("cargo::rerun-if-changed=.git/index");
    if let Some(commit) = git(&["rev-parse", "HEAD"]) {
        let dirty = git(&["status", "--porcelain", "src", "Cargo.toml", "Cargo.lock"])
            .is_none_or(|changes| !changes.is_empty());
        println!("cargo::rustc-env=SECATEUR_COMMIT={commit}");
        println!("cargo::rustc-env=SECATEUR_DIRTY={dirty}");
    }
}
