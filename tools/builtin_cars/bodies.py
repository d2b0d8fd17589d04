"""Meshes of the lower body and of the cabin, with their painters."""

import numpy as np

from .materials import Material
from .shapes import Bools, Floats, Ints, Part, cube_surface, curve, superellipsoid
from .specs import Cabin, Car, Face

# A point lies on a side of the cube when its coordinate there is nearly 1; the slack covers the
# rounding of interpolated coordinates only.
ON_SIDE = 0.999
DOOR_GAP_METRES = 0.012
PLATE_METRES = (0.26, 0.055)
# Share of a tail light's height that its indicator takes.
INDICATOR_SHARE = 0.33
# How blunt nose and tail are; 0 leaves them pointed, above 0.5 the surface would fold.
BLUNTNESS = 0.42


def build_body(car: Car) -> Part:
    """Makes the lower body of a car, with lights, grille, wheel arches and door gaps painted on."""
    body = car.body
    tail_x, nose_x = body.top[0][0], body.top[-1][0]
    half_length = (nose_x - tail_x) / 2
    cube, faces = cube_surface((2 * half_length, 2 * body.half_width, 0.9))
    unit = superellipsoid(cube, body.ring_power, body.section_power)
    along = unit[:, 0] * (1 + BLUNTNESS * (1 - unit[:, 0] ** 2))
    height = unit[:, 2]
    x = (tail_x + nose_x) / 2 + along * half_length
    low, high = curve(body.bottom, x), curve(body.top, x)
    z = low + (high - low) * (height + 1) / 2

    taper = np.where(along < 0, body.taper[0], body.taper[1]) * np.abs(along) ** 3
    tuck = np.where(height < 0, body.tuck[0], body.tuck[1]) * height**2
    y = unit[:, 1] * body.half_width * (1 - taper) * (1 - tuck)
    reach = arch_distance(car, x, z)
    y += np.sign(y) * body.flare * np.exp(-((reach / 0.12) ** 2)) * np.abs(unit[:, 1]) ** 4
    # The bumpers: both ends stand out most a little below the middle of their height.
    x += np.sign(along) * np.abs(along) ** 12 * body.bulge * (1 - (height + 0.35) ** 2)

    if car.well is not None:
        z = np.where((cube[:, 2] > ON_SIDE) & in_well(car, x, y), car.well.floor, z)

    def paint(at_cube: Floats, at: Floats) -> Ints:
        return paint_body(car, at_cube, at)

    return Part(np.stack([x, y, z], axis=1), faces, cube, paint)


def in_well(car: Car, x: Floats, y: Floats, margin: float = 0.0) -> Bools:
    """Tells which points lie inside the opening of a body that has one, seen from above."""
    inside_x = (x > car.well.x[0] - margin) & (x < car.well.x[1] + margin)
    return inside_x & (np.abs(y) < car.well.half_width + margin)


def arch_distance(car: Car, x: Floats, z: Floats) -> Floats:
    """Tells how far points of a side lie outside the nearest wheel arch, in metres."""
    radius = car.wheels.radius + car.wheels.arch
    distances = [np.hypot(x - axle, z - car.wheels.radius) - radius for axle in car.wheels.axles]
    return np.min(distances, axis=0)


def paint_body(car: Car, cube: Floats, at: Floats) -> Ints:
    """Decides on the material of points of the lower body (see `Painter`)."""
    x, y, z = at.T
    material = np.full(len(at), Material.PAINT, dtype=np.int64)
    on_side = np.abs(cube[:, 1]) > ON_SIDE
    for door in car.doors:
        material[on_side & (np.abs(x - door) < DOOR_GAP_METRES)] = Material.TRIM
    material[z < car.sill] = Material.TRIM
    paint_face(car.nose, 1.0, Material.HEADLIGHT, car, cube, at, material)
    paint_face(car.tail, -1.0, Material.TAIL_LIGHT, car, cube, at, material)
    # A little more than the opening itself, to cover the slope of its rim.
    if car.well is not None:
        material[(cube[:, 2] > ON_SIDE) & in_well(car, x, y, 0.03)] = car.well.material
    inside_arch = (arch_distance(car, x, z) < 0) & (cube[:, 2] < ON_SIDE)
    material[inside_arch & (np.abs(y) > 0.5 * car.body.half_width)] = Material.BLACK
    return material


