//! The skills of a session.

use super::{Files, PACKAGED, Skill, SkillError};
use crate::error::AgentError;

/// The skills that a session knows: those of the agent, then those of the
/// workspace whose names are not taken.
#[derive(Clone, Debug, Default)]
pub(crate) struct SkillSet {
    skills: Vec<Skill>,
    problems: Vec<SkillError>,
}

impl SkillSet {
    pub(crate) fn new(
        packaged: &[Skill],
        workspace: Vec<Skill>,
        problems: Vec<SkillError>,
    ) -> SkillSet {
        let mut skills = packaged.to_vec();
        for skill in workspace {
            if skills.iter().all(|known| known.name != skill.name) {
                skills.push(skill);
            }
        }
        SkillSet { skills, problems }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.skills.is_empty()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Skill> {
        self.skills.iter()
    }

    /// Those that could not be used.
    pub(crate) fn problems(&self) -> &[SkillError] {
        &self.problems
    }

    pub(crate) fn find(&self, name: &str) -> Result<&Skill, AgentError> {
        let found = self.skills.iter().find(|skill| skill.name == name);
        found.ok_or_else(|| {
            let names: Vec<&str> = self.skills.iter().map(Skill::name).collect();
            AgentError::UnknownSkill {
                name: name.to_owned(),
                known: listed("skills", &names),
            }
        })
    }

    /// A file of a packaged skill by the path that the model was given.
    pub(crate) fn resource(&self, path: &str) -> Option<&[u8]> {
        let inside = path.strip_prefix(PACKAGED)?.strip_prefix('/')?;
        let (name, file) = inside.split_once('/')?;
        match &self.find(name).ok()?.files {
            Files::Packaged(files) => files.get(file).map(Vec::as_slice),
            Files::Workspace(_) => None,
        }
    }

    /// Whether a path, without a way out by `..`, is in a workspace skill's folder.
    pub(crate) fn is_in_workspace(&self, path: &str) -> bool {
        let path = crate::sandbox::resolve_path("/", path);
        self.skills.iter().any(|skill| match &skill.files {
            Files::Workspace(folder) => path
                .strip_prefix(folder.as_str())
                .is_some_and(|below| below.starts_with('/')),
            Files::Packaged(_) => false,
        })
    }

    pub(crate) fn known_resources(&self) -> String {
        let mut paths = Vec::new();
        for skill in &self.skills {
            match &skill.files {
                Files::Packaged(files) => {
                    let below = files.keys();
                    paths.extend(below.map(|path| format!("{PACKAGED}/{}/{path}", skill.name)));
                }
                Files::Workspace(folder) => paths.push(format!("{folder}/...")),
            }
        }
        let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
        listed("files", &paths)
    }
}

/// Which there are, in words.
pub(crate) fn listed(what: &str, names: &[&str]) -> String {
    match names {
        [] => format!("there are no {what}"),
        names => format!("the {what} are {}", names.join(", ")),
    }
}
