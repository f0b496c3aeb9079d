/*
 * The C ABI of fundir: the whole border between the JVM and the Rust core.
 *
 * Rules of every function that returns int32_t:
 *  - The return value is a status (FUNDIR_OK, or one of the numbers below). No panic and no C++ exception leaves a call.
 *  - The caller allocates everything; nothing is owned or kept by the callee after it returns, but for the open file of a
 *    lock, which fundir_lock_release closes.
 *  - A pointer may have any alignment unless its comment says otherwise. A null pointer, or a length that cannot be the
 *    length of a memory range, is FUNDIR_INVALID_ARGUMENT. A length of 0 goes with any pointer.
 *  - `detail` is FUNDIR_DETAIL_SIZE bytes that are filled in on any status but FUNDIR_OK.
 *  - Calls are safe from many threads at once; they share no state but the list of locks.
 *  - An output that does not fit is FUNDIR_BUFFER_TOO_SMALL, with the bytes it takes in `*needed` (which is set on success too).
 *
 * All encodings are little-endian and packed as written; `str` is a u32 length and that many bytes of UTF-8.
 * File paths are `str` too, but hold the file system's own bytes.
 *
 * DETAIL RECORD
 *    0 u32 status          4 u32 reason (FUNDIR_FORMAT only)
 *    8 u64 found          16 u64 expected      numbers of the message, 0 when there are none
 *   24 i32 os error       28 u32 length of the tensor name
 *   32 u32 length of the path                  36 u32 length of the message
 *   40 tensor name, path, message, one after the other, UTF-8, each cut at a character where it is too long
 *
 * HEADER INDEX (out of fundir_header_parse; as a rule about as long as the header itself)
 *    0 u32 magic 0x58494E46   4 u32 tensor count n
 *    8 u64 data start: the offset in the file of the first tensor byte (8 + header length)
 *   16 u32 metadata pairs m  20 u32 1 when the header has a __metadata__ map, else 0
 *   24 u32 dims: count of all dimensions of all tensors   28 u32 text: bytes of all names, keys and values
 *   32 n records of 40 bytes, in file order (by begin, then end):
 *        0 u64 begin   8 u64 end     relative to the data start
 *       16 u64 hash of the name (see fundir_name_hash in the header module of the core: 64-bit, seeded)
 *       24 u32 name offset in the text   28 u32 name length
 *       32 u32 index of the first dimension   36 u16 rank   38 u8 dtype code   39 u8 0
 *        (a tensor of more than 65535 dimensions is refused with FUNDIR_FORMAT)
 *   then n u32: record numbers in name order (bytewise UTF-8)
 *   then 0 or 4 bytes of zeros so that the next part starts at a multiple of 8
 *   then the dimensions, u64 each
 *   then m metadata records {u32 key offset, u32 key length, u32 value offset, u32 value length}, by key
 *   then the text
 *
 * SHARD INDEX (out of fundir_shard_index_parse)
 *    0 u32 magic 0x44524853   4 u32 file count f   8 u32 tensor count n  12 u32 0
 *   16 u64 total_size of the metadata, or 2^64 - 1 where it has none
 *   24 f str: file names in bytewise order; then n {u32 file number, str tensor name} in name order
 *
 * DECLARATION (into fundir_header_write)
 *    u32 tensor count n, u32 metadata pairs m (0xFFFFFFFF: no __metadata__ map at all)
 *    m {str key, str value}; n {u8 dtype code, u32 rank, rank u64 dims, str name}
 *
 * MERGE PLAN (into fundir_merge_run)
 *    u32 magic 0x4E4C5046, u32 version 2
 *    u32 threads (0: as many as there are processors), u32 random generator (0 Philox4x32-10,
 *        1 mt19937, 2 none: an entry that draws is FUNDIR_INVALID_ARGUMENT)
 *    u64 memory budget in bytes, u64 seed
 *    i32 dtype code that the recipe works in (-1: that of the inputs): an mt19937 rounds probabilities to BF16 where it is that
 *    u32 count of input files:  {str path, u64 byte size}          the size they had when the plan was made
 *    u32 count of output files: {str path, u64 byte size}          each exists; the tensors' bytes are written into it in place
 *    u32 count of settings:     {str method, i32 base (number of the input that is the base, -1: none),
 *                                u32 count of parameters: {str key, i32 input (number of the input it is for, -1: shared), f64 value}}
 *        A choice is the number of the choice in the method's declaration, a bool 0 or 1.
 *        Besides the methods: `copy` (one input, bytes as they are) and `identical` (all inputs must be byte-equal, the first is copied).
 *    u32 count of entries, in lexicographic name order:
 *        {str name, u32 setting, u32 rank, rank u64 dims,
 *         u32 output file, u64 absolute offset, u8 dtype code,
 *         u32 count of inputs: {u32 file, u64 absolute offset, u8 dtype code, u32 model (number of the model in the recipe)}}
 *    u32 number of the first entry to run, u32 count of entries to run: a plan can be run in parts. The others only have their
 *        share of the random numbers of an mt19937; files that only they use are not opened.
 *
 * MERGE CONTROL (shared while fundir_merge_run works; 8-aligned, FUNDIR_CONTROL_SIZE bytes, all zero at the start)
 *    0 u64 bytes of output done      8 u64 tensors done      16 u64 cancel: set to 1 by the caller to stop
 *
 * MERGE REPORT (FUNDIR_REPORT_SIZE bytes)
 *    0 u64 bytes read    8 u64 bytes written   16 u64 tensors merged   24 u64 tensors copied
 *   32 u64 NaN elements in the inputs         40 u64 infinite elements in the inputs
 *   48 u64 nanoseconds  56 u32 threads        60 u32 SIMD level (as fundir_simd_level)
 *   64.. zeros
 *
 * TEXT PROGRESS (FUNDIR_PROGRESS_SIZE bytes, into and out of fundir_text_write and fundir_text_read; all zero before the first
 * block of a list, and for the next block as the last call left it)
 *    0 u64 bytes of the input that the call took
 *    8 u64 bytes of the output that it wrote
 *   16 u64 where in its grammar the list stands
 *   24 u64 lines of the text that have ended so far   32 u64 bytes of the line so far   (reading only; at a mistake when it fails)
 *   40 u64 numbers that the call read; when it fails, those before the mistake
 *   48 u32 why reading stopped: 0 the next number, or the end, is not in the text; 1 the output is full, and a number follows;
 *          2 the list has ended    52 u32 0
 *
 * METHOD TABLE (out of fundir_merge_methods)
 *    u32 count: {str name, str label (the value of `merge_method` in an output's metadata),
 *                u32 base (0 takes none, 1 required, 2 optional), u32 fewest models, u32 most models (2^32 - 1: any; the base not counted),
 *                u32 count of parameters: {str name, u32 scope (0 shared, 1 one per model), u32 kind (0 number, 1 bool, 2 choice),
 *                    f64 default (NaN: required), f64 lowest, f64 highest, u32 count of choices: str}}
 */
