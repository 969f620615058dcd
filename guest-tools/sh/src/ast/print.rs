//! Commands as bash prints them (`declare -f`, `type`, `jobs`, BASH_COMMAND).

#[path = "print_redirect.rs"]
mod redirects;
#[path = "print_word.rs"]
mod words;

use super::tree::*;
use crate::vars::Vars;

/// Prints pipelines joined by `&&` and `||`.
pub fn print_and_or(item: &AndOr, vars: &mut Vars, out: &mut Vec<u8>) {
    Printer::new(vars, out).and_or(item);
}

/// Prints a command.
pub fn print_command(command: &Command, vars: &mut Vars, out: &mut Vec<u8>) {
    Printer::new(vars, out).command(command);
}

/// Prints a simple command.
pub fn print_simple(simple: &Simple, vars: &mut Vars, out: &mut Vec<u8>) {
    Printer::new(vars, out).simple(simple);
}

/// Prints a compound command.
pub fn print_compound(compound: &Compound, vars: &mut Vars, out: &mut Vec<u8>) {
    Printer::new(vars, out).compound(compound);
}

/// Prints an assignment.
pub fn print_assign(assign: &Assign, vars: &mut Vars, out: &mut Vec<u8>) {
    Printer::new(vars, out).assign(assign);
}

/// Prints a word.
pub fn print_word(word: &Word, vars: &mut Vars, out: &mut Vec<u8>) {
    Printer::new(vars, out).word(word);
}

/// Prints a word where variables cannot be changed.
pub fn print_word_names(word: &Word, vars: &Vars, out: &mut Vec<u8>) {
    Printer::new(vars, out).word(word);
}

/// Prints a function's definition, as `declare -f` does.
pub fn print_function(function: &Function, vars: &mut Vars, out: &mut Vec<u8>) {
    Printer::new(vars, out).function(function, true);
}

const INDENT: usize = 4;

struct Printer<'a> {
    vars: &'a Vars,
    out: &'a mut Vec<u8>,
    indent: usize,
    /// In a function's definition commands stand on lines of their own.
    in_function: usize,
    /// How many lists and pipelines are being printed: here-documents wait for
    /// the operator after their command.
    connected: usize,
    /// Here-documents whose bodies have not been printed.
    heredocs: Vec<std::rc::Rc<HereDoc>>,
    /// A body was printed where a semicolon would stand.
    after_heredoc: bool,
}

impl<'a> Printer<'a> {
    fn new(vars: &'a Vars, out: &'a mut Vec<u8>) -> Printer<'a> {
        Printer {
            vars,
            out,
            indent: 0,
            in_function: 0,
            connected: 0,
            heredocs: Vec::new(),
            after_heredoc: false,
        }
    }
}

