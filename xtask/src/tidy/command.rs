//! `cargo xtask tidy`: reads the files once and shows them to every rule.

use anyhow::{Context as _, Result, bail};

use super::finding::{Finding, TextFile};
use super::{architecture, layers, shape, unsafety, words};
use crate::checkout::Checkout;

/// A rule about single files.
type Rule = fn(&TextFile) -> Vec<Finding>;

const RULES: &[Rule] = &[
    shape::opening,
    shape::length,
    shape::name,
    unsafety::check,
    layers::check,
    words::check,
];

/// Prints what breaks a rule, and fails if anything does.
pub fn run(checkout: &Checkout) -> Result<()> {
    let findings = findings(checkout)?;
    for finding in &findings {
        eprintln!("{finding}");
    }
    let failures = findings.iter().filter(|found| !found.only_warns).count();
    if failures > 0 {
        bail!("places that break a house rule: {failures}");
    }
    Ok(())
}

fn findings(checkout: &Checkout) -> Result<Vec<Finding>> {
    let files = text_files(checkout)?;
    let mut findings: Vec<Finding> = files
        .iter()
        .flat_map(|file| RULES.iter().flat_map(move |rule| rule(file)))
        .collect();
    findings.extend(architecture::check(checkout, &files));
    Ok(findings)
}

/// The project's text files; those with a NUL byte or without UTF-8 are none.
fn text_files(checkout: &Checkout) -> Result<Vec<TextFile>> {
    let mut files = Vec::new();
    for path in checkout.files()? {
        let bytes =
            std::fs::read(checkout.path(&path)).with_context(|| path.display().to_string())?;
        if !bytes.contains(&0)
            && let Ok(text) = String::from_utf8(bytes)
        {
            files.push(TextFile { path, text });
        }
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_project_keeps_the_house_rules() {
        run(&Checkout::find().unwrap()).unwrap();
    }
}
