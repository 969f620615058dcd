//! Values as the events of `--stream`, and back.

use crate::jq::context::{Context, Raise, error};
use crate::jq::paths;
use crate::json::Value;

/// All events of the input, in an array.
pub fn stream_events(_: &mut Context, input: Value, _: &mut [Value]) -> Result<Value, Raise> {
    let mut out = Vec::new();
    events(&input, &mut out);
    Ok(Value::array(out))
}

/// Adds the events of a value.
pub fn events(value: &Value, out: &mut Vec<Value>) {
    let leaf = |value: &Value| match value {
        Value::Array(elements) => elements.is_empty(),
        Value::Object(map) => map.is_empty(),
        _ => true,
    };
    if leaf(value) {
        out.push(Value::array(vec![Value::array(Vec::new()), value.clone()]));
        return;
    }
    let mut path: Vec<Value> = Vec::new();
    let mut stack: Vec<(&Value, usize)> = vec![(value, 0)];
    while let Some((container, at)) = stack.last_mut() {
        let child = match container {
            Value::Array(elements) => elements.get(*at).map(|value| (Value::from(*at), value)),
            Value::Object(map) => map
                .at(*at)
                .map(|(key, value)| (Value::String(key.clone()), value)),
            _ => None,
        };
        *at += 1;
        match child {
            Some((key, value)) => {
                path.truncate(stack.len() - 1);
                path.push(key);
                if leaf(value) {
                    out.push(Value::array(vec![
                        Value::array(path.clone()),
                        value.clone(),
                    ]));
                } else {
                    stack.push((value, 0));
                }
            }
            None => {
                path.truncate(stack.len());
                out.push(Value::array(vec![Value::array(path.clone())]));
                stack.pop();
            }
        }
    }
}

/// One step of `fromstream`: the state is `[whether it is complete, value]`.
pub fn apply(state: Value, event: &Value) -> Result<Value, Raise> {
    let (Value::Array(state), Value::Array(event)) = (state, event) else {
        return error("Invalid streaming format");
    };
    let mut value = match state.as_slice() {
        [Value::Bool(false), _] => {
            let mut state = state;
            std::mem::take(&mut std::rc::Rc::make_mut(&mut state)[1])
        }
        _ => Value::Null,
    };
    let complete = match event.as_slice() {
        [Value::Array(path), leaf] => {
            paths::set(&mut value, path, leaf.clone())?;
            path.is_empty()
        }
        [Value::Array(path)] => path.len() == 1,
        _ => return error("Invalid streaming format"),
    };
    Ok(Value::array(vec![Value::Bool(complete), value]))
}
