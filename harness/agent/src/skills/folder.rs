//! Skills in folders of the host, which the embedder names.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::{Files, Skill, SkillError, front_matter};

const MAX_FILE_BYTES: u64 = 1 << 20;
const MAX_TOTAL_BYTES: u64 = 8 << 20;
const MAX_DEPTH: usize = 8;

pub(super) fn load(folder: &Path) -> Result<Skill, SkillError> {
    let path = folder.join("SKILL.md");
    let place = path.display().to_string();
    let wrong = |message: String| SkillError {
        place: place.clone(),
        message,
    };
    let length = fs::metadata(&path)
        .map_err(|error| wrong(error.to_string()))?
        .len();
    if length > MAX_FILE_BYTES {
        return Err(wrong(format!(
            "it has {length} bytes, {MAX_FILE_BYTES} are allowed"
        )));
    }
    let text = fs::read_to_string(&path).map_err(|error| wrong(error.to_string()))?;
    let mut collected = Collected::default();
    collect(folder, "", MAX_DEPTH, &mut collected)?;
    front_matter::parse(&place, &text, Files::Packaged(collected.files))
}

pub(super) fn load_all(folder: &Path) -> Result<Vec<Skill>, SkillError> {
    let mut skills = Vec::new();
    for name in sorted_names(folder)? {
        let below = folder.join(&name);
        if below.join("SKILL.md").is_file() {
            skills.push(load(&below)?);
        }
    }
    Ok(skills)
}

#[derive(Default)]
struct Collected {
    files: BTreeMap<String, Vec<u8>>,
    bytes: u64,
}

fn collect(
    folder: &Path,
    prefix: &str,
    depth: usize,
    collected: &mut Collected,
) -> Result<(), SkillError> {
    for name in sorted_names(folder)? {
        let path = folder.join(&name);
        let inside = format!("{prefix}{name}");
        let wrong = |message: String| SkillError {
            place: path.display().to_string(),
            message,
        };
        let metadata = fs::symlink_metadata(&path).map_err(|error| wrong(error.to_string()))?;
        if inside == "SKILL.md" || metadata.is_symlink() || is_private(&name) {
            continue;
        }
        if metadata.is_dir() {
            if depth > 0 {
                collect(&path, &format!("{inside}/"), depth - 1, collected)?;
            }
        } else if metadata.is_file() {
            collected.bytes += metadata.len();
            if metadata.len() > MAX_FILE_BYTES || collected.bytes > MAX_TOTAL_BYTES {
                return Err(wrong(format!(
                    "the skill's files are too large: {MAX_FILE_BYTES} bytes are allowed \
                     for one, {MAX_TOTAL_BYTES} for all"
                )));
            }
            let bytes = fs::read(&path).map_err(|error| wrong(error.to_string()))?;
            collected.files.insert(inside, bytes);
        }
    }
    Ok(())
}

/// Files that are left behind: hidden ones, and keys.
fn is_private(name: &str) -> bool {
    let extension = Path::new(name).extension().unwrap_or_default();
    let is_key = ["pem", "key", "p12", "pfx"]
        .iter()
        .any(|key| extension == *key);
    name.starts_with('.') || name.starts_with("id_") || is_key
}

fn sorted_names(folder: &Path) -> Result<Vec<String>, SkillError> {
    let wrong = |error: std::io::Error| SkillError {
        place: folder.display().to_string(),
        message: error.to_string(),
    };
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(wrong)? {
        // A name that is no text cannot be asked for either.
        if let Ok(name) = entry.map_err(wrong)?.file_name().into_string() {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}
