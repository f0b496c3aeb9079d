//! Makes damaged and odd headers out of sound ones, the same ones for the same seed.

/// SplitMix64: small, and good enough to choose mutations.
pub struct Random(pub u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number from 0 to `end - 1`; 0 when `end` is 0.
    pub fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }

    pub fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    pub fn pick<'t, T>(&mut self, from: &'t [T]) -> &'t T {
        &from[self.below(from.len())]
    }

    fn range(&mut self, end: usize) -> std::ops::Range<usize> {
        let (a, b) = (self.below(end + 1), self.below(end + 1));
        a.min(b)..a.max(b)
    }
}

const NUMBERS: [&str; 18] = [
    "0",
    "1",
    "2",
    "3",
    "4",
    "8",
    "16",
    "-1",
    "-0",
    "00",
    "1.0",
    "1e1",
    "1e999",
    "9223372036854775808",
    "18446744073709551615",
    "18446744073709551616",
    "9999999999999999999",
    "4611686018427387904",
];

const VALUES: [&str; 14] = [
    "null",
    "true",
    "{}",
    "[]",
    "[0,0]",
    "[[]]",
    r#"{"F32":null}"#,
    r#"["U8",[4],[0,4]]"#,
    r#"{"dtype":"U8","shape":[0],"data_offsets":[0,0]}"#,
    r#""""#,
    r#""\u0041""#,
    r#""\ud800""#,
    r#"{"a":"b"}"#,
    "\"\u{1}\"",
];

const WORDS: [&str; 16] = [
    r#""dtype""#,
    r#""shape""#,
    r#""data_offsets""#,
    r#""__metadata__""#,
    r#""__met\u0061data__""#,
    r#""d\u0074ype""#,
    r#""F32""#,
    r#""F4""#,
    r#""F6_E2M3""#,
    r#""BF16""#,
    r#""U64""#,
    r#""BOOL""#,
    r#""f32""#,
    r#""a""#,
    r#""b""#,
    r#""\u0061""#,
];

const JSON_BYTES: &[u8] = b"{}[]\",:0123456789-+.eEnulltrue \t\r\n\\/\x00\x01\x1f\x7f\x80\xc3\xa9\xff";

/// A header like `header`, changed in one or more places, perhaps with a part of `other` in it.
pub fn mutate(header: &[u8], other: &[u8], random: &mut Random) -> Vec<u8> {
    let mut header = header.to_vec();
    loop {
        header = match random.below(12) {
            0 => flip_byte(header, random),
            1 => replace_range(header, &[*random.pick(JSON_BYTES)], random),
            2 => insert(header, &[*random.pick(JSON_BYTES)], random),
            3 => splice(header, other, random),
            4 | 5 => replace_token(header, |token| token[0].is_ascii_digit(), &NUMBERS, random),
            6 => replace_token(header, |token| token[0] == b'"', &WORDS, random),
            7 => replace_token(header, |_| true, &VALUES, random),
            8 => swap_tokens(header, random),
            9 => repeat_or_drop_token(header, random),
            10 => repeat_entry(header, random),
            _ => exchange_entries(header, random),
        };
        if !random.one_in(4) {
            return header;
        }
    }
}

fn flip_byte(mut header: Vec<u8>, random: &mut Random) -> Vec<u8> {
    let at = random.below(header.len());
    if let Some(byte) = header.get_mut(at) {
        *byte ^= 1 << random.below(8);
    }
    header
}

fn insert(mut header: Vec<u8>, what: &[u8], random: &mut Random) -> Vec<u8> {
    let at = random.below(header.len() + 1);
    header.splice(at..at, what.iter().copied());
    header
}

fn replace_range(mut header: Vec<u8>, what: &[u8], random: &mut Random) -> Vec<u8> {
    let range = random.range(header.len());
    let range = range.start..range.end.min(range.start + 8);
    header.splice(range, what.iter().copied());
    header
}

fn splice(header: Vec<u8>, other: &[u8], random: &mut Random) -> Vec<u8> {
    let part = &other[random.range(other.len())];
    insert(header, part, random)
}

fn replace_token(
    header: Vec<u8>,
    which: impl Fn(&[u8]) -> bool,
    by: &[&str],
    random: &mut Random,
) -> Vec<u8> {
    let mut tokens = tokens(&header);
    let candidates: Vec<_> = (0..tokens.len()).filter(|i| which(tokens[*i])).collect();
    if !candidates.is_empty() {
        tokens[*random.pick(&candidates)] = random.pick(by).as_bytes();
    }
    tokens.concat()
}

fn swap_tokens(header: Vec<u8>, random: &mut Random) -> Vec<u8> {
    let mut tokens = tokens(&header);
    let (a, b) = (random.below(tokens.len()), random.below(tokens.len()));
    if !tokens.is_empty() {
        tokens.swap(a, b);
    }
    tokens.concat()
}

fn repeat_or_drop_token(header: Vec<u8>, random: &mut Random) -> Vec<u8> {
    let mut tokens = tokens(&header);
    let at = random.below(tokens.len());
    if let Some(token) = tokens.get(at).copied() {
        if random.one_in(2) {
            tokens.insert(at, token);
        } else {
            tokens.remove(at);
        }
    }
    tokens.concat()
}

/// Puts an entry in once more, at another place: a name that comes twice.
fn repeat_entry(header: Vec<u8>, random: &mut Random) -> Vec<u8> {
    with_entries(&header, |entries| {
        let entry = random.pick(entries).clone();
        entries.insert(random.below(entries.len() + 1), entry);
    })
}

fn exchange_entries(header: Vec<u8>, random: &mut Random) -> Vec<u8> {
    with_entries(&header, |entries| {
        let (a, b) = (random.below(entries.len()), random.below(entries.len()));
        entries.swap(a, b);
    })
}

/// Changes the entries of the outermost object; a header without entries stays as it is.
fn with_entries(header: &[u8], change: impl FnOnce(&mut Vec<Vec<u8>>)) -> Vec<u8> {
    let mut depth = 0i64;
    let mut entries: Vec<Vec<u8>> = vec![Vec::new()];
    for token in tokens(header) {
        let nested = depth;
        match token {
            b"{" | b"[" => depth += 1,
            b"}" | b"]" => depth -= 1,
            _ => {}
        }
        let outermost = (nested == 0 && depth == 1) || (nested == 1 && depth == 0);
        match token {
            b"," if depth == 1 => entries.push(Vec::new()),
            _ if outermost => {}
            _ => entries.last_mut().expect("never empty").extend(token),
        }
    }
    if entries[0].is_empty() {
        return header.to_vec();
    }
    change(&mut entries);
    [&b"{"[..], &entries.join(&b","[..]), b"}"].concat()
}

/// Strings, numbers and words, and single bytes of everything else.
fn tokens(header: &[u8]) -> Vec<&[u8]> {
    let mut tokens = Vec::new();
    let mut rest = header;
    while let Some(first) = rest.first() {
        let length = match first {
            b'"' => string_length(rest),
            b if is_word(*b) => rest.iter().position(|b| !is_word(*b)).unwrap_or(rest.len()),
            _ => 1,
        };
        let (token, after) = rest.split_at(length);
        tokens.push(token);
        rest = after;
    }
    tokens
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'+' | b'.')
}

fn string_length(text: &[u8]) -> usize {
    let mut escaped = false;
    for (i, byte) in text.iter().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return i + 1,
            _ => {}
        }
    }
    text.len()
}
