/**
 * A client of the Hugging Face Hub. {@link dev.fundir.hub.Hub} is where to begin; it shares the cache and the login of
 * the Python tools.
 */
package dev.fundir.hub;
