//! The tree as JSON or XML.

use super::entry::{Contents, Entry};
use super::listing::{Lister, join};
use super::options::{Config, Form};
use super::plain::date;
use super::{Totals, size_text};
use crate::accounts;
use crate::find::mode_text;
use wardian_applet::cli::Output;
use wardian_applet::sys::mode;

struct Printer<'a, 'o> {
    config: &'a Config,
    out: &'o mut Output,
    json: bool,
}

/// Prints all trees and the report.
pub fn print(config: &Config, lister: &mut Lister<'_>, totals: &mut Totals, out: &mut Output) {
    let mut printer = Printer {
        config,
        out,
        json: config.form == Form::Json,
    };
    printer.put(if printer.json {
        b"["
    } else {
        b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
    });
    printer.newline();
    if !printer.json {
        printer.put(b"<tree>");
        printer.newline();
    }
    for (index, path) in config.roots.iter().enumerate() {
        if index > 0 && printer.json {
            printer.put(b",");
            printer.newline();
        }
        let mut root = lister.root(path);
        let contents = match root.kind {
            mode::DIRECTORY => lister.contents(&mut root, path, 1),
            _ => Some(Contents::Unread("error opening dir".to_owned())),
        };
        let filled = matches!(&contents, Some(Contents::Entries(entries)) if !entries.is_empty());
        totals.directories += u64::from(filled);
        totals.files += u64::from(root.kind != 0 && root.kind != mode::DIRECTORY);
        printer.entry(root, path, contents, 1, lister, totals);
    }
    printer.report(totals);
}

impl Printer<'_, '_> {
    fn put(&mut self, text: &[u8]) {
        self.out.put(text);
    }

    fn newline(&mut self) {
        if !self.config.no_lines {
            self.put(b"\n");
        }
    }

    fn indent(&mut self, depth: usize) {
        if !self.config.no_lines {
            let step: &[u8] = b"  ";
            (0..depth).for_each(|_| self.out.put(step));
        }
    }

    fn report(&mut self, totals: &Totals) {
        if self.json {
            if !self.config.no_report {
                self.newline();
                self.put(b",");
                self.newline();
                self.indent(1);
                let mut text = "{\"type\":\"report\"".to_owned();
                if self.config.usage {
                    text.push_str(&format!(",\"size\":{}", totals.bytes));
                }
                text.push_str(&format!(",\"directories\":{}", totals.directories));
                if !self.config.directories_only {
                    text.push_str(&format!(",\"files\":{}", totals.files));
                }
                text.push('}');
                self.put(text.as_bytes());
            } else {
                self.newline();
            }
            self.newline();
            self.put(b"]\n");
            return;
        }
        if !self.config.no_report {
            let mut lines = vec!["<report>".to_owned()];
            if self.config.usage {
                lines.push(format!("  <size>{}</size>", totals.bytes));
            }
            lines.push(format!(
                "  <directories>{}</directories>",
                totals.directories
            ));
            if !self.config.directories_only {
                lines.push(format!("  <files>{}</files>", totals.files));
            }
            lines.push("</report>".to_owned());
            for line in lines {
                self.indent(1);
                self.put(line.as_bytes());
                self.newline();
            }
        }
        self.put(b"</tree>\n");
    }

