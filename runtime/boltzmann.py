"""A restricted Boltzmann machine in operators: its two conditional layers, Gibbs sampling, free energy.

P. Smolensky, 1986; G. Hinton, A Practical Guide to Training Restricted Boltzmann Machines, 2010. The energy of visible
units v (n) and hidden units h (m), all 0 or 1, is E = −a·v − b·h − vᵀWh, and p(v, h) ∝ exp(−E).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from onnx import helper

from runtime.graph import Graph, Value
from runtime.ops.random import uniform

#: What a layer says its parameters are: W, a and b.
ROLES = ("weight", "visible_bias", "hidden_bias")


@dataclass(frozen=True)
class Machine:
    """W (n, m), the visible bias a (n,) and the hidden bias b (m,), as values of `g`. `path` names its random numbers."""

    g: Graph
    weight: Value
    visible_bias: Value
    hidden_bias: Value
    path: str

    def hidden(self, v: Value) -> Value:
        """p(h = 1 | v) = σ(vW + b): (N, n) → (N, m)."""
        result: Value = self.g.Sigmoid(self.g.Add(self.g.MatMul(v, self.weight), self.hidden_bias))
        return result

    def visible(self, h: Value) -> Value:
        """p(v = 1 | h) = σ(hWᵀ + a): (N, m) → (N, n)."""
        turned = self.g.Transpose(self.weight, perm=[1, 0])
        result: Value = self.g.Sigmoid(self.g.Add(self.g.MatMul(h, turned), self.visible_bias))
        return result

    def drawn(self, probability: Value, what: str) -> Value:
        """0 or 1 with that probability; `what` tells apart the draws of one step."""
        g = self.g
        number = uniform(g, probability, g.random_key(f"{self.path}/{what}"), g.step())
        result: Value = g.Cast(g.Less(number, probability), to=helper.np_dtype_to_tensor_dtype(probability.dtype))
        return result

    def gibbs(self, v: Value, steps: int) -> Value:
        """`steps` times hidden units from visible ones and back, all drawn: visible units of 0 and 1, as many as `v` has."""
        for step in range(steps):
            h = self.drawn(self.hidden(v), f"hidden {step}")
            v = self.drawn(self.visible(h), f"visible {step}")
        return v

    def free_energy(self, v: Value) -> Value:
        """F(v) = −a·v − Σ log(1 + exp(vW + b)), with p(v) ∝ exp(−F): (N, n) → (N,)."""
        g, last = self.g, self.g.constant([1], np.int64, "axes")
        soft = g.ReduceSum(g.Softplus(g.Add(g.MatMul(v, self.weight), self.hidden_bias)), last, keepdims=0)
        result: Value = g.Neg(g.Add(g.ReduceSum(g.Mul(v, self.visible_bias), last, keepdims=0), soft))
        return result
