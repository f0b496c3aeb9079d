//! Runs a plan: worker threads take blocks of the tensors that are open, pass by pass, and write results in place.

use super::block::{Special, Stored, Work};
use super::board::{Board, Claim};
use super::computation::Tensor;
use super::identical;
use super::memory::{Kept, Memory};
use super::method::{self, AnyMethod};
use super::places::Places;
use super::plan::{COPY, Entry, Generator, IDENTICAL, Plan};
use super::rng::{Masks, Words};
use super::running::{Running, Worker};
use crate::error::{Error, Result, Status};
use crate::kernels::convert::{converts, widen};
use crate::kernels::real::Real;
use crate::kernels::simd::Level;
use safetensors::Dtype;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Instant;

/// Bytes of one copy: large enough that the kernel works at its pace, small enough that workers share a tensor.
const COPIED_AT_ONCE: u64 = 8 << 20;

/// More threads than this only cost memory: disks and memory are busy long before.
const MOST_THREADS: u32 = 256;

/// Words shared with the caller while a merge runs.
#[derive(Debug, Clone, Copy)]
pub struct Control<'a> {
    /// Bytes of output that are done.
    pub bytes: &'a AtomicU64,
    /// Tensors that are done.
    pub tensors: &'a AtomicU64,
    /// Anything but 0 stops the merge.
    pub cancel: &'a AtomicU64,
}

/// What a merge did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Report {
    /// Bytes read from the inputs, counted each time.
    pub bytes_read: u64,
    /// Bytes of tensors written.
    pub bytes_written: u64,
    /// Tensors computed.
    pub merged: u64,
    /// Tensors copied.
    pub copied: u64,
    /// NaN elements of the inputs of computed tensors.
    pub nan: u64,
    /// Infinite ones.
    pub infinite: u64,
    /// Nanoseconds from start to end.
    pub nanoseconds: u64,
    /// Worker threads.
    pub threads: u32,
    /// The SIMD level's number.
    pub level: u32,
}

/// Runs `plan`. The output files are complete when it returns, and undefined when it fails.
pub fn run(plan: &Plan, control: Control<'_>) -> Result<Report> {
    run_at(plan, control, Level::detect())
}

/// Runs `plan` at a SIMD level.
pub fn run_at(plan: &Plan, control: Control<'_>, level: Level) -> Result<Report> {
    Engine::new(plan, control, level, Places::open)?.run()
}

/// Runs `plan` on memory in place of its files: each of them is the buffer at its place in the list, which has its size.
pub fn run_in_memory<'m>(
    plan: &'m Plan,
    control: Control<'m>,
    inputs: &[&'m [u8]],
    outputs: Vec<&'m mut [u8]>,
) -> Result<Report> {
    Engine::new(plan, control, Level::detect(), |plan| Places::memory(plan, inputs, outputs))?.run()
}

struct Engine<'p> {
    plan: &'p Plan,
    control: Control<'p>,
    level: Level,
    threads: usize,
    places: Places<'p>,
    /// One for each setting; none where tensors are copied.
    methods: Vec<Option<Box<dyn AnyMethod>>>,
    /// Tensors are opened one at a time, in the order of the plan.
    masks: Mutex<Masks>,
    memory: Arc<Memory>,
    board: Board<Job<'p>>,
    counts: Counts,
}

/// What is counted on the way.
#[derive(Default)]
struct Counts {
    read: AtomicU64,
    written: AtomicU64,
    merged: AtomicU64,
    copied: AtomicU64,
    nan: AtomicU64,
    infinite: AtomicU64,
}

/// An open tensor.
struct Job<'p> {
    entry: &'p Entry,
    blocks: u64,
    task: Task,
    /// What is read is kept for the next pass, if there is one and the memory suffices.
    kept: Option<Kept>,
}

enum Task {
    /// The bytes of an input are the result.
    Copy(usize),
    Compute(RwLock<Box<dyn Running>>),
}

