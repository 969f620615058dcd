//! Functions that are written in jq's own language. Only those that a program
//! uses are read.

type Entry = (&'static str, &'static [&'static str], &'static str);

/// Parameters and body of a function.
pub fn find(name: &str, arity: usize) -> Option<(&'static [&'static str], &'static str)> {
    let found = FUNCTIONS
        .iter()
        .find(|(known, params, _)| *known == name && params.len() == arity)?;
    Some((found.1, found.2))
}

/// Names with the number of parameters.
pub fn names() -> Vec<String> {
    let own = FUNCTIONS.iter().map(|(name, params, _)| (*name, params.len()));
    let others = OTHERS.iter().copied();
    own.chain(others)
        .filter(|(name, _)| !name.starts_with('_'))
        .map(|(name, arity)| format!("{name}/{arity}"))
        .collect()
}

/// Functions that are not here, for `builtins`.
const OTHERS: &[(&str, usize)] = &[
    ("empty", 0), ("recurse", 0), ("path", 1), ("getpath", 1), ("select", 1), ("map", 1),
    ("first", 1), ("limit", 2), ("range", 1), ("range", 2), ("range", 3), ("env", 0),
    ("sort_by", 1), ("group_by", 1), ("unique_by", 1), ("min_by", 1), ("max_by", 1),
    ("tostream", 0), ("add", 0), ("sort", 0), ("unique", 0), ("min", 0), ("max", 0),
    ("reverse", 0), ("flatten", 0), ("flatten", 1), ("join", 1), ("transpose", 0), ("bsearch", 1),
    ("contains", 1), ("inside", 1), ("toarray", 0), ("keys", 0), ("keys_unsorted", 0),
    ("has", 1), ("in", 1), ("length", 0), ("abs", 0), ("not", 0), ("type", 0), ("to_entries", 0),
    ("from_entries", 0), ("setpath", 2), ("delpaths", 1), ("error", 0), ("error", 1),
    ("tojson", 0), ("fromjson", 0), ("tostring", 0), ("tonumber", 0), ("toboolean", 0),
    ("ascii_downcase", 0), ("ascii_upcase", 0), ("explode", 0), ("implode", 0), ("ltrimstr", 1),
    ("rtrimstr", 1), ("trimstr", 1), ("trim", 0), ("ltrim", 0), ("rtrim", 0), ("startswith", 1),
    ("endswith", 1), ("split", 1), ("split", 2), ("utf8bytelength", 0), ("test", 1), ("test", 2),
    ("input", 0), ("debug", 0), ("stderr", 0), ("input_filename", 0), ("input_line_number", 0),
    ("halt", 0), ("halt_error", 0), ("halt_error", 1), ("now", 0), ("builtins", 0),
    ("mktime", 0), ("gmtime", 0), ("localtime", 0), ("strftime", 1), ("strptime", 1),
    ("floor", 0), ("ceil", 0), ("round", 0), ("sqrt", 0), ("pow", 2), ("log", 0), ("exp", 0),
    ("infinite", 0), ("nan", 0), ("isinfinite", 0), ("isnan", 0), ("isnormal", 0),
];

