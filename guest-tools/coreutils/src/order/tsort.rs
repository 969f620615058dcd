//! `tsort`.

use crate::Args;
use crate::cli::{Context, Order, Output, parse};
use crate::text::quote;
use std::collections::BTreeMap;

/// Runs `tsort`.
pub fn run(args: &Args) -> i32 {
    let context = Context::new(args, "tsort", 1);
    match tsort(&context, args) {
        Ok(code) | Err(code) => code,
    }
}

#[derive(Default)]
struct Item {
    /// Predecessors that are not printed yet.
    before: usize,
    /// Successors, the one told last first.
    after: Vec<usize>,
    printed: bool,
    /// The next on the way back, while a loop is looked for.
    link: Option<usize>,
}

fn tsort(context: &Context<'_>, args: &Args) -> Result<i32, i32> {
    let parsed = parse(context, args, &[], Order::Permute)?;
    if let Some(extra) = parsed.operands.get(1) {
        return Err(context.usage(&[b"extra operand ", quote::always(extra).as_slice()].concat()));
    }
    let name = parsed
        .operands
        .first()
        .map_or(b"-".as_slice(), Vec::as_slice);
    let shown = quote::if_needed(name);
    let mut text = Vec::new();
    let read = crate::lines::open(name).and_then(|file| file.read_to_end(&mut text));
    if let Err(errno) = read {
        context.say_error(&shown, errno);
        return Err(1);
    }
    let mut numbers: BTreeMap<&[u8], usize> = BTreeMap::new();
    let mut items: Vec<Item> = Vec::new();
    let mut first = None;
    let words = text.split(|byte| matches!(byte, b' ' | b'\t' | b'\n'));
    for word in words.filter(|word| !word.is_empty()) {
        let number = *numbers.entry(word).or_insert_with(|| {
            items.push(Item::default());
            items.len() - 1
        });
        match first.take() {
            None => first = Some(number),
            Some(from) if from != number => {
                items[from].after.push(number);
                items[number].before += 1;
            }
            Some(_) => {}
        }
    }
    if first.is_some() {
        context.say(
            &[
                &shown,
                b": input contains an odd number of tokens".as_slice(),
            ]
            .concat(),
        );
        return Err(1);
    }
    for item in &mut items {
        item.after.reverse();
    }
    // In the order of their names.
    let order: Vec<(usize, &[u8])> = numbers
        .iter()
        .map(|(word, number)| (*number, *word))
        .collect();
    let mut words = vec![b"".as_slice(); items.len()];
    for (number, word) in &order {
        words[*number] = word;
    }
    let mut out = Output::stdout();
    let (mut left, mut code) = (items.len(), 0);
    while left > 0 {
        let free =
            |(number, _): &&(usize, &[u8])| items[*number].before == 0 && !items[*number].printed;
        let mut queue: Vec<usize> = order.iter().filter(free).map(|item| item.0).collect();
        let mut at = 0;
        while let Some(&number) = queue.get(at) {
            at += 1;
            out.put(words[number]);
            out.put_byte(b'\n');
            left -= 1;
            items[number].printed = true;
            for next in items[number].after.clone() {
                items[next].before -= 1;
                if items[next].before == 0 {
                    queue.push(next);
                }
            }
        }
        if left > 0 {
            out.flush();
            context.say(&[&shown, b": input contains a loop:".as_slice()].concat());
            code = 1;
            let mut loop_end = None;
            while !walk(context, &mut items, &order, &words, &mut loop_end) {}
        }
    }
    Ok(out.finish(context, code))
}

/// Goes back along predecessors, by name, until a loop closes; breaks and tells
/// it then.
fn walk(
    context: &Context<'_>,
    items: &mut [Item],
    order: &[(usize, &[u8])],
    words: &[&[u8]],
    end: &mut Option<usize>,
) -> bool {
    for &(number, _) in order {
        if items[number].before == 0 {
            continue;
        }
        let Some(goal) = *end else {
            *end = Some(number);
            continue;
        };
        let Some(place) = items[number].after.iter().position(|next| *next == goal) else {
            continue;
        };
        if items[number].link.is_none() {
            items[number].link = Some(goal);
            *end = Some(number);
            continue;
        }
        let mut at = Some(goal);
        while let Some(number_at) = at {
            let next = items[number_at].link;
            context.say(words[number_at]);
            if number_at == number {
                items[number].after.remove(place);
                items[goal].before -= 1;
                break;
            }
            items[number_at].link = None;
            at = next;
        }
        while let Some(number_at) = at {
            at = items[number_at].link.take();
        }
        *end = None;
        return true;
    }
    false
}
