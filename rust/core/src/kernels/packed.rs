//! Elements of 4 and 6 bits as they are stored: a stream of bits, the lowest of each byte first.
//!
//! Two codes of 4 bits make a byte, the first in its low half; four codes of 6 bits make three bytes, little-endian.
//! Unpacked, a code takes a byte of its own, whose high bits are zero. The high bits of codes to be packed do not count.

use super::simd::kernels;

kernels! {
    /// Takes bytes apart into twice as many codes of 4 bits.
    pub fn unpack_4(bytes: &[u8], codes: &mut [u8]) {
        for (pair, b) in codes.as_chunks_mut::<2>().0.iter_mut().zip(bytes) {
            *pair = [b & 15, b >> 4];
        }
    }

    /// Puts codes of 4 bits together, two in a byte.
    pub fn pack_4(codes: &[u8], bytes: &mut [u8]) {
        for (b, [low, high]) in bytes.iter_mut().zip(codes.as_chunks::<2>().0) {
            *b = low & 15 | high << 4;
        }
    }

    /// Takes three bytes each apart into four codes of 6 bits.
    pub fn unpack_6(bytes: &[u8], codes: &mut [u8]) {
        for (four, [a, b, c]) in codes.as_chunks_mut::<4>().0.iter_mut().zip(bytes.as_chunks::<3>().0) {
            *four = [a & 63, a >> 6 | b << 2 & 63, b >> 4 | c << 4 & 63, c >> 2];
        }
    }

    /// Puts codes of 6 bits together, four in three bytes.
    pub fn pack_6(codes: &[u8], bytes: &mut [u8]) {
        for (three, [a, b, c, d]) in bytes.as_chunks_mut::<3>().0.iter_mut().zip(codes.as_chunks::<4>().0) {
            *three = [a & 63 | b << 6, b >> 2 & 15 | c << 4, c >> 4 & 3 | d << 2];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::simd::Level;

    /// The bits of `codes` one after the other, the lowest first.
    fn stream(codes: &[u8], bits: usize) -> Vec<u8> {
        let mut bytes = vec![0; codes.len() * bits / 8];
        for place in 0..codes.len() * bits {
            bytes[place / 8] |= (codes[place / bits] >> (place % bits) & 1) << (place % 8);
        }
        bytes
    }

    #[test]
    fn codes_are_a_stream_of_bits_with_the_lowest_first() {
        // Every pair of neighbours there is, in a length that fills no register.
        let codes: Vec<u8> =
            (0..64 * 64 + 4u16).flat_map(|i| [(i & 63) as u8, (i >> 6 & 63) as u8]).collect();
        for level in Level::available() {
            let mut back = vec![0xFF; codes.len()];
            let six = stream(&codes, 6);
            unpack_6(level, &six, &mut back);
            assert_eq!(back, codes);
            let mut packed = vec![0xFF; six.len()];
            pack_6(level, &codes.iter().map(|c| c | 0xC0).collect::<Vec<_>>(), &mut packed);
            assert_eq!(packed, six);

            let codes: Vec<u8> = codes.iter().map(|c| c & 15).collect();
            let four = stream(&codes, 4);
            unpack_4(level, &four, &mut back);
            assert_eq!(back, codes);
            let mut packed = vec![0xFF; four.len()];
            pack_4(level, &codes.iter().map(|c| c | 0xF0).collect::<Vec<_>>(), &mut packed);
            assert_eq!(packed, four);
        }
    }
}
