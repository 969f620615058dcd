//! tar, as GNU has it.

mod create;
mod extract;
pub mod header;
mod list;
mod names;
mod options;

pub use create::{find_id, lookup};

use options::Action;
use std::collections::HashSet;
use wardian_applet::Args;
use wardian_applet::cli::{Context, Output};
use wardian_applet::sys::Errno;

/// Runs tar.
pub fn run(args: &Args) -> i32 {
    let context = Context {
        program: b"tar",
        applet: "tar",
        usage_code: 2,
        usage_synopsis: false,
    };
    let options = match options::read(args, &context) {
        Ok(options) => options,
        Err(code) => return code,
    };
    let mut session = Session {
        context,
        code: 0,
        output: Output::stdout(),
        prefixes: HashSet::new(),
    };
    let fatal = match options.action {
        Action::Create | Action::Append | Action::Update => create::run(&mut session, &options),
        Action::List | Action::Extract => list::run(&mut session, &options),
    };
    session.output.flush();
    match fatal {
        Err(Fatal) => {
            session
                .context
                .say(b"Error is not recoverable: exiting now");
            2
        }
        Ok(()) if session.code == 2 => {
            session
                .context
                .say(b"Exiting with failure status due to previous errors");
            2
        }
        Ok(()) => session.code,
    }
}

/// Work cannot go on; the reason has been told.
struct Fatal;

struct Session<'a> {
    context: Context<'a>,
    code: i32,
    output: Output,
    /// Prefixes whose removal has been told.
    prefixes: HashSet<Vec<u8>>,
}

impl Session<'_> {
    fn say(&mut self, text: &[u8]) {
        self.output.flush();
        self.context.say(text);
    }

    /// An error that makes the exit code 2.
    fn error(&mut self, text: &[u8]) {
        self.say(text);
        self.code = 2;
    }

    fn error_about(&mut self, name: &[u8], what: &str, errno: Errno) {
        let text = [
            name,
            b": ",
            what.as_bytes(),
            b": ",
            errno.message().as_bytes(),
        ]
        .concat();
        self.error(&text);
    }

    fn fatal<T>(&mut self, text: &[u8]) -> Result<T, Fatal> {
        self.say(text);
        Err(Fatal)
    }

    /// The name without what makes it unsafe; tells of it once.
    fn safe_name<'n>(&mut self, name: &'n [u8], what: &str) -> &'n [u8] {
        let cut = names::unsafe_prefix(name);
        if cut > 0
            && self
                .prefixes
                .insert([&name[..cut], what.as_bytes()].concat())
        {
            let text = [
                b"Removing leading `",
                &name[..cut],
                b"' from ",
                what.as_bytes(),
            ]
            .concat();
            self.say(&text);
        }
        &name[cut..]
    }
}

/// A path under the directory that `-C` gave.
fn under(dir: Option<&[u8]>, name: &[u8]) -> Vec<u8> {
    match dir {
        Some(dir) if !name.starts_with(b"/") => [dir, b"/", name].concat(),
        _ => name.to_vec(),
    }
}
