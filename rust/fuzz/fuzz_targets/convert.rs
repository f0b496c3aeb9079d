//! Elements of any bytes become any dtype, the same at every SIMD level, or are refused for their length or C64.

#![no_main]

use fundir_core::dtype::ALL;
use fundir_core::error::Status;
use fundir_core::kernels::elements::convert;
use fundir_core::kernels::simd::Level;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u8, u8, &[u8])| {
    let (from, to, bytes) = input;
    let (from, to) = (ALL[usize::from(from) % ALL.len()], ALL[usize::from(to) % ALL.len()]);
    let mut expected = vec![0; bytes.len() * to.bitsize() / from.bitsize()];
    let result = convert(Level::SCALAR, from, bytes, to, &mut expected);
    for level in Level::available() {
        let mut out = vec![0; expected.len()];
        assert_eq!(convert(level, from, bytes, to, &mut out), result);
        assert_eq!(out, expected, "{from} to {to} at level {}", level.name());
    }
    if let Err(error) = result {
        assert_eq!(error.status, Status::Request, "{error}");
    }
});
