//! Options, short and long, as gawk takes them.

use super::program::{Source, say};
use super::usage;

/// What the options say.
#[derive(Default)]
pub struct Settings {
    /// Program texts, in order.
    pub sources: Vec<Source>,
    /// `-v`
    pub assignments: Vec<Vec<u8>>,
    /// `-F`
    pub separator: Option<Vec<u8>>,
    /// `--csv`
    pub csv: bool,
    /// `-b`
    pub bytes: bool,
    /// `-i inplace`
    pub inplace: bool,
    /// What is left.
    pub operands: Vec<Vec<u8>>,
}

/// Long names, their letters, and whether they take a value (`?`: may).
const LONG: &[(&str, u8, u8)] = &[
    ("assign", b'v', b'='),
    ("bignum", b'M', 0),
    ("characters-as-bytes", b'b', 0),
    ("copyright", b'C', 0),
    ("csv", b'k', 0),
    ("debug", b'D', b'?'),
    ("dump-variables", b'd', b'?'),
    ("exec", b'E', b'='),
    ("field-separator", b'F', b'='),
    ("file", b'f', b'='),
    ("gen-pot", b'g', 0),
    ("help", b'h', 0),
    ("include", b'i', b'='),
    ("lint", b'L', b'?'),
    ("lint-old", b't', 0),
    ("load", b'l', b'='),
    ("no-optimize", b's', 0),
    ("non-decimal-data", b'n', 0),
    ("optimize", b'O', 0),
    ("posix", b'P', 0),
    ("pretty-print", b'o', b'?'),
    ("profile", b'p', b'?'),
    ("re-interval", b'r', 0),
    ("sandbox", b'S', 0),
    ("source", b'e', b'='),
    ("trace", b'I', 0),
    ("traditional", b'c', 0),
    ("use-lc-numeric", b'N', 0),
    ("version", b'V', 0),
];

/// Reads the arguments.
///
/// # Errors
/// The exit code, after `--help`, `--version` or a message.
pub fn parse(name: &[u8], args: &[Vec<u8>]) -> Result<Settings, i32> {
    let mut settings = Settings::default();
    let mut rest = args.get(1..).unwrap_or_default().iter();
    let complain = |text: String| -> i32 {
        let name = String::from_utf8_lossy(name);
        say(format!("{name}: {text}\n").as_bytes());
        usage::show(&name, 2);
        1
    };
    while let Some(arg) = rest.as_slice().first() {
        match arg.as_slice() {
            b"--" => {
                rest.next();
                break;
            }
            [b'-', b'-', body @ ..] => {
                rest.next();
                let (long, given) = match memchr::memchr(b'=', body) {
                    Some(at) => (&body[..at], Some(body[at + 1..].to_vec())),
                    None => (body, None),
                };
                let matching = LONG.iter().filter(|l| l.0.as_bytes().starts_with(long));
                let exact = LONG.iter().find(|l| l.0.as_bytes() == long);
                let shown = String::from_utf8_lossy(body).into_owned();
                let Some(option) = exact.or_else(|| {
                    let mut matching = matching;
                    matching.next().filter(|_| matching.next().is_none())
                }) else {
                    return Err(complain(format!("unrecognized option '--{shown}'")));
                };
                let value = match (option.2, given) {
                    (b'=', None) => match rest.next() {
                        Some(value) => Some(value.clone()),
                        None => {
                            let text = format!("option '--{}' requires an argument", option.0);
                            return Err(complain(text));
                        }
                    },
                    (_, given) => given,
                };
                if settings.apply(name, option.1, value)? {
                    break;
                }
            }
            [b'-', body @ ..] if !body.is_empty() => {
                rest.next();
                let mut cluster = body;
                let mut last = false;
                while let Some((letter, tail)) = cluster.split_first() {
                    cluster = tail;
                    let takes = match letter {
                        b'W' => b'=',
                        letter => match LONG.iter().find(|l| l.1 == *letter) {
                            Some(option) => option.2,
                            None => {
                                let shown = char::from(*letter);
                                return Err(complain(format!("invalid option -- '{shown}'")));
                            }
                        },
                    };
                    let value = match takes {
                        0 => None,
                        b'?' => (!tail.is_empty()).then(|| std::mem::take(&mut cluster).to_vec()),
                        _ if !tail.is_empty() => Some(std::mem::take(&mut cluster).to_vec()),
                        _ => match rest.next() {
                            Some(value) => Some(value.clone()),
                            None => {
                                let shown = char::from(*letter);
                                let text = format!("option requires an argument -- '{shown}'");
                                return Err(complain(text));
                            }
                        },
                    };
                    last |= settings.apply(name, *letter, value)?;
                }
                if last {
                    break;
                }
            }
            _ => break,
        }
    }
    let own = settings
        .sources
        .iter()
        .any(|source| !matches!(source, Source::Include(_)));
    if !own {
        match rest.next() {
            Some(text) => settings.sources.push(Source::Text(text.clone())),
            None => {
                usage::show(&String::from_utf8_lossy(name), 2);
                return Err(1);
            }
        }
    }
    settings.operands = rest.cloned().collect();
    Ok(settings)
}

impl Settings {
    /// Notes an option; whether it is the last.
    fn apply(&mut self, name: &[u8], letter: u8, value: Option<Vec<u8>>) -> Result<bool, i32> {
        let value = value.unwrap_or_default();
        match letter {
            b'f' => self.sources.push(Source::File(value)),
            b'E' => {
                self.sources.push(Source::File(value));
                return Ok(true);
            }
            b'e' => self.sources.push(Source::Text(value)),
            b'i' if value == b"inplace" || value == b"inplace.awk" => self.inplace = true,
            b'i' => self.sources.push(Source::Include(value)),
            b'F' => self.separator = Some(value),
            b'v' => self.assignments.push(value),
            b'b' => self.bytes = true,
            b'k' => self.csv = true,
            b'h' => {
                usage::show(&String::from_utf8_lossy(name), 1);
                return Err(0);
            }
            b'V' => {
                usage::version();
                return Err(0);
            }
            b'W' if value == b"version" || value == b"v" => {
                usage::version();
                return Err(0);
            }
            // The others change nothing that this awk does.
            _ => {}
        }
        Ok(false)
    }
}
