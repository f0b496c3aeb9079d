//! Elements to text.

use safetensors::Dtype;

use super::{Progress, Style, group, number_bits};
use crate::kernels::elements::convert;
use crate::kernels::simd::Level;

/// More bytes than a number takes, with what separates it from the one before.
const LONGEST: usize = 32;

/// Numbers that are widened together; a multiple of every [`group`].
const BATCH: usize = 512;

/// Writes elements of `dtype` as text, as many as there is room for: in front of each number what separates it from one
/// before it. That is a comma, and a line feed too where a line begins, which has `numbers_in_line` numbers; in a block
/// sequence a line feed, a dash and a space.
///
/// # Panics
/// If `bytes` ends inside an element.
pub fn write(
    dtype: Dtype,
    bytes: &[u8],
    style: Style,
    numbers_in_line: u64,
    out: &mut [u8],
    progress: &mut Progress,
) {
    let mut lines = Lines { out, at: 0, style, numbers_in_line, in_line: progress.state };
    let taken = match dtype {
        Dtype::F32 | Dtype::C64 => lines.each(bytes, |x, out| put_f32(f32::from_le_bytes(*x), out)),
        Dtype::F64 => lines.each(bytes, |x, out| put_f64(f64::from_le_bytes(*x), out)),
        Dtype::BOOL => lines.each(bytes, |[x], out| put_integer(u8::from(*x != 0), out)),
        Dtype::U8 => lines.each(bytes, |x, out| put_integer(u8::from_le_bytes(*x), out)),
        Dtype::I8 => lines.each(bytes, |x, out| put_integer(i8::from_le_bytes(*x), out)),
        Dtype::U16 => lines.each(bytes, |x, out| put_integer(u16::from_le_bytes(*x), out)),
        Dtype::I16 => lines.each(bytes, |x, out| put_integer(i16::from_le_bytes(*x), out)),
        Dtype::U32 => lines.each(bytes, |x, out| put_integer(u32::from_le_bytes(*x), out)),
        Dtype::I32 => lines.each(bytes, |x, out| put_integer(i32::from_le_bytes(*x), out)),
        Dtype::U64 => lines.each(bytes, |x, out| put_integer(u64::from_le_bytes(*x), out)),
        Dtype::I64 => lines.each(bytes, |x, out| put_integer(i64::from_le_bytes(*x), out)),
        _ => lines.narrow(dtype, bytes),
    };
    progress.taken = taken as u64;
    progress.written = lines.at as u64;
    progress.state = lines.in_line;
}

struct Lines<'o> {
    out: &'o mut [u8],
    at: usize,
    style: Style,
    numbers_in_line: u64,
    in_line: u64,
}

impl Lines<'_> {
    /// Writes the elements for which there is room; how many bytes they have.
    #[inline]
    fn each<const N: usize>(
        &mut self,
        bytes: &[u8],
        mut put: impl FnMut(&[u8; N], &mut [u8]) -> usize,
    ) -> usize {
        let (elements, []) = bytes.as_chunks::<N>() else {
            panic!("{} bytes end inside an element", bytes.len())
        };
        let room = (self.out.len() - self.at) / LONGEST;
        let elements = &elements[..elements.len().min(room)];
        for element in elements {
            self.separate();
            self.at += put(element, &mut self.out[self.at..]);
        }
        elements.len() * N
    }

    /// Floats that are narrower than an F32.
    fn narrow(&mut self, dtype: Dtype, bytes: &[u8]) -> usize {
        let (level, bits) = (Level::detect(), number_bits(dtype));
        let mut taken = 0;
        while taken < bytes.len() {
            let room = (self.out.len() - self.at) / LONGEST;
            let count = (8 * (bytes.len() - taken) / bits).min(room).min(BATCH);
            let count = count - count % group(dtype);
            if count == 0 {
                break;
            }
            let mut wide = [0; 4 * BATCH];
            let wide = &mut wide[..4 * count];
            let batch = &bytes[taken..][..count * bits / 8];
            convert(level, dtype, batch, Dtype::F32, wide).expect("whole elements of floats");
            self.each(wide, |x, out| put_f32(f32::from_le_bytes(*x), out));
            taken += batch.len();
        }
        taken
    }

    #[inline]
    fn separate(&mut self) {
        match self.style {
            Style::YamlBlock => self.put(*b"\n- "),
            _ if self.in_line == 0 => self.put(*b",\n"),
            _ => self.put(*b","),
        }
        self.in_line = self.in_line.wrapping_add(1);
        if self.in_line >= self.numbers_in_line {
            self.in_line = 0;
        }
    }

    #[inline]
    fn put<const N: usize>(&mut self, separator: [u8; N]) {
        self.out[self.at..][..N].copy_from_slice(&separator);
        self.at += N;
    }
}

#[inline]
fn put(text: &[u8], out: &mut [u8]) -> usize {
    let out = &mut out[..text.len()];
    // Most numbers have these lengths: two overlapping words are quicker than a copy of unknown length.
    match (text.first_chunk::<8>(), text.last_chunk::<8>()) {
        (Some(first), Some(last)) if text.len() <= 16 => {
            out[..8].copy_from_slice(first);
            out[text.len() - 8..].copy_from_slice(last);
        }
        _ => out.copy_from_slice(text),
    }
    text.len()
}

fn put_integer<I: itoa::Integer>(value: I, out: &mut [u8]) -> usize {
    put(itoa::Buffer::new().format(value).as_bytes(), out)
}

#[inline]
fn put_f32(value: f32, out: &mut [u8]) -> usize {
    if !value.is_finite() {
        return put(special(value.into()), out);
    }
    put_float(zmij::Buffer::new().format_finite(value), f64::from(value), out)
}

#[inline]
fn put_f64(value: f64, out: &mut [u8]) -> usize {
    if !value.is_finite() {
        return put(special(value), out);
    }
    put_float(zmij::Buffer::new().format_finite(value), value, out)
}

#[cold]
fn special(value: f64) -> &'static [u8] {
    match value {
        f64::INFINITY => b"\"Infinity\"",
        f64::NEG_INFINITY => b"\"-Infinity\"",
        _ => b"\"NaN\"",
    }
}

/// Writes shortest digits. Readers of YAML 1.1 take what has an exponent for a string, unless a point is in front of it and
/// its sign is there.
#[inline]
fn put_float(digits: &str, value: f64, out: &mut [u8]) -> usize {
    let digits = digits.as_bytes();
    // In this range digits have no exponent.
    if value == 0.0 || (1e-4..1e9).contains(&value.abs()) {
        return put(digits, out);
    }
    let Some(e) = digits.iter().position(|b| *b == b'e') else { return put(digits, out) };
    let (mantissa, power) = (&digits[..e], &digits[e + 1..]);
    let mut at = put(mantissa, out);
    if !mantissa.contains(&b'.') {
        at += put(b".0", &mut out[at..]);
    }
    let sign: &[u8] = if power.starts_with(b"-") || power.starts_with(b"+") { b"e" } else { b"e+" };
    at += put(sign, &mut out[at..]);
    at + put(power, &mut out[at..])
}
