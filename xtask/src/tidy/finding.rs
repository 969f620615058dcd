//! What a rule found, and the files it looks at.

use std::fmt;
use std::path::PathBuf;

/// A place that breaks a rule.
#[derive(Debug, PartialEq, Eq)]
pub struct Finding {
    /// The file, relative to the checkout.
    pub file: PathBuf,
    /// The line, from 1; 0 for the file as a whole.
    pub line: usize,
    /// What is wrong.
    pub message: String,
    /// Worth a look, but no failure.
    pub only_warns: bool,
}

/// A text file of the checkout.
pub struct TextFile {
    /// Relative to the checkout.
    pub path: PathBuf,
    /// Its contents.
    pub text: String,
}

impl TextFile {
    /// Whether it is a Rust source.
    pub fn is_rust(&self) -> bool {
        self.path
            .extension()
            .is_some_and(|extension| extension == "rs")
    }

    /// Whether it holds nothing but tests or benchmarks.
    pub fn is_test(&self) -> bool {
        let mut folders = self.path.parent().into_iter().flatten();
        let stem = self.path.file_stem().unwrap_or_default().to_string_lossy();
        stem == "tests"
            || stem.ends_with("_tests")
            || folders.any(|folder| folder == "tests" || folder == "benches")
    }

    /// A failure at a line of this file.
    pub fn finding(&self, line: usize, message: impl Into<String>) -> Finding {
        Finding {
            file: self.path.clone(),
            line,
            message: message.into(),
            only_warns: false,
        }
    }

    /// A warning about this file.
    pub fn warning(&self, message: impl Into<String>) -> Finding {
        Finding {
            only_warns: true,
            ..self.finding(0, message)
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file.display())?;
        if self.line > 0 {
            write!(f, ":{}", self.line)?;
        }
        let warning = if self.only_warns { "warning: " } else { "" };
        write!(f, ": {warning}{}", self.message)
    }
}
