//! The state of a shell.

use std::rc::Rc;

use super::options::{Options, Shopt};
use crate::builtins::State;
use crate::expand::Ifs;
use crate::jobs::Jobs;
use crate::parser::{Aliases, ParseOptions};
use crate::pattern::{GlobOptions, PatternOptions};
use crate::sys::{self, Fd, Process};
use crate::trap::Traps;
use crate::vars::{FastMap, FastSet, Sym, Vars};

/// What a frame of the call stack stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FrameKind {
    Function,
    Source,
}

/// A function call or a sourced file.
pub struct Frame {
    pub kind: FrameKind,
    pub name: Vec<u8>,
    /// The file that the running code came from.
    pub source: Rc<[u8]>,
    /// The line of the call.
    pub call_line: u32,
    /// Its arguments, for BASH_ARGV.
    pub args: Option<Vec<Vec<u8>>>,
}

/// A shell.
pub struct Shell {
    pub vars: Vars,
    pub functions: super::Functions,
    /// The files in which functions were defined.
    pub function_sources: FastMap<Vec<u8>, Rc<[u8]>>,
    pub exported_functions: FastSet<Vec<u8>>,
    pub readonly_functions: FastSet<Vec<u8>>,
    /// Functions that inherit the traps DEBUG and RETURN.
    pub traced_functions: FastSet<Vec<u8>>,
    pub aliases: Aliases,
    pub options: Options,
    pub shopt: Shopt,
    /// `$0`
    pub name: Vec<u8>,
    /// The file being executed, for messages and `BASH_SOURCE`.
    pub source: Rc<[u8]>,
    pub positional: Vec<Vec<u8>>,
    /// `$?`
    pub status: i32,
    pub pipe_status: Vec<i32>,
    /// Status of the last command substitution, for assignments.
    pub substitution_status: Option<i32>,
    pub line: u32,
    /// Output of builtins, not yet written.
    pub out: Vec<u8>,
    /// How many command substitutions collect `out` instead of descriptor 1.
    pub capturing: u32,
    pub ifs: Ifs,
    pub frames: Vec<Frame>,
    pub loop_depth: u32,
    /// The status of the loop that `break` ends.
    pub break_status: i32,
    /// A compound command did not run because a redirection failed.
    pub redirect_failed: bool,
    /// How many commands the shell has read (`\\#` in prompts).
    pub command_number: u32,
    /// In how many contexts a failure does not end the shell (`set -e`).
    pub errexit_ignored: u32,
    pub traps: Traps,
    pub jobs: Jobs,
    /// Paths of commands found before, with hits.
    pub hash: FastMap<Vec<u8>, (Vec<u8>, u32)>,
    pub fds: super::redirect::UserFds,
    /// Descriptors that only this process needs: a forked child closes them.
    pub private_fds: Vec<Fd>,
    pub process_subs: Vec<(u32, Process, bool)>,
    /// The parameter being expanded is in braces.
    pub braced: bool,
    /// What `command` runs ends no shell by an error of its usage.
    pub excused: Option<i32>,
    /// Arguments of the builtin being run that were elements (`a[$k]`) in the source.
    pub element_words: Vec<Vec<u8>>,
    /// How many compound commands being run have their input redirected.
    pub stdin_redirected: u32,
    /// The environment as built last.
    pub environment: Vec<u8>,
    /// Strings of the environment whose names are no variables'.
    pub foreign: Vec<u8>,
    /// The usual environment has been taken over.
    pub has_usual: bool,
    pub interactive: bool,
    /// Whether commands come from `-c`.
    pub command_string: bool,
    pub reads_stdin: bool,
    pub subshell: u32,
    pub pid: u32,
    parent_pid: u32,
    pub arith_depth: u32,
    /// What computed variables were when they were asked for last.
    pub asked: Vec<(Sym, Vec<u8>)>,
    /// The command that messages about arithmetic name.
    pub arith_command: &'static str,
    /// `exec` looks for its program: that there is none is told by it.
    pub exec_builtin: bool,
    pub depth: u32,
    /// The next simple command is the last thing this process does.
    pub tail: bool,
    /// Text of the command being executed, kept where traps can ask for it.
    pub command_text: Vec<u8>,
    /// The variable `_`.
    pub last_argument: Sym,
    pub start_ns: u64,
    pub random: u32,
    pub exiting: bool,
    pub state: State,
    /// A state is being taken over: builtins come before functions.
    pub restoring: bool,
    /// The input ended with a syntax error.
    pub syntax_failed: bool,
    /// The input ended inside a command.
    pub ended_early: bool,
    /// The script ends the shell: it said `exit`, or `set -e` did.
    pub left: bool,
    /// Buffers of arguments, for the next ones.
    pub spare: Vec<Vec<u8>>,
    pub spare_args: Vec<Vec<u8>>,
    /// Arguments of a declaration builtin that are assignments.
    pub declarations: Vec<Option<super::ExpandedAssign>>,
}

