//! Decimal numbers as texts have them, and the binary numbers nearest to them.

use std::cmp::Ordering;
use std::str::FromStr;

/// Digits that a mantissa holds without fail.
const MOST_DIGITS: usize = 19;

/// The powers of ten that an F64 holds exactly.
const POWERS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18,
    1e19, 1e20, 1e21, 1e22,
];

/// A number in decimal notation.
#[derive(Debug, Clone, Copy)]
pub(super) struct Decimal<'t> {
    /// As it is written.
    text: &'t [u8],
    negative: bool,
    /// The number is the mantissa times ten to this power; both are only right when `fits`.
    mantissa: u64,
    exponent: i64,
    /// Whether the digits are few enough for a mantissa.
    fits: bool,
}

/// A whole number, or why there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whole {
    Number(i128),
    Fraction,
    TooLarge,
}

impl<'t> Decimal<'t> {
    /// The number that `text` begins with, and its length; as JSON writes numbers, or in the `lax` way of YAML, which allows
    /// a plus, zeros in front, and nothing on one side of the point.
    #[inline(always)]
    pub fn at_start(text: &'t [u8], lax: bool) -> Option<(Self, usize)> {
        let byte = |at: usize| text.get(at).copied();
        let negative = byte(0) == Some(b'-');
        let first = usize::from(negative || lax && byte(0) == Some(b'+'));
        let (mut mantissa, mut at) = digits(text, 0, first);
        let whole = at - first;
        if !lax && (whole == 0 || whole > 1 && byte(first) == Some(b'0')) {
            return None;
        }
        let mut fraction = 0;
        if byte(at) == Some(b'.') {
            let begin = at + 1;
            (mantissa, at) = digits(text, mantissa, begin);
            fraction = at - begin;
            if !lax && fraction == 0 {
                return None;
            }
        }
        if whole + fraction == 0 {
            return None;
        }
        let mut exponent = -(fraction as i64);
        if matches!(byte(at), Some(b'e' | b'E')) {
            let (power, length) = power(&text[at + 1..])?;
            exponent += power;
            at += 1 + length;
        }
        let fits = whole + fraction <= MOST_DIGITS;
        Some((Decimal { text: &text[..at], negative, mantissa, exponent, fits }, at))
    }

    /// The nearest F64, ties to even; infinite when the number is beyond all.
    #[inline]
    pub fn f64(&self) -> f64 {
        self.quick().unwrap_or_else(|| self.parse())
    }

    /// The nearest F32, ties to even; infinite when the number is beyond all.
    #[inline(always)]
    pub fn f32(&self) -> f32 {
        // An F64 is on the same side of every middle between two F32 as the number it was rounded from, or is such a middle.
        match self.quick() {
            Some(x) if x == 0.0 => x as f32,
            Some(x)
                if x.to_bits() & 0x1FFF_FFFF != 0x1000_0000 && x.abs() >= f64::from(f32::MIN_POSITIVE) =>
            {
                x as f32
            }
            _ => self.parse(),
        }
    }

    /// The nearest F64 where one operation on two exact numbers gives it.
    #[inline(always)]
    fn quick(&self) -> Option<f64> {
        if !self.fits || self.mantissa > 1 << f64::MANTISSA_DIGITS {
            return None;
        }
        let power = *POWERS.get(self.exponent.unsigned_abs() as usize)?;
        let mantissa = self.mantissa as f64;
        let magnitude = if self.exponent < 0 { mantissa / power } else { mantissa * power };
        Some(if self.negative { -magnitude } else { magnitude })
    }

    #[cold]
    fn parse<F: FromStr>(&self) -> F {
        let text = str::from_utf8(self.text).expect("digits are ASCII");
        text.parse().unwrap_or_else(|_| panic!("{text} has the form of a number"))
    }

    /// How the number compares with an F64 of the same sign.
    pub fn compare(&self, value: f64) -> Ordering {
        // No F64 has more digits.
        let magnitude = significant(self.text).cmp(&significant(format!("{:.800e}", value.abs()).as_bytes()));
        if self.negative { magnitude.reverse() } else { magnitude }
    }

    /// The number where it is a whole one, written with a point or not.
    pub fn whole(&self) -> Whole {
        let magnitude = if self.fits { self.small_whole() } else { self.long_whole() };
        match magnitude {
            Whole::Number(magnitude) if self.negative => Whole::Number(-magnitude),
            other => other,
        }
    }

    #[inline]
    fn small_whole(&self) -> Whole {
        let mantissa = i128::from(self.mantissa);
        if mantissa == 0 || self.exponent == 0 {
            return Whole::Number(mantissa);
        }
        let power =
            u32::try_from(self.exponent.unsigned_abs()).ok().and_then(|power| 10i128.checked_pow(power));
        match power {
            Some(power) if self.exponent < 0 => match mantissa % power {
                0 => Whole::Number(mantissa / power),
                _ => Whole::Fraction,
            },
            None if self.exponent < 0 => Whole::Fraction,
            power => {
                power.and_then(|power| mantissa.checked_mul(power)).map_or(Whole::TooLarge, Whole::Number)
            }
        }
    }