const FUNCTIONS: &[Entry] = &[
    ("recurse", &["f"], "def r: ., (f | r); r"),
    ("recurse", &["f", "cond"], "def r: ., (f | select(cond) | r); r"),
    ("recurse_down", &[], "recurse"),
    ("values", &[], "select(. != null)"),
    ("nulls", &[], "select(. == null)"),
    ("booleans", &[], "select(type == \"boolean\")"),
    ("numbers", &[], "select(type == \"number\")"),
    ("strings", &[], "select(type == \"string\")"),
    ("arrays", &[], "select(type == \"array\")"),
    ("objects", &[], "select(type == \"object\")"),
    ("iterables", &[], "select(type | . == \"array\" or . == \"object\")"),
    ("scalars", &[], "select(type | . != \"array\" and . != \"object\")"),
    ("finites", &[], "select(type == \"number\" and (isinfinite or isnan | not))"),
    ("normals", &[], "select(type == \"number\" and isnormal)"),
    ("map_values", &["f"], ".[] |= f"),
    ("add", &["f"], "reduce f as $x (null; . + $x)"),
    ("isempty", &["f"], "label $out | (f | false, break $out), true"),
    ("isvalid", &["f"], "try (f | true) catch false"),
    ("any", &[], "any(.[]; .)"),
    ("all", &[], "all(.[]; .)"),
    ("any", &["f"], "any(.[]; f)"),
    ("all", &["f"], "all(.[]; f)"),
    ("any", &["g", "f"], "first((g | f | select(.) | true), false)"),
    ("all", &["g", "f"], "first((g | f | select(. | not) | false), true)"),
    ("first", &[], ".[0]"),
    ("last", &[], ".[-1]"),
    ("last", &["f"], "reduce f as $x ([]; [$x]) | .[]"),
    ("nth", &["$n"], ".[$n]"),
    ("nth", &["$n", "f"],
     "if $n < 0 then error(\"nth doesn't support negative indices\") else first(skip($n; f)) end"),
    ("skip", &["$n", "f"],
     "if $n < 0 then error(\"skip doesn't support negative count\") elif $n == 0 then f \
      else foreach f as $x ([$n, null]; [.[0] - 1, $x]; select(.[0] < 0) | .[1]) end"),
    ("until", &["cond", "f"], "def r: if cond then . else f | r end; r"),
    ("while", &["cond", "f"], "def r: if cond then ., (f | r) else empty end; r"),
    ("repeat", &["f"], "def r: f, r; r"),
    ("inputs", &[], "def r: _inputs as $next | if $next == [] then empty else $next[0], r end; r"),
    ("del", &["f"], "delpaths([path(f)])"),
    ("paths", &[], "path(..) | select(. != [])"),
    ("paths", &["f"], "path(.. | select(f)) | select(. != [])"),
    ("leaf_paths", &[], "paths(scalars)"),
    ("pick", &["f"], ". as $all | reduce path(f) as $p (null; setpath($p; $all | getpath($p)))"),
    ("with_entries", &["f"], "to_entries | map(f) | from_entries"),
    ("walk", &["f"],
     "def w: (if type == \"object\" then map_values(w) elif type == \"array\" then map(w) else . end) | f; w"),
    ("index", &["$i"], "_indices($i) | .[0]"),
    ("rindex", &["$i"], "_indices($i) | .[-1:][0]"),
    ("indices", &["$i"], "_indices($i)"),
    ("combinations", &[],
     "if length == 0 then [] else .[0][] as $x | (.[1:] | combinations) as $rest | [$x] + $rest end"),
    ("combinations", &["n"], ". as $all | [range(n)] | map($all) | combinations"),
    ("ascii", &[], "[.] | implode"),
    ("todate", &[], "strftime(\"%Y-%m-%dT%H:%M:%SZ\")"),
    ("fromdateiso8601", &[], "strptime(\"%Y-%m-%dT%H:%M:%SZ\") | mktime"),
    ("todateiso8601", &[], "strftime(\"%Y-%m-%dT%H:%M:%SZ\")"),
    ("fromdate", &[], "fromdateiso8601"),
    ("date", &[], "todate"),
    ("dateadd", &["u", "n"], ". + n"),
    ("datesub", &["u", "n"], ". - n"),
    ("match", &["$re"], "_match($re; null; false) | .[]"),
    ("match", &["$re", "$flags"], "_match($re; $flags; false) | .[]"),
    ("capture", &["$re"], "capture($re; null)"),
    ("capture", &["$re", "$flags"], "match($re; $flags) | _captured"),
    ("_captured", &[],
     "reduce (.captures[] | select(.name != null)) as $c ({}; .[$c.name] = $c.string)"),
    ("scan", &["$re"], "scan($re; null)"),
    ("scan", &["$re", "$flags"],
     "match($re; \"g\" + $flags) | if .captures == [] then .string else [.captures[].string] end"),
    ("splits", &["$re"], "split($re; null) | .[]"),
    ("splits", &["$re", "$flags"], "split($re; $flags) | .[]"),
    ("sub", &["$re", "text"], "sub($re; text; \"\")"),
    ("gsub", &["$re", "text"], "sub($re; text; \"g\")"),
    ("gsub", &["$re", "text", "$flags"], "sub($re; text; $flags + \"g\")"),
    ("sub", &["$re", "text", "$flags"],
     "[match($re; $flags)] as $all | if $all == [] then . else _gaps($all) as $gaps \
      | reduce range($all | length) as $i ([]; [$all[$i] | _captured | text] as $new \
        | reduce range($new | length) as $j (.; .[$j] += [$gaps[$i] + $new[$j]])) \
      | .[] | . + $gaps[-1:] | add end"),
    ("fromstream", &["f"],
     "foreach f as $event ([false, null]; _from_events($event); select(.[0]) | .[1])"),
    ("truncate_stream", &["f"],
     ". as $depth | null | f | select((.[0] | length) > $depth) | .[0] |= .[$depth:]"),
    ("INDEX", &["f"], "INDEX(.[]; f)"),
    ("INDEX", &["stream", "f"], "reduce stream as $row ({}; .[$row | f | tostring] = $row)"),
    ("IN", &["f"], "any(f == .; .)"),
    ("IN", &["src", "f"], "any(src == f; .)"),
    ("JOIN", &["$idx", "f"], "[.[] | [., $idx[f]]]"),
    ("JOIN", &["$idx", "stream", "f"], "stream | [., $idx[f]]"),
    ("JOIN", &["$idx", "stream", "f", "join"], "stream | [., $idx[f]] | join"),
    ("debug", &["f"], "(f | debug | empty), ."),
];
