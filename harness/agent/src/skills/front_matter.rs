//! `SKILL.md`: YAML between two lines of dashes, then Markdown.

use serde::Deserialize;

use super::{Files, Skill, SkillError};

/// Most characters of a name.
const MAX_NAME: usize = 64;
/// Most characters of a description.
const MAX_DESCRIPTION: usize = 1024;
/// Most bytes of front matter: YAML of strangers is not read without a limit.
const MAX_FRONT_MATTER: usize = 16 * 1024;

/// Other fields of the format are taken and have no effect.
#[derive(Deserialize)]
struct FrontMatter {
    name: String,
    description: String,
}

pub(super) fn parse(place: &str, text: &str, files: Files) -> Result<Skill, SkillError> {
    let wrong = |message: String| SkillError {
        place: place.to_owned(),
        message,
    };
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let (yaml, instructions) = split(text).ok_or_else(|| {
        wrong(
            "it has to begin with YAML front matter: a line `---`, `name` and `description`, \
             a line `---`"
                .to_owned(),
        )
    })?;
    if yaml.len() > MAX_FRONT_MATTER {
        return Err(wrong(format!(
            "the front matter has {} bytes, {MAX_FRONT_MATTER} are allowed",
            yaml.len()
        )));
    }
    let front: FrontMatter = serde_norway::from_str(yaml)
        .map_err(|error| wrong(format!("the front matter cannot be read: {error}")))?;
    check_name(&front.name).map_err(wrong)?;
    let length = front.description.chars().count();
    if length > MAX_DESCRIPTION {
        return Err(wrong(format!(
            "the description has {length} characters, {MAX_DESCRIPTION} are allowed"
        )));
    }
    if front.description.trim().is_empty() {
        return Err(wrong("the description is empty".to_owned()));
    }
    Ok(Skill {
        name: front.name,
        description: front.description.trim().to_owned(),
        instructions: instructions.to_owned(),
        files,
    })
}

fn check_name(name: &str) -> Result<(), String> {
    let length = name.chars().count();
    if length > MAX_NAME {
        return Err(format!(
            "the name has {length} characters, {MAX_NAME} are allowed"
        ));
    }
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if name.is_empty() || !name.chars().all(is_plain) || name.starts_with('-') {
        return Err(format!(
            "the name is `{name}`; it has to consist of small letters, digits and `-`"
        ));
    }
    Ok(())
}

/// The YAML and what follows it.
fn split(text: &str) -> Option<(&str, &str)> {
    let rest = text.strip_prefix("---")?;
    let rest = rest.strip_prefix("\r\n").or(rest.strip_prefix('\n'))?;
    let mut at = 0;
    for line in rest.split_inclusive('\n') {
        if line.trim_end() == "---" {
            let instructions = rest.get(at + line.len()..)?;
            return Some((rest.get(..at)?, instructions));
        }
        at += line.len();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads() {
        let skill = Skill::from_text(
            "---\r\nname: a-1\r\ndescription: >\r\n  Does\r\n  it.\r\nallowed-tools: bash\r\n---\r\nGo.\n---\n",
        );
        let skill = skill.unwrap();
        assert_eq!(
            (skill.name(), skill.description(), skill.instructions()),
            ("a-1", "Does it.", "Go.\n---\n")
        );
    }

    #[test]
    fn says_what_is_wrong() {
        let long = "x".repeat(1025);
        let long_name = "n".repeat(65);
        for (text, said) in [
            ("no front", "begin with YAML front matter"),
            ("---\nname: a\n", "begin with YAML front matter"),
            ("---\nname: a\n---\n", "missing field `description`"),
            ("---\nname: [\n---\n", "cannot be read"),
            ("---\nname: A b\ndescription: x\n---\n", "small letters"),
            ("---\nname: a\ndescription: ' '\n---\n", "empty"),
            (
                &format!("---\nname: {long_name}\ndescription: x\n---\n"),
                "65 characters, 64",
            ),
            (
                &format!("---\nname: a\ndescription: {long}\n---\n"),
                "1025 characters, 1024",
            ),
        ] {
            let error = Skill::from_text(text).unwrap_err().to_string();
            assert!(error.contains(said), "{error}");
        }
    }
}
