"""The low ones of the built-in cars. Lengths are in metres, see `specs`."""

from .materials import Material
from .specs import Blob, Body, Cabin, Car, Face, Well, Wheels


def mirrors(x: float, y: float, z: float, material: Material = Material.PAINT) -> Blob:
    """Describes the two outside mirrors, the left one in the given place."""
    return Blob((x, y, z), (0.07, 0.11, 0.075), material, 3.0, 3.0, mirrored=True)


SEDAN = Car(
    name="red sedan",
    paint=(0.80, 0.07, 0.08),
    body=Body(
        top=((-2.3, 0.90), (-2.1, 1.0), (-1.4, 1.03), (0.9, 0.98), (1.9, 0.86), (2.3, 0.74)),
        bottom=((-2.3, 0.38), (-1.8, 0.22), (1.8, 0.20), (2.3, 0.28)),
        half_width=0.90,
    ),
    cabin=Cabin(
        base=0.82,
        roof=1.46,
        front=((0.0, 1.22), (1.0, 0.22)),
        rear=((0.0, -1.72), (1.0, -0.92)),
        half_width=(0.82, 0.62),
        side_windows=((-0.82, -0.48), (-0.43, 0.10), (0.16, 0.88)),
    ),
    nose=Face((0.54, 0.70), 0.50, 0.2, (0.42, 0.46, 0.62), plate_z=0.36),
    tail=Face((0.68, 0.88), 0.42, 0.26, (0.42, 0.68, 0.88), plate_z=0.50),
    wheels=Wheels((-1.38, 1.38), 0.33, 0.88),
    blobs=(mirrors(0.78, 0.93, 1.02),),
    doors=(0.85, -0.1, -1.0),
)

HATCHBACK = Car(
    name="yellow hatchback",
    paint=(0.97, 0.77, 0.05),
    body=Body(
        top=((-1.85, 0.92), (-1.6, 0.97), (0.7, 0.97), (1.5, 0.86), (1.85, 0.74)),
        bottom=((-1.85, 0.34), (-1.5, 0.22), (1.5, 0.20), (1.85, 0.28)),
        half_width=0.85,
        ring_power=6.0,
    ),
    cabin=Cabin(
        base=0.80,
        roof=1.55,
        front=((0.0, 1.20), (1.0, 0.28)),
        rear=((0.0, -1.84), (0.6, -1.70), (1.0, -1.42)),
        half_width=(0.79, 0.62),
        side_windows=((-0.80, -0.48), (-0.42, 0.88)),
    ),
    nose=Face((0.56, 0.76), 0.48, 0.24, (0.50, 0.34, 0.46), plate_z=0.54),
    tail=Face((0.62, 0.90), 0.56, 0.24, plate_z=0.70),
    wheels=Wheels((-1.20, 1.20), 0.31, 0.84, spokes=7),
    blobs=(
        mirrors(0.74, 0.88, 1.02, Material.TRIM),
        Blob((-1.44, 0.0, 1.51), (0.20, 0.55, 0.04), Material.PAINT),
    ),
    doors=(0.80, -0.62),
)

COUPE = Car(
    name="purple coupe",
    paint=(0.40, 0.13, 0.58),
    body=Body(
        top=((-2.15, 0.84), (-1.9, 0.92), (-1.3, 0.96), (0.4, 0.88), (1.6, 0.78), (2.25, 0.60)),
        bottom=((-2.15, 0.34), (-1.7, 0.18), (1.7, 0.14), (2.25, 0.22)),
        half_width=0.94,
        section_power=4.0,
        taper=(0.06, 0.14),
        flare=0.06,
    ),
    cabin=Cabin(
        base=0.74,
        roof=1.26,
        front=((0.0, 1.00), (1.0, 0.02)),
        rear=((0.0, -2.00), (0.5, -1.45), (1.0, -0.55)),
        half_width=(0.82, 0.56),
        side_windows=((-0.52, 0.88),),
        section_power=4.0,
        rear_height=(-0.2, 0.8),
    ),
    nose=Face((0.46, 0.58), 0.52, 0.25, (0.55, 0.26, 0.40), plate_z=0.20),
    tail=Face((0.64, 0.79), 0.25, 0.24, (0.75, 0.62, 0.81), plate_z=0.46),
    wheels=Wheels((-1.32, 1.36), 0.34, 0.93, width=0.28, arch=0.04),
    blobs=(
        mirrors(0.55, 0.93, 0.96),
        Blob((-2.02, 0.0, 1.06), (0.17, 0.80, 0.03), Material.PAINT),
        Blob((-2.00, 0.60, 0.97), (0.08, 0.03, 0.10), Material.PAINT, mirrored=True),
    ),
    doors=(0.60, -0.62),
    sill=0.24,
)

