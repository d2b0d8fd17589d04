"""Cameras and light: turns a scene into an image."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .materials import to_srgb
from .scene import Hits, Scene, cast
from .shapes import Floats

IMAGE_SIZE = 64
SUPERSAMPLING = 4
AZIMUTHS_DEGREES = tuple(float(15 * step) for step in range(24))
ELEVATIONS_DEGREES = (0.0, 10.0, 20.0, 30.0)

# Share of the image's width that a car takes where it looks longest.
FILL = 0.88
# Distance of the camera, in radii of the car: far enough for little perspective.
CAMERA_RADII = 5.0

# Direction of the main light seen from the camera: from the left, above and behind it.
KEY_LIGHT = np.array([-0.45, 0.75, 0.55])
KEY_STRENGTH = 0.68
SKY = np.array([0.98, 1.02, 1.08])
GROUND = np.array([0.46, 0.44, 0.42])
AMBIENT_STRENGTH = 0.58


@dataclass(frozen=True)
class Camera:
    """A perspective camera.

    Attributes:
        position: where it stands, in metres, [3].
        axes: unit vectors to the right, up and forward as rows, [3, 3].
        half_angle: tangent of half of the field of view.
    """

    position: Floats
    axes: Floats
    half_angle: float


def view_axes(azimuth: float, elevation: float) -> Floats:
    """Computes the camera's axes.

    Args:
        azimuth: degrees; 0 looks at the nose, 90 at the left side.
        elevation: degrees above the horizon.

    Returns:
        Unit vectors to the right, up and forward as rows, [3, 3].
    """
    turn, lift = np.radians(azimuth), np.radians(elevation)
    right = np.array([-np.sin(turn), np.cos(turn), 0.0])
    back = np.array([np.cos(lift) * np.cos(turn), np.cos(lift) * np.sin(turn), np.sin(lift)])
    return np.stack([right, np.cross(back, right), -back])


def fit_cameras(scene: Scene) -> list[list[Camera]]:
    """Places cameras, by azimuth and elevation, around a car, all with the same scale."""
    low, high = scene.vertices.min(axis=0), scene.vertices.max(axis=0)
    centre = (low + high) / 2
    distance = CAMERA_RADII * np.linalg.norm(high - low) / 2
    axes = [[view_axes(a, e) for e in ELEVATIONS_DEGREES] for a in AZIMUTHS_DEGREES]
    widest = 0.0
    for view in (view for row in axes for view in row):
        local = (scene.vertices - centre) @ view.T
        widest = max(widest, np.max(np.abs(local[:, :2]) / (local[:, 2:] + distance)))
    return [
        [Camera(centre - distance * view[2], view, widest / FILL) for view in row] for row in axes
    ]


def render(scene: Scene, camera: Camera) -> NDArray[np.uint8]:
    """Renders one image on a white background, [64, 64, 3]."""
    side = IMAGE_SIZE * SUPERSAMPLING
    steps = ((np.arange(side) + 0.5) / side * 2 - 1) * camera.half_angle
    right, up = np.meshgrid(steps, -steps)
    local = np.stack([right.ravel(), up.ravel(), np.ones(side * side)], axis=1)
    directions = local @ camera.axes
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    origins = np.broadcast_to(camera.position, directions.shape)
    hits = cast(scene, origins, directions)
    light = np.ones((side * side, 3))
    light[hits.ray] = shade(scene, hits, directions[hits.ray], camera)
    blocks = light.reshape(IMAGE_SIZE, SUPERSAMPLING, IMAGE_SIZE, SUPERSAMPLING, 3)
    return np.round(255 * to_srgb(blocks.mean(axis=(1, 3)))).astype(np.uint8)


def shade(scene: Scene, hits: Hits, directions: Floats, camera: Camera) -> Floats:
    """Computes the light that hit points send to the camera.

    Args:
        scene: the car.
        hits: the points.
        directions: unit directions of the rays, [k, 3].
        camera: the view; the main light moves along with it.

    Returns:
        Linear light in 0..1, [k, 3].
    """
    look = scene.materials[hits.material]
    albedo, mirror, gloss = look[:, :3], look[:, 3:4], look[:, 4:5]
    normal, share = hits.normal, hits.open_share[:, None]
    key = KEY_LIGHT / np.linalg.norm(KEY_LIGHT) @ (camera.axes * np.array([[1], [1], [-1]]))

    facing = np.maximum(-(normal * directions).sum(axis=1, keepdims=True), 0.0)
    reflected = directions + 2 * facing * normal
    upward = (normal[:, 2:] + 1) / 2
    ambient = AMBIENT_STRENGTH * (GROUND + (SKY - GROUND) * upward) * share
    # The open share stands in for the shadows of the main light.
    direct = KEY_STRENGTH * np.maximum(normal @ key, 0.0)[:, None] * np.sqrt(share)
    fresnel = mirror + (1 - mirror) * gloss * 0.6 * (1 - facing) ** 5
    highlight = gloss * 0.5 * np.maximum(reflected @ key, 0.0)[:, None] ** 50
    mirrored = fresnel * surroundings(reflected[:, 2:]) * share
    return np.clip(albedo * (ambient + direct) * (1 - fresnel) + mirrored + highlight, 0.0, 1.0)


def surroundings(upward: Floats) -> Floats:
    """Computes the light that a mirror would show.

    Args:
        upward: z of the unit direction the mirror looks into, [k, 1].

    Returns:
        Linear light: dark ground, bright horizon, slightly darker sky, [k, 3].
    """
    above = 1 / (1 + np.exp(-upward / 0.05))
    return above * (1.0 - 0.35 * np.maximum(upward, 0)) * SKY + (1 - above) * 0.3 * GROUND
