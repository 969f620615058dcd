//! Scripts beside bash, small: they print the same, whatever the figures.

use wardian_benches::shell::{Plan, shell};

#[test]
fn scripts_print_what_they_print_in_bash() {
    if std::process::Command::new("bash")
        .arg("--version")
        .output()
        .is_err()
    {
        eprintln!("skipped: there is no bash here");
        return;
    }
    let table = shell(&Plan {
        rounds: 500,
        lines: 100,
        times: 1,
    });
    println!("{table}");
    assert!(table.is_right(), "{table}");
}
