//! SHA-256 (FIPS 180-4) of bytes that come in parts, with the processor's own instructions where it has them.

use sha2::digest::common::hazmat::{SerializableState, SerializedState};
use sha2::{Digest, Sha256};

use crate::error::{Error, Result, Status};

/// Bytes of a [`State`].
pub const STATE_SIZE: usize = 104;

/// Bytes of a hash.
pub const HASH_SIZE: usize = 32;

/// What is known of the bytes so far; all zero before the first.
pub type State = [u8; STATE_SIZE];

/// Takes the next bytes in.
///
/// # Errors
/// [`Status::InvalidArgument`] for a state that is none.
pub fn update(state: &mut State, bytes: &[u8]) -> Result<()> {
    let mut hasher = restore(state)?;
    hasher.update(bytes);
    *state = hasher.serialize().0;
    Ok(())
}

/// The hash of all bytes that were taken in.
///
/// # Errors
/// As [`update`].
pub fn finish(state: &State) -> Result<[u8; HASH_SIZE]> {
    Ok(restore(state)?.finalize().0)
}

/// No hasher has a state of zeros: the first words of an empty one are the algorithm's constants.
fn restore(state: &State) -> Result<Sha256> {
    if state.iter().all(|&byte| byte == 0) {
        return Ok(Sha256::new());
    }
    let state: &SerializedState<Sha256> = state.into();
    Sha256::deserialize(state)
        .map_err(|_| Error::new(Status::InvalidArgument, "the state is not one of SHA-256"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn hex(hash: [u8; HASH_SIZE]) -> String {
        hash.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    fn in_parts<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> String {
        let mut state = [0; STATE_SIZE];
        for part in parts {
            update(&mut state, part).unwrap();
        }
        hex(finish(&state).unwrap())
    }

    /// The examples that NIST publishes for FIPS 180.
    #[test]
    fn gives_the_published_hashes() {
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        let million = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0";
        assert_eq!(in_parts([]), empty);
        assert_eq!(in_parts([&b"abc"[..]]), abc);
        assert_eq!(in_parts([&[b'a'; 1_000_000][..]]), million);
    }

    #[test]
    fn refuses_what_is_no_state() {
        let mut state = [0xFF; STATE_SIZE];
        assert_eq!(update(&mut state, b"abc").unwrap_err().status, Status::InvalidArgument);
        assert_eq!(finish(&state).unwrap_err().status, Status::InvalidArgument);
    }

    proptest! {
        #[test]
        fn parts_are_hashed_as_the_whole(bytes in prop::collection::vec(any::<u8>(), 0..1000), cuts in prop::collection::vec(0..1000_usize, 0..5)) {
            let mut cuts: Vec<usize> = cuts.into_iter().filter(|&cut| cut <= bytes.len()).collect();
            cuts.extend([0, bytes.len()]);
            cuts.sort_unstable();
            let parts = cuts.windows(2).map(|cut| &bytes[cut[0]..cut[1]]);
            prop_assert_eq!(in_parts(parts), hex(Sha256::digest(&bytes).0));
        }
    }
}