    fn entry(
        &mut self,
        entry: Entry,
        path: &[u8],
        contents: Option<Contents>,
        depth: usize,
        lister: &mut Lister<'_>,
        totals: &mut Totals,
    ) {
        self.indent(depth);
        let kind = kind_name(entry.kind);
        let shown = match self.config.full_path || depth == 1 {
            true => path,
            false => &entry.name,
        };
        if self.json {
            self.put(format!("{{\"type\":\"{kind}\"").as_bytes());
        } else {
            self.put(format!("<{kind}").as_bytes());
        }
        self.attribute(b"name", shown);
        if let Some(target) = &entry.target {
            self.attribute(b"target", target);
        }
        self.details(&entry);
        match contents {
            Some(Contents::Entries(entries)) if !entries.is_empty() => {
                self.put(if self.json { b",\"contents\":[" } else { b">" });
                self.newline();
                let last = entries.len() - 1;
                for (index, mut child) in entries.into_iter().enumerate() {
                    totals.count(&child);
                    let whole = join(path, &child.name);
                    let contents = lister.contents(&mut child, &whole, depth + 1);
                    self.entry(child, &whole, contents, depth + 1, lister, totals);
                    if self.json {
                        if index < last {
                            self.put(b",");
                        }
                        self.newline();
                    }
                }
                self.indent(depth);
                if self.json {
                    self.put(b"]}");
                } else {
                    self.put(format!("</{kind}>").as_bytes());
                    self.newline();
                }
            }
            Some(Contents::Unread(reason)) => {
                let text = if self.json {
                    format!(",\"contents\":[{{\"error\": \"{reason}\"}}")
                } else {
                    format!("><error>{reason}</error>")
                };
                self.put(text.as_bytes());
                self.newline();
                if self.json {
                    self.newline();
                }
                self.indent(depth);
                let close = if self.json {
                    "]}".to_owned()
                } else {
                    format!("</{kind}>")
                };
                self.put(close.as_bytes());
                if !self.json {
                    self.newline();
                }
            }
            _ if self.json => self.put(b"}"),
            contents => {
                self.put(b">");
                if depth == 1 && contents.is_some() {
                    self.newline();
                    self.indent(depth);
                }
                self.put(format!("</{kind}>").as_bytes());
                self.newline();
            }
        }
    }

    fn attribute(&mut self, name: &[u8], value: &[u8]) {
        if self.json {
            self.put(&[b",\"", name, b"\":\""].concat());
            let text = json_text(value);
            self.put(&text);
        } else {
            self.put(&[b" ", name, b"=\""].concat());
            let text = xml_text(value);
            self.put(&text);
        }
        self.put(b"\"");
    }

    fn number(&mut self, name: &str, value: u64) {
        let text = if self.json {
            format!(",\"{name}\":{value}")
        } else {
            format!(" {name}=\"{value}\"")
        };
        self.put(text.as_bytes());
    }

    fn details(&mut self, entry: &Entry) {
        let config = self.config;
        let stat = entry.stat.unwrap_or_default();
        if config.inode {
            self.number("inode", stat.inode);
        }
        if config.device {
            self.number("dev", stat.device);
        }
        if config.permissions {
            let bits = format!("{:04o}", stat.mode & 0o7777);
            self.attribute(b"mode", bits.as_bytes());
            self.attribute(b"prot", &mode_text(stat.mode));
        }
        if config.user {
            self.attribute(b"user", &accounts::user_text(stat.uid));
        }
        if config.group {
            self.attribute(b"group", &accounts::group_text(stat.gid));
        }
        if config.size {
            if config.human || config.si {
                let text = size_text(config, entry.size());
                self.attribute(b"size", text.trim_start().as_bytes());
            } else {
                self.number("size", entry.size());
            }
        }
        if config.date {
            let text = date(&stat, config);
            self.attribute(b"time", &text);
        }
    }
}

fn kind_name(kind: u32) -> &'static str {
    match kind {
        mode::DIRECTORY => "directory",
        mode::REGULAR => "file",
        mode::LINK => "link",
        mode::FIFO => "fifo",
        mode::SOCKET => "socket",
        mode::CHARACTER => "char",
        mode::BLOCK => "block",
        _ => "unknown",
    }
}

fn json_text(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for &byte in text {
        match byte {
            b'"' | b'\\' => out.extend([b'\\', byte]),
            8 => out.extend_from_slice(b"\\b"),
            9 => out.extend_from_slice(b"\\t"),
            10 => out.extend_from_slice(b"\\n"),
            12 => out.extend_from_slice(b"\\f"),
            13 => out.extend_from_slice(b"\\r"),
            0..=31 => out.extend_from_slice(format!("\\u{byte:04x}").as_bytes()),
            _ => out.push(byte),
        }
    }
    out
}

fn xml_text(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for &byte in text {
        match byte {
            b'<' => out.extend_from_slice(b"&lt;"),
            b'>' => out.extend_from_slice(b"&gt;"),
            b'&' => out.extend_from_slice(b"&amp;"),
            b'"' => out.extend_from_slice(b"&quot;"),
            _ => out.push(byte),
        }
    }
    out
}
