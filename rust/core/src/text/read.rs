//! Text to elements.

use safetensors::Dtype;

use super::decimal::Whole;
use super::list::{List, Place, Step};
use super::round::Rounding;
use super::token::{Token, Value};
use super::{Outcome, Progress, Style, group, number_bits};
use crate::error::{Error, Reason, Result};

/// Numbers that are rounded together; a multiple of every [`group`].
pub(super) const BATCH: usize = 512;

/// Reads numbers of a list as elements of `dtype`, until the output is full, the text is used up or the list ends. A number
/// whose end is not in the text is left to the next call, unless the text is the `last`; so are numbers that do not fill a
/// whole element or byte. After an error `progress` says where in the text it is, and how many numbers are before it; the
/// output is then undefined.
///
/// # Panics
/// If `out` ends inside an element.
pub fn read(
    text: &[u8],
    last: bool,
    style: Style,
    dtype: Dtype,
    out: &mut [u8],
    progress: &mut Progress,
) -> Result<Outcome> {
    let whole = number_bits(dtype) * group(dtype) / 8;
    assert!(out.len().is_multiple_of(whole), "{} bytes of {dtype}", out.len());
    let mut reader = Reader { list: List::new(text, last, style, progress), dtype, count: 0 };
    let result = reader.elements(out);
    reader.list.save(progress);
    progress.numbers = reader.count as u64;
    progress.written = (reader.count * number_bits(dtype) / 8) as u64;
    result
}

struct Reader<'t> {
    list: List<'t>,
    dtype: Dtype,
    /// Numbers read.
    count: usize,
}

/// What a token gives, or why it gives nothing.
type Given<T> = std::result::Result<T, String>;

impl<'t> Reader<'t> {
    fn elements(&mut self, out: &mut [u8]) -> Result<Outcome> {
        let dtype = self.dtype;
        match dtype {
            Dtype::F32 | Dtype::C64 => {
                self.fill(out.as_chunks_mut::<4>().0, |token| single(token, dtype).map(f32::to_le_bytes))
            }
            Dtype::F64 => {
                self.fill(out.as_chunks_mut().0, |token| double(token, dtype).map(f64::to_le_bytes))
            }
            Dtype::BOOL => {
                self.fill(out.as_chunks_mut().0, |token| truth(token).map(|value| [u8::from(value)]))
            }
            Dtype::U8 => self.fill(out.as_chunks_mut().0, |token| integer(token, dtype).map(u8::to_le_bytes)),
            Dtype::I8 => self.fill(out.as_chunks_mut().0, |token| integer(token, dtype).map(i8::to_le_bytes)),
            Dtype::U16 => {
                self.fill(out.as_chunks_mut().0, |token| integer(token, dtype).map(u16::to_le_bytes))
            }
            Dtype::I16 => {
                self.fill(out.as_chunks_mut().0, |token| integer(token, dtype).map(i16::to_le_bytes))
            }
            Dtype::U32 => {
                self.fill(out.as_chunks_mut().0, |token| integer(token, dtype).map(u32::to_le_bytes))
            }
            Dtype::I32 => {
                self.fill(out.as_chunks_mut().0, |token| integer(token, dtype).map(i32::to_le_bytes))
            }
            Dtype::U64 => {
                self.fill(out.as_chunks_mut().0, |token| integer(token, dtype).map(u64::to_le_bytes))
            }
            Dtype::I64 => {
                self.fill(out.as_chunks_mut().0, |token| integer(token, dtype).map(i64::to_le_bytes))
            }
            _ => self.narrow(out),
        }
    }

