//! The grammar of a list of numbers: where one begins, what separates two, and where the list ends.

use super::decimal::Decimal;
use super::token::{Token, Value, quoted, value};
use super::{Progress, Style};
use crate::error::{Error, Reason, Result};

// The state is 0 behind the opening bracket, and at the beginning of the first line.
/// Behind a comma.
const NEXT: u64 = 1;
/// Behind a value.
const AFTER: u64 = 2;
/// Behind the closing bracket, or at the line that no longer belongs to the list.
const ENDED: u64 = 3;
/// From here on the state of a block sequence: at the beginning of a line, behind an item with this many spaces before it.
const INDENTED: u64 = 4;

/// What stands next in the list.
#[derive(Debug)]
pub(super) enum Step<'t> {
    Token(Token<'t>),
    /// It cannot be said before more of the text is there.
    MoreText,
    Ended,
}

/// Where in the text the list stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub at: usize,
    state: u64,
    line: u64,
    /// Where the line begins, which may be in a block before.
    line_start: i64,
}

/// Walks over a list.
#[derive(Debug)]
pub(super) struct List<'t> {
    text: &'t [u8],
    last: bool,
    style: Style,
    pub place: Place,
}

impl<'t> List<'t> {
    /// The list that goes on in `text`; nothing follows on the text when it is the `last`.
    pub fn new(text: &'t [u8], last: bool, style: Style, progress: &Progress) -> Self {
        let line_start = 0i64.wrapping_sub(progress.column as i64);
        let place = Place { at: 0, state: progress.state, line: progress.line, line_start };
        List { text, last, style, place }
    }

    /// Tells how far the list has come.
    pub fn save(&self, progress: &mut Progress) {
        progress.taken = self.place.at as u64;
        progress.state = self.place.state;
        progress.line = self.place.line;
        progress.column = (self.place.at as i64).wrapping_sub(self.place.line_start) as u64;
    }

