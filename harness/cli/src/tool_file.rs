//! `--tool NAME[,NAME...]=MODULE.wasm`: commands of the user's own.

use std::path::PathBuf;
use std::str::FromStr;

use anyhow::Context;
use wardian::{ModuleBytes, Tool};

/// A module of the host and the commands that it provides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToolFile {
    names: Vec<String>,
    path: PathBuf,
}

impl FromStr for ToolFile {
    type Err = String;

    fn from_str(text: &str) -> Result<ToolFile, String> {
        let (names, path) = text
            .split_once('=')
            .ok_or("expected NAME[,NAME...]=MODULE.wasm")?;
        let names: Vec<String> = names.split(',').map(str::to_owned).collect();
        match names
            .iter()
            .find(|name| name.is_empty() || name.contains('/'))
        {
            Some(name) => Err(format!("'{name}' is not the name of a command")),
            None => Ok(ToolFile {
                names,
                path: PathBuf::from(path),
            }),
        }
    }
}

impl ToolFile {
    /// Reads the module.
    pub fn load(&self) -> anyhow::Result<Tool> {
        let bytes = std::fs::read(&self.path)
            .with_context(|| format!("--tool: cannot read {}", self.path.display()))?;
        Ok(Tool {
            name: self.path.to_string_lossy().into_owned(),
            bytes: ModuleBytes::Wasm(bytes.into()),
            applets: self.names.clone(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_come_before_the_module() {
        let tool: ToolFile = "rg,ripgrep=dir/rg.wasm".parse().unwrap();
        assert_eq!(tool.names, ["rg", "ripgrep"]);
        assert_eq!(tool.path, PathBuf::from("dir/rg.wasm"));
        assert!("rg.wasm".parse::<ToolFile>().is_err());
        assert!("a/b=rg.wasm".parse::<ToolFile>().is_err());
    }
}
