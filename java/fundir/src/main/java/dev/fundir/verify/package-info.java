/**
 * Verifies models: every rule of their format, shards against their index, NaN and infinite elements, checksums.
 * {@link dev.fundir.verify.Verification} is where to begin.
 */
package dev.fundir.verify;
