//! Which guests there are. A new one is one more entry here.

use std::path::Path;

use anyhow::{Context as _, Result, bail};

use crate::checkout::Checkout;

/// A crate of the guest workspace that becomes one module.
pub struct Guest {
    /// The module's name in the image.
    pub name: &'static str,
    /// The crate's package name.
    pub package: &'static str,
    /// The crate's folder under `guest-tools`, which decides the module's hash.
    pub folder: &'static str,
    /// What the module is for.
    pub kind: Kind,
    /// Whether its start-up is run while it is built (`wizer-initialize`).
    pub prepared: bool,
    /// Where the list of its programs comes from.
    pub applets: Applets,
}

/// What a module is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It is among the tools of a sandbox and may import our own ABI.
    Tool,
    /// It is run by tests only and must import nothing but preview 1.
    Probe,
}

/// Where the list of a module's programs comes from.
pub enum Applets {
    /// These.
    Fixed(&'static [&'static str]),
    /// A file in the guest's folder, one name a line, `#` for comments.
    File(&'static str),
    /// The `.rs` files of a folder in the guest's folder.
    SourceFiles(&'static str),
}

/// Every guest, in the order in which they are built.
pub const GUESTS: &[Guest] = &[
    Guest {
        name: "probes",
        package: "wardian-probes",
        folder: "probes",
        kind: Kind::Probe,
        prepared: false,
        applets: Applets::SourceFiles("src/probes"),
    },
    Guest {
        name: "sh",
        package: "wardian-sh",
        folder: "sh",
        kind: Kind::Tool,
        prepared: true,
        applets: Applets::Fixed(&["bash", "sh"]),
    },
    Guest {
        name: "coreutils",
        package: "wardian-coreutils",
        folder: "coreutils",
        kind: Kind::Tool,
        prepared: false,
        applets: Applets::File("applets.txt"),
    },
    Guest {
        name: "archive",
        package: "wardian-archive",
        folder: "archive",
        kind: Kind::Tool,
        prepared: false,
        applets: Applets::File("applets.txt"),
    },
    Guest {
        name: "awk",
        package: "wardian-awk",
        folder: "awk",
        kind: Kind::Tool,
        prepared: false,
        applets: Applets::File("applets.txt"),
    },
    Guest {
        name: "data",
        package: "wardian-data",
        folder: "data",
        kind: Kind::Tool,
        prepared: false,
        applets: Applets::File("applets.txt"),
    },
    Guest {
        name: "find",
        package: "wardian-find",
        folder: "find",
        kind: Kind::Tool,
        prepared: false,
        applets: Applets::File("applets.txt"),
    },
    Guest {
        name: "system",
        package: "wardian-system",
        folder: "system",
        kind: Kind::Tool,
        prepared: false,
        applets: Applets::File("applets.txt"),
    },
    Guest {
        name: "text",
        package: "wardian-text",
        folder: "text",
        kind: Kind::Tool,
        prepared: false,
        applets: Applets::File("applets.txt"),
    },
];

/// The guest with a module called `name`.
pub fn find(name: &str) -> Result<&'static Guest> {
    GUESTS
        .iter()
        .find(|guest| guest.name == name)
        .with_context(|| {
            let names: Vec<_> = GUESTS.iter().map(|guest| guest.name).collect();
            format!("no guest is called {name}; there are {}", names.join(", "))
        })
}

impl Kind {
    /// The word for it in the manifest.
    pub fn word(self) -> &'static str {
        match self {
            Self::Tool => "tool",
            Self::Probe => "probe",
        }
    }
}

impl Guest {
    /// The names of the module's programs, sorted.
    pub fn applet_names(&self, checkout: &Checkout) -> Result<Vec<String>> {
        let folder = checkout.path("guest-tools").join(self.folder);
        let mut names = match &self.applets {
            Applets::Fixed(names) => names.iter().map(ToString::to_string).collect(),
            Applets::File(file) => names_in_file(&folder.join(file))?,
            Applets::SourceFiles(sources) => names_of_sources(&folder.join(sources))?,
        };
        names.sort();
        if let Some(pair) = names.windows(2).find(|pair| pair[0] == pair[1]) {
            bail!("{}: applet {} is listed twice", self.name, pair[0]);
        }
        Ok(names)
    }
}

fn names_in_file(path: &Path) -> Result<Vec<String>> {
    let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
    let mut names = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let name = line.split('#').next().unwrap_or_default().trim();
        if name.contains(|c: char| c.is_whitespace() || c == '/') {
            bail!("{}:{}: not a name: {name}", path.display(), index + 1);
        }
        if !name.is_empty() {
            names.push(name.to_owned());
        }
    }
    Ok(names)
}

fn names_of_sources(folder: &Path) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "rs")
            && let Some(stem) = path.file_stem().and_then(|stem| stem.to_str())
        {
            names.push(stem.to_owned());
        }
    }
    Ok(names)
}
