//! The `--mount` option.

use std::path::PathBuf;
use std::str::FromStr;

/// A folder of the host and where it appears.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mount {
    /// Path on the host.
    pub host: PathBuf,
    /// Path in the sandbox, as written.
    pub guest: String,
}

impl FromStr for Mount {
    type Err = String;

    fn from_str(text: &str) -> Result<Mount, String> {
        let places = match text.rsplit_once(':') {
            Some((places, "copy")) => places,
            Some((_, mode @ ("ro" | "rw" | "overlay"))) => {
                return Err(format!("mode {mode} is not supported yet; use copy"));
            }
            _ => text,
        };
        let (host, guest) = places
            .split_once("::")
            .or_else(|| places.rsplit_once(':'))
            .filter(|(host, guest)| !host.is_empty() && !guest.is_empty())
            .ok_or("expected HOST:GUEST[:copy]")?;
        Ok(Mount {
            host: host.into(),
            guest: guest.into(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_every_spelling() {
        let mount = |host: &str, guest: &str| {
            Ok(Mount {
                host: host.into(),
                guest: guest.into(),
            })
        };
        assert_eq!("/a:/b:copy".parse(), mount("/a", "/b"));
        assert_eq!("/a:/b".parse(), mount("/a", "/b"));
        assert_eq!("/a::/b".parse(), mount("/a", "/b"));
        assert_eq!("/a:b::fs-tests.dir".parse(), mount("/a:b", "fs-tests.dir"));
        assert!("/a:/b:rw".parse::<Mount>().is_err());
        assert!("/a".parse::<Mount>().is_err());
    }
}
