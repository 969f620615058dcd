//! Redirections as bash prints them, and the bodies of here-documents.

use super::super::tree::*;
use super::Printer;
use crate::text::{push_int, push_single_quoted};

impl Printer<'_> {
    pub(super) fn flush_heredocs(&mut self) {
        for heredoc in std::mem::take(&mut self.heredocs) {
            if let Some(body) = heredoc.body.get() {
                match body.parts.as_slice() {
                    [Part::Single(text)] => self.put(text),
                    [Part::Double(parts)] => {
                        for part in parts {
                            match part {
                                Part::Literal(text) => {
                                    for c in text {
                                        if matches!(c, b'$' | b'`') {
                                            self.put(b"\\");
                                        }
                                        self.put(&[*c]);
                                    }
                                }
                                part => self.part(part, true),
                            }
                        }
                    }
                    _ => {}
                }
            }
            self.put(&heredoc.delimiter);
            self.put(b"\n");
        }
    }

    pub(super) fn redirects(&mut self, redirects: &[Redirect], mut spaced: bool) {
        for redirect in redirects {
            if spaced {
                self.put(b" ");
            }
            spaced = true;
            self.redirect(redirect);
        }
        if self.connected == 0 {
            self.operator(b"");
        }
    }

    fn redirect(&mut self, redirect: &Redirect) {
        let closes = |target: &RedirectTarget| matches!(target, RedirectTarget::Word(word) if word.as_literal() == Some(b"-"));
        if redirect.kind == RedirectKind::DupIn && closes(&redirect.target) {
            let number = match redirect.fd {
                RedirectFd::Number(number) => Some(number),
                RedirectFd::Default => Some(0),
                RedirectFd::Variable(_) => None,
            };
            if let Some(number) = number {
                push_int(self.out, i64::from(number));
                return self.put(b">&-");
            }
        }
        match &redirect.fd {
            RedirectFd::Default => {}
            RedirectFd::Number(number) => push_int(self.out, i64::from(*number)),
            RedirectFd::Variable(name) => {
                self.put(b"{");
                self.put(name);
                self.put(b"}");
            }
        }
        let (operator, space): (&[u8], bool) = match redirect.kind {
            RedirectKind::Read => (b"<", true),
            RedirectKind::Write => (b">", true),
            RedirectKind::Clobber => (b">|", true),
            RedirectKind::Append => (b">>", true),
            RedirectKind::ReadWrite => (b"<>", true),
            RedirectKind::DupIn => (b"<&", false),
            RedirectKind::DupOut => (b">&", false),
            RedirectKind::WriteBoth => (b"&>", true),
            RedirectKind::AppendBoth => (b"&>>", true),
            RedirectKind::HereString => (b"<<<", true),
            RedirectKind::HereDoc => (b"<<", false),
        };
        if redirect.fd == RedirectFd::Default && redirect.kind == RedirectKind::DupOut {
            self.put(b"1");
        }
        if redirect.fd == RedirectFd::Default && redirect.kind == RedirectKind::DupIn {
            self.put(b"0");
        }
        self.put(operator);
        match &redirect.target {
            RedirectTarget::Word(word) => {
                if space {
                    self.put(b" ");
                }
                self.word(word);
            }
            RedirectTarget::HereDoc(heredoc) => {
                if heredoc.strip_tabs {
                    self.put(b"-");
                }
                if heredoc.quoted {
                    push_single_quoted(self.out, &heredoc.delimiter);
                } else {
                    self.put(&heredoc.delimiter);
                }
                self.heredocs.push(std::rc::Rc::clone(heredoc));
            }
        }
    }
}
