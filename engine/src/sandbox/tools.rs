//! The programs a sandbox starts with, and the filesystem image they make.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use wardian_vfs::{Quota, Vfs};

use crate::error::Error;
use crate::process::ProgramSource;
use crate::runtime::ModuleBytes;

/// One module and the commands it provides.
#[derive(Clone)]
pub struct Tool {
    /// Name of the module.
    pub name: String,
    /// Its bytes.
    pub bytes: ModuleBytes,
    /// Commands that appear in `/usr/bin`.
    pub applets: Vec<String>,
}

/// A set of tools, with the image of a filesystem that lists them in
/// `/usr/bin`. Sandboxes made from one set share that image.
#[derive(Clone)]
pub struct Tools(Arc<Inner>);

struct Inner {
    sources: Arc<BTreeMap<String, ProgramSource>>,
    applets: Vec<(String, String)>,
    /// Path of the shell.
    shell: Option<Arc<[u8]>>,
    image: Mutex<Option<Vfs>>,
}

impl Tools {
    /// No tools at all: for hosts that only run modules of their own.
    pub fn none() -> Tools {
        Tools::new(Vec::new(), None)
    }

    /// These tools. `shell` is the command that runs scripts, as `SHELL -c SCRIPT`.
    pub fn new(tools: Vec<Tool>, shell: Option<&str>) -> Tools {
        let mut sources = BTreeMap::new();
        let mut applets = Vec::new();
        for tool in tools {
            for applet in tool.applets {
                applets.push((applet, tool.name.clone()));
            }
            let digest = tool.bytes.digest();
            let bytes = tool.bytes;
            sources.insert(tool.name, ProgramSource { digest, bytes });
        }
        applets.sort();
        Tools(Arc::new(Inner {
            sources: Arc::new(sources),
            applets,
            shell: shell.map(|name| format!("/usr/bin/{name}").into_bytes().into()),
            image: Mutex::default(),
        }))
    }

    /// This set and one tool more. Its commands take the place of those with
    /// the same names, and its module that of one with the same name.
    #[must_use]
    pub fn with(&self, tool: Tool) -> Tools {
        let mut sources = BTreeMap::clone(&self.0.sources);
        let mut applets: Vec<_> = self
            .0
            .applets
            .iter()
            .filter(|(applet, _)| !tool.applets.contains(applet))
            .cloned()
            .collect();
        applets.extend(
            tool.applets
                .into_iter()
                .map(|applet| (applet, tool.name.clone())),
        );
        applets.sort();
        let (digest, bytes) = (tool.bytes.digest(), tool.bytes);
        sources.insert(tool.name, ProgramSource { digest, bytes });
        Tools(Arc::new(Inner {
            sources: Arc::new(sources),
            applets,
            shell: self.0.shell.clone(),
            image: Mutex::default(),
        }))
    }

    /// Names of all commands, sorted.
    pub fn commands(&self) -> impl Iterator<Item = &str> {
        self.0.applets.iter().map(|(applet, _)| applet.as_str())
    }

    /// Path of the shell.
    pub(crate) fn shell(&self) -> Option<&Arc<[u8]>> {
        self.0.shell.as_ref()
    }

    pub(crate) fn sources(&self) -> &Arc<BTreeMap<String, ProgramSource>> {
        &self.0.sources
    }

    /// A copy of the image: the standard directories and `/usr/bin`.
    pub(crate) fn image(&self, now_ns: u64) -> Result<Vfs, Error> {
        let mut cached = self.0.image.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(image) = &*cached {
            return Ok(image.fork());
        }
        let image = self.fresh_image(now_ns)?;
        *cached = Some(image.clone());
        Ok(image)
    }

    /// An image of its own, whose times are those it is made at.
    pub(crate) fn fresh_image(&self, now_ns: u64) -> Result<Vfs, Error> {
        let failed = |what: &str| {
            let what = what.to_owned();
            move |errno| Error::path(what.as_bytes(), errno)
        };
        let mut image = Vfs::new(Quota::default(), now_ns);
        image.populate_base(now_ns).map_err(failed("/"))?;
        for (applet, module) in &self.0.applets {
            let file = crate::process::applet_file(module, applet);
            image
                .add_program(applet.as_bytes(), &file, now_ns)
                .map_err(failed(applet))?;
        }
        Ok(image)
    }
}
