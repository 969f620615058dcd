//! Files of commands: a command a line, in a shell's syntax, with alternatives
//! `⟦a¦b¦c⟧`, each of which is tried with each of the others; groups that are
//! written alike go together. `$f` and `$g` stand for inputs.
//!
//! Lines of the form `inputs: NAMES`, `locale: NAMES` and `needs: TOOL VERSION`
//! hold for what follows; `differs: REASON` for the next command.

use std::path::Path;

/// A file.
#[derive(Default)]
pub struct Commands {
    /// Tools and the versions that the file is about.
    pub needs: Vec<(String, String)>,
    /// Its commands.
    pub lines: Vec<Line>,
}

/// A command with its alternatives.
pub struct Line {
    /// Number of its line, from 1.
    pub number: usize,
    /// The command.
    pub text: String,
    /// Inputs that it may meet.
    pub inputs: Vec<String>,
    /// Locales that it runs in.
    pub locales: Vec<String>,
    /// It is known to differ.
    pub differs: bool,
}

impl Commands {
    /// Reads a file.
    ///
    /// # Panics
    /// If it cannot be read.
    pub fn read(path: &Path) -> Commands {
        let text = std::fs::read_to_string(path).expect("text");
        let words = |text: &str| text.split_whitespace().map(str::to_owned).collect();
        let mut file = Commands::default();
        let (mut inputs, mut locales): (Vec<String>, Vec<String>) = (Vec::new(), words("C"));
        let mut differs = false;
        let mut command = String::new();
        let mut start = 0;
        for (index, line) in text.lines().enumerate() {
            if command.is_empty() {
                start = index + 1;
                if line.is_empty() || line.starts_with('#') {
                    continue;
                }
                if let Some(rest) = line.strip_prefix("needs: ") {
                    let (tool, version) = rest.split_once(' ').expect("needs: TOOL VERSION");
                    file.needs.push((tool.to_owned(), version.to_owned()));
                    continue;
                }
                if let Some(rest) = line.strip_prefix("inputs: ") {
                    inputs = words(rest);
                    continue;
                }
                if let Some(rest) = line.strip_prefix("locale: ") {
                    locales = words(rest);
                    continue;
                }
                if line.starts_with("differs: ") {
                    differs = true;
                    continue;
                }
            } else {
                command.push('\n');
            }
            command.push_str(line);
            // An alternative may hold a newline.
            let count = |mark| command.matches(mark).count();
            if count('⟦') == count('⟧') {
                file.lines.push(Line {
                    number: start,
                    text: std::mem::take(&mut command),
                    inputs: inputs.clone(),
                    locales: locales.clone(),
                    differs: std::mem::take(&mut differs),
                });
            }
        }
        assert!(command.is_empty(), "{}: no ⟧ for {command}", path.display());
        file
    }
}

/// The commands that a line stands for.
pub fn expanded(text: &str) -> Vec<String> {
    let Some((before, rest)) = text.split_once('⟦') else {
        return vec![text.to_owned()];
    };
    let (body, after) = rest.split_once('⟧').unwrap_or((rest, ""));
    let group = format!("⟦{body}⟧");
    body.split('¦')
        .flat_map(|choice| {
            let rest = after.replace(&group, choice);
            expanded(&rest)
                .into_iter()
                .map(move |rest| format!("{before}{choice}{rest}"))
        })
        .collect()
}
