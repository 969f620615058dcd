//! Skills: instructions that a model reads when it needs them, in the Agent
//! Skills format.

mod folder;
mod front_matter;
mod set;
mod workspace;

use std::collections::BTreeMap;
use std::path::Path;

pub(crate) use set::{SkillSet, listed};
pub(crate) use workspace::find_in_workspace;

/// Where the model finds the files of skills that came from the host.
const PACKAGED: &str = "/.wardian/skills";

/// A skill: a name and a description that the model always sees, instructions
/// that it sees on demand, and files beside them.
#[derive(Clone, PartialEq, Debug)]
pub struct Skill {
    name: String,
    description: String,
    instructions: String,
    files: Files,
}

#[derive(Clone, PartialEq, Debug)]
enum Files {
    /// They came from the host, by their path in the skill's folder.
    Packaged(BTreeMap<String, Vec<u8>>),
    /// They are in a folder of the workspace.
    Workspace(String),
}

/// What is wrong with a skill.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("skill {place}: {message}")]
pub struct SkillError {
    /// The skill's folder or file.
    pub place: String,
    /// What is wrong and what would be right.
    pub message: String,
}

impl Skill {
    /// A skill from the text of a `SKILL.md`: YAML front matter with `name`
    /// and `description`, then the instructions.
    ///
    /// ```
    /// let skill = wardian_agent::skills::Skill::from_text(
    ///     "---\nname: release\ndescription: Makes a release.\n---\nFirst run the tests.",
    /// )?;
    /// assert_eq!(skill.name(), "release");
    /// # Ok::<(), wardian_agent::skills::SkillError>(())
    /// ```
    ///
    /// # Errors
    /// When the front matter is missing or malformed, or the name or the
    /// description is missing or too long (64 and 1024 characters).
    pub fn from_text(text: &str) -> Result<Skill, SkillError> {
        front_matter::parse("SKILL.md", text, Files::Packaged(BTreeMap::new()))
    }

    /// A skill from a folder of the host with a `SKILL.md`. The other files in it
    /// come along, up to 1 MiB each and 8 MiB in all, but no hidden ones, no keys
    /// and no symbolic links.
    ///
    /// # Errors
    /// As [`Skill::from_text`], and when something cannot be read.
    pub fn from_folder(folder: impl AsRef<Path>) -> Result<Skill, SkillError> {
        folder::load(folder.as_ref())
    }

    /// All skills in a folder of the host that holds one folder for each.
    ///
    /// # Errors
    /// As [`Skill::from_folder`].
    pub fn all_in(folder: impl AsRef<Path>) -> Result<Vec<Skill>, SkillError> {
        folder::load_all(folder.as_ref())
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it does and when to use it.
    pub fn description(&self) -> &str {
        &self.description
    }

    /// What follows the front matter.
    pub fn instructions(&self) -> &str {
        &self.instructions
    }

    /// The instructions as they enter a conversation.
    pub(crate) fn for_the_model(&self) -> String {
        let mut text = format!(
            "<skill_instructions name=\"{}\">\n{}\n</skill_instructions>",
            self.name,
            self.instructions.trim()
        );
        match &self.files {
            Files::Packaged(files) if files.is_empty() => {}
            Files::Packaged(files) => {
                text += "\n\nFiles of the skill, for read_skill_resource:";
                for path in files.keys() {
                    text += &format!("\n- {PACKAGED}/{}/{path}", self.name);
                }
            }
            Files::Workspace(folder) => {
                text += &format!("\n\nThe skill's own files are in {folder}.");
            }
        }
        text
    }
}
