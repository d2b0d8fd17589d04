"""Descriptions of a car's components, which `bodies` and `fittings` turn into meshes.

Lengths are in metres: x forward from the middle of the car, y to the left, z above the ground.
"""

from dataclasses import dataclass

from .materials import Colour, Material

Knots = tuple[tuple[float, float], ...]
Span = tuple[float, float]
Vector = tuple[float, float, float]


@dataclass(frozen=True)
class Body:
    """The lower body: bonnet, doors up to the window sill, boot.

    Attributes:
        top: height of the upper edge along the car, (x, z) from tail to nose.
        bottom: height of the lower edge along the car, (x, z) from tail to nose.
        half_width: half of the width at the doors.
        ring_power: squareness seen from above.
        section_power: squareness seen from the front.
        taper: share of the width lost at the tail and at the nose.
        tuck: share of the width lost at the lower and at the upper edge.
        flare: how far the wings bulge at the wheel arches.
        bulge: how far the bumpers stand out at the tail and at the nose.
    """

    top: Knots
    bottom: Knots
    half_width: float
    ring_power: float = 7.0
    section_power: float = 5.0
    taper: Span = (0.06, 0.10)
    tuck: Span = (0.09, 0.07)
    flare: float = 0.03
    bulge: float = 0.06


@dataclass(frozen=True)
class Well:
    """An opening in the upper side of the body: a load bed or an open cockpit."""

    x: Span
    half_width: float
    floor: float
    material: Material = Material.INTERIOR


@dataclass(frozen=True)
class Cabin:
    """The upper body with the windows.

    `front` and `rear` give x over the height, which runs from 0 at `base` (inside the body) to 1
    at the roof. Windows are given in cube coordinates, -1..1 over the cabin's length and height.

    Attributes:
        base: height of the lower end.
        roof: height of the roof.
        front: the windscreen's line, (height, x).
        rear: the rear window's line, (height, x).
        half_width: half of the width at the lower end and at the roof.
        crown: how far the roof sinks towards its front and rear.
        ring_power: squareness seen from above.
        section_power: squareness seen from the front.
        side_windows: (from, to) along the car.
        window_height: lower and upper edge of the side windows.
        screen_height: lower and upper edge of the windscreen.
        rear_height: lower and upper edge of the rear window; equal for none.
        screen_width: half of the windscreen's width.
        rear_split: half of the width of a bar in the middle of the rear window.
        paint_above: from where upwards the cabin has the second paint.
    """

    base: float
    roof: float
    front: Knots
    rear: Knots
    half_width: Span
    side_windows: tuple[Span, ...]
    crown: float = 0.03
    ring_power: float = 7.0
    section_power: float = 5.0
    window_height: Span = (-0.35, 0.70)
    screen_height: Span = (-0.40, 0.78)
    rear_height: Span = (-0.25, 0.72)
    screen_width: float = 0.86
    rear_split: float = 0.0
    paint_above: float = 2.0


@dataclass(frozen=True)
class Face:
    """What is painted on the nose or the tail; all in metres.

    Attributes:
        light_z: lower and upper edge of the lights; equal for none.
        light_y: inner edge of the lights, measured from the middle.
        wrap: how far the lights reach around onto the sides.
        grille: half width, lower edge, upper edge of the grille, or of a black tail panel.
        bumper: lower and upper edge of a dark bumper bar.
        plate_z: height of the number plate's middle.
    """

    light_z: Span
    light_y: float
    wrap: float = 0.14
    grille: Vector = (0.0, 0.0, 0.0)
    bumper: Span = (0.0, 0.0)
    plate_z: float = 0.45


@dataclass(frozen=True)
class Wheels:
    """The wheels, two on each axle.

    Attributes:
        axles: x of the axles.
        radius: radius of the tyres.
        track: y of the outer side of the left wheels.
        width: width of a tyre.
        arch: distance between tyre and wheel arch.
        spokes: number of spokes; 0 for a plain disc.
    """

    axles: tuple[float, ...]
    radius: float
    track: float
    width: float = 0.22
    arch: float = 0.05
    spokes: int = 5


@dataclass(frozen=True)
class Blob:
    """A rounded box of one material, for all that is fitted to the body.

    Attributes:
        centre: its middle.
        half: half of its lengths.
        material: what it is made of.
        ring_power: squareness around `axis`.
        axis_power: squareness towards the ends of `axis`.
        axis: number of the axis.
        lean: how far the upper end is shifted backwards per metre of height.
        mirrored: whether a second one stands on the other side, at -y.
        flat: share of the width lost at the upper end.
    """

    centre: Vector
    half: Vector
    material: Material
    ring_power: float = 4.0
    axis_power: float = 4.0
    axis: int = 2
    lean: float = 0.0
    mirrored: bool = False
    flat: float = 0.0


@dataclass(frozen=True)
class Car:
    """One car.

    Attributes:
        name: paint and body style, such as "red sedan".
        paint: colour of the body, sRGB in 0..1.
        body: the lower body.
        cabin: the upper body, None for an open car.
        nose: lights and grille at the front.
        tail: lights at the rear.
        wheels: the wheels.
        blobs: everything else.
        second_paint: colour of the parts in a second paint.
        well: an opening in the body.
        doors: x of the vertical gaps beside the doors.
        sill: height up to which the body is unpainted plastic.
    """

    name: str
    paint: Colour
    body: Body
    cabin: Cabin | None
    nose: Face
    tail: Face
    wheels: Wheels
    blobs: tuple[Blob, ...] = ()
    second_paint: Colour = (0.9, 0.9, 0.88)
    well: Well | None = None
    doors: tuple[float, ...] = ()
    sill: float = 0.28
