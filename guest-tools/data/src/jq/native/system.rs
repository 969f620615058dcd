//! Functions that reach beyond their input: further inputs, messages, the end.

use crate::jq::context::{Context, Raise, error};
use crate::jq::node::Native;
use crate::json::{Value, to_text};

type Out = Result<Value, Raise>;

pub fn find(name: &str, arity: usize) -> Option<Native> {
    Some(match (name, arity) {
        ("input", 0) => |context, _, _| match context.source.next() {
            Some(result) => result,
            None => error("break"),
        },
        ("_inputs", 0) => |context, _, _| {
            Ok(Value::array(match context.source.next() {
                Some(result) => vec![result?],
                None => Vec::new(),
            }))
        },
        ("debug", 0) => |context, input, _| {
            (context.say)(format!("[\"DEBUG:\",{}]\n", to_text(&input)).as_bytes());
            Ok(input)
        },
        ("stderr", 0) => |context, input, _| {
            match &input {
                Value::String(text) => (context.say)(text.as_bytes()),
                other => (context.say)(to_text(other).as_bytes()),
            }
            Ok(input)
        },
        ("input_filename", 0) => {
            |context, _, _| Ok(context.source.file().map_or(Value::Null, Value::string))
        }
        ("input_line_number", 0) => |context, _, _| Ok(Value::from(context.source.line())),
        ("halt", 0) => |_, _, _| Err(Raise::Halt(0)),
        ("halt_error", 0) => |context, input, _| halt(context, &input, 5),
        ("halt_error", 1) => |context, input, args| match args[0].number() {
            Some(code) => halt(context, &input, code as i32),
            None => error("halt_error/1: number required"),
        },
        ("now", 0) => |_, _, _| Ok(Value::Number(wardian_applet::sys::now_ns() as f64 / 1e9)),
        ("get_search_list", 0) => |context, _, _| {
            let paths = context.library.iter();
            Ok(Value::array(
                paths.map(|path| Value::string(path.as_str())).collect(),
            ))
        },
        ("builtins", 0) => |_, _, _| {
            let names = crate::jq::prelude::names();
            Ok(Value::array(names.into_iter().map(Value::string).collect()))
        },
        ("modulemeta", 0) => crate::jq::modules::meta,
        _ => return None,
    })
}

fn halt(context: &mut Context, input: &Value, code: i32) -> Out {
    match input {
        Value::String(text) => (context.say)(text.as_bytes()),
        other => (context.say)(format!("{}\n", to_text(other)).as_bytes()),
    }
    Err(Raise::Halt(code))
}
