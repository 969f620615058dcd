//! From a row of tests and operators to a tree, by precedence.

/// An item of the row.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Token {
    /// The test with this number.
    Test(usize),
    /// `!`.
    Not,
    /// `-a`, given or understood.
    And,
    /// `-o`.
    Or,
    /// `,`.
    Comma,
    /// `(`.
    Open,
    /// `)`.
    Close,
}

/// An item with the word it came from; none for parentheses put around all.
pub struct Item {
    /// What it is.
    pub token: Token,
    /// The word.
    pub word: Option<Vec<u8>>,
}

/// An expression. Only parentheses and `!` nest.
#[derive(Debug, PartialEq)]
pub enum Node {
    /// A test.
    Test(usize),
    /// Not.
    Not(Box<Node>),
    /// All, until one fails.
    And(Vec<Node>),
    /// Any, until one holds.
    Or(Vec<Node>),
    /// Each; the last counts.
    List(Vec<Node>),
}

/// Deepest nesting.
const DEPTH_MAX: usize = 1000;

impl Token {
    fn precedence(self) -> u32 {
        match self {
            Token::Comma => 1,
            Token::Or => 2,
            Token::And => 3,
            Token::Not => 4,
            _ => 0,
        }
    }

    fn is_operator(self) -> bool {
        matches!(self, Token::And | Token::Or | Token::Comma | Token::Not)
    }
}

/// Adds an item, with the `-a` that is understood between two operands.
pub fn push(items: &mut Vec<Item>, token: Token, word: Option<Vec<u8>>) {
    let ended = items
        .last()
        .is_some_and(|item| matches!(item.token, Token::Test(_) | Token::Close));
    if ended && matches!(token, Token::Test(_) | Token::Not | Token::Open) {
        items.push(Item {
            token: Token::And,
            word: Some(b"-a".to_vec()),
        });
    }
    items.push(Item { token, word });
}

/// Builds the tree.
///
/// # Errors
/// The message.
pub fn build(items: &[Item]) -> Result<Node, Vec<u8>> {
    let mut builder = Builder {
        items,
        at: 0,
        depth: 0,
    };
    let node = builder.operand(0, None)?;
    match items.get(builder.at) {
        None => Ok(node),
        Some(item) if item.token == Token::Close => Err(b"you have too many ')'".to_vec()),
        Some(item) => {
            let word = item.word.as_deref().unwrap_or_default();
            Err([b"unexpected extra predicate '".as_slice(), word, b"'"].concat())
        }
    }
}

struct Builder<'a> {
    items: &'a [Item],
    at: usize,
    depth: usize,
}

impl<'a> Builder<'a> {
    fn token(&self) -> Option<Token> {
        self.items.get(self.at).map(|item| item.token)
    }

    fn operand(&mut self, above: u32, before: Option<&'a Item>) -> Result<Node, Vec<u8>> {
        let items = self.items;
        let item = items
            .get(self.at)
            .ok_or_else(|| b"invalid expression".to_vec())?;
        let word = item.word.as_deref().unwrap_or_default();
        let before_word = before
            .and_then(|item| item.word.as_deref())
            .unwrap_or_default();
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(b"expression nested too deeply".to_vec());
        }
        let node = match item.token {
            Token::And | Token::Or | Token::Comma => {
                return Err([
                    b"invalid expression; you have used a binary operator '".as_slice(),
                    word,
                    b"' with nothing before it.",
                ]
                .concat());
            }
            Token::Close => {
                let pending = before.is_some_and(|item| item.token.is_operator());
                return Err(match (pending, item.word.is_some()) {
                    (true, true) => [
                        b"expected an expression between '".as_slice(),
                        before_word,
                        b"' and ')'",
                    ]
                    .concat(),
                    (_, false) => [
                        b"expected an expression after '".as_slice(),
                        before_word,
                        b"'",
                    ]
                    .concat(),
                    _ => b"invalid expression; you have too many ')'".to_vec(),
                });
            }
            Token::Test(number) => {
                self.at += 1;
                Node::Test(number)
            }
            Token::Not => {
                self.at += 1;
                Node::Not(Box::new(self.operand(4, Some(item))?))
            }
            Token::Open => {
                self.at += 1;
                let expected = || {
                    [
                        b"invalid expression; expected to find a ')' but didn't see one. \
                          Perhaps you need an extra predicate after '"
                            .as_slice(),
                        word,
                        b"'",
                    ]
                    .concat()
                };
                let next = items.get(self.at).ok_or_else(expected)?;
                if next.token == Token::Close {
                    return Err(match next.word {
                        None => expected(),
                        Some(_) => {
                            b"invalid expression; empty parentheses are not allowed.".to_vec()
                        }
                    });
                }
                let node = self.operand(0, Some(item))?;
                if self.token() != Some(Token::Close) {
                    return Err(
                        b"invalid expression; I was expecting to find a ')' somewhere \
                                 but did not see one."
                            .to_vec(),
                    );
                }
                self.at += 1;
                node
            }
        };
        let node = self.rest(node, above)?;
        self.depth -= 1;
        Ok(node)
    }

    /// What binds more closely than `above` after an operand.
    fn rest(&mut self, first: Node, above: u32) -> Result<Node, Vec<u8>> {
        let items = self.items;
        let mut node = first;
        while let Some(item) = items.get(self.at) {
            let precedence = item.token.precedence();
            if precedence <= above {
                break;
            }
            if item.token == Token::Not {
                return Err(b"invalid expression".to_vec());
            }
            self.at += 1;
            let right = self.operand(precedence, Some(item))?;
            node = join(item.token, node, right);
        }
        Ok(node)
    }
}

fn join(operator: Token, left: Node, right: Node) -> Node {
    let mut parts = match (operator, left) {
        (Token::And, Node::And(parts))
        | (Token::Or, Node::Or(parts))
        | (Token::Comma, Node::List(parts)) => parts,
        (_, left) => vec![left],
    };
    parts.push(right);
    match operator {
        Token::And => Node::And(parts),
        Token::Or => Node::Or(parts),
        _ => Node::List(parts),
    }
}

#[cfg(test)]
mod tests {
    use super::{Node, Token, build, push};

    fn tree(tokens: &[Token]) -> Result<Node, String> {
        let mut items = Vec::new();
        for token in tokens {
            push(&mut items, *token, Some(format!("{token:?}").into_bytes()));
        }
        build(&items).map_err(|error| String::from_utf8(error).unwrap())
    }

    #[test]
    fn and_binds_before_or_before_comma() {
        use Node::{And, List, Not, Or, Test};
        use Token as T;
        let row = [
            T::Test(0),
            T::Test(1),
            T::Or,
            T::Not,
            T::Test(2),
            T::Comma,
            T::Test(3),
        ];
        let expected = List(vec![
            Or(vec![And(vec![Test(0), Test(1)]), Not(Box::new(Test(2)))]),
            Test(3),
        ]);
        assert_eq!(tree(&row), Ok(expected));
        assert!(tree(&[T::Open, T::Close]).unwrap_err().contains("empty"));
        assert!(
            tree(&[T::Test(0), T::Close])
                .unwrap_err()
                .contains("too many")
        );
        assert!(
            tree(&[T::Open, T::Test(0)])
                .unwrap_err()
                .contains("expecting")
        );
    }
}
