//! The part of `deny.toml` that is checked here, and what it says of a package.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use serde::Deserialize;
use spdx::{Expression, Licensee, ParseMode};

/// `deny.toml`, as far as it is read.
#[derive(Deserialize)]
pub struct Policy {
    /// Which targets' dependencies count.
    pub graph: Graph,
    licenses: Licences,
    bans: Bans,
    sources: Sources,
    #[serde(skip)]
    allowed: Vec<Licensee>,
}

/// Section `graph`.
#[derive(Deserialize)]
pub struct Graph {
    /// Target triples.
    pub targets: Vec<String>,
}

#[derive(Deserialize)]
struct Licences {
    allow: Vec<String>,
}

#[derive(Deserialize)]
struct Bans {
    deny: Vec<Ban>,
}

#[derive(Deserialize)]
struct Ban {
    #[serde(rename = "crate")]
    name: String,
    reason: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Sources {
    allow_registry: Vec<String>,
}

/// A package as `cargo metadata` describes it.
#[derive(Deserialize)]
pub struct Package {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    license: Option<String>,
    source: Option<String>,
}

impl Policy {
    /// Reads the policy.
    pub fn parse(text: &str) -> Result<Self> {
        let mut policy: Self = toml::from_str(text)?;
        policy.allowed = policy
            .licenses
            .allow
            .iter()
            .map(|name| Licensee::parse(name).with_context(|| format!("licence {name}")))
            .collect::<Result<_>>()?;
        Ok(policy)
    }

    /// What speaks against a package.
    pub fn objections(&self, package: &Package) -> Vec<String> {
        let mut objections = Vec::new();
        if let Some(ban) = self.bans.deny.iter().find(|ban| ban.name == package.name) {
            objections.push(format!("banned: {}", ban.reason));
        }
        if let Some(source) = &package.source
            && !self.takes_source(source)
        {
            objections.push(format!("comes from {source}"));
        }
        if let Err(objection) = self.licence(package.license.as_deref()) {
            objections.push(objection);
        }
        objections
    }

    fn takes_source(&self, source: &str) -> bool {
        let registry = source.strip_prefix("registry+");
        self.sources
            .allow_registry
            .iter()
            .any(|allowed| Some(allowed.as_str()) == registry)
    }

    fn licence(&self, expression: Option<&str>) -> Result<(), String> {
        let text = expression.ok_or("names no licence")?;
        // Old packages write `MIT/Apache-2.0`.
        let parsed = Expression::parse_mode(text, ParseMode::LAX)
            .map_err(|error| format!("licence {text:?} cannot be read: {}", error.reason))?;
        let fits =
            parsed.evaluate(|wanted| self.allowed.iter().any(|allowed| allowed.satisfies(wanted)));
        if fits {
            Ok(())
        } else {
            Err(format!("licence {text} is not among those allowed"))
        }
    }

    /// How many of the packages have each licence expression.
    pub fn count(packages: &[Package]) -> BTreeMap<&str, usize> {
        let mut counts = BTreeMap::new();
        for package in packages {
            *counts
                .entry(package.license.as_deref().unwrap_or("none"))
                .or_default() += 1;
        }
        counts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: &str = r#"
        [graph]
        targets = ["wasm32-wasip1"]
        [licenses]
        allow = ["MIT", "Apache-2.0", "Apache-2.0 WITH LLVM-exception"]
        [bans]
        deny = [{ crate = "openssl", reason = "use rustls" }]
        [sources]
        allow-registry = ["https://github.com/rust-lang/crates.io-index"]
    "#;
    const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";

    #[track_caller]
    fn check(name: &str, licence: Option<&str>, source: &str, expected: &[&str]) {
        let package = Package {
            name: name.into(),
            version: "1.0.0".into(),
            license: licence.map(Into::into),
            source: Some(source.into()),
        };
        let found = Policy::parse(POLICY).unwrap().objections(&package);
        assert_eq!(found.len(), expected.len(), "{found:?}");
        for (found, expected) in found.iter().zip(expected) {
            assert!(found.contains(expected), "{found}");
        }
    }

    #[test]
    fn expressions_are_weighed() {
        check("a", Some("MIT OR GPL-3.0-only"), CRATES_IO, &[]);
        check("a", Some("MIT/Apache-2.0"), CRATES_IO, &[]);
        check("a", Some("Apache-2.0 WITH LLVM-exception"), CRATES_IO, &[]);
        check("a", Some("MIT AND GPL-3.0-only"), CRATES_IO, &["not among"]);
        check("a", Some("my own"), CRATES_IO, &["cannot be read"]);
        check("a", None, CRATES_IO, &["no licence"]);
    }

    #[test]
    fn banned_crates_and_other_sources_are_named() {
        check("openssl", Some("MIT"), CRATES_IO, &["use rustls"]);
        check(
            "a",
            Some("MIT"),
            "git+https://example.com/a",
            &["comes from git"],
        );
    }

    #[test]
    fn the_projects_policy_can_be_read() {
        let policy = Policy::parse(include_str!("../../../deny.toml")).unwrap();
        assert!(!policy.graph.targets.is_empty());
    }
}
