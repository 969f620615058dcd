//! LIMITS.md lists every limit with its default.

use wardian_engine::Limits;

#[test]
fn every_limit_is_documented_with_its_default() {
    let doc = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../LIMITS.md"))
        .expect("LIMITS.md");
    let fields = format!("{:?}", Limits::default());
    let fields = fields
        .trim_start_matches("Limits { ")
        .trim_end_matches(" }");
    for field in fields.split(", ") {
        let (name, value) = field.split_once(": ").expect("name: value");
        let value = match value.strip_suffix("ms") {
            Some(ms) => format!("{ms} ms"),
            None => value.replace('s', " s"),
        };
        let found = doc.lines().any(|line| {
            let mut cells = line.split('|').map(str::trim).skip(1);
            cells.next() == Some(&format!("`{name}`")) && cells.nth(1) == Some(&value)
        });
        assert!(
            found,
            "LIMITS.md does not list `{name}` with default {value}"
        );
    }
}
