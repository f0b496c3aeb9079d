package dev.fundir.merge;

/**
 * Whose values to take for tensors that cannot be averaged, in one of the inputs or in all: integers, booleans, complex
 * numbers, floats of fewer than eight bits and F8_E8M0. Their bytes are copied, never computed with.
 */
public enum NonFloat {
    /** All inputs must agree, byte for byte; the merge fails at the first tensor where they differ. */
    ERROR,

    /** The base's. Where it lacks the tensor: those of the first model that has it. */
    BASE,

    /** Those of the first model that has the tensor; a first model that serves as the base counts. */
    FIRST
}
