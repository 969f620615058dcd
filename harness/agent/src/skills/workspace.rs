//! Skills that lie in the workspace, in `.agents/skills`.

use super::{Files, Skill, SkillError, front_matter};
use crate::sandbox::{Sandbox, SandboxError};

const FOLDER: &str = ".agents/skills";
const MAX_SKILLS: usize = 100;
const MAX_BYTES: u64 = 1 << 20;

/// The skills of a workspace, and what is wrong with those that cannot be used.
pub(crate) async fn find_in_workspace(
    sandbox: &dyn Sandbox,
) -> Result<(Vec<Skill>, Vec<SkillError>), SandboxError> {
    let (mut skills, mut problems) = (Vec::new(), Vec::new());
    let entries = match sandbox.read_dir(FOLDER).await {
        Ok(entries) => entries,
        Err(SandboxError::File { .. }) => return Ok((skills, problems)),
        Err(error) => return Err(error),
    };
    for entry in entries.into_iter().take(MAX_SKILLS) {
        let folder = sandbox.resolve_path(&format!("{FOLDER}/{}", entry.name));
        let path = format!("{folder}/SKILL.md");
        let wrong = |message: String| SkillError {
            place: path.clone(),
            message,
        };
        let size = match sandbox.stat(&path).await {
            Ok(stat) => stat.size_bytes.unwrap_or(0),
            Err(SandboxError::File { .. }) => continue,
            Err(error) => return Err(error),
        };
        if size > MAX_BYTES {
            problems.push(wrong(format!("{size} bytes, {MAX_BYTES} are allowed")));
            continue;
        }
        let bytes = match sandbox.read_file(&path).await {
            Ok(bytes) => bytes,
            Err(SandboxError::File { message, .. }) => {
                problems.push(wrong(message));
                continue;
            }
            Err(error) => return Err(error),
        };
        let text = String::from_utf8_lossy(&bytes);
        match front_matter::parse(&path, &text, Files::Workspace(folder)) {
            Ok(skill) => skills.push(skill),
            Err(problem) => problems.push(problem),
        }
    }
    Ok((skills, problems))
}