impl<'p> Engine<'p> {
    fn new(
        plan: &'p Plan,
        control: Control<'p>,
        level: Level,
        places: impl FnOnce(&'p Plan) -> Result<Places<'p>>,
    ) -> Result<Self> {
        let methods = plan.settings.iter().map(|setting| match &*setting.method {
            COPY | IDENTICAL => Ok(None),
            _ => method::build(setting).map(Some),
        });
        let methods = methods.collect::<Result<Vec<_>>>()?;
        for entry in &plan.entries[plan.part.clone()] {
            let method = &methods[entry.setting];
            check_dtypes(entry, method.is_some())?;
            if let Some(method) = method {
                method::check_models(entry, &plan.settings[entry.setting])?;
                method.check(entry).map_err(|e| e.in_tensor(&*entry.name))?;
                if plan.generator == Generator::None && !method.draws(entry).is_empty() {
                    let what = "random masks are drawn here, and the plan has no generator for them";
                    return Err(Error::new(Status::InvalidArgument, what).in_tensor(&*entry.name));
                }
            }
        }
        let threads = match plan.threads {
            0 => std::thread::available_parallelism().map_or(1, |n| n.get()),
            n => n.min(MOST_THREADS) as usize,
        };
        Ok(Engine {
            plan,
            control,
            level,
            threads,
            places: places(plan)?,
            methods,
            masks: Mutex::new(Masks::new(plan.generator, plan.seed)),
            memory: Memory::new(plan.memory / 4),
            board: Board::new(plan.part.len(), threads + 1),
            counts: Counts::default(),
        })
    }

    /// Does all of the plan's part.
    fn run(self) -> Result<Report> {
        let started = Instant::now();
        identical::check(self.plan, &self.places, self.threads, self.control.cancel)?;
        self.skip(0..self.plan.part.start);
        std::thread::scope(|scope| {
            for _ in 0..self.threads {
                scope.spawn(|| self.work());
            }
        });
        self.report(started)
    }

    fn report(self, started: Instant) -> Result<Report> {
        let is_stopped = self.is_stopped();
        if let Some(failure) = self.board.into_failure() {
            return Err(failure);
        }
        if is_stopped {
            return Err(Error::new(Status::Cancelled, "the merge was cancelled"));
        }
        Ok(Report {
            bytes_read: self.counts.read.into_inner(),
            bytes_written: self.counts.written.into_inner(),
            merged: self.counts.merged.into_inner(),
            copied: self.counts.copied.into_inner(),
            nan: self.counts.nan.into_inner(),
            infinite: self.counts.infinite.into_inner(),
            nanoseconds: started.elapsed().as_nanos() as u64,
            threads: self.threads as u32,
            level: self.level.number(),
        })
    }

    /// A worker's life.
    fn work(&self) {
        let _leaving = Leaving(&self.board);
        let mut worker = Worker::default();
        while let Some(claim) = self.board.claim(|| self.is_stopped()) {
            let outcome = match claim {
                Claim::Open(number) => self.open(number),
                Claim::Block(job, block) => self.block(&job, block, &mut worker),
            };
            if let Err(failure) = outcome {
                self.board.fail(failure);
            }
        }
    }

    fn is_stopped(&self) -> bool {
        self.control.cancel.load(Ordering::Relaxed) != 0
    }

    /// Starts the computation of a tensor.
    fn open(&self, number: usize) -> Result<()> {
        let entry = &self.plan.entries[self.plan.part.start + number];
        let task = self.start(entry).map_err(|e| e.in_tensor(&*entry.name))?;
        let (blocks, again) = match &task {
            Task::Copy(_) => (entry.output.bytes.div_ceil(COPIED_AT_ONCE), false),
            Task::Compute(running) => {
                let running = running.read().unwrap_or_else(PoisonError::into_inner);
                (running.blocks().count(), running.wants_reduce())
            }
        };
        let bytes = entry.inputs.iter().map(|source| source.stored.bytes);
        let kept = again.then(|| self.memory.keep(bytes.fold(0, u64::saturating_add), blocks)).flatten();
        let job = Arc::new(Job { entry, blocks, task, kept });
        if blocks == 0 {
            self.finish(&job);
        }
        self.board.opened(job, blocks);
        Ok(())
    }

    fn start(&self, entry: &Entry) -> Result<Task> {
        let Some(method) = &self.methods[entry.setting] else {
            return Ok(Task::Copy(0));
        };
        let draws = method.draws(entry);
        if let Some(input) = method.unchanged(entry)
            && entry.inputs[input].stored.dtype == entry.output.dtype
        {
            self.masks().skip(entry.elements, draws.len());
            return Ok(Task::Copy(input));
        }
        let models: Vec<_> = draws.iter().map(|input| entry.inputs[*input].model).collect();
        let bf16 = self.plan.works_in_bf16(entry);
        let words = self.masks().draw(&entry.name, entry.elements, bf16, &models);
        let in_f64 = entry.inputs.iter().any(|source| source.stored.dtype == Dtype::F64);
        let running = if in_f64 {
            self.with_tensor(entry, words, |tensor| method.start_f64(tensor))
        } else {
            self.with_tensor(entry, words, |tensor| method.start_f32(tensor))
        };
        Ok(Task::Compute(RwLock::new(running?)))
    }

    /// Passes by the random numbers of entries that are not run.
    fn skip(&self, entries: Range<usize>) {
        for entry in &self.plan.entries[entries] {
            if let Some(method) = &self.methods[entry.setting] {
                self.masks().skip(entry.elements, method.draws(entry).len());
            }
        }
    }

    fn masks(&self) -> MutexGuard<'_, Masks> {
        self.masks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn with_tensor<R: Real, T>(
        &self,
        entry: &Entry,
        words: Vec<Words>,
        f: impl FnOnce(&mut Tensor<'_, R>) -> Result<T>,
    ) -> Result<T> {
        let read = |input: usize, start: u64, out: &mut [R]| {
            let dtype = entry.inputs[input].stored.dtype;
            let width = dtype.bitsize() / 8;
            let mut bytes = vec![0; out.len() * width];
            self.read(entry, input, start * width as u64, &mut bytes)?;
            widen(self.level, dtype, &bytes, out);
            Ok(())
        };
        // Most of it is for what computations find out, which saves passes, and shared by the tensors that can be open at once.
        let memory = self.plan.memory / 4 * 3 / (self.threads as u64 + 1);
        f(&mut Tensor { entry, level: self.level, memory, words, read: &read })
    }

    /// Works on a block, and ends the pass when it is the last one.
    fn block(&self, job: &Arc<Job<'p>>, block: u64, worker: &mut Worker) -> Result<()> {
        let done = match &job.task {
            Task::Copy(input) => self.copy(job.entry, *input, block),
            Task::Compute(running) => {
                self.compute(job, running, block, worker).map(|special| self.note(special))
            }
        };
        done.map_err(|e| e.in_tensor(&*job.entry.name))?;
        if self.board.block_done(job) { self.end_pass(job) } else { Ok(()) }
    }

    fn note(&self, special: Special) {
        self.counts.nan.fetch_add(special.nan, Ordering::Relaxed);
        self.counts.infinite.fetch_add(special.infinite, Ordering::Relaxed);
    }

    fn compute(
        &self,
        job: &Job<'p>,
        running: &RwLock<Box<dyn Running>>,
        block: u64,
        worker: &mut Worker,
    ) -> Result<Special> {
        let entry = job.entry;
        let running = running.read().unwrap_or_else(PoisonError::into_inner);
        let reduces = running.wants_reduce();
        let read = |input: usize, from: u64, buffer: &mut [u8]| self.read(entry, input, from, buffer);
        let work = Work { level: self.level, entry, block, read: &read };
        let start = running.blocks().range(block).start;
        let from = entry.output.offset + start * (entry.output.dtype.bitsize() / 8) as u64;
        let write = |bytes: &mut Vec<u8>| {
            self.control.bytes.fetch_add(bytes.len() as u64, Ordering::Relaxed);
            self.places.output(entry.output.file)?.write(from, bytes)
        };
        let pass = |stored: &mut Stored, worker: &mut Worker| match reduces {
            true => running.reduce(work, stored, worker).map(|()| Special::default()),
            false => running.apply(work, stored, worker, &write),
        };
        let Some(kept) = &job.kept else {
            let mut stored = worker.stored();
            let special = pass(&mut stored, worker);
            worker.give_back(stored);
            return special;
        };
        let mut stored = kept.block(block);
        let special = pass(&mut stored, worker)?;
        if !reduces {
            kept.release(stored);
        }
        Ok(special)
    }

    fn copy(&self, entry: &Entry, input: usize, block: u64) -> Result<()> {
        let (from, to) = (entry.inputs[input].stored, entry.output);
        let start = block * COPIED_AT_ONCE;
        let length = COPIED_AT_ONCE.min(to.bytes - start);
        self.places.output(to.file)?.copy_from(
            self.places.input(from.file)?,
            from.offset + start,
            to.offset + start,
            length,
        )?;
        self.counts.read.fetch_add(length, Ordering::Relaxed);
        self.control.bytes.fetch_add(length, Ordering::Relaxed);
        Ok(())
    }

    fn read(&self, entry: &Entry, input: usize, from: u64, buffer: &mut [u8]) -> Result<()> {
        let stored = entry.inputs[input].stored;
        self.counts.read.fetch_add(buffer.len() as u64, Ordering::Relaxed);
        self.places.input(stored.file)?.read(stored.offset + from, buffer)
    }

    /// Begins the next pass of a tensor, or ends its computation after the apply pass.
    fn end_pass(&self, job: &Arc<Job<'p>>) -> Result<()> {
        let reduced = match &job.task {
            Task::Copy(_) => false,
            Task::Compute(running) => {
                let mut running = running.write().unwrap_or_else(PoisonError::into_inner);
                let reduced = running.wants_reduce();
                if reduced {
                    running.fold().map_err(|e| e.in_tensor(&*job.entry.name))?;
                }
                reduced
            }
        };
        if !reduced {
            self.finish(job);
        }
        self.board.pass_over(job, job.blocks, reduced);
        Ok(())
    }

    fn finish(&self, job: &Job<'p>) {
        let kind = match job.task {
            Task::Copy(_) => &self.counts.copied,
            Task::Compute(_) => &self.counts.merged,
        };
        kind.fetch_add(1, Ordering::Relaxed);
        self.counts.written.fetch_add(job.entry.output.bytes, Ordering::Relaxed);
        self.control.tensors.fetch_add(1, Ordering::Relaxed);
    }
}

/// Tells the others when a worker leaves, and stops them when it panics.
struct Leaving<'b, J>(&'b Board<J>);

impl<J> Drop for Leaving<'_, J> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.fail(Error::new(Status::Internal, "a worker of the merge panicked"));
        }
        self.0.leave();
    }
}

/// Methods work on floats; copies keep dtype and size.
fn check_dtypes(entry: &Entry, computed: bool) -> Result<()> {
    let dtypes = || entry.inputs.iter().map(|source| source.stored.dtype).chain([entry.output.dtype]);
    let wrong = if computed {
        dtypes().find(|dtype| !converts(*dtype))
    } else {
        dtypes().find(|dtype| *dtype != entry.output.dtype)
    };
    match wrong {
        Some(dtype) => Err(Error::request(format!("{dtype} cannot be used here")).in_tensor(&*entry.name)),
        None => Ok(()),
    }
}