    /// Without an exponent only: a number with more than 19 digits and an exponent is nothing that a tensor of integers has.
    fn long_whole(&self) -> Whole {
        let digits = self.text.strip_prefix(b"-").or(self.text.strip_prefix(b"+")).unwrap_or(self.text);
        let whole = digits.split(|b| *b == b'.').next().unwrap_or(digits);
        let zeros = digits.get(whole.len() + 1..).unwrap_or_default().iter().all(|b| *b == b'0');
        if !zeros || digits.iter().any(|b| b.eq_ignore_ascii_case(&b'e')) {
            return Whole::Fraction;
        }
        str::from_utf8(whole).ok().and_then(|whole| whole.parse().ok()).map_or(Whole::TooLarge, Whole::Number)
    }
}

/// Appends the digits from `at` on to a mantissa, and gives their end. The mantissa wraps when they are too many.
#[inline]
fn digits(text: &[u8], mut mantissa: u64, mut at: usize) -> (u64, usize) {
    const TENS: [u64; 9] = [1, 10, 100, 1000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000];
    // Eight bytes at once, because how many digits there are is what a processor guesses wrong.
    while let Some(eight) = text.get(at..).and_then(<[u8]>::first_chunk) {
        let (number, count) = leading_digits(u64::from_le_bytes(*eight));
        mantissa = mantissa.wrapping_mul(TENS[count]).wrapping_add(number);
        at += count;
        if count < 8 {
            return (mantissa, at);
        }
    }
    while let Some(digit) = text.get(at).map(|b| b.wrapping_sub(b'0')).filter(|digit| *digit < 10) {
        mantissa = mantissa.wrapping_mul(10).wrapping_add(u64::from(digit));
        at += 1;
    }
    (mantissa, at)
}

/// The number that eight bytes, the first of them in the lowest, begin with, and how many digits it has.
#[inline]
fn leading_digits(bytes: u64) -> (u64, usize) {
    const ONES: u64 = 0x0101_0101_0101_0101;
    let values = bytes.wrapping_sub(ONES * 0x30);
    // A byte below '0' borrows and one above '9' carries, each into a high bit; what they do to bytes behind does not matter.
    let others = (values | bytes.wrapping_add(ONES * 0x46)) & (ONES * 0x80);
    let count = others.trailing_zeros() / 8;
    let digits = values.unbounded_shl(64 - 8 * count);
    // Neighbours become pairs, pairs become fours, and these the whole.
    let pairs = digits * 10 + (digits >> 8);
    let (low, high) = (pairs & 0xFF_0000_00FF, pairs >> 16 & 0xFF_0000_00FF);
    let sums = low.wrapping_mul((1_000_000 << 32) + 100).wrapping_add(high.wrapping_mul((10_000 << 32) + 1));
    (sums >> 32, count as usize)
}

/// The first significant digit's power of ten, and the digits from there on without zeros at the end; none for zero.
fn significant(text: &[u8]) -> (i64, Vec<u8>) {
    let text = text.strip_prefix(b"-").or(text.strip_prefix(b"+")).unwrap_or(text);
    let (mantissa, exponent) = match text.iter().position(|b| b.eq_ignore_ascii_case(&b'e')) {
        Some(e) => (&text[..e], power(&text[e + 1..]).map_or(0, |(power, _)| power)),
        None => (text, 0),
    };
    let point = mantissa.iter().position(|b| *b == b'.').unwrap_or(mantissa.len());
    let mut digits: Vec<u8> = mantissa.iter().copied().filter(u8::is_ascii_digit).collect();
    let zeros = digits.iter().take_while(|b| **b == b'0').count();
    digits.drain(..zeros);
    digits.truncate(digits.iter().rposition(|b| *b != b'0').map_or(0, |last| last + 1));
    let first = if digits.is_empty() { i64::MIN } else { exponent + point as i64 - zeros as i64 };
    (first, digits)
}