    /// Reads into `slots` as many whole groups of numbers as there are.
    #[inline]
    fn fill<const N: usize>(
        &mut self,
        slots: &mut [[u8; N]],
        mut value: impl FnMut(&Token<'t>) -> Given<[u8; N]>,
    ) -> Result<Outcome> {
        let group = group(self.dtype);
        let mut filled = 0;
        let mut whole = self.list.place;
        loop {
            if filled % group == 0 {
                whole = self.list.place;
            }
            let before = self.list.place;
            if let Some(slot) = slots.get_mut(filled)
                && let Some(token) = self.list.usual()
            {
                *slot = value(&token).map_err(|sentence| self.refused(before, &token, sentence))?;
                filled += 1;
                self.count += 1;
                continue;
            }
            match self.list.next()? {
                Step::Token(token) => {
                    let Some(slot) = slots.get_mut(filled) else { return Ok(Outcome::OutputFull) };
                    let place = self.list.place;
                    *slot = value(&token).map_err(|sentence| self.refused(place, &token, sentence))?;
                    self.list.take(&token);
                    filled += 1;
                    self.count += 1;
                }
                Step::MoreText => {
                    if filled % group != 0 {
                        self.count -= filled % group;
                        self.list.place = whole;
                    }
                    return Ok(Outcome::MoreText);
                }
                Step::Ended => {
                    self.count -= filled % group;
                    return Ok(Outcome::Ended);
                }
            }
        }
    }

    /// The error about a token, which the list, now at `place`, is going to give or has given.
    #[cold]
    fn refused(&mut self, place: Place, token: &Token<'t>, sentence: String) -> Error {
        self.list.point_at(place, token.at);
        Error::format(Reason::ModelNotValid, sentence)
    }

    /// Reads floats that are narrower than an F32.
    fn narrow(&mut self, out: &mut [u8]) -> Result<Outcome> {
        let dtype = self.dtype;
        let rounding = Rounding::to(dtype);
        let (mut rest, mut slots, mut spans) = (out, [[0; 4]; BATCH], [(0, 0); BATCH]);
        loop {
            let room = (8 * rest.len() / number_bits(dtype)).min(BATCH);
            let (before, start) = (self.count, self.list.place);
            let mut seen = 0;
            let outcome = self.fill(&mut slots[..room], |token| {
                spans[seen] = (token.at, token.text.len());
                seen += 1;
                single(token, dtype).map(f32::to_le_bytes)
            })?;
            let read = self.count - before;
            let values = slots.map(f32::from_le_bytes);
            let (batch, behind) = rest.split_at_mut(read * number_bits(dtype) / 8);
            let list = &self.list;
            let rounded = rounding.round(&values[..read], batch, |number| list.again(spans[number]));
            if let Err((number, sentence)) = rounded {
                self.count = before + number;
                let token = self.list.again(spans[number]);
                return Err(self.refused(start, &token, sentence));
            }
            rest = behind;
            if outcome != Outcome::OutputFull || rest.is_empty() {
                return Ok(outcome);
            }
        }
    }
}

/// The nearest F32.
#[inline(always)]
fn single(token: &Token<'_>, dtype: Dtype) -> Given<f32> {
    match token.value {
        Value::Decimal(decimal) => {
            let value = decimal.f32();
            if value.is_infinite() { Err(beyond(token, dtype)) } else { Ok(value) }
        }
        Value::Special(value) => Ok(value),
        Value::Truth(_) => Err(no_number(token, dtype)),
    }
}

/// The nearest F64.
#[inline]
fn double(token: &Token<'_>, dtype: Dtype) -> Given<f64> {
    match token.value {
        Value::Decimal(decimal) => {
            let value = decimal.f64();
            if value.is_infinite() { Err(beyond(token, dtype)) } else { Ok(value) }
        }
        Value::Special(value) => Ok(value.into()),
        Value::Truth(_) => Err(no_number(token, dtype)),
    }
}

fn truth(token: &Token<'_>) -> Given<bool> {
    let whole = match token.value {
        Value::Truth(value) => return Ok(value),
        Value::Decimal(decimal) => decimal.whole(),
        Value::Special(_) => Whole::Fraction,
    };
    match whole {
        Whole::Number(0) => Ok(false),
        Whole::Number(1) => Ok(true),
        _ => Err(format!("{} is no BOOL, expected 0, 1, true or false", token.quoted())),
    }
}

#[inline]
fn integer<T: TryFrom<i128>>(token: &Token<'_>, dtype: Dtype) -> Given<T> {
    let whole = match token.value {
        Value::Decimal(decimal) => decimal.whole(),
        Value::Special(_) => Whole::Fraction,
        Value::Truth(_) => return Err(no_number(token, dtype)),
    };
    match whole {
        Whole::Number(number) => T::try_from(number).map_err(|_| beyond(token, dtype)),
        Whole::TooLarge => Err(beyond(token, dtype)),
        Whole::Fraction => Err(format!("{} is not a whole number, which {dtype} takes", token.quoted())),
    }
}

fn no_number(token: &Token<'_>, dtype: Dtype) -> String {
    format!("{} is not a number, which {dtype} takes", token.quoted())
}

fn beyond(token: &Token<'_>, dtype: Dtype) -> String {
    format!("{} is beyond the numbers that {dtype} has", token.quoted())
}
