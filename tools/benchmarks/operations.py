"""How many floating point operations a step has, counted in its graph."""

import dataclasses
import math
from collections.abc import Callable, Sequence
from typing import Any

import tensorflow as tf

_Value = tuple[int, int]  # the index of an operation among all, and which of its outputs


def count(graph: tf.Graph) -> int:
    """Returns the floating point operations of a function's convolutions and matrix products.

    A product of `[n, k]` and `[k, m]` has 2 n k m; a convolution, and each of its two gradients, 2
    for each number of its kernel at each place of its output. As TensorFlow does before it runs a
    graph, what nothing depends on is not counted, and what is the same, of the same inputs, is
    counted once. (TensorFlow's own profiler counts both.) Both sides of a condition count.

    Args:
        graph: of a concrete function, with static shapes: `function.graph`.

    Raises:
        ValueError: if a shape is not known before the graph runs.
    """
    operations = _Operations()
    return operations.count_behind(operations.add_graph(graph, ()))


@dataclasses.dataclass
class _Operations:
    """Those of a graph and of the functions that it calls, each different one once.

    Attributes:
        nodes: of each its floating point operations and the indices of those that it depends on.
        known: their indices, by what makes two of them the same.
        effects: indices of those that change variables.
    """

    nodes: list[tuple[int, tuple[int, ...]]] = dataclasses.field(default_factory=list)
    known: dict[Any, int] = dataclasses.field(default_factory=dict)
    effects: list[int] = dataclasses.field(default_factory=list)

    def add_graph(self, graph: tf.Graph, given: Sequence[_Value]) -> list[_Value]:
        """Adds a graph's operations, `given` for its first inputs; returns its outputs."""
        values: dict[str, _Value] = {
            tensor.name: value for tensor, value in zip(graph.inputs, given, strict=False)
        }
        for operation in graph.get_operations():
            if operation.outputs and operation.outputs[0].name in values:
                continue  # an input
            inputs = [values[tensor.name] for tensor in operation.inputs]
            outputs = self._add(graph, operation, inputs)
            values |= {t.name: v for t, v in zip(operation.outputs, outputs, strict=True)}
        return [values[tensor.name] for tensor in graph.outputs]

    def _add(self, graph: tf.Graph, operation: tf.Operation, inputs: list[_Value]) -> list[_Value]:
        called = _CALLS.get(operation.type)
        if called is None:
            index = self._index(operation, inputs)
            return [(index, number) for number in range(len(operation.outputs))]
        names, first = called
        functions = [graph._get_function(operation.get_attr(name).name) for name in names]
        results = [self.add_graph(function.graph, inputs[first:]) for function in functions]
        # One node for each output, which depends on it on all sides.
        joined = []
        for sides in zip(*results, strict=True):
            self.nodes.append((0, tuple(index for index, _ in (*inputs[:first], *sides))))
            joined.append((len(self.nodes) - 1, 0))
        return joined

    def _index(self, operation: tf.Operation, inputs: list[_Value]) -> int:
        """Returns the index of an operation, a new one if it is a new one."""
        node = operation.node_def
        attributes = tuple(
            (name, node.attr[name].SerializeToString(deterministic=True))
            for name in sorted(node.attr)
            if not name.startswith("_")
        )
        has_effects = operation.op_def.is_stateful or operation.type == "Placeholder"
        key = operation.name if has_effects else (operation.type, attributes, tuple(inputs))
        if has_effects or key not in self.known:
            own = _COUNTS.get(operation.type, lambda _: 0)(operation)
            self.nodes.append((own, tuple(index for index, _ in inputs)))
            self.known[key] = len(self.nodes) - 1
            if has_effects and not operation.outputs:
                self.effects.append(len(self.nodes) - 1)
        return self.known[key]

    def count_behind(self, outputs: list[_Value]) -> int:
        """Returns the operations that outputs and changes of variables depend on."""
        needed = {index for index, _ in outputs} | set(self.effects)
        total = 0
        for index in range(len(self.nodes) - 1, -1, -1):
            if index in needed:
                own, inputs = self.nodes[index]
                total += own
                needed.update(inputs)
        return total


# Operations that call functions: the attributes that name them, and their first argument's index.
_CALLS: dict[str, tuple[tuple[str, ...], int]] = {
    "PartitionedCall": (("f",), 0),
    "StatefulPartitionedCall": (("f",), 0),
    "If": (("then_branch", "else_branch"), 1),
    "StatelessIf": (("then_branch", "else_branch"), 1),
}


def _product(operation: tf.Operation) -> int:
    """Returns the operations of a matrix product, or of a batch of them."""
    left, result = operation.inputs[0].shape, operation.outputs[0].shape
    turned = "transpose_a" if operation.type == "MatMul" else "adj_x"
    inner = left[-2] if operation.get_attr(turned) else left[-1]
    return 2 * _size(result, operation) * _size([inner], operation)


def _convolution(operation: tf.Operation) -> int:
    """Returns the operations of a convolution, or of one of its gradients."""
    is_forward, of_kernel = operation.type == "Conv2D", operation.type == "Conv2DBackpropFilter"
    output = operation.outputs[0] if is_forward else operation.inputs[2]
    kernel = operation.outputs[0] if of_kernel else operation.inputs[1]
    return 2 * _size(output.shape[:3], operation) * _size(kernel.shape, operation)


_COUNTS: dict[str, Callable[[tf.Operation], int]] = {
    "MatMul": _product,
    "BatchMatMulV2": _product,
    "Conv2D": _convolution,
    "Conv2DBackpropInput": _convolution,
    "Conv2DBackpropFilter": _convolution,
}


def _size(shape: Any, operation: tf.Operation) -> int:
    """Returns how many numbers a shape holds."""
    sizes = list(shape)
    if None in sizes:
        raise ValueError(f"the shape of {operation.name} is not static. Received: {shape}")
    return math.prod(sizes)
