//! The seeds of a fuzz target, for the tests that replay them on the stable compiler.

use std::path::Path;

/// Runs the body on each file of `seeds/<target>`, in the order of names.
///
/// # Panics
/// If there is none: then nothing is replayed.
pub fn replay(target: &str, body: impl Fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/seeds").join(target);
    let entries = std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("a readable folder").path()).collect();
    paths.sort();
    assert!(!paths.is_empty(), "no seeds in {}", folder.display());
    for path in paths {
        body(&std::fs::read(path).expect("a readable seed"));
    }
}
