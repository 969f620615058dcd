//! The command line of `df`.

use wardian_applet::cli::{Context, Opt, Order, parse};
use wardian_applet::text::quote;
use wardian_applet::text::size::{self, SizeForm};

const OPTIONS: &[Opt] = &[
    Opt::flag(b'a', "all"),
    Opt::value(b'B', "block-size"),
    Opt::flag(b'h', "human-readable"),
    Opt::flag(b'H', "si"),
    Opt::flag(b'i', "inodes"),
    Opt::flag(b'k', ""),
    Opt::flag(b'l', "local"),
    Opt::flag(0, "no-sync"),
    Opt::optional(0, "output"),
    Opt::flag(b'P', "portability"),
    Opt::flag(0, "sync"),
    Opt::flag(0, "total"),
    Opt::value(b't', "type"),
    Opt::flag(b'T', "print-type"),
    Opt::value(b'x', "exclude-type"),
    Opt::flag(b'v', ""),
];

/// A column.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// Where it comes from.
    Source,
    /// Its type.
    Type,
    /// Files it may hold.
    Inodes,
    /// Files it holds.
    InodesUsed,
    /// Files it may still take.
    InodesFree,
    /// Share of files in use.
    InodesShare,
    /// Bytes it may hold.
    Size,
    /// Bytes it holds.
    Used,
    /// Bytes it may still take.
    Available,
    /// Share of bytes in use.
    Share,
    /// The file asked about.
    File,
    /// Where it is mounted.
    Target,
}

/// Names for `--output`.
const NAMES: &[(&str, Field)] = &[
    ("source", Field::Source),
    ("fstype", Field::Type),
    ("itotal", Field::Inodes),
    ("iused", Field::InodesUsed),
    ("iavail", Field::InodesFree),
    ("ipcent", Field::InodesShare),
    ("size", Field::Size),
    ("used", Field::Used),
    ("avail", Field::Available),
    ("pcent", Field::Share),
    ("file", Field::File),
    ("target", Field::Target),
];

/// What the options say.
pub struct Config {
    /// Files asked about.
    pub files: Vec<Vec<u8>>,
    /// `-a`.
    pub all: bool,
    /// `-P`.
    pub portable: bool,
    /// `--total`.
    pub total: bool,
    /// Columns.
    pub fields: Vec<Field>,
    /// `--output`: titles stand for themselves.
    pub chosen: bool,
    /// `-i`.
    pub inodes: bool,
    /// How sizes are shown.
    pub form: SizeForm,
    kinds: Vec<Vec<u8>>,
    other_kinds: Vec<Vec<u8>>,
}

impl Config {
    /// Whether file systems of a type are shown.
    pub fn shows(&self, kind: &[u8]) -> bool {
        let listed = self.kinds.is_empty() || self.kinds.iter().any(|known| known == kind);
        listed && !self.other_kinds.iter().any(|known| known == kind)
    }
}

/// Reads the command line.
///
/// # Errors
/// The exit code, after a message.
pub fn read(context: &Context<'_>, args: &[Vec<u8>]) -> Result<Config, i32> {
    let parsed = parse(context, args, OPTIONS, Order::Permute)?;
    let mut config = Config {
        files: parsed.operands,
        all: false,
        portable: false,
        total: false,
        fields: Vec::new(),
        chosen: false,
        inodes: false,
        form: match std::env::var_os("POSIXLY_CORRECT") {
            Some(_) => SizeForm::Units(512),
            None => SizeForm::Units(1 << 10),
        },
        kinds: Vec::new(),
        other_kinds: Vec::new(),
    };
    let mut kind_column = false;
    for (short, long, value) in parsed.options {
        let given = value.as_deref().unwrap_or_default();
        match (short, long) {
            (b'a', _) => config.all = true,
            (b'B', _) => match size::parse_form(given) {
                Some(form) => config.form = form,
                None => {
                    let text = [b"invalid -B argument ".as_slice(), &quote::always(given)];
                    context.say(&text.concat());
                    return Err(1);
                }
            },
            (b'h', _) => config.form = SizeForm::Human,
            (b'H', _) => config.form = SizeForm::Si,
            (b'i', _) => config.inodes = true,
            (b'k', _) => config.form = SizeForm::Units(1 << 10),
            (b'P', _) => config.portable = true,
            (b't', _) => config.kinds.extend(value),
            (b'T', _) => kind_column = true,
            (b'x', _) => config.other_kinds.extend(value),
            (_, "output") => {
                config.chosen = true;
                choose(context, &mut config.fields, value.as_deref())?;
            }
            (_, "total") => config.total = true,
            _ => {}
        }
    }
    if config.chosen {
        let clash = [
            (config.inodes, "-i"),
            (config.portable, "-P"),
            (kind_column, "-T"),
        ];
        if let Some((_, option)) = clash.iter().find(|(set, _)| *set) {
            let text = format!("options {option} and --output are mutually exclusive");
            return Err(context.usage(text.as_bytes()));
        }
    } else {
        config.fields.push(Field::Source);
        if kind_column {
            config.fields.push(Field::Type);
        }
        config.fields.extend(match config.inodes {
            true => [
                Field::Inodes,
                Field::InodesUsed,
                Field::InodesFree,
                Field::InodesShare,
            ],
            false => [Field::Size, Field::Used, Field::Available, Field::Share],
        });
        config.fields.push(Field::Target);
    }
    if let Some(kind) = config
        .kinds
        .iter()
        .find(|kind| config.other_kinds.contains(kind))
    {
        let text = [
            b"file system type ".as_slice(),
            &quote::always(kind),
            b" both selected and excluded",
        ];
        context.say(&text.concat());
        return Err(1);
    }
    Ok(config)
}

fn choose(context: &Context<'_>, fields: &mut Vec<Field>, given: Option<&[u8]>) -> Result<(), i32> {
    let Some(given) = given else {
        fields.extend(NAMES.iter().map(|(_, field)| *field));
        return Ok(());
    };
    for name in given.split(|byte| *byte == b',') {
        let Some((_, field)) = NAMES.iter().find(|(known, _)| known.as_bytes() == name) else {
            let text = [
                b"option --output: field ".as_slice(),
                &quote::always(name),
                b" unknown",
            ];
            return Err(context.usage(&text.concat()));
        };
        if fields.contains(field) {
            let text = [
                b"option --output: field ".as_slice(),
                &quote::always(name),
                b" used more than once",
            ];
            return Err(context.usage(&text.concat()));
        }
        fields.push(*field);
    }
    Ok(())
}
