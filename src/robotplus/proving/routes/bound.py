"""A time below which no order of visits comes: one-trees with weights (Held and Karp, 1970)."""

from __future__ import annotations

import numpy as np

from robotplus.robots.model import Array

STEPS = 120


def tour_bound(costs: Array, upper: float) -> tuple[float, tuple[float, ...]]:
    """A lower bound of every closed tour through all places, and the weights that give it.

    A tour is a tree over the stops with two links to the depot; a weight added to all links of a place changes every
    tour by twice the weight, but changes which tree is shortest. Steps go along the degrees' excess.

    Args:
        costs: (k, k) [s]; of both directions the lesser counts.
        upper: length of a known tour [s].
    """
    links = np.minimum(costs, costs.T)
    k = len(links)
    weights = np.zeros(k)
    if k == 2:
        return float(costs[0, 1] + costs[1, 0]), (0.0, 0.0)
    best, kept = -np.inf, weights
    reach = 2.0
    for step in range(STEPS):
        length, degrees = _one_tree(links + weights[:, None] + weights[None])
        length -= 2 * float(weights.sum())
        if length > best + 1e-9:
            best, kept = length, weights
        elif step % 10 == 9:
            reach /= 2
        excess = degrees - 2.0
        norm = float(excess @ excess)
        if norm == 0 or upper - length <= 1e-9:
            break
        weights = weights + reach * (upper - length) / norm * excess
    rounded = np.round(kept, 6)
    length, _ = _one_tree(links + rounded[:, None] + rounded[None])
    return length - 2 * float(rounded.sum()), tuple(float(w) for w in rounded)


def _one_tree(links: Array) -> tuple[float, Array]:
    """Length and degrees of the shortest tree over all but the first place, with its two shortest links (Prim)."""
    k = len(links)
    degrees = np.zeros(k)
    near = np.argsort(links[0, 1:], kind="stable")[:2] + 1
    total = float(links[0, near].sum())
    degrees[0] = 2
    degrees[near] += 1
    nearest = links[1].copy()
    parent = np.ones(k, dtype=int)
    out = np.ones(k, dtype=bool)
    out[[0, 1]] = False
    for _ in range(k - 2):
        j = int(np.argmin(np.where(out, nearest, np.inf)))
        total += float(nearest[j])
        degrees[[j, parent[j]]] += 1
        out[j] = False
        closer = links[j] < nearest
        nearest = np.where(closer, links[j], nearest)
        parent = np.where(closer, j, parent)
    return total, degrees