ROADSTER = Car(
    name="silver roadster",
    paint=(0.62, 0.65, 0.69),
    body=Body(
        top=((-1.95, 0.72), (-1.6, 0.85), (-1.0, 0.90), (0.5, 0.86), (1.4, 0.76), (1.95, 0.60)),
        bottom=((-1.95, 0.34), (-1.6, 0.20), (1.6, 0.17), (1.95, 0.25)),
        half_width=0.86,
        ring_power=4.5,
        section_power=3.6,
        flare=0.05,
    ),
    cabin=None,
    nose=Face((0.48, 0.62), 0.46, 0.28, (0.38, 0.30, 0.46), plate_z=0.24),
    tail=Face((0.56, 0.70), 0.46, 0.2, plate_z=0.48),
    wheels=Wheels((-1.16, 1.20), 0.31, 0.85, width=0.24, arch=0.04),
    blobs=(
        Blob((0.46, 0.0, 1.00), (0.03, 0.66, 0.22), Material.CHROME, 8.0, 8.0, 0, 0.9, flat=0.16),
        Blob((0.455, 0.0, 1.00), (0.04, 0.61, 0.18), Material.GLASS, 8.0, 8.0, 0, 0.9, flat=0.16),
        Blob((-0.72, 0.33, 0.80), (0.10, 0.24, 0.36), Material.LEATHER, lean=0.25, mirrored=True),
        Blob((-0.35, 0.33, 0.52), (0.32, 0.24, 0.10), Material.LEATHER, mirrored=True),
        Blob((-0.92, 0.33, 0.96), (0.05, 0.17, 0.16), Material.CHROME, mirrored=True),
        mirrors(0.40, 0.86, 0.93),
    ),
    well=Well((-0.98, 0.28), 0.62, 0.42),
    doors=(0.45, -0.75),
)

BEETLE = Car(
    name="pink beetle",
    paint=(0.93, 0.45, 0.60),
    body=Body(
        top=((-2.0, 0.55), (-1.7, 0.86), (-1.1, 1.00), (0.6, 0.98), (1.3, 0.88), (1.9, 0.48)),
        bottom=((-2.0, 0.34), (-1.5, 0.25), (1.5, 0.25), (1.9, 0.34)),
        half_width=0.68,
        ring_power=3.5,
        section_power=3.0,
        tuck=(0.05, 0.06),
        flare=0.0,
        bulge=0.0,
    ),
    cabin=Cabin(
        base=0.78,
        roof=1.52,
        front=((0.0, 0.84), (0.5, 0.68), (1.0, 0.34)),
        rear=((0.0, -1.74), (0.4, -1.56), (0.75, -1.20), (1.0, -0.55)),
        half_width=(0.68, 0.56),
        side_windows=((-0.72, -0.16), (-0.08, 0.84)),
        crown=0.05,
        ring_power=4.0,
        section_power=3.4,
        window_height=(-0.25, 0.70),
        screen_height=(-0.30, 0.75),
        rear_height=(0.10, 0.72),
        screen_width=0.80,
    ),
    nose=Face((0.0, 0.0), 0.0, plate_z=0.0),
    tail=Face((0.0, 0.0), 0.0, plate_z=0.60),
    wheels=Wheels((-1.20, 1.22), 0.33, 0.87, width=0.20, spokes=0),
    blobs=(
        Blob((1.24, 0.62, 0.42), (0.56, 0.20, 0.36), Material.PAINT, 2.4, 2.4, mirrored=True),
        Blob((-1.24, 0.62, 0.44), (0.58, 0.20, 0.38), Material.PAINT, 2.4, 2.4, mirrored=True),
        Blob((0.0, 0.68, 0.30), (0.85, 0.13, 0.045), Material.TRIM, mirrored=True),
        Blob((1.66, 0.60, 0.64), (0.12, 0.15, 0.15), Material.HEADLIGHT, 2, 2, mirrored=True),
        Blob((-1.72, 0.62, 0.58), (0.10, 0.08, 0.12), Material.TAIL_LIGHT, 2, 2, mirrored=True),
        Blob((1.93, 0.0, 0.40), (0.07, 0.74, 0.07), Material.CHROME, 4, 4),
        Blob((-2.02, 0.0, 0.42), (0.07, 0.74, 0.07), Material.CHROME, 4, 4),
    ),
    doors=(0.55, -0.55),
    sill=0.30,
)
