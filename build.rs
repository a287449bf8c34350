//! Tells the program which commit it is built from, where git can say so, and by which compiler.

use std::process::Command;

fn git(arguments: &[&str]) -> Option<String> {
    // Without it `git status` may write the index, whose change would build the crate again.
    let mut command = Command::new("git");
    let output = command.arg("--no-optional-locks").args(arguments).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn main() {
    println!("cargo::rerun-if-changed=src");
    println!("cargo::rerun-if-changed=studies");
    println!("cargo::rerun-if-changed=.git/HEAD");
    println!("cargo::rerun-if-changed=.git/index");
    let compiler = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    if let Ok(output) = Command::new(compiler).arg("--version").output() {
        let version = String::from_utf8_lossy(&output.stdout);
        println!("cargo::rustc-env=SECATEUR_COMPILER={}", version.trim());
    }
    if let Some(commit) = git(&["rev-parse", "HEAD"]) {
        let dirty = git(&["status", "--porcelain", "src", "Cargo.toml", "Cargo.lock"])
            .is_none_or(|changes| !changes.is_empty());
        println!("cargo::rustc-env=SECATEUR_COMMIT={commit}");
        println!("cargo::rustc-env=SECATEUR_DIRTY={dirty}");
    }
}