/// An exponent and its length. One that is larger than any that matters is cut.
fn power(text: &[u8]) -> Option<(i64, usize)> {
    let sign = usize::from(matches!(text.first(), Some(b'-' | b'+')));
    let digits = text[sign..].iter().take_while(|b| b.is_ascii_digit());
    let length = digits.clone().count();
    let power = digits.fold(0i64, |power, b| (10 * power + i64::from(b - b'0')).min(1 << 40));
    (length > 0).then_some((if text.first() == Some(&b'-') { -power } else { power }, sign + length))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn strict(text: &str) -> Option<(Decimal<'_>, usize)> {
        Decimal::at_start(text.as_bytes(), false)
    }

    #[test]
    fn takes_what_json_has_for_a_number() {
        for (text, length) in [
            ("0", 1),
            ("-0", 2),
            ("10.50e-3,", 8),
            ("1E+2]", 4),
            ("0.1.2", 3),
            ("12 3", 2),
            ("1e5e", 3),
            ("0x1", 1),
        ] {
            assert_eq!(strict(text).map(|found| found.1), Some(length), "{text}");
        }
        for text in ["", "-", "+1", "01", "-00", "1.", ".5", "1.e3", "1e", "1e+", "x", "--1", "NaN"] {
            assert!(strict(text).is_none(), "{text}");
        }
    }

    #[test]
    fn takes_what_yaml_has_besides() {
        for text in ["+1", "01", "1.", ".5", "-.5e3", "+1.e+3", "007.250"] {
            let (decimal, length) = Decimal::at_start(text.as_bytes(), true).unwrap();
            assert_eq!(length, text.len());
            assert_eq!(decimal.f64(), text.parse::<f64>().unwrap());
        }
        for text in ["", ".", "+", "-.", "e3", ".e3", "1e", "- 1"] {
            assert!(Decimal::at_start(text.as_bytes(), true).is_none(), "{text}");
        }
    }

    #[test]
    fn whole_numbers_are_exact_however_they_are_written() {
        let cases = [
            ("18446744073709551615", Whole::Number(u64::MAX.into())),
            ("-9223372036854775808.000", Whole::Number(i64::MIN.into())),
            ("3.0", Whole::Number(3)),
            ("-1.5e1", Whole::Number(-15)),
            ("1e3", Whole::Number(1000)),
            ("0e-99999999999", Whole::Number(0)),
            ("0.5", Whole::Fraction),
            ("1e-99999999999", Whole::Fraction),
            ("15e-1", Whole::Fraction),
            ("18446744073709551615.5", Whole::Fraction),
            ("1e99999999999", Whole::TooLarge),
            ("9999999999999999999999999999999999999999", Whole::TooLarge),
        ];
        for (text, expected) in cases {
            assert_eq!(strict(text).unwrap().0.whole(), expected, "{text}");
        }
    }

    #[test]
    fn eight_bytes_are_taken_at_once() {
        let leading = |text: [u8; 8]| leading_digits(u64::from_le_bytes(text));
        for text in ["00000000", "12345678", "99999999", "10000000", "00000009", "90909090", "09090909"] {
            assert_eq!(leading(text.as_bytes().try_into().unwrap()), (text.parse().unwrap(), 8));
        }
        for count in 0..8 {
            for byte in (0..=255u8).filter(|b| !b.is_ascii_digit()) {
                for behind in [0, b'0', b'5', b'9', 0xFF] {
                    let mut text = [behind; 8];
                    text[..count].fill(b'9');
                    text[count] = byte;
                    assert_eq!(leading(text), (10u64.pow(count as u32) - 1, count), "{text:?}");
                }
            }
        }
    }

    /// Texts of numbers near the borders where the quick ways end, and any.
    fn texts() -> impl Strategy<Value = String> {
        let near_f32 = (any::<u32>(), -2i64..=2).prop_map(|(bits, nudge)| {
            let (a, b) = (f32::from_bits(bits & 0x7F7F_FFFF), f32::from_bits((bits & 0x7F7F_FFFF) + 1));
            let middle = (f64::from(a) + f64::from(b)) / 2.0;
            f64::from_bits(middle.to_bits().saturating_add_signed(nudge))
        });
        prop_oneof![
            "-?(0|[1-9][0-9]{0,25})(\\.[0-9]{1,25})?([eE][+-]?[0-9]{1,3})?",
            any::<f32>().prop_filter("finite", |x| x.is_finite()).prop_map(|x| format!("{x:e}")),
            any::<f64>().prop_filter("finite", |x| x.is_finite()).prop_map(|x| format!("{x}")),
            near_f32.clone().prop_filter("finite", |x| x.is_finite()).prop_map(|x| format!("{x:e}")),
            // The exact digits of a middle between two F32: a tie that the shortest digits do not hit.
            near_f32.prop_filter("finite", |x| x.is_finite()).prop_map(|x| format!("{x:.60e}")),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4096))]

        #[test]
        fn gives_the_numbers_that_the_standard_library_gives(text in texts()) {
            let (decimal, length) = strict(&text).unwrap();
            prop_assert_eq!(length, text.len());
            prop_assert_eq!(decimal.f64().to_bits(), text.parse::<f64>().unwrap().to_bits());
            prop_assert_eq!(decimal.f32().to_bits(), text.parse::<f32>().unwrap().to_bits());
        }
    }
}