    /// Takes what separates two numbers and the next one, where both have their usual form; else takes nothing.
    #[inline(always)]
    pub fn usual(&mut self) -> Option<Token<'t>> {
        let (mut at, mut line) = (self.place.at, false);
        if self.style == Style::YamlBlock {
            if self.place.state != INDENTED || self.text.get(at..at + 2)? != b"- " {
                return None;
            }
            at += 2;
        } else {
            if self.place.state != AFTER || self.byte() != Some(b',') {
                return None;
            }
            line = self.text.get(at + 1) == Some(&b'\n');
            at += 1 + usize::from(line);
        }
        let rest = &self.text[at..];
        let (decimal, length) = Decimal::at_start(rest, false)?;
        let end = *rest.get(length)?;
        if self.style == Style::YamlBlock && end == b'\n' {
            self.place.at = at + length;
            self.line_feed();
        } else if self.style != Style::YamlBlock && ends_word(end) {
            self.place.at = at + length;
            if line {
                self.place.line = self.place.line.wrapping_add(1);
                self.place.line_start = at as i64;
            }
        } else {
            return None;
        }
        Some(Token { at, text: &rest[..length], value: Value::Decimal(decimal) })
    }

    /// What stands next. What is before it is taken; a token itself is when [`take`](Self::take) is called.
    pub fn next(&mut self) -> Result<Step<'t>> {
        match self.style {
            _ if self.place.state == ENDED => Ok(Step::Ended),
            Style::YamlBlock => self.next_item(),
            _ => self.next_element(),
        }
    }

    /// Takes the token that [`next`](Self::next) gave.
    pub fn take(&mut self, token: &Token<'t>) {
        self.place.at = token.at + token.text.len();
        if self.style == Style::YamlBlock {
            self.end_item();
        } else {
            self.place.state = AFTER;
        }
    }

    /// A token that was taken before: where it begins, and its length.
    pub fn again(&self, (at, length): (usize, usize)) -> Token<'t> {
        let text = &self.text[at..][..length];
        let value = value(text, self.style).expect("it was a value before");
        Token { at, text, value }
    }

    /// Moves to a place of the text that is not before the present one, for an error to name it.
    pub fn point_at(&mut self, from: Place, at: usize) {
        self.place = from;
        for (i, b) in self.text[from.at..at].iter().enumerate() {
            if *b == b'\n' {
                self.place.line = self.place.line.wrapping_add(1);
                self.place.line_start = (from.at + i + 1) as i64;
            }
        }
        self.place.at = at;
    }

    #[inline]
    fn byte(&self) -> Option<u8> {
        self.text.get(self.place.at).copied()
    }

    fn error<T>(&self, message: String) -> Result<T> {
        Err(Error::format(Reason::ModelNotValid, message))
    }

    // Flow sequences

    fn next_element(&mut self) -> Result<Step<'t>> {
        loop {
            let Some(byte) = self.byte() else { return self.no_more() };
            match byte {
                b' ' | b'\t' | b'\r' => self.place.at += 1,
                b'\n' => self.line_feed(),
                b'#' if self.style == Style::YamlFlow => {
                    if !self.comment() {
                        return self.no_more();
                    }
                }
                b']' if self.place.state != NEXT || self.style == Style::YamlFlow => {
                    self.place.at += 1;
                    self.place.state = ENDED;
                    return Ok(Step::Ended);
                }
                b',' if self.place.state == AFTER => {
                    self.place.at += 1;
                    self.place.state = NEXT;
                }
                _ if self.place.state == AFTER => {
                    let Some(word) = self.whole_word() else { return self.no_more() };
                    let found = quoted(word);
                    return self.error(format!(
                        "{found} follows on a number, expected a comma or the end of the list"
                    ));
                }
                _ => return self.element(),
            }
        }
    }

    fn no_more(&self) -> Result<Step<'t>> {
        match self.last {
            true => self.error("the file ends inside the list, expected ]: it was cut short".into()),
            false => Ok(Step::MoreText),
        }
    }

    /// The value at the place.
    fn element(&self) -> Result<Step<'t>> {
        let (at, rest) = (self.place.at, &self.text[self.place.at..]);
        let Some(word) = self.word(rest) else { return self.no_more() };
        self.token(at, word)
    }

    /// The bytes up to the end of a word, where that end is in the text.
    fn word(&self, rest: &'t [u8]) -> Option<&'t [u8]> {
        match rest {
            [quote @ (b'"' | b'\''), inner @ ..] => {
                let length = inner.iter().position(|b| b == quote || *b == b'\n')?;
                Some(&rest[..length + 2])
            }
            _ => rest.iter().position(|b| ends_word(*b)).map(|length| &rest[..length.max(1)]),
        }
    }

    /// The word at the place, where its end is in the text or at the end of the last one.
    fn whole_word(&self) -> Option<&'t [u8]> {
        let rest = &self.text[self.place.at..];
        self.word(rest).or(self.last.then_some(rest))
    }

    fn token(&self, at: usize, word: &'t [u8]) -> Result<Step<'t>> {
        match value(word, self.style) {
            Some(value) => Ok(Step::Token(Token { at, text: word, value })),
            None => self.error(refusal(word, self.style)),
        }
    }

    fn line_feed(&mut self) {
        self.place.at += 1;
        self.place.line = self.place.line.wrapping_add(1);
        self.place.line_start = self.place.at as i64;
    }

    /// Takes a comment without the line feed at its end; false, and nothing taken, when that is not in the text.
    fn comment(&mut self) -> bool {
        let rest = &self.text[self.place.at..];
        let end = rest.iter().position(|b| *b == b'\n').or(self.last.then_some(rest.len()));
        self.place.at += end.unwrap_or(0);
        end.is_some()
    }

    // Block sequences: the place is at the beginning of a line between two steps

    fn next_item(&mut self) -> Result<Step<'t>> {
        loop {
            let rest = &self.text[self.place.at..];
            let indent = rest.iter().take_while(|b| **b == b' ').count();
            let line = &rest[indent..];
            match line {
                [] if self.last => {
                    self.place.state = ENDED;
                    return Ok(Step::Ended);
                }
                [] => return Ok(Step::MoreText),
                [b'\r'] if !self.last => return Ok(Step::MoreText),
                [b'\n' | b'#', ..] | [b'\r', b'\n', ..] | [b'\r'] => {
                    let Some(end) = self.end_of_line(line) else { return Ok(Step::MoreText) };
                    self.place.at += indent + end;
                    if self.byte().is_some() {
                        self.line_feed();
                    }
                }
                [b'-', b' ' | b'\t', ..] => return self.item(indent, line),
                [b'-'] if !self.last => return Ok(Step::MoreText),
                [b'-', b'-', ..] if indent == 0 && line.len() < 4 && !self.last => return Ok(Step::MoreText),
                [b'-', b'-', b'-'] | [b'-', b'-', b'-', b' ' | b'\t' | b'\r' | b'\n', ..] if indent == 0 => {
                    self.place.state = ENDED;
                    return Ok(Step::Ended);
                }
                [byte, ..] if indent == 0 && *byte != b'-' && *byte != b'\t' => {
                    self.place.state = ENDED;
                    return Ok(Step::Ended);
                }
                _ => {
                    let before = self.place.at;
                    self.place.at += indent;
                    let Some(word) = self.whole_word() else {
                        self.place.at = before;
                        return Ok(Step::MoreText);
                    };
                    let found = quoted(word);
                    return self.error(format!(
                        "the line begins with {found}, expected a dash, a space and a number"
                    ));
                }
            }
        }
    }

    /// The length of the line at the start of `rest`, where its end is in the text.
    fn end_of_line(&self, rest: &[u8]) -> Option<usize> {
        rest.iter().position(|b| *b == b'\n').or(self.last.then_some(rest.len()))
    }

    /// The value of an item; `line` begins with its dash.
    fn item(&mut self, indent: usize, line: &'t [u8]) -> Result<Step<'t>> {
        let before = line[1..].iter().take_while(|b| matches!(b, b' ' | b'\t')).count() + 1;
        let at = self.place.at + indent + before;
        let rest = &line[before..];
        let Some(end) = self.end_of_line(rest) else { return Ok(Step::MoreText) };
        let content = without_comment(&rest[..end]);
        let expected = self.place.state.checked_sub(INDENTED).unwrap_or(indent as u64);
        if indent as u64 != expected {
            self.place.at += indent;
            return self.error(format!(
                "an item of the list stands behind {indent} spaces, those before it behind {expected}"
            ));
        }
        self.place.state = INDENTED + indent as u64;
        match self.token(at, content) {
            Err(error) => {
                self.place.at = at;
                Err(error)
            }
            token => token,
        }
    }

    /// Takes what follows on an item in its line, which is white space or a comment.
    fn end_item(&mut self) {
        let rest = &self.text[self.place.at..];
        self.place.at += rest.iter().position(|b| *b == b'\n').unwrap_or(rest.len());
        if self.byte().is_some() {
            self.line_feed();
        }
    }
}

