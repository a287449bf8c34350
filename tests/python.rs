//! The Python package against this program, where Python has what its tests need.

#![expect(clippy::print_stdout, reason = "what is skipped")]

use std::process::Command;

#[test]
fn the_python_package_passes_its_tests() {
    let python = |arguments: &[&str]| {
        let root = env!("CARGO_MANIFEST_DIR");
        Command::new("python3")
            .args(arguments)
            .current_dir(root)
            .env("PYTHONPATH", format!("{root}/python"))
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .env("SECATEUR", env!("CARGO_BIN_EXE_secateur"))
            .output()
    };
    let ready = python(&["-c", "import numpy, polars, pytest"]);
    if !ready.is_ok_and(|ran| ran.status.success()) {
        println!("skipped: needs python3 with numpy, polars and pytest");
        return;
    }
    let ran = python(&["-m", "pytest", "-q", "-p", "no:cacheprovider", "python"]);
    let ran = ran.expect("python3 starts");
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stdout));
}
