"""Meshes of everything that is fitted to a body: wheels, mirrors, bumpers, seats."""

import numpy as np

from .bodies import ON_SIDE, arch_distance, build_body, build_cabin
from .materials import Material
from .shapes import Floats, Ints, Part, cube_surface, superellipsoid
from .specs import Blob, Car

# Radii of the hub, as shares of the tyre's.
RIM = 0.62
SPOKE_OUTER = 0.53
SPOKE_INNER = 0.22


def build_car(car: Car) -> list[Part]:
    """Makes all parts of a car, in a fixed order."""
    parts = [build_body(car)]
    if car.cabin is not None:
        parts.append(build_cabin(car.cabin))
    for axle in car.wheels.axles:
        parts += [build_wheel(car, axle, side) for side in (1.0, -1.0)]
    for blob in car.blobs:
        parts.append(build_blob(car, blob, 1.0))
        if blob.mirrored:
            parts.append(build_blob(car, blob, -1.0))
    return parts


def build_blob(car: Car, blob: Blob, side: float) -> Part:
    """Makes a rounded box of one material.

    Args:
        car: the car it belongs to; painted blobs show its wheel arches.
        blob: the description.
        side: 1 for the place described, -1 for its mirror image at -y.

    Returns:
        The part.
    """
    width, depth, height = (2 * half for half in blob.half)
    cube, faces = cube_surface((width, depth, height))
    unit = superellipsoid(cube, blob.ring_power, blob.axis_power, blob.axis)
    vertices = unit * np.array(blob.half)
    vertices[:, 1] *= 1 - blob.flat * (unit[:, 2] + 1) / 2
    vertices[:, 0] -= blob.lean * vertices[:, 2]
    vertices += np.array(blob.centre) * np.array([1.0, side, 1.0])

    def paint(at_cube: Floats, at: Floats) -> Ints:
        material = np.full(len(at), blob.material, dtype=np.int64)
        if blob.material == Material.PAINT:
            outside = at_cube[:, 1] * side > ON_SIDE
            material[outside & (arch_distance(car, at[:, 0], at[:, 2]) < 0)] = Material.BLACK
        return material

    return Part(vertices, faces, cube, paint)


def build_wheel(car: Car, axle: float, side: float) -> Part:
    """Makes a wheel on the axle at x, with rim and spokes painted on.

    Args:
        car: the car it belongs to.
        axle: x of the axle in metres.
        side: 1 for the left, -1 for the right.
    """
    wheels = car.wheels
    centre = np.array([axle, side * (wheels.track - wheels.width / 2), wheels.radius])
    cube, faces = cube_surface((2 * wheels.radius, wheels.width, 2 * wheels.radius))
    unit = superellipsoid(cube, 2.0, 7.0, axis=1)
    vertices = centre + unit * np.array([wheels.radius, wheels.width / 2, wheels.radius])

    def paint(at_cube: Floats, at: Floats) -> Ints:
        off_x, off_z = at[:, 0] - axle, at[:, 2] - wheels.radius
        share = np.hypot(off_x, off_z) / wheels.radius
        material = np.full(len(at), Material.TYRE, dtype=np.int64)
        on_face = np.abs(at_cube[:, 1]) > ON_SIDE
        material[on_face & (share < RIM)] = Material.HUB
        if wheels.spokes:
            between = np.cos(wheels.spokes * np.arctan2(off_z, off_x)) > 0.35
            ring = (share > SPOKE_INNER) & (share < SPOKE_OUTER)
            material[on_face & ring & between] = Material.TRIM
        return material

    return Part(vertices, faces, cube, paint)
