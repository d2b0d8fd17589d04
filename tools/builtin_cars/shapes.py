"""Rounded boxes, the one primitive which every part of a car is made from.

A part starts as the surface of the cube [-1, 1]^3, finely divided. Its points are pulled onto a
superellipsoid (a box with rounded edges) and then bent into shape. The cube coordinates stay with
the vertices, so that a painter can say "the upper half of the left side is glass" whatever the
bending did.

Coordinates are in metres: x forward, y to the left, z up, the ground at z = 0.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

# Cube coordinates and positions of n surface points -> n material numbers.
Painter = Callable[[Floats, Floats], Ints]

CELL_METRES = 0.05


@dataclass(frozen=True)
class Part:
    """One closed surface of a car.

    Attributes:
        vertices: positions in metres, [n, 3].
        faces: vertex numbers of the triangles, counter-clockwise from outside, [m, 3].
        cube: cube coordinates of the vertices, [n, 3].
        painter: tells the material of any point of the surface.
    """

    vertices: Floats
    faces: Ints
    cube: Floats
    painter: Painter


def cube_surface(size: tuple[float, float, float]) -> tuple[Floats, Ints]:
    """Divides the surface of the cube [-1, 1]^3 into triangles.

    Args:
        size: the lengths in metres which the three axes will have; they set the number of cells.

    Returns:
        Cube coordinates [n, 3] and triangles [m, 3]. Neighbouring sides share their vertices,
        which makes the normals smooth across the edges.
    """
    counts = [int(np.clip(np.ceil(length / CELL_METRES), 10, 110)) for length in size]
    points, triangles, offset = [], [], 0
    for axis in range(3):
        u_axis, v_axis = (axis + 1) % 3, (axis + 2) % 3
        n_u, n_v = counts[u_axis], counts[v_axis]
        u, v = np.meshgrid(
            np.linspace(-1.0, 1.0, n_u + 1), np.linspace(-1.0, 1.0, n_v + 1), indexing="ij"
        )
        index = np.arange(u.size).reshape(u.shape)
        a, b = index[:-1, :-1].ravel(), index[1:, :-1].ravel()
        c, d = index[1:, 1:].ravel(), index[:-1, 1:].ravel()
        quads = np.concatenate([np.stack([a, b, c], -1), np.stack([a, c, d], -1)])
        for sign in (-1.0, 1.0):
            side = np.empty((u.size, 3))
            side[:, axis], side[:, u_axis], side[:, v_axis] = sign, u.ravel(), v.ravel()
            points.append(side)
            # The negative side is seen from its back, so its triangles turn the other way.
            triangles.append((quads if sign > 0 else quads[:, ::-1]) + offset)
            offset += u.size
    merged, inverse = np.unique(np.round(np.concatenate(points), 9), axis=0, return_inverse=True)
    return merged, inverse.reshape(-1)[np.concatenate(triangles)]


def superellipsoid(cube: Floats, ring_power: float, axis_power: float, axis: int = 2) -> Floats:
    """Pulls points of the cube's surface onto a superellipsoid.

    Args:
        cube: points on the surface of the cube, [n, 3].
        ring_power: roundness around `axis`: 2 is a circle, 8 nearly a rectangle.
        axis_power: roundness towards the two poles of `axis`.
        axis: number of the axis.

    Returns:
        The points on the superellipsoid, all inside [-1, 1]^3, [n, 3].
    """
    size = np.abs(cube)
    first, second = size[:, (axis + 1) % 3], size[:, (axis + 2) % 3]
    ring = (first**ring_power + second**ring_power) ** (1.0 / ring_power)
    norm = (ring**axis_power + size[:, axis] ** axis_power) ** (1.0 / axis_power)
    return cube / norm[:, None]


def curve(knots: tuple[tuple[float, float], ...], x: Floats) -> Floats:
    """Evaluates a smooth curve without overshoot through the given knots.

    Args:
        knots: (position, value) pairs with rising positions.
        x: where to evaluate, [n]; positions beyond the ends take the end's value.

    Returns:
        The values, [n].
    """
    positions, values = zip(*knots, strict=True)
    return PchipInterpolator(positions, values)(np.clip(x, positions[0], positions[-1]))
