//! Arguments in a shell command line.

use super::ToolError;

/// A text as one word that no shell looks into.
pub(super) fn quote(text: &str) -> Result<String, ToolError> {
    if text.contains('\0') {
        return Err(ToolError::Failed(
            "An argument holds a NUL character, which no command can take.".to_owned(),
        ));
    }
    Ok(format!("'{}'", text.replace('\'', r"'\''")))
}

/// A path as one word that no command takes for an option.
pub(super) fn quote_path(path: &str) -> Result<String, ToolError> {
    if path.starts_with(['/', '.']) {
        quote(path)
    } else {
        quote(&format!("./{path}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes() {
        for (text, wanted) in [
            ("plain", "'plain'"),
            ("it's", r"'it'\''s'"),
            ("$(x) `y` \\ \n", "'$(x) `y` \\ \n'"),
            ("", "''"),
        ] {
            assert_eq!(quote(text).unwrap(), wanted);
        }
        assert!(quote("a\0b").is_err());
        assert_eq!(quote_path("-rf").unwrap(), "'./-rf'");
        assert_eq!(quote_path("../x").unwrap(), "'../x'");
    }
}
