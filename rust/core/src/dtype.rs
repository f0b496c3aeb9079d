//! The 22 dtypes of the safetensors format, in the order of the crate's enum, and their widths.

pub use safetensors::Dtype;

/// Every dtype; a dtype's position is its code in the binary encodings.
pub const ALL: [Dtype; 22] = [
    Dtype::BOOL,
    Dtype::F4,
    Dtype::F6_E2M3,
    Dtype::F6_E3M2,
    Dtype::U8,
    Dtype::I8,
    Dtype::F8_E5M2,
    Dtype::F8_E4M3,
    Dtype::F8_E8M0,
    Dtype::F8_E4M3FNUZ,
    Dtype::F8_E5M2FNUZ,
    Dtype::I16,
    Dtype::U16,
    Dtype::F16,
    Dtype::BF16,
    Dtype::I32,
    Dtype::U32,
    Dtype::F32,
    Dtype::C64,
    Dtype::F64,
    Dtype::I64,
    Dtype::U64,
];

/// The code of `dtype` in the binary encodings: its position in [`ALL`].
pub fn code(dtype: Dtype) -> u8 {
    ALL.iter().position(|d| *d == dtype).map_or(u8::MAX, |p| p as u8)
}

/// The dtype with this code, if there is one.
pub fn from_code(code: u8) -> Option<Dtype> {
    ALL.get(usize::from(code)).copied()
}

/// Bytes that `elements` of `dtype` take, or `None` when they overflow a `u64` or do not fill whole bytes.
pub fn byte_size(dtype: Dtype, elements: u64) -> Option<u64> {
    let bits = elements.checked_mul(dtype.bitsize() as u64)?;
    bits.is_multiple_of(8).then_some(bits / 8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_follow_the_crates_order() {
        assert!(ALL.windows(2).all(|pair| pair[0] < pair[1]));
        for (i, dtype) in ALL.iter().enumerate() {
            assert_eq!(code(*dtype) as usize, i);
            assert_eq!(from_code(i as u8), Some(*dtype));
        }
        assert_eq!(from_code(22), None);
    }

    #[test]
    fn sub_byte_tensors_must_fill_whole_bytes() {
        assert_eq!(byte_size(Dtype::F4, 2), Some(1));
        assert_eq!(byte_size(Dtype::F4, 3), None);
        assert_eq!(byte_size(Dtype::F6_E2M3, 4), Some(3));
        assert_eq!(byte_size(Dtype::F64, u64::MAX / 8), None);
    }
}
