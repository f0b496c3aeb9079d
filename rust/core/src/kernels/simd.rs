//! SIMD levels: which this machine has, and the one place where a kernel is dispatched to them.

/// A SIMD level that this machine was found to have. Only detection makes one, so a kernel may rely on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Level(Kind);

/// The levels, lowest first. The numbers are part of the ABI.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Scalar = 0,
    #[cfg(target_arch = "x86_64")]
    Avx2 = 1,
    #[cfg(target_arch = "x86_64")]
    Avx512 = 2,
    #[cfg(target_arch = "aarch64")]
    Neon = 3,
}

/// The environment variable that lowers the level: `scalar`, `avx2`, `avx512` or `neon`.
pub const LEVEL_VARIABLE: &str = "FUNDIR_SIMD";

impl Level {
    /// The level that every machine has: what the compiler makes of the bodies for the target's baseline.
    pub const SCALAR: Level = Level(Kind::Scalar);

    /// The levels of this machine, lowest first.
    pub fn available() -> Vec<Level> {
        #[allow(unused_mut)]
        let mut levels = vec![Level::SCALAR];
        #[cfg(target_arch = "x86_64")]
        {
            // Processors with AVX2 convert F16 too; a virtual machine may hide either.
            let has_avx2 =
                std::arch::is_x86_feature_detected!("avx2") && std::arch::is_x86_feature_detected!("f16c");
            if has_avx2 {
                levels.push(Level(Kind::Avx2));
            }
            if has_avx2
                && std::arch::is_x86_feature_detected!("avx512f")
                && std::arch::is_x86_feature_detected!("avx512bw")
                && std::arch::is_x86_feature_detected!("avx512dq")
                && std::arch::is_x86_feature_detected!("avx512vl")
            {
                levels.push(Level(Kind::Avx512));
            }
        }
        #[cfg(target_arch = "aarch64")]
        levels.push(Level(Kind::Neon));
        levels
    }

    /// The best level of this machine, or the one that [`LEVEL_VARIABLE`] names if the machine has it.
    pub fn detect() -> Level {
        let available = Level::available();
        let best = available[available.len() - 1];
        match std::env::var(LEVEL_VARIABLE) {
            Ok(name) => available.into_iter().find(|l| l.name().eq_ignore_ascii_case(&name)).unwrap_or(best),
            Err(_) => best,
        }
    }

    /// The level's name, as [`LEVEL_VARIABLE`] takes it.
    pub fn name(self) -> &'static str {
        match self.0 {
            Kind::Scalar => "scalar",
            #[cfg(target_arch = "x86_64")]
            Kind::Avx2 => "avx2",
            #[cfg(target_arch = "x86_64")]
            Kind::Avx512 => "avx512",
            #[cfg(target_arch = "aarch64")]
            Kind::Neon => "neon",
        }
    }

    /// The level's number in the ABI.
    pub fn number(self) -> u32 {
        self.0 as u32
    }

    pub(crate) fn kind(self) -> Kind {
        self.0
    }
}

/// Defines kernels: `fn name<R>(arguments) -> result { body }`, where R is a `Real`, becomes a function that takes a [`Level`]
/// first and runs the body compiled for that level. Other type parameters name their bounds, as `<T: Integer>`. On arm64 the
/// baseline has NEON, so the body needs no second compilation there.
macro_rules! kernels {
    (@bounded $($(#[$attribute:meta])* pub fn $name:ident $(<$($generic:ident: $bound:path),+>)? ($($argument:ident: $type:ty),* $(,)?) $(-> $result:ty)? $body:block)*) => { $(
        $(#[$attribute])*
        #[allow(clippy::too_many_arguments)]
        pub fn $name $(<$($generic: $bound),+>)? (level: crate::kernels::simd::Level, $($argument: $type),*) $(-> $result)? {
            #[inline(always)]
            #[allow(clippy::too_many_arguments)]
            fn body $(<$($generic: $bound),+>)? ($($argument: $type),*) $(-> $result)? $body

            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx2")]
            #[allow(clippy::too_many_arguments)]
            fn avx2 $(<$($generic: $bound),+>)? ($($argument: $type),*) $(-> $result)? { body $(::<$($generic),+>)? ($($argument),*) }

            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl")]
            #[allow(clippy::too_many_arguments)]
            fn avx512 $(<$($generic: $bound),+>)? ($($argument: $type),*) $(-> $result)? { body $(::<$($generic),+>)? ($($argument),*) }

            use crate::kernels::simd::Kind;
            match level.kind() {
                Kind::Scalar => body $(::<$($generic),+>)? ($($argument),*),
                #[cfg(target_arch = "x86_64")]
                // SAFETY: a level is only made after this machine was found to have its features.
                Kind::Avx2 => unsafe { avx2 $(::<$($generic),+>)? ($($argument),*) },
                #[cfg(target_arch = "x86_64")]
                // SAFETY: as above.
                Kind::Avx512 => unsafe { avx512 $(::<$($generic),+>)? ($($argument),*) },
                #[cfg(target_arch = "aarch64")]
                Kind::Neon => body $(::<$($generic),+>)? ($($argument),*),
            }
        }
    )* };
    ($($(#[$attribute:meta])* pub fn $name:ident $(<$real:ident>)? ($($argument:ident: $type:ty),* $(,)?) $(-> $result:ty)? $body:block)*) => {
        crate::kernels::simd::kernels! { @bounded $(
            $(#[$attribute])*
            pub fn $name $(<$real: crate::kernels::real::Real>)? ($($argument: $type),*) $(-> $result)? $body
        )* }
    };
    ($($(#[$attribute:meta])* pub fn $name:ident <$($generic:ident: $bound:path),+> ($($argument:ident: $type:ty),* $(,)?) $(-> $result:ty)? $body:block)*) => {
        crate::kernels::simd::kernels! { @bounded $(
            $(#[$attribute])*
            pub fn $name <$($generic: $bound),+> ($($argument: $type),*) $(-> $result)? $body
        )* }
    };
}
pub(crate) use kernels;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scalar_is_always_there_and_levels_have_distinct_names() {
        let levels = Level::available();
        assert_eq!(levels[0], Level::SCALAR);
        for (i, a) in levels.iter().enumerate() {
            assert!(levels[i + 1..].iter().all(|b| a.name() != b.name() && a.number() < b.number()));
        }
    }
}
