//! `import` and `include`: finds modules in the library's directories.

use super::ast::{Import, Source};
use super::compile::{Compiler, Scope};
use super::context::{Context, Raise, error};
use super::parse::parse;
use crate::json::{Map, Parser, Value};
use wardian_applet::sys::read_file;

/// Modules within modules.
const MAX_DEPTH: usize = 50;

/// A loaded source with the scope of what it defines.
pub struct Loader<'a> {
    /// The compiler.
    pub compiler: &'a mut Compiler,
    /// `-L` directories.
    pub library: &'a [String],
}

impl Loader<'_> {
    /// The scope in which a source's main filter stands.
    ///
    /// # Errors
    /// What is missing or wrong.
    pub fn scope(
        &mut self,
        source: &Source,
        start: &Scope,
        here: Option<&str>,
        depth: usize,
    ) -> Result<Scope, String> {
        if depth > MAX_DEPTH {
            return Err("modules are nested too deeply".to_owned());
        }
        let mut scope = start.clone();
        for import in &source.imports {
            let path = find(import, self.library, here)?;
            let bytes = read_file(path.as_bytes()).map_err(|errno| errno.message().to_owned())?;
            let alias = import.alias.clone().unwrap_or_default();
            if import.data {
                let values = values(&bytes).map_err(|text| format!("{path}: {text}"))?;
                let name = format!("{alias}::{alias}");
                self.compiler.globals.insert(name, values.clone());
                self.compiler.globals.insert(alias, values);
                continue;
            }
            let text = String::from_utf8_lossy(&bytes).into_owned();
            let module = parse(&text)?;
            let directory = path.rsplit_once('/').map_or(".", |pair| pair.0);
            let inner = self.scope(&module, &Scope::default(), Some(directory), depth + 1)?;
            scope = self.compiler.export(&inner, &alias, &scope);
        }
        for definition in &source.definitions {
            scope = self.compiler.define(&scope, "", definition)?;
        }
        Ok(scope)
    }
}

fn find(import: &Import, library: &[String], here: Option<&str>) -> Result<String, String> {
    let suffix = if import.data { "json" } else { "jq" };
    let mut places: Vec<String> = Vec::new();
    if let Some(search) = &import.search {
        let from = here.unwrap_or(".");
        let all: Vec<&str> = match search {
            Value::String(one) => vec![one],
            Value::Array(several) => several.iter().filter_map(Value::text).collect(),
            _ => Vec::new(),
        };
        places.extend(all.iter().map(|place| match place.starts_with('/') {
            true => (*place).to_owned(),
            false => format!("{from}/{place}"),
        }));
    }
    places.extend(here.map(str::to_owned));
    places.extend(library.iter().cloned());
    let name = &import.path;
    let last = name.rsplit('/').next().unwrap_or(name);
    for place in &places {
        for candidate in [
            format!("{place}/{name}.{suffix}"),
            format!("{place}/{name}/{last}.{suffix}"),
        ] {
            if wardian_applet::sys::stat(candidate.as_bytes(), true).is_ok() {
                return Ok(candidate);
            }
        }
    }
    Err(format!("module not found: {name}\n"))
}

/// All values of a JSON text.
///
/// # Errors
/// What is wrong with it.
pub fn values(bytes: &[u8]) -> Result<Value, String> {
    let mut parser = Parser::default();
    let mut out = Vec::new();
    let mut at = 0;
    loop {
        match parser.next(bytes, at, true) {
            Ok((value, after)) => {
                out.push(value);
                at = after;
            }
            Err(crate::json::ParseError::Bad(text, _)) => return Err(text.to_owned()),
            Err(_) => return Ok(Value::array(out)),
        }
    }
}

/// `modulemeta`
pub fn meta(context: &mut Context, input: Value, _: &mut [Value]) -> Result<Value, Raise> {
    let Value::String(name) = &input else {
        return error("modulemeta input module name must be a string");
    };
    let import = Import {
        path: name.to_string(),
        alias: None,
        data: false,
        search: None,
        meta: Value::Null,
    };
    let load = || {
        let path = find(&import, &context.library, None)?;
        let bytes = read_file(path.as_bytes()).map_err(|errno| errno.message().to_owned())?;
        parse(&String::from_utf8_lossy(&bytes))
    };
    let source = match load() {
        Ok(source) => source,
        Err(text) => return error(text),
    };
    let mut map = match source.meta {
        Some(Value::Object(map)) => map.0.clone(),
        _ => Map::default(),
    };
    let deps = source.imports.iter().map(|import| import.meta.clone());
    map.insert("deps".into(), Value::array(deps.collect()));
    let defs = source.definitions.iter();
    let defs = defs.map(|d| Value::string(format!("{}/{}", d.name, d.params.len())));
    map.insert("defs".into(), Value::array(defs.collect()));
    Ok(Value::object(map))
}
