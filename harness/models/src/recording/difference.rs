//! Where a request differs from the recorded one that is most like it.

use serde_json::Value;

use crate::Request;

/// How much of a text is shown around a difference, in characters.
const SHOWN: usize = 60;

/// Tells the first difference to the most similar of the recorded requests.
pub(super) fn nearest<'a>(
    request: &Request,
    recorded: impl Iterator<Item = &'a Request>,
) -> String {
    // A conversation grows at its end: the one that shares the longest beginning
    // is most likely meant, and among those the one of the same length.
    let likeness = |other: &Request| {
        let pairs = request.messages.iter().zip(&other.messages);
        let shared = pairs.take_while(|(a, b)| a == b).count();
        let off = request.messages.len().abs_diff(other.messages.len());
        (shared, std::cmp::Reverse(off))
    };
    let Some(nearest) = recorded.max_by_key(|other| likeness(other)) else {
        return "it is empty".to_owned();
    };
    let value = |request: &Request| serde_json::to_value(request).unwrap_or_default();
    match first("", &value(nearest), &value(request)) {
        Some(found) => format!("the most similar one differs in {found}"),
        None => "the most similar one differs in the order of fields only".to_owned(),
    }
}

fn first(path: &str, recorded: &Value, now: &Value) -> Option<String> {
    match (recorded, now) {
        (Value::Object(old), Value::Object(new)) => {
            let inner = |name: &str| match path {
                "" => name.to_owned(),
                path => format!("{path}.{name}"),
            };
            let missing = &Value::Null;
            let names = old.keys().chain(new.keys());
            let mut found = names.map(|name| {
                let old = old.get(name).unwrap_or(missing);
                first(&inner(name), old, new.get(name).unwrap_or(missing))
            });
            found.find_map(|found| found)
        }
        (Value::Array(old), Value::Array(new)) => {
            let pairs = old.iter().zip(new).enumerate();
            let mut found = pairs.map(|(n, (old, new))| first(&format!("{path}[{n}]"), old, new));
            found.find_map(|found| found).or_else(|| {
                (old.len() != new.len())
                    .then(|| format!("{path}: recorded {} of them, now {}", old.len(), new.len()))
            })
        }
        (Value::String(old), Value::String(new)) if old != new => {
            let pairs = old.chars().zip(new.chars());
            let same = pairs.take_while(|(a, b)| a == b).count();
            let from = same.saturating_sub(SHOWN / 3);
            let shown = |text: &str| text.chars().skip(from).take(SHOWN).collect::<String>();
            Some(format!(
                "{path} from character {from}: recorded {:?}, now {:?}",
                shown(old),
                shown(new)
            ))
        }
        (old, new) if old != new => {
            let shown = |value: &Value| value.to_string().chars().take(SHOWN).collect::<String>();
            Some(format!(
                "{path}: recorded {}, now {}",
                shown(old),
                shown(new)
            ))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::first;

    #[test]
    fn the_first_difference_is_named() {
        let check = |old, new, want: Option<&str>| {
            assert_eq!(first("", &old, &new).as_deref(), want);
        };
        check(json!({"a": [1]}), json!({"a": [1]}), None);
        check(
            json!({"a": [{"b": "x1"}]}),
            json!({"a": [{"b": "x2"}]}),
            Some(r#"a[0].b from character 0: recorded "x1", now "x2""#),
        );
        check(
            json!({"a": []}),
            json!({"a": [1]}),
            Some("a: recorded 0 of them, now 1"),
        );
        check(json!({}), json!({"a": 1}), Some("a: recorded null, now 1"));
    }
}
