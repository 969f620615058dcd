//! The `--mount` option.

use std::path::PathBuf;
use std::str::FromStr;

use wardian::MountMode;

/// A folder of the host and where it appears.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mount {
    /// Path on the host.
    pub host: PathBuf,
    /// Path in the sandbox, as written.
    pub guest: String,
    /// How; `None`: copied once.
    pub mode: Option<MountMode>,
}

impl FromStr for Mount {
    type Err = String;

    fn from_str(text: &str) -> Result<Mount, String> {
        let (places, mode) = match text.rsplit_once(':') {
            Some((places, "copy")) => (places, None),
            Some((places, "ro")) => (places, Some(MountMode::ReadOnly)),
            Some((places, "rw")) => (places, Some(MountMode::ReadWrite)),
            Some((places, "overlay")) => (places, Some(MountMode::Overlay)),
            _ => (text, None),
        };
        let (host, guest) = places
            .split_once("::")
            .or_else(|| places.rsplit_once(':'))
            .filter(|(host, guest)| !host.is_empty() && !guest.is_empty())
            .ok_or("expected HOST:GUEST:MODE, where MODE is ro, rw, overlay or copy")?;
        Ok(Mount {
            host: host.into(),
            guest: guest.into(),
            mode,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_every_spelling() {
        let mount = |host: &str, guest: &str, mode| {
            Ok(Mount {
                host: host.into(),
                guest: guest.into(),
                mode,
            })
        };
        assert_eq!("/a:/b:copy".parse(), mount("/a", "/b", None));
        assert_eq!("/a:/b".parse(), mount("/a", "/b", None));
        assert_eq!("/a::/b".parse(), mount("/a", "/b", None));
        assert_eq!(
            "/a:b::fs-tests.dir".parse(),
            mount("/a:b", "fs-tests.dir", None)
        );
        assert_eq!(
            ".:/b:ro".parse(),
            mount(".", "/b", Some(MountMode::ReadOnly))
        );
        assert_eq!(
            "/a::/b:overlay".parse(),
            mount("/a", "/b", Some(MountMode::Overlay))
        );
        assert_eq!(
            ".:/b:rw".parse(),
            mount(".", "/b", Some(MountMode::ReadWrite))
        );
        assert!("/a".parse::<Mount>().is_err());
        assert!("/a:ro".parse::<Mount>().is_err());
    }
}
