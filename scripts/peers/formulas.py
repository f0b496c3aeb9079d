"""The merge methods for one tensor, written down from their formulas with numpy: slow, and simple enough to be read.

Tensors are float32 arrays of one shape and so is all arithmetic; norms and dot products are float64.
"""
import numpy as np


def linear(models, weights):
    """The weighted mean."""
    total = np.float32(weights[0]) * models[0]
    for weight, model in zip(weights[1:], models[1:]):
        total = total + np.float32(weight) * model
    return total / np.float32(sum(weights))


def slerp(a, b, t):
    """The point at t on the arc from a to b; nearly parallel tensors are mixed linearly."""
    x, y = a.astype(np.float64).ravel(), b.astype(np.float64).ravel()
    norms = [1.0 if norm <= 1e-8 else norm for norm in (np.linalg.norm(x), np.linalg.norm(y))]
    cosine = np.clip(x @ y / (norms[0] * norms[1]), -1, 1)
    if abs(cosine) > 0.9995:
        weight_a, weight_b = 1 - t, t
    else:
        angle = np.arccos(cosine)
        weight_a, weight_b = np.sin((1 - t) * angle) / np.sin(angle), np.sin(t * angle) / np.sin(angle)
    return np.float32(weight_a) * a + np.float32(weight_b) * b


def task_arithmetic(base, models, weights, factor):
    """The base and the weighted sum of the task vectors, times a factor."""
    total = np.zeros_like(base)
    for weight, model in zip(weights, models):
        total = total + np.float32(weight) * (model - base)
    return base + np.float32(factor) * total


def ties(base, models, weights, density):
    """Of each task vector the largest elements; of those the ones that have the sign elected by their sum."""
    deltas = [np.float32(weight) * largest(model - base, density) for weight, model in zip(weights, models)]
    positive = sum(deltas, np.zeros_like(base)) >= 0
    total, divisor = np.zeros_like(base), np.zeros_like(base)
    for weight, delta in zip(weights, deltas):
        kept = np.where(positive, delta > 0, delta < 0)
        total = total + np.where(kept, delta, np.float32(0))
        divisor = divisor + np.where(kept, np.float32(weight), np.float32(0))
    return base + total / np.where(divisor == 0, np.float32(1), divisor)


def largest(delta, density):
    """Zeroes all but the largest elements; of equal ones the first count as larger."""
    flat = delta.ravel()
    keep = max(1, int(density * flat.size))
    kept = np.zeros_like(flat)
    chosen = np.argsort(-np.abs(flat), kind="stable")[:keep]
    kept[chosen] = flat[chosen]
    return kept.reshape(delta.shape)
