//! Making virtual sandboxes for agents, one for each identity.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use tokio::sync::OnceCell;
use wardian_agent::sandbox::{Sandbox, SandboxError, SandboxFactory};
use wardian_engine::{CacheDirectory, Error, MountMode, Runtime, SandboxBuilder};

use super::virtual_sandbox::VirtualSandbox;

/// Where commands of an agent start unless told otherwise.
const CWD: &str = "/workspace";

/// Changes a builder before a sandbox is made of it.
type Adjust = dyn Fn(SandboxBuilder) -> SandboxBuilder + Send + Sync;

/// A sandbox by identity, made once.
type Cell = Arc<OnceCell<Arc<VirtualSandbox>>>;

/// Virtual sandboxes, the default of an agent: empty but for the tools, with
/// nothing of the host.
///
/// | what | default |
/// |---|---|
/// | tools | all prebuilt ones ([`super::tools`]) |
/// | working directory | `/workspace` |
/// | all else | as [`SandboxBuilder`] says |
/// | runtime | one for the process, made when first needed, with the user's cache |
///
/// One identity finds one sandbox for as long as this factory or a clone of it
/// lives, or until [`Virtual::forget`].
#[derive(Clone)]
pub struct Virtual {
    runtime: Option<Runtime>,
    cwd: String,
    mounts: Vec<(PathBuf, String, MountMode)>,
    adjust: Arc<Adjust>,
    made: Arc<Mutex<HashMap<String, Cell>>>,
}

impl Default for Virtual {
    fn default() -> Virtual {
        Virtual::new()
    }
}

impl Virtual {
    /// A factory over the runtime that the process shares.
    #[must_use]
    pub fn new() -> Virtual {
        Virtual {
            runtime: None,
            cwd: CWD.to_owned(),
            mounts: Vec::new(),
            adjust: Arc::new(|builder| builder),
            made: Arc::default(),
        }
    }

    /// Uses this runtime.
    #[must_use]
    pub fn runtime(mut self, runtime: &Runtime) -> Virtual {
        self.runtime = Some(runtime.clone());
        self
    }

    /// The absolute directory where commands start; it is made.
    #[must_use]
    pub fn cwd(mut self, cwd: impl Into<String>) -> Virtual {
        self.cwd = cwd.into();
        self
    }

    /// Mounts a folder of the host at an absolute path of each sandbox, as
    /// [`SandboxBuilder::mount`] does. The sandboxes' reach is `overlay` then, or
    /// `mount`.
    #[must_use]
    pub fn mount(
        mut self,
        host: impl AsRef<Path>,
        guest: impl Into<String>,
        mode: MountMode,
    ) -> Virtual {
        self.mounts
            .push((host.as_ref().to_owned(), guest.into(), mode));
        self
    }

    /// Adjusts each sandbox before it is made: files, variables, limits. The
    /// working directory is [`Virtual::cwd`]'s to say. Folders that are mounted
    /// here, not by [`Virtual::mount`], count as written in place.
    #[must_use]
    pub fn with(
        mut self,
        adjust: impl Fn(SandboxBuilder) -> SandboxBuilder + Send + Sync + 'static,
    ) -> Virtual {
        let before = self.adjust;
        self.adjust = Arc::new(move |builder| adjust(before(builder)));
        self
    }

    /// The sandbox of an identity, with what only the virtual one can do.
    ///
    /// # Errors
    /// [`SandboxError::Setup`].
    pub async fn open(&self, id: &str) -> Result<Arc<VirtualSandbox>, SandboxError> {
        let cell = self.made().entry(id.to_owned()).or_default().clone();
        let sandbox = cell
            .get_or_try_init(|| async {
                let factory = self.clone();
                // It may read folders of the host and set up a runtime.
                let build = tokio::task::spawn_blocking(move || factory.build());
                match build.await {
                    Ok(result) => result.map_err(|error| SandboxError::Setup(error.to_string())),
                    Err(error) => Err(SandboxError::Setup(error.to_string())),
                }
            })
            .await?;
        Ok(sandbox.clone())
    }

    /// Lets go of an identity's sandbox: it ends when nobody holds it any more,
    /// and the identity finds a new one.
    pub fn forget(&self, id: &str) {
        self.made().remove(id);
    }

    fn made(&self) -> std::sync::MutexGuard<'_, HashMap<String, Cell>> {
        self.made.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn build(&self) -> Result<Arc<VirtualSandbox>, Error> {
        let runtime = match &self.runtime {
            Some(runtime) => runtime.clone(),
            None => shared_runtime()?,
        };
        let builder = wardian_engine::Sandbox::builder(&runtime).tools(&super::tools());
        let mut builder = (self.adjust)(builder).cwd(&self.cwd);
        for (host, guest, mode) in &self.mounts {
            builder = builder.mount(host, guest, *mode);
        }
        let modes = self.mounts.iter().map(|(_, _, mode)| *mode).collect();
        let sandbox = VirtualSandbox::new(builder.build()?, &self.cwd, modes);
        Ok(Arc::new(sandbox))
    }
}

#[async_trait]
impl SandboxFactory for Virtual {
    async fn create(&self, id: &str) -> Result<Arc<dyn Sandbox>, SandboxError> {
        Ok(self.open(id).await?)
    }
}

/// The runtime of all factories that were given none.
fn shared_runtime() -> Result<Runtime, Error> {
    static SHARED: Mutex<Option<Runtime>> = Mutex::new(None);
    let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(runtime) = &*shared {
        return Ok(runtime.clone());
    }
    let runtime = Runtime::builder()
        .cache(CacheDirectory::of_user())
        .build()?;
    *shared = Some(runtime.clone());
    Ok(runtime)
}