impl Printer<'_> {
    fn put(&mut self, text: &[u8]) {
        self.out.extend_from_slice(text);
    }

    fn new_line(&mut self) {
        self.put(b"\n");
        self.put_indent();
    }

    fn put_indent(&mut self) {
        self.out.resize(self.out.len() + self.indent * INDENT, b' ');
    }

    /// A semicolon, unless something else has ended the command.
    fn semicolon(&mut self) {
        if !matches!(self.out.last(), Some(b'&' | b'\n')) {
            self.put(b";");
        }
    }

    /// An operator, then the bodies that waited for it.
    fn operator(&mut self, operator: &[u8]) {
        self.put(operator);
        if !self.heredocs.is_empty() {
            self.put(b"\n");
            self.flush_heredocs();
            if !operator.is_empty() {
                self.put(b" ");
            }
            self.after_heredoc = true;
        }
    }

    fn function(&mut self, function: &Function, top: bool) {
        if !top {
            self.put(b"function ");
        }
        self.put(&function.name);
        self.put(b" () ");
        self.new_line();
        self.put(b"{ ");
        self.in_function += 1;
        let redirects = match &function.body {
            Command::Compound(compound) if matches!(compound.kind, Kind::Brace(_)) => {
                if let Kind::Brace(list) = &compound.kind {
                    self.body(list);
                }
                compound.redirects.as_slice()
            }
            body => {
                self.indented(|printer| {
                    printer.new_line();
                    printer.command(body);
                });
                self.operator(b"");
                &[]
            }
        };
        self.in_function -= 1;
        self.new_line();
        self.put(b"}");
        self.redirects(redirects, true);
    }

    fn braces(&mut self, list: &List) {
        self.put(b"{ ");
        if self.in_function == 0 {
            self.list(list);
            self.operator(b"");
            self.semicolon();
            self.put(b" }");
            return;
        }
        self.body(list);
        self.new_line();
        self.put(b"}");
    }

    /// A list on lines of its own, one level deeper.
    fn body(&mut self, list: &List) {
        self.indented(|printer| {
            printer.put(b"\n");
            if !list.items.is_empty() {
                printer.put_indent();
            }
            printer.list(list);
        });
        self.operator(b"");
    }

    fn indented(&mut self, print: impl FnOnce(&mut Self)) {
        self.indent += 1;
        print(self);
        self.indent -= 1;
    }

    /// A body followed by a keyword, which a semicolon ends.
    fn clause(&mut self, list: &List) {
        self.body(list);
        self.semicolon();
        self.new_line();
    }

    /// Commands in sequence: on lines of their own in a function.
    fn list(&mut self, list: &List) {
        let count = list.items.len();
        for (at, item) in list.items.iter().enumerate() {
            let connected = usize::from(count > 1 || item.background);
            self.connected += connected;
            self.and_or(item);
            if at > 0 {
                self.operator(b"");
            }
            let more = at + 1 < count;
            if item.background {
                self.operator(b" &");
                if more {
                    self.put(b" ");
                }
            } else if more {
                if !self.heredocs.is_empty() {
                    self.operator(b"");
                } else if !std::mem::take(&mut self.after_heredoc) {
                    self.put(b";");
                }
                match self.in_function {
                    0 => self.put(b" "),
                    _ => self.new_line(),
                }
            }
            self.connected -= connected;
        }
    }

    fn and_or(&mut self, item: &AndOr) {
        let connected = usize::from(!item.rest.is_empty());
        self.connected += connected;
        self.pipeline(&item.first);
        for (connector, pipeline) in &item.rest {
            self.operator(match connector {
                Connector::And => b" && ",
                Connector::Or => b" || ",
            });
            self.pipeline(pipeline);
            self.operator(b"");
        }
        self.connected -= connected;
    }

    fn pipeline(&mut self, pipeline: &Pipeline) {
        match pipeline.time {
            Some(TimeFormat::Default) => self.put(b"time "),
            Some(TimeFormat::Posix) => self.put(b"time -p "),
            None => {}
        }
        if pipeline.negate {
            self.put(b"! ");
        }
        let connected = usize::from(pipeline.commands.len() > 1);
        self.connected += connected;
        for (at, command) in pipeline.commands.iter().enumerate() {
            if at > 0 {
                self.operator(b" |");
                self.put(b" ");
            }
            self.command(command);
        }
        if connected > 0 {
            self.operator(b"");
        }
        self.connected -= connected;
    }

    fn command(&mut self, command: &Command) {
        match command {
            Command::Simple(simple) => self.simple(simple),
            Command::Compound(compound) => self.compound(compound),
            Command::Function(function) => self.function(function, false),
        }
    }

    fn simple(&mut self, simple: &Simple) {
        let mut first = true;
        let mut space = |printer: &mut Self| {
            if !first {
                printer.put(b" ");
            }
            first = false;
        };
        for assign in &simple.assigns {
            space(self);
            self.assign(assign);
        }
        for word in &simple.words {
            space(self);
            match &word.assign {
                Some(assign) => self.assign(assign),
                None => self.word(word),
            }
        }
        let spaced = !first;
        self.redirects(&simple.redirects, spaced);
    }

    fn assign(&mut self, assign: &Assign) {
        self.put(self.vars.names.name(assign.name).to_vec().as_slice());
        if let Some(index) = &assign.index {
            self.subscript(index);
        }
        self.put(if assign.append { b"+=" } else { b"=" });
        match &assign.value {
            AssignValue::Scalar(word) => self.word(word),
            AssignValue::Array(elements) => {
                self.put(b"(");
                for (at, element) in elements.iter().enumerate() {
                    if at > 0 {
                        self.put(b" ");
                    }
                    if let Some(index) = &element.index {
                        self.subscript(index);
                        self.put(if element.append { b"+=" } else { b"=" });
                    }
                    self.word(&element.value);
                }
                self.put(b")");
            }
        }
    }

    fn subscript(&mut self, subscript: &Subscript) {
        self.put(b"[");
        match subscript {
            Subscript::At => self.put(b"@"),
            Subscript::Star => self.put(b"*"),
            Subscript::Expr(arith) => self.word(&arith.text),
        }
        self.put(b"]");
    }

    fn compound(&mut self, compound: &Compound) {
        match &compound.kind {
            Kind::Brace(list) => self.braces(list),
            Kind::Subshell(list) => {
                self.put(b"( ");
                self.list(list);
                self.operator(b"");
                self.put(b" )");
            }
            Kind::If {
                branches,
                otherwise,
            } => self.conditional(branches, otherwise.as_ref()),
            Kind::While {
                until,
                condition,
                body,
            } => {
                self.put(if *until { b"until " } else { b"while " });
                self.list(condition);
                self.operator(b"");
                self.semicolon();
                self.put(b" do");
                self.clause(body);
                self.put(b"done");
            }
            Kind::For { name, words, body } => self.each(b"for ", name, words.as_deref(), body),
            Kind::Select { name, words, body } => {
                self.each(b"select ", name, words.as_deref(), body)
            }
            Kind::ArithFor {
                init,
                condition,
                step,
                body,
            } => {
                self.put(b"for ((");
                for (at, arith) in [init, condition, step].into_iter().enumerate() {
                    if at > 0 {
                        self.put(b"; ");
                    }
                    let mut text = Vec::new();
                    print_word_names(&arith.text, self.vars, &mut text);
                    match text.trim_ascii_start() {
                        b"" => self.put(b"1"),
                        text => self.put(text),
                    }
                }
                self.put(b"))");
                self.new_line();
                self.put(b"do");
                self.clause(body);
                self.put(b"done");
            }
            Kind::Case { word, arms } => self.case(word, arms),
            Kind::Condition(expr) => {
                self.put(b"[[ ");
                self.condition(expr);
                self.put(b" ]]");
            }
            Kind::Arith(arith) => {
                self.put(b"((");
                self.word(&arith.text);
                self.put(b"))");
            }
            Kind::Coproc { name, body } => {
                self.put(b"coproc ");
                self.put(name);
                self.put(b" ");
                self.command(body);
            }
        }
        self.redirects(&compound.redirects, true);
    }

    fn conditional(&mut self, branches: &[(List, List)], otherwise: Option<&List>) {
        let Some(((condition, body), rest)) = branches.split_first() else {
            return;
        };
        self.put(b"if ");
        self.list(condition);
        self.semicolon();
        self.put(b" then");
        self.clause(body);
        if !rest.is_empty() {
            self.put(b"else");
            self.indented(|printer| {
                printer.new_line();
                printer.conditional(rest, otherwise);
                printer.semicolon();
            });
            self.new_line();
        } else if let Some(body) = otherwise {
            self.put(b"else");
            self.clause(body);
        }
        self.put(b"fi");
    }

    fn each(&mut self, keyword: &[u8], name: &[u8], words: Option<&[Word]>, body: &List) {
        self.put(keyword);
        self.put(name);
        match words {
            Some(words) => {
                self.put(b" in");
                for word in words {
                    self.put(b" ");
                    self.word(word);
                }
            }
            None => self.put(b" in \"$@\""),
        }
        self.put(b";");
        self.new_line();
        self.put(b"do");
        self.clause(body);
        self.put(b"done");
    }

    fn case(&mut self, word: &Word, arms: &[CaseArm]) {
        self.put(b"case ");
        self.word(word);
        self.put(b" in ");
        self.indented(|printer| {
            for arm in arms {
                printer.new_line();
                for (at, pattern) in arm.patterns.iter().enumerate() {
                    if at > 0 {
                        printer.put(b" | ");
                    }
                    printer.word(pattern);
                }
                printer.put(b")");
                printer.body(&arm.body);
                printer.new_line();
                printer.put(match arm.end {
                    CaseEnd::Break => b";;",
                    CaseEnd::FallThrough => b";&",
                    CaseEnd::Continue => b";;&",
                });
            }
        });
        self.new_line();
        self.put(b"esac");
    }

    fn condition(&mut self, expr: &CondExpr) {
        match expr {
            CondExpr::Not(inner) => {
                self.put(b"! ");
                self.condition(inner);
            }
            CondExpr::And(left, right) => {
                self.condition(left);
                self.put(b" && ");
                self.condition(right);
            }
            CondExpr::Or(left, right) => {
                self.condition(left);
                self.put(b" || ");
                self.condition(right);
            }
            CondExpr::Group(inner) => {
                self.put(b"( ");
                self.condition(inner);
                self.put(b" )");
            }
            CondExpr::Unary(op, word) => {
                self.put(op);
                self.put(b" ");
                self.word(word);
            }
            CondExpr::Binary(left, op, right) => {
                self.word(left);
                self.put(b" ");
                self.put(op);
                self.put(b" ");
                self.word(right);
            }
            CondExpr::Word(word) => {
                self.put(b"-n ");
                self.word(word);
            }
        }
    }
}
