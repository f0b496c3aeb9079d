/**
 * The functions of the native core, with checked arguments. {@link dev.fundir.ffi.Core} is the way in; the encodings of
 * what goes over are written down in {@code fundir.h}.
 */
package dev.fundir.ffi;
