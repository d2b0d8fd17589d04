"""A car ready for ray casting: one mesh with normals and baked ambient occlusion."""

from dataclasses import dataclass

import numpy as np
from embreex.mesh_construction import TriangleMesh
from embreex.rtcore_scene import EmbreeScene
from trimesh import Trimesh

from .fittings import build_car
from .materials import material_table
from .shapes import Floats, Ints, Painter
from .specs import Car

OCCLUSION_RAYS = 64
# Rays start this far above the surface, so that they do not hit the triangle they start on.
RAY_OFFSET_METRES = 0.015
# Light that the ground sends back, compared to the sky.
GROUND_LIGHT = 0.35


@dataclass(frozen=True)
class Scene:
    """One car as a mesh.

    Attributes:
        vertices: positions in metres, [n, 3].
        faces: triangles, [m, 3].
        normals: unit vertex normals, [n, 3].
        cube: cube coordinates of the vertices within their part, [n, 3].
        face_part: number of the part of each triangle, [m].
        painters: one painter for each part.
        materials: the table of materials, see `material_table`.
        open_share: how much of the surrounding light reaches each vertex, 0..1, [n].
        embree: the ray caster.
    """

    vertices: Floats
    faces: Ints
    normals: Floats
    cube: Floats
    face_part: Ints
    painters: tuple[Painter, ...]
    materials: Floats
    open_share: Floats
    embree: EmbreeScene


@dataclass(frozen=True)
class Hits:
    """Where rays hit a car.

    Attributes:
        ray: numbers of the rays which hit, [k].
        position: the points in metres, [k, 3].
        normal: unit normals, [k, 3].
        material: material numbers, [k].
        open_share: how much of the surrounding light gets there, 0..1, [k].
    """

    ray: Ints
    position: Floats
    normal: Floats
    material: Ints
    open_share: Floats


def build_scene(car: Car) -> Scene:
    """Builds the mesh of a car and prepares it for ray casting."""
    parts = build_car(car)
    offsets = np.cumsum([0] + [len(part.vertices) for part in parts[:-1]])
    vertices = np.concatenate([part.vertices for part in parts])
    faces = np.concatenate([part.faces + o for part, o in zip(parts, offsets, strict=True)])
    # `process` would merge vertices where parts touch, and smooth the edge between them away.
    normals = np.array(Trimesh(vertices, faces, process=False).vertex_normals)
    embree = EmbreeScene()
    TriangleMesh(embree, vertices.astype(np.float32), faces.astype(np.int32))
    return Scene(
        vertices=vertices,
        faces=faces,
        normals=normals,
        cube=np.concatenate([part.cube for part in parts]),
        face_part=np.repeat(np.arange(len(parts)), [len(part.faces) for part in parts]),
        painters=tuple(part.painter for part in parts),
        materials=material_table(car.paint, car.second_paint),
        open_share=bake_occlusion(embree, vertices, normals),
        embree=embree,
    )


def bake_occlusion(embree: EmbreeScene, vertices: Floats, normals: Floats) -> Floats:
    """Metrics how much light from all around reaches each vertex.

    Args:
        embree: the ray caster.
        vertices: positions in metres, [n, 3].
        normals: unit normals, [n, 3].

    Returns:
        The share of light, 0 (buried) to 1 (open sky above), [n].
    """
    # A spiral spreads the directions evenly, without random numbers.
    step = np.arange(OCCLUSION_RAYS) + 0.5
    up = 1 - 2 * step / OCCLUSION_RAYS
    turn = np.pi * (1 + 5**0.5) * step
    flat = np.sqrt(1 - up**2)
    directions = np.stack([flat * np.cos(turn), flat * np.sin(turn), up], axis=1)
    origins = (vertices + RAY_OFFSET_METRES * normals).astype(np.float32)
    light, total = np.zeros(len(vertices)), np.zeros(len(vertices))
    for direction in directions:
        weight = np.maximum(normals @ direction, 0.0)
        rays = np.broadcast_to(direction.astype(np.float32), origins.shape).copy()
        free = embree.run(origins, rays) < 0
        light += weight * free * (1.0 if direction[2] > 0 else GROUND_LIGHT)
        total += weight
    return light / np.maximum(total, 1e-9)


def cast(scene: Scene, origins: Floats, directions: Floats) -> Hits:
    """Casts rays at a car.

    Args:
        scene: the car.
        origins: where the rays start, in metres, [n, 3].
        directions: unit vectors, [n, 3].

    Returns:
        The nearest hit of each ray that hits anything.
    """
    hits = scene.embree.run(origins.astype(np.float32), directions.astype(np.float32), output=True)
    ray = np.flatnonzero(hits["primID"] >= 0)
    triangle = hits["primID"][ray]
    u, v = hits["u"][ray].astype(np.float64), hits["v"][ray].astype(np.float64)
    weights = np.stack([1 - u - v, u, v], axis=1)[:, :, None]
    corners = scene.faces[triangle]
    position = (scene.vertices[corners] * weights).sum(axis=1)
    normal = (scene.normals[corners] * weights).sum(axis=1)
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-9)
    cube = (scene.cube[corners] * weights).sum(axis=1)
    part = scene.face_part[triangle]
    material = np.zeros(len(ray), dtype=np.int64)
    for number in np.unique(part):
        mine = part == number
        material[mine] = scene.painters[number](cube[mine], position[mine])
    open_share = (scene.open_share[corners] * weights[:, :, 0]).sum(axis=1)
    return Hits(ray, position, normal, material, open_share)
