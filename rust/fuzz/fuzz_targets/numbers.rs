//! A list of any bytes, in any blocks, is refused with the same mistake as at once, or gives the same elements; these are
//! written to a text that reads back to them.

#![no_main]

use fundir_core::dtype;
use fundir_core::error::{Reason, Status};
use fundir_core::text::{Outcome, Progress, Style, read, write};
use libfuzzer_sys::fuzz_target;
use safetensors::Dtype;

/// Elements, or the sentence of a mistake with its line, column and the numbers before it.
type Verdict = Result<Vec<u8>, (String, u64, u64, u64)>;

fuzz_target!(|bytes: &[u8]| {
    let [dtype, style, block, text @ ..] = bytes else { return };
    let dtype = dtype::from_code(dtype % 22).expect("a code below 22");
    let style = Style::from_number(u32::from(style % 3)).expect("a style below 3");
    let verdict = judge(text, style, dtype, usize::MAX);
    assert_eq!(judge(text, style, dtype, usize::from(*block) + 1), verdict);
    let Ok(elements) = verdict else { return };
    let mut out = vec![0; 64 * (8 * elements.len() + 8)];
    let mut progress = Progress::default();
    write(dtype, &elements, style, 5, &mut out, &mut progress);
    assert_eq!(progress.taken as usize, elements.len());
    let written = &out[..progress.written as usize];
    let list = match style {
        Style::YamlBlock => [written.get(1..).unwrap_or_default(), b"\n"].concat(),
        _ => [written.get(2..).unwrap_or_default(), b"]"].concat(),
    };
    assert_eq!(judge(&list, style, dtype, usize::MAX), Ok(elements));
});

fn judge(text: &[u8], style: Style, dtype: Dtype, block: usize) -> Verdict {
    let (mut elements, mut numbers, mut at, mut end) = (Vec::new(), 0, 0, 0);
    let mut progress = Progress::default();
    loop {
        let mut out = [0; 240];
        let result = read(&text[at..end], end == text.len(), style, dtype, &mut out, &mut progress);
        at += progress.taken as usize;
        numbers += progress.numbers;
        match result {
            Err(error) => {
                assert_eq!((error.status, error.reason), (Status::Format, Reason::ModelNotValid));
                return Err((error.message, progress.line, progress.column, numbers));
            }
            Ok(outcome) => {
                elements.extend(&out[..progress.written as usize]);
                match outcome {
                    Outcome::Ended => return Ok(elements),
                    Outcome::OutputFull => assert_eq!(progress.written, 240),
                    Outcome::MoreText => {
                        assert!(end < text.len(), "more than the whole text is wanted");
                        end = end.saturating_add(block).min(text.len());
                    }
                }
            }
        }
    }
}
