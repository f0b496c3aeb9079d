//! What a conversion has to give, by the definitions of the dtypes, in exact arithmetic on whole numbers.

use safetensors::Dtype;

/// A number by itself, of no dtype.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Value {
    Nan,
    Infinite {
        negative: bool,
    },
    /// magnitude × 2^exponent.
    Finite {
        negative: bool,
        magnitude: u64,
        exponent: i32,
    },
}

/// The fields of a binary float, below its sign bit.
struct Layout {
    exponent_bits: u32,
    fraction_bits: u32,
    bias: i32,
    special: Special,
}

/// Which codes are no numbers.
#[derive(PartialEq)]
enum Special {
    /// Those with the largest exponent: an infinity when the fraction is 0, else NaN.
    Ieee,
    /// The last of each sign is NaN.
    Last,
    /// That of a negative zero is NaN.
    NegativeZero,
    None,
}

impl Layout {
    fn of(dtype: Dtype) -> Option<Layout> {
        let (exponent_bits, fraction_bits, bias, special) = match dtype {
            Dtype::F4 => (2, 1, 1, Special::None),
            Dtype::F6_E2M3 => (2, 3, 1, Special::None),
            Dtype::F6_E3M2 => (3, 2, 3, Special::None),
            Dtype::F8_E5M2 => (5, 2, 15, Special::Ieee),
            Dtype::F8_E4M3 => (4, 3, 7, Special::Last),
            Dtype::F8_E4M3FNUZ => (4, 3, 8, Special::NegativeZero),
            Dtype::F8_E5M2FNUZ => (5, 2, 16, Special::NegativeZero),
            Dtype::F16 => (5, 10, 15, Special::Ieee),
            Dtype::BF16 => (8, 7, 127, Special::Ieee),
            Dtype::F32 => (8, 23, 127, Special::Ieee),
            Dtype::F64 => (11, 52, 1023, Special::Ieee),
            _ => return None,
        };
        Some(Layout { exponent_bits, fraction_bits, bias, special })
    }

    fn sign(&self) -> u64 {
        1 << (self.exponent_bits + self.fraction_bits)
    }

    /// The code of an infinity, in the formats that have it.
    fn infinity(&self) -> u64 {
        ((1 << self.exponent_bits) - 1) << self.fraction_bits
    }

    fn largest(&self) -> u64 {
        match self.special {
            Special::Ieee => self.infinity() - 1,
            Special::Last => self.sign() - 2,
            Special::NegativeZero | Special::None => self.sign() - 1,
        }
    }

    fn nan(&self) -> u64 {
        match self.special {
            Special::Ieee => self.infinity() | 1 << (self.fraction_bits - 1),
            Special::Last => self.sign() - 1,
            Special::NegativeZero | Special::None => self.sign(),
        }
    }

    fn decode(&self, code: u64) -> Value {
        let (negative, magnitude) = (code & self.sign() != 0, code & (self.sign() - 1));
        if self.special == Special::NegativeZero && code == self.sign() {
            return Value::Nan;
        }
        if magnitude > self.largest() {
            let is_infinite = self.special == Special::Ieee && magnitude == self.infinity();
            return if is_infinite { Value::Infinite { negative } } else { Value::Nan };
        }
        let fraction = magnitude & ((1 << self.fraction_bits) - 1);
        let (leading, exponent) = match (magnitude >> self.fraction_bits) as i32 {
            0 => (0, 1),
            exponent => (1 << self.fraction_bits, exponent),
        };
        Value::Finite {
            negative,
            magnitude: leading + fraction,
            exponent: exponent - self.bias - self.fraction_bits as i32,
        }
    }

    fn encode(&self, value: Value) -> u64 {
        let overflow = if self.special == Special::Ieee { self.infinity() } else { self.largest() };
        let (negative, code) = match value {
            Value::Nan => return self.nan(),
            Value::Infinite { negative } => (negative, overflow),
            Value::Finite { negative, magnitude: 0, .. } => (negative, 0),
            Value::Finite { negative, magnitude, exponent } => {
                let code = self.nearest(magnitude, exponent);
                (negative, if code > self.largest() { overflow } else { code })
            }
        };
        let sign = negative && !(self.special == Special::NegativeZero && code == 0);
        code | if sign { self.sign() } else { 0 }
    }

    /// The nearest code, ties to even, as if the exponent had no end.
    fn nearest(&self, magnitude: u64, exponent: i32) -> u64 {
        let fraction_bits = self.fraction_bits as i32;
        let leading = (magnitude.ilog2() as i32 + exponent).max(1 - self.bias);
        // The value in units of the last place, to be rounded to a whole number of them.
        let cut = leading - fraction_bits - exponent;
        let units = match u32::try_from(cut) {
            Err(_) => magnitude << -cut,
            Ok(0) => magnitude,
            Ok(65..) => 0,
            Ok(cut) => {
                let (whole, rest) = (u128::from(magnitude) >> cut, u128::from(magnitude) % (1 << cut));
                let half = 1u128 << (cut - 1);
                (whole + u128::from(rest > half || rest == half && whole % 2 == 1)) as u64
            }
        };
        // The leading bit counts as one of the exponent, which takes that of a subnormal, that has none, back to 0.
        (((leading + self.bias) as u64) << fraction_bits) + units - (1 << fraction_bits)
    }
}