impl Shell {
    /// A shell without variables.
    pub fn new(name: Vec<u8>) -> Shell {
        let mut vars = Vars::new();
        let last_argument = vars.sym(b"_");
        Shell {
            vars,
            functions: FastMap::default(),
            function_sources: FastMap::default(),
            exported_functions: FastSet::default(),
            readonly_functions: FastSet::default(),
            traced_functions: FastSet::default(),
            aliases: Aliases::default(),
            options: Options::default(),
            shopt: Shopt::default(),
            source: Rc::from(&b""[..]),
            name,
            positional: Vec::new(),
            status: 0,
            pipe_status: vec![0],
            substitution_status: None,
            line: 1,
            out: Vec::new(),
            capturing: 0,
            ifs: Ifs::default(),
            frames: Vec::new(),
            loop_depth: 0,
            break_status: 0,
            redirect_failed: false,
            command_number: 0,
            errexit_ignored: 0,
            traps: Traps::default(),
            jobs: Jobs::default(),
            hash: FastMap::default(),
            fds: super::redirect::UserFds::default(),
            private_fds: Vec::new(),
            process_subs: Vec::new(),
            element_words: Vec::new(),
            braced: false,
            excused: None,
            stdin_redirected: 0,
            environment: Vec::new(),
            foreign: Vec::new(),
            has_usual: false,
            interactive: false,
            command_string: false,
            reads_stdin: false,
            subshell: 0,
            pid: 0,
            parent_pid: 0,
            arith_depth: 0,
            asked: Vec::new(),
            arith_command: "",
            exec_builtin: false,
            depth: 0,
            tail: false,
            command_text: Vec::new(),
            last_argument,
            start_ns: 0,
            random: 0,
            exiting: false,
            state: State::default(),
            restoring: false,
            syntax_failed: false,
            ended_early: false,
            left: false,
            spare: Vec::new(),
            spare_args: Vec::new(),
            declarations: Vec::new(),
        }
    }

    /// The process number of the shell (not of a subshell).
    pub fn shell_pid(&mut self) -> u32 {
        if self.pid == 0 {
            let process = sys::process_info();
            (self.pid, self.parent_pid) = (process.pid, process.parent_pid);
        }
        self.pid
    }

    /// `$PPID`: in a subshell still that of the shell.
    pub fn parent_pid(&mut self) -> u32 {
        self.shell_pid();
        self.parent_pid
    }

    /// Options that the parser needs.
    pub fn parse_options(&self) -> ParseOptions {
        ParseOptions {
            extglob: self.shopt.extglob,
            posix: self.options.posix,
            aliases: self.shopt.expand_aliases && !self.aliases.is_empty(),
        }
    }

    /// Options for patterns that match strings.
    pub fn match_options(&self) -> PatternOptions {
        PatternOptions {
            extglob: self.shopt.extglob,
            fold: self.shopt.nocasematch,
        }
    }

    /// Options for pathname expansion.
    pub fn glob_options(&self) -> GlobOptions {
        GlobOptions {
            pattern: PatternOptions {
                extglob: self.shopt.extglob,
                fold: self.shopt.nocaseglob,
            },
            dotglob: self.shopt.dotglob,
            globstar: self.shopt.globstar,
            skip_dots: self.shopt.globskipdots,
        }
    }

    /// Whether a function is being executed.
    pub fn in_function(&self) -> bool {
        self.frames
            .iter()
            .any(|frame| frame.kind == FrameKind::Function)
    }
}