#ifndef FUNDIR_H
#define FUNDIR_H

#include <stdint.h>

#define FUNDIR_ABI_VERSION 5
#define FUNDIR_DETAIL_SIZE 4096
#define FUNDIR_CONTROL_SIZE 64
#define FUNDIR_REPORT_SIZE 128
#define FUNDIR_PROGRESS_SIZE 56
#define FUNDIR_MOMENTS_SIZE 64
#define FUNDIR_DISTANCE_SIZE 56
#define FUNDIR_MOST_OUTLIERS 1000
#define FUNDIR_MOST_BINS 4096
#define FUNDIR_SHA256_STATE_SIZE 104

/* Flags of fundir_header_parse. */
#define FUNDIR_STRICT 1

#define FUNDIR_OK 0
#define FUNDIR_FORMAT 10
#define FUNDIR_IO 20
#define FUNDIR_TRUNCATED 21
#define FUNDIR_REQUEST 30
#define FUNDIR_CANCELLED 40
#define FUNDIR_BUFFER_TOO_SMALL 50
#define FUNDIR_MORE_INPUT 51
#define FUNDIR_INVALID_ARGUMENT 60
#define FUNDIR_INTERNAL 70

#ifdef __cplusplus
extern "C" {
#endif

/* FUNDIR_ABI_VERSION of the library. */
uint32_t fundir_abi_version(void);

/* Writes the build id, a text that names the sources the library was built from. */
int32_t fundir_build_id(uint8_t *out, uint64_t capacity, uint64_t *needed, uint8_t *detail);

/* The SIMD level the kernels use on this machine: 0 scalar, 1 AVX2, 2 AVX-512, 3 NEON. The environment variable FUNDIR_SIMD
 * (scalar, avx2, avx512, neon) lowers it. */
uint32_t fundir_simd_level(void);

/* Checks the header of a safetensors file and writes its index. `start` is the beginning of the file, `length` bytes of it;
 * when they do not hold the header, FUNDIR_MORE_INPUT says in `*needed` how many bytes from the start do. `file_length` is the
 * length of the whole file, `seed` the seed of the name hashes. FUNDIR_STRICT in `flags` refuses what the format forbids but
 * its reference implementation accepts. A header of more than `max_header` bytes or `max_tensors` tensors is refused before it
 * is asked for, or read on; what the format allows is the limit for larger numbers. Like every input, the bytes must not change
 * during the call: read them from the file rather than pass a mapping, which another process can change or cut short. */
int32_t fundir_header_parse(const uint8_t *start, uint64_t length, uint64_t file_length, uint64_t seed, uint32_t flags,
                            uint64_t max_header, uint64_t max_tensors, uint8_t *index, uint64_t capacity,
                            uint64_t *needed, uint8_t *detail);

/* The hash of a name (UTF-8) as in the header index; a null name is hashed as the empty one. */
uint64_t fundir_name_hash(const uint8_t *name, uint64_t length, uint64_t seed);

/* Writes the first 8 + N bytes of a file for a declaration: tensors in the order of the format (dtype descending, then name). */
int32_t fundir_header_write(const uint8_t *declaration, uint64_t length, uint8_t *header, uint64_t capacity,
                            uint64_t *needed, uint8_t *detail);

/* Reads the JSON of a shard index (model.safetensors.index.json). */
int32_t fundir_shard_index_parse(const uint8_t *json, uint64_t length, uint8_t *index, uint64_t capacity,
                                 uint64_t *needed, uint8_t *detail);

/* Converts the elements in `in`, in_length bytes, to another type: out_length bytes at out + out_offset, which must be exactly
 * what they take, and overlap nothing. Types are dtype codes: the places 0..21 of BOOL, F4, F6_E2M3, F6_E3M2, U8, I8, F8_E5M2,
 * F8_E4M3, F8_E8M0, F8_E4M3FNUZ, F8_E5M2FNUZ, I16, U16, F16, BF16, I32, U32, F32, C64, F64, I64, U64; or GGUF's block types,
 * which are 0x100 and their GGML number: Q4_0 0x102, Q4_1 0x103, Q5_0 0x106, Q5_1 0x107, Q8_0 0x108, Q2_K 0x10A to Q6_K 0x10E.
 * Others are FUNDIR_INVALID_ARGUMENT. Elements are little-endian at any address; those of F4 and F6 are a stream of bits, the lowest of
 * each byte first (two F4 in a byte, the first in its low half; four F6 in three bytes), and only whole bytes are converted.
 *  - The same type: the bytes as they are. C64 is converted to nothing else.
 *  - To a float: exact where the type holds the value, else rounded once, to nearest with ties to even. F16, BF16, F32, F64 and
 *    F8_E5M2 overflow to an infinity; F8_E4M3, F8_E4M3FNUZ, F8_E5M2FNUZ, F6 and F4 saturate, infinities too. A NaN becomes the
 *    positive quiet NaN of the type, in F6 and F4, which have none, negative zero; from F16 and BF16 to F32 it keeps sign and payload,
 *    and what signals in F16 becomes quiet.
 *  - To F8_E8M0: the nearest power of two, halfway the larger; 2^-127 for all positive numbers below, 2^-126 for those between;
 *    NaN for zero, negative numbers, infinities, NaN, and what would be rounded beyond 2^127.
 *  - To an integer: a float is cut toward zero, NaN is 0; what is beyond the type becomes its nearest number.
 *  - BOOL: 0 for zeros, 1 for all else, NaN too; read as 0 or 1, any byte but 0 being 1.
 *  - From whole blocks to floats, by way of F32; what they hold is computed in single precision, as the Python package gguf does,
 *    but NaN is always the positive quiet one. From floats to blocks of Q8_0 and Q4_0, by way of F32, as that package does; a
 *    block with a NaN has a NaN for its scale. */
int32_t fundir_convert(const uint8_t *in, uint64_t in_length, uint32_t in_type, uint8_t *out, uint64_t out_offset,
                       uint64_t out_length, uint32_t out_type, uint8_t *detail);

/* What the elements of a block are like. A block has at most 2,097,152 elements, `length` bytes of the dtype with the code `type`;
 * C64 is FUNDIR_REQUEST: its parts are pairs of F32. Elements are numbers in f64 here, and those that are NaN or infinite are in no
 * figure but their counts. Outputs overlap no input. Results depend on neither the machine nor its SIMD level; blocks of a tensor
 * are put together by the caller.
 *
 * Moments: u64 finite elements, u64 zeros among them, u64 NaN, u64 infinite; f64 the least, f64 the largest, f64 the mean, f64 the
 * sum of squared distances from the mean. Without a finite element: inf, -inf, 0, 0. */
int32_t fundir_moments(const uint8_t *elements, uint64_t length, uint32_t type, uint8_t *moments, uint8_t *detail);

/* Elements more than `limit` from `mean`: u64 count, u64 n, then n of at most `most` (up to FUNDIR_MOST_OUTLIERS) of them, the
 * farthest first: {u64 number of the element in the block, f64 the element}. The output has 16 + 16 * most bytes. */
int32_t fundir_outliers(const uint8_t *elements, uint64_t length, uint32_t type, double mean, double limit, uint32_t most,
                        uint8_t *outliers, uint8_t *detail);

/* Elements in each of `bins` (1 to FUNDIR_MOST_BINS) bins of one width from `from` to `to`, which belongs to the last one: u64 below,
 * then u64 for each bin, then u64 above. */
int32_t fundir_histogram(const uint8_t *elements, uint64_t length, uint32_t type, double from, double to, uint32_t bins,
                         uint8_t *counts, uint8_t *detail);

/* What two blocks of as many elements differ in: u64 pairs of finite elements, u64 pairs that are not equal (NaN equals NaN, an
 * infinity itself); f64 the largest difference, f64 the sum of squared differences, f64 sum of a*a, f64 of a*b, f64 of b*b. */
int32_t fundir_distance(const uint8_t *a, uint64_t a_length, uint32_t a_type, const uint8_t *b, uint64_t b_length, uint32_t b_type,
                        uint8_t *distance, uint8_t *detail);

/* Takes the next bytes of a text into `state`, FUNDIR_SHA256_STATE_SIZE bytes that are all zero before the first and that only these
 * functions change. They overlap the bytes nowhere. */
int32_t fundir_sha256_update(uint8_t *state, const uint8_t *bytes, uint64_t length, uint8_t *detail);

/* Writes the 32 bytes of SHA-256 (FIPS 180-4) of all bytes that were taken in; more may follow. */
int32_t fundir_sha256_finish(const uint8_t *state, uint8_t *hash, uint8_t *detail);

/* Gives `length` bytes of memory whose contents are undefined, at an address that is a multiple of 2 MiB, in huge pages where
 * the system has them: fresh memory costs little then, and what is read from a file needs no zeros before. Null when there is
 * not as much, or for a length of 0. The caller owns it, and gives it back with fundir_memory_free. */
uint8_t *fundir_memory_allocate(uint64_t length);

/* Takes memory back: an address that fundir_memory_allocate gave, with its length, once. Null is nothing. */
void fundir_memory_free(uint8_t *start, uint64_t length);

/* Asks the system to bring the pages of a mapped file, `length` bytes from the address `start`, into memory before they are
 * touched. No byte is touched by the call, so the range may be any. 1 when the system took the hint; 0 when the range is not
 * mapped, or the system knows no such hint. The call does not wait for the data, but where the range is larger than the queue
 * of its disk, it waits for a place in there. */
uint32_t fundir_memory_prefetch(uint64_t start, uint64_t length);

/* Takes the lock of the file at `path`, the file system's own bytes, which is made if it is not there: flock(2), which other
 * programs take as well, or LockFileEx on Windows. It does not wait. `*token` becomes a number that stands for the lock, or 0 when
 * another process, or another lock of this one, has it. The lock is held until the token is given back, or the process ends; a
 * child process does not inherit it. The file stays. FUNDIR_IO when the system refuses. */
int32_t fundir_lock_take(const uint8_t *path, uint64_t length, uint64_t *token, uint8_t *detail);

/* Gives a lock back. A token is good once; any other number is FUNDIR_INVALID_ARGUMENT, and no lock is given back. */
int32_t fundir_lock_release(uint64_t token, uint8_t *detail);

/* Writes the table of merge methods. */
int32_t fundir_merge_methods(uint8_t *table, uint64_t capacity, uint64_t *needed, uint8_t *detail);

/* Runs a plan. Blocks until it is done, has failed, or is cancelled; the output files are then complete, or undefined. */
int32_t fundir_merge_run(const uint8_t *plan, uint64_t length, uint64_t *control, uint8_t *report, uint8_t *detail);

/* Runs a plan on memory in place of its files. `ranges` is {u64 address, u64 length} for each input file of the plan and then
 * for each output file, in their order, with the size that the plan gives the file; `ranges_length` counts its bytes. The
 * outputs overlap nothing. The rest is as for fundir_merge_run. */
int32_t fundir_merge_run_in_memory(const uint8_t *plan, uint64_t length, const uint8_t *ranges, uint64_t ranges_length,
                                   uint64_t *control, uint8_t *report, uint8_t *detail);

/* Writes elements of the dtype with the code `type` as numbers of a list, as many as there is room for, which is one in each 32
 * bytes of text; of elements narrower than a byte only as many as fill whole bytes. `style` is 0 for a JSON array, 1 for a YAML
 * flow sequence, 2 for a YAML block sequence. What separates a number from one before it stands in front of each: a comma, and
 * behind every `numbers_in_line` of them a line feed; in a block sequence a line feed, a dash and a space. A C64 is two numbers, a
 * BOOL 0 or 1; NaN and infinities are the strings "NaN", "Infinity" and "-Infinity". */
int32_t fundir_text_write(const uint8_t *elements, uint64_t length, uint32_t type, uint32_t style, uint64_t numbers_in_line,
                          uint8_t *text, uint64_t capacity, uint8_t *progress, uint8_t *detail);

/* Reads numbers of a list, which begins behind its bracket or with its first line, as elements of the dtype with the code `type`.
 * A number whose end is not in the text is left to the next call, unless the text is the `last` (1; else 0), and so are numbers
 * that do not fill a whole element or byte. Floats are rounded once, to nearest; what is beyond the dtype, or no number, is
 * FUNDIR_FORMAT, and `progress` says where it is. A list in brackets ends with them, a block sequence before a line that begins
 * another member or document, or at the end of the last text. */
int32_t fundir_text_read(const uint8_t *text, uint64_t length, uint32_t last, uint32_t style, uint32_t type,
                         uint8_t *elements, uint64_t capacity, uint8_t *progress, uint8_t *detail);

#ifdef __cplusplus
}
#endif

#endif