def paint_face(
    face: Face, sign: float, light: Material, car: Car, cube: Floats, at: Floats, material: Ints
) -> None:
    """Paints the nose or the tail of the lower body.

    Args:
        face: what to paint.
        sign: 1 for the nose, -1 for the tail.
        light: material of the lights.
        car: the car's description.
        cube: cube coordinates of the points, [n, 3].
        at: positions of the points, [n, 3].
        material: material numbers, changed in place, [n].
    """
    y, z = np.abs(at[:, 1]), at[:, 2]
    end = sign * car.body.top[-1 if sign > 0 else 0][0] + car.body.bulge
    from_end = end - sign * at[:, 0]
    on_end = sign * cube[:, 0] > ON_SIDE
    around_end = (from_end < face.wrap) & (np.abs(cube[:, 2]) < ON_SIDE)

    half, low, high = face.grille
    material[on_end & (y < half) & (z > low) & (z < high)] = Material.BLACK
    low, high = face.bumper
    material[(from_end < 0.3) & (z > low) & (z < high)] = Material.TRIM
    low, high = face.light_z
    in_light = around_end & (y > face.light_y) & (z > low) & (z < high)
    material[in_light] = light
    indicator_top = low + INDICATOR_SHARE * (high - low)
    material[in_light & (z < indicator_top) & (sign < 0)] = Material.INDICATOR
    half, tall = PLATE_METRES
    material[on_end & (y < half) & (np.abs(z - face.plate_z) < tall)] = Material.PLATE


def build_cabin(cabin: Cabin) -> Part:
    """Makes the upper body of a car, with the windows painted on."""
    length = cabin.front[0][1] - cabin.rear[0][1]
    cube, faces = cube_surface((length, 2 * cabin.half_width[0], cabin.roof - cabin.base))
    unit = superellipsoid(cube, cabin.ring_power, cabin.section_power)
    up = (unit[:, 2] + 1) / 2
    front, rear = curve(cabin.front, up), curve(cabin.rear, up)
    x = rear + (front - rear) * (unit[:, 0] + 1) / 2
    y = unit[:, 1] * (cabin.half_width[0] + (cabin.half_width[1] - cabin.half_width[0]) * up)
    z = cabin.base + (cabin.roof - cabin.base - cabin.crown * unit[:, 0] ** 2) * up

    def paint(at_cube: Floats, at: Floats) -> Ints:
        return paint_cabin(cabin, at_cube)

    return Part(np.stack([x, y, z], axis=1), faces, cube, paint)


def paint_cabin(cabin: Cabin, cube: Floats) -> Ints:
    """Decides on the material of points of the cabin from their cube coordinates."""
    along, across, up = cube[:, 0], np.abs(cube[:, 1]), cube[:, 2]
    second = up > cabin.paint_above
    material = np.where(second, Material.SECOND_PAINT, Material.PAINT).astype(np.int64)
    for span in cabin.side_windows:
        on_side = across > ON_SIDE
        material[on_side & in_pane(along, up, span, cabin.window_height)] = Material.GLASS
    wide = (-cabin.screen_width, cabin.screen_width)
    screen = (along > ON_SIDE) & in_pane(cube[:, 1], up, wide, cabin.screen_height)
    rear = (along < -ON_SIDE) & in_pane(cube[:, 1], up, wide, cabin.rear_height)
    material[screen | (rear & (across > cabin.rear_split))] = Material.GLASS
    return material


def in_pane(
    u: Floats, v: Floats, u_span: tuple[float, float], v_span: tuple[float, float]
) -> Bools:
    """Tells which points lie in a window pane, a rectangle with rounded corners."""
    half_u, half_v = (u_span[1] - u_span[0]) / 2, (v_span[1] - v_span[0]) / 2
    if half_u <= 0 or half_v <= 0:
        return np.zeros(len(u), dtype=bool)
    return ((u - u_span[0] - half_u) / half_u) ** 8 + ((v - v_span[0] - half_v) / half_v) ** 8 < 1