/// Lowest and highest of a whole number's dtype.
fn limits(dtype: Dtype) -> Option<(i128, i128)> {
    let signed = |bits: u32| (-(1i128 << (bits - 1)), (1i128 << (bits - 1)) - 1);
    let unsigned = |bits: u32| (0, (1i128 << bits) - 1);
    match dtype {
        Dtype::I8 => Some(signed(8)),
        Dtype::I16 => Some(signed(16)),
        Dtype::I32 => Some(signed(32)),
        Dtype::I64 => Some(signed(64)),
        Dtype::U8 => Some(unsigned(8)),
        Dtype::U16 => Some(unsigned(16)),
        Dtype::U32 => Some(unsigned(32)),
        Dtype::U64 => Some(unsigned(64)),
        _ => None,
    }
}

/// The value of a code.
pub fn decode(dtype: Dtype, code: u64) -> Value {
    let finite = |negative, magnitude, exponent| Value::Finite { negative, magnitude, exponent };
    if let Some(layout) = Layout::of(dtype) {
        return layout.decode(code);
    }
    if let Some((lowest, highest)) = limits(dtype) {
        let code = i128::from(code);
        let number = if code > highest { code + 2 * lowest } else { code };
        return finite(number < 0, number.unsigned_abs() as u64, 0);
    }
    match dtype {
        Dtype::BOOL => finite(false, u64::from(code != 0), 0),
        Dtype::F8_E8M0 if code == 0xFF => Value::Nan,
        Dtype::F8_E8M0 => finite(false, 1, code as i32 - 127),
        other => panic!("{other} has no values"),
    }
}

/// The code that a value becomes.
pub fn encode(dtype: Dtype, value: Value) -> u64 {
    if let Some(layout) = Layout::of(dtype) {
        return layout.encode(value);
    }
    if let Some((lowest, highest)) = limits(dtype) {
        let number = cut(value).clamp(lowest, highest);
        return number as u64 & (highest - lowest) as u64;
    }
    match (dtype, value) {
        (Dtype::BOOL, value) => u64::from(!matches!(value, Value::Finite { magnitude: 0, .. })),
        (Dtype::F8_E8M0, Value::Finite { negative: false, magnitude: magnitude @ 1.., exponent }) => {
            nearest_power(magnitude, exponent)
        }
        (Dtype::F8_E8M0, _) => 0xFF,
        _ => panic!("{dtype} has no values"),
    }
}

/// The whole number in a value, cut toward zero; a number that no dtype has for what is larger than all.
fn cut(value: Value) -> i128 {
    const BEYOND: i128 = 1 << 100;
    match value {
        Value::Nan => 0,
        Value::Infinite { negative } => {
            if negative {
                -BEYOND
            } else {
                BEYOND
            }
        }
        Value::Finite { negative, magnitude, exponent } => {
            let size = match exponent {
                _ if magnitude == 0 => 0,
                64.. => BEYOND,
                0.. => (u128::from(magnitude) << exponent).min(BEYOND as u128) as i128,
                -63.. => i128::from(magnitude >> -exponent),
                _ => 0,
            };
            if negative { -size } else { size }
        }
    }
}

/// The code of the power of two that is nearest to a positive number, halfway the larger; between the smallest two, that is
/// always the larger.
fn nearest_power(magnitude: u64, exponent: i32) -> u64 {
    let below = magnitude.ilog2();
    let is_up = if below as i32 + exponent == -127 {
        magnitude != 1 << below
    } else {
        2 * u128::from(magnitude) >= 3u128 << below
    };
    match below as i32 + exponent + i32::from(is_up) {
        128.. => 0xFF,
        power => (power.max(-127) + 127) as u64,
    }
}

/// The codes that elements become: those of their values, but for what is copied.
pub fn convert(from: Dtype, code: u64, to: Dtype) -> u64 {
    let value = decode(from, code);
    match (from, to) {
        _ if from == to => code,
        (Dtype::BF16, Dtype::F32) if value == Value::Nan => code << 16,
        (Dtype::F16, Dtype::F32) if value == Value::Nan => {
            (code & 0x8000) << 16 | 0x7FC0_0000 | (code & 0x3FF) << 13
        }
        _ => encode(to, value),
    }
}

/// Codes as a stream of bits, the lowest first.
pub fn pack(dtype: Dtype, codes: &[u64]) -> Vec<u8> {
    let bits = dtype.bitsize();
    let mut bytes = vec![0; codes.len() * bits / 8];
    for (i, code) in codes.iter().enumerate() {
        for bit in (0..bits).filter(|bit| code >> bit & 1 == 1) {
            let place = i * bits + bit;
            bytes[place / 8] |= 1 << (place % 8);
        }
    }
    bytes
}

/// The codes in a stream of bits.
pub fn unpack(dtype: Dtype, bytes: &[u8]) -> Vec<u64> {
    let bits = dtype.bitsize();
    let bit_at = |place: usize| u64::from(bytes[place / 8] >> (place % 8) & 1);
    let code = |i: usize| (0..bits).map(|bit| bit_at(i * bits + bit) << bit).sum();
    (0..bytes.len() * 8 / bits).map(code).collect()
}
