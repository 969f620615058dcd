//! What an agent is told before the conversation: its instructions, and what
//! there is in its workspace.

use futures_util::future::join_all;

use super::core::Core;
use super::operation::Operation;
use super::task::GENERAL_AGENT;
use crate::clock::iso_date;
use crate::error::AgentError;
use crate::sandbox::{FileKind, Sandbox, SandboxError};
use crate::skills::{SkillSet, find_in_workspace};
use crate::store::EntryKind;
use crate::tools::cut_at;

/// The workspace's own instructions.
const WORKSPACE_INSTRUCTIONS: &str = "AGENTS.md";
/// Most bytes of them.
const MAX_INSTRUCTIONS: usize = 64 * 1024;
/// Most entries of the listing.
const MAX_ENTRIES: usize = 200;

impl Core {
    /// Makes the session ready for a prompt: finds its skills, and when it is new
    /// writes the system prompt, which stays as it is until the conversation is
    /// summarised.
    pub(super) async fn prepare(&self, operation: &Operation) -> Result<(), AgentError> {
        operation.check()?;
        if self.conversation().system.is_some() {
            if self.skills().is_empty() {
                operation.unless_interrupted(self.find_skills()).await??;
            }
            return Ok(());
        }
        let text = operation.unless_interrupted(self.system_prompt()).await??;
        self.write(vec![EntryKind::System { text }], |_| ()).await?;
        Ok(())
    }

    /// The system prompt as it would be now.
    pub(super) async fn system_prompt(&self) -> Result<String, AgentError> {
        self.find_skills().await?;
        let definition = &self.host.definition;
        let sandbox = &*self.workspace().sandbox;
        let mut sections = vec![definition.instructions.trim().to_owned()];
        sections.push(workspace_instructions(sandbox).await?);
        let has = |name: &str| self.host.tools.iter().any(|tool| tool.name() == name);
        if has("activate_skill") {
            sections.push(skills_section(&self.skills()));
        }
        if has("task") {
            sections.push(self.agents_section());
        }
        sections.push(format!(
            "Date: {}\nWorking directory: {}\n{}",
            iso_date(self.host.clock.now()),
            sandbox.cwd(),
            listing(sandbox).await?
        ));
        sections.retain(|section| !section.is_empty());
        Ok(sections.join("\n\n"))
    }

    async fn find_skills(&self) -> Result<(), AgentError> {
        let (found, problems) = find_in_workspace(&*self.workspace().sandbox).await?;
        let packaged = &self.host.definition.skills;
        self.set_skills(SkillSet::new(packaged, found, problems));
        Ok(())
    }

    fn agents_section(&self) -> String {
        let mut section = "## Available Agents\n".to_owned();
        for agent in &self.host.definition.subagents {
            let description = &agent.definition().description;
            section += &format!("\n- {}: {}", agent.name(), one_line(description));
        }
        section += &format!("\n- {GENERAL_AGENT}: a copy of yourself with an empty conversation");
        section
    }
}

fn skills_section(skills: &SkillSet) -> String {
    if skills.is_empty() && skills.problems().is_empty() {
        return String::new();
    }
    let mut section = "## Available Skills\n".to_owned();
    for skill in skills.iter() {
        section += &format!("\n- {}: {}", skill.name(), one_line(skill.description()));
    }
    for problem in skills.problems() {
        section += &format!("\n- (unusable: {problem})");
    }
    section
}

async fn workspace_instructions(sandbox: &dyn Sandbox) -> Result<String, SandboxError> {
    let bytes = match sandbox.read_file(WORKSPACE_INSTRUCTIONS).await {
        Ok(bytes) => bytes,
        Err(SandboxError::File { .. }) => return Ok(String::new()),
        Err(error) => return Err(error),
    };
    let text = String::from_utf8_lossy(&bytes);
    let shown = cut_at(text.trim(), MAX_INSTRUCTIONS);
    let mut section = format!("## Instructions of the workspace ({WORKSPACE_INSTRUCTIONS})\n\n");
    section += shown;
    if shown.len() < text.trim().len() {
        section += &format!(
            "\n\n[Cut: {MAX_INSTRUCTIONS} of {} bytes are shown; read the file for the rest.]",
            text.len()
        );
    }
    Ok(section)
}

/// The names in the working directory.
async fn listing(sandbox: &dyn Sandbox) -> Result<String, SandboxError> {
    let entries = match sandbox.read_dir(".").await {
        Ok(entries) => entries,
        Err(SandboxError::File { message, .. }) => {
            return Ok(format!("Directory structure: ({message})"));
        }
        Err(error) => return Err(error),
    };
    if entries.is_empty() {
        return Ok("Directory structure: (empty)".to_owned());
    }
    let count = entries.len();
    let lines = entries
        .into_iter()
        .take(MAX_ENTRIES)
        .map(|entry| async move {
            let is_directory = match sandbox.stat(&format!("./{}", entry.name)).await {
                Ok(stat) => stat.kind == FileKind::Directory,
                Err(_) => false,
            };
            let slash = if is_directory { "/" } else { "" };
            format!("\n- {}{slash}", entry.name)
        });
    let mut text = "Directory structure:".to_owned();
    text += &join_all(lines).await.concat();
    if count > MAX_ENTRIES {
        text += &format!("\n- ({} more)", count - MAX_ENTRIES);
    }
    Ok(text)
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