#[inline]
fn ends_word(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b',' | b']')
}

/// A line without the comment and the white space at its end.
fn without_comment(line: &[u8]) -> &[u8] {
    let comment =
        (0..line.len()).find(|i| line[*i] == b'#' && (*i == 0 || matches!(line[i - 1], b' ' | b'\t')));
    line[..comment.unwrap_or(line.len())].trim_ascii_end()
}

/// Why a word is no value of a list.
fn refusal(word: &[u8], style: Style) -> String {
    let found = quoted(word);
    let strings = "NaN and infinities are the strings \"NaN\", \"Infinity\" and \"-Infinity\"";
    match word {
        [] => "an item of the list is empty, expected a number".into(),
        b"," => "a comma without a number before it".into(),
        b"]" => "a comma before the end of the list, expected a number".into(),
        b"null" | b"~" => format!("{found} in place of a number; {strings}"),
        b"NaN" | b"Infinity" | b"-Infinity" => format!("{found} without quotes is not JSON; {strings}"),
        [b'[' | b'{', ..] => format!("{found} in a list of numbers: data is one flat list"),
        [b'&' | b'*' | b'!', ..] if style != Style::Json => {
            format!("{found}: the list of numbers takes no anchors, aliases and tags")
        }
        [b'-', b' ', ..] => format!("{found}: a list in the list of numbers; data is one flat list"),
        _ => format!("{found} is not a number; {strings}"),
    }
}
